// The command: flags and a request file in, a report out. All else is in the library.

#include <flopwise/flopwise.hpp>

#include "../text.hpp"
#include "command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <unistd.h>

using namespace flopwise;

namespace {

enum Exit { kAnswer = 0, kNothingQualifies = 1, kBadInput = 2 };

/// What only the command knows; the rest is a Request.
struct Output {
    std::string format = "table";
    std::string file;
    bool explain = false;
    std::string colour = "auto";
};

struct Arguments {
    std::string request_file;
    std::vector<std::vector<std::string>> texts; ///< by setting, in the order of settings()
    Output output;
};

constexpr std::string_view kExamples = R"(Examples:
  recommend --budget 2000 --days 365 --hours-per-day 2
      the article's question, asked of today's machines
  recommend --catalog aws-2020-04 --budget 2000 --days 365 --hours-per-day 2 \
            --region us-east-1 --precision fp64
      the same as it stood in April 2020
  recommend --gpu A100,H100 --min-gpus 8 --purchase spot --explain
      big machines at spot prices, with the reasons for their scores
  recommend --near vn --max-rtt 60 --min-gpu-memory 24 --format json | jq .choices[0]
      close to Vietnam, for a program
  recommend request.yaml --top 3
      a request from a file, with one setting overridden

Exit status: 0 an answer, 1 nothing qualifies (the report says what would), 2 bad input.
)";

} // namespace

static void add_settings(CLI::App& app, Arguments& to) {
    const auto all = settings();
    to.texts.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Setting& s = all[i];
        const std::string flag = fmt::format("--{}", s.flag);
        CLI::Option* option = nullptr;
        if (s.value.empty())
            option = app.add_flag_callback(
                flag, [&to, i] { to.texts[i] = {"true"}; }, std::string{s.help});
        else
            option = app.add_option(flag, to.texts[i], std::string{s.help})
                         ->type_name(std::string{s.value})
                         ->expected(1)
                         ->take_all();
        option->group(std::string{s.group});
    }
}

static void add_output(CLI::App& app, Output& to) {
    const std::string group = "Output";
    app.add_option("--format", to.format, "table, json, csv or markdown (table)")
        ->type_name("NAME")
        ->group(group);
    app.add_flag("--explain", to.explain, "show what made each score")->group(group);
    app.add_option("--output", to.file, "write to a file, whole or not at all")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--color", to.colour, "auto, always or never (auto; NO_COLOR is respected)")
        ->type_name("WHEN")
        ->group(group);
}

/// The request file, if any, with the flags over it.
static Request request_of(const Arguments& arguments) {
    Request request =
        arguments.request_file.empty() ? Request{} : read_request(arguments.request_file);
    const auto all = settings();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!arguments.texts[i].empty())
            set(request,
                all[i].key,
                arguments.texts[i],
                {.field = fmt::format("--{}", all[i].flag)});
    return request;
}

Catalog flopwise::catalog_of(const Request& request) {
    const std::string& name = request.catalog;
    const auto bundled = Catalog::bundled_names();
    if (name.empty() || name == "bundled" ||
        std::find(bundled.begin(), bundled.end(), name) != bundled.end())
        return Catalog::bundled(name == "bundled" ? "" : name);
    if (name.find('/') != std::string::npos || name.ends_with(".yaml") || name.ends_with(".yml") ||
        std::filesystem::exists(name))
        return Catalog::read(name);
    try {
        return Catalog::bundled(name);
    } catch (const ArgumentError& e) {
        request.refuse("catalog", e.reason());
    }
}

static void must_be_one_of(std::string_view flag,
                           const std::string& value,
                           std::span<const std::string_view> names) {
    if (std::find(names.begin(), names.end(), value) == names.end())
        throw ArgumentError{flag,
                            fmt::format("must be {}, got {}{}",
                                        text::one_of(names),
                                        text::quoted(value),
                                        text::did_you_mean(value, names))};
}

static bool colour(const Output& output) {
    if (output.colour != "auto" || !output.file.empty())
        return output.colour == "always";
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
           (terminal == nullptr || std::string_view{terminal} != "dumb");
}

static std::string report(const Recommendation& advice, const Output& output) {
    const TableStyle style{.colour = colour(output), .explain = output.explain};
    if (output.format == "json")
        return json(advice);
    if (output.format == "csv")
        return csv(advice);
    if (output.format == "markdown")
        return markdown(advice, style);
    return table(advice, style);
}

static void write(const std::string& content, const std::string& file) {
    if (!file.empty())
        return text::write_file(file, content);
    if (std::fwrite(content.data(), 1, content.size(), stdout) != content.size() ||
        std::fflush(stdout) != 0)
        throw InputError{
            {.file = "standard output"},
            fmt::format("cannot be written: {}", std::generic_category().message(errno))};
}

static int run(const Arguments& arguments) {
    constexpr std::array<std::string_view, 4> kFormats{"table", "json", "csv", "markdown"};
    constexpr std::array<std::string_view, 3> kColours{"auto", "always", "never"};
    must_be_one_of("--format", arguments.output.format, kFormats);
    must_be_one_of("--color", arguments.output.colour, kColours);
    const Request request = request_of(arguments);
    const Recommendation advice = recommend(catalog_of(request), request);
    write(report(advice, arguments.output), arguments.output.file);
    return advice.outcome == Outcome::found ? kAnswer : kNothingQualifies;
}

/// CLI11's complaint in our words.
static std::string complaint(const CLI::ParseError& error, const CLI::App& app) {
    std::vector<std::string_view> flags;
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        names.push_back(option->get_name());
    flags.assign(names.begin(), names.end());
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        const auto extras = app.remaining();
        const std::string extra = extras.empty() ? "" : extras.front();
        return extra.starts_with('-')
                   ? fmt::format("{}: must be a known flag{}",
                                 text::printable(extra),
                                 text::did_you_mean(extra, flags))
                   : fmt::format("{}: must be a flag, there is a request file already",
                                 text::printable(extra));
    }
    std::string message = error.what();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return fmt::format("{}: must have a value", message.substr(0, message.find(':')));
    return message;
}

int flopwise::run_command(int argc, const char* const* argv) {
    CLI::App app{"Which machine to rent: what fits a budget, best first, and why not the others.",
                 "recommend"};
    Arguments arguments;
    app.add_option("REQUEST", arguments.request_file, "a request file (YAML); flags override it")
        ->type_name("");
    add_settings(app, arguments);
    add_output(app, arguments.output);
    app.set_version_flag("--version", std::string{version()});
    app.allow_extras();
    app.footer(std::string{kExamples});
    try {
        app.parse(argc, argv);
        if (app.remaining_size() > 0)
            throw CLI::ExtrasError{app.remaining()};
        return run(arguments);
    } catch (const CLI::Success& done) { // --help and --version
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        fmt::print(stderr, "{}\n", complaint(error, app));
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
    }
    return kBadInput;
}
