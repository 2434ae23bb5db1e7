// The command: flags and a request file in, a report out. All else is in the library.

#include "recommend/recommend.hpp"

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/command.hpp"
#include "command/flag_values.hpp"
#include "command/output.hpp"
#include "command/today.hpp"
#include "text/text.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <unistd.h>

using namespace flopwise;

namespace {

enum Exit { answer = 0, nothing_qualifies = 1, bad_input = 2 };

using Texts = std::vector<std::string>; ///< all that was written for one flag

struct Arguments {
    std::string request_file;
    std::vector<Texts> settings; ///< in the order of settings()
    Texts format;
    Texts file;
    Texts colour;
    bool explain = false;
    bool wide = false;
};

/// What only the command knows; the rest is a Request.
struct Output {
    std::string format;
    std::string file;
    std::string colour;
    bool explain;
    bool wide;
};

constexpr std::string_view kExamples = R"(Examples:
  recommend --budget 2000 --days 365 --hours-per-day 2
      the article's question, asked of today's machines
  recommend --catalog aws-2020-04 --budget 2000 --days 365 --hours-per-day 2 \
            --region us-east-1 --precision fp64
      the same as it stood in April 2020
  recommend --gpu A100,H100 --min-gpus 8 --purchase spot --explain
      big machines at spot prices, with the reasons for their scores
  recommend --near vn --max-rtt 60 --min-gpu-memory 24 --format json | jq .
      close to Vietnam, for a program
  recommend --model llama-2-7b --tokens 2e9 --deadline 48h --budget 1000
      what training a model costs, how long it takes, and how sure that is
  recommend request.yaml --top 3
      a request from a file, with one setting overridden

Exit status: 0 an answer, 1 nothing qualifies (and what would), 2 bad input.
)";

} // namespace

static void add(CLI::App& app,
                std::string_view flag,
                Texts& to,
                std::string_view value,
                std::string_view help,
                std::string_view group) {
    app.add_option(fmt::format("--{}", flag), to, std::string{help})
        ->type_name(std::string{value})
        ->expected(1)
        ->allow_extra_args(false) // what follows the value is the request file
        ->take_all()
        ->group(std::string{group});
}

static void add_flags(CLI::App& app, Arguments& to) {
    app.add_option("REQUEST", to.request_file, "a request file (YAML); flags override it")
        ->type_name("");
    const auto all = settings();
    to.settings.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Setting& s = all[i];
        if (s.value.empty())
            app.add_flag(fmt::format("--{}", s.flag), to.settings[i], std::string{s.help})
                ->group(std::string{s.group});
        else
            add(app, s.flag, to.settings[i], s.value, s.help, s.group);
    }
    const std::string_view group = "Output";
    add(app, "format", to.format, "NAME", "table, json, csv or markdown (table)", group);
    add(app, "output", to.file, "FILE", "write to a file, whole or not at all", group);
    add(app, "color", to.colour, "WHEN", "auto, always or never (auto, with NO_COLOR)", group);
    app.add_flag("--explain", to.explain, "show what made each score")->group(std::string{group});
    app.add_flag("--wide", to.wide, "up to 160 columns, with the date of each price")
        ->group(std::string{group});
}

/// The one text that was written for a flag.
static std::string one(std::string_view flag, const Texts& texts, std::string_view otherwise) {
    if (texts.size() > 1)
        throw ArgumentError{flag, fmt::format("must be given once, got {} values", texts.size())};
    if (!texts.empty() && texts.front().empty())
        throw ArgumentError{flag, "must have a value"};
    return texts.empty() ? std::string{otherwise} : texts.front();
}

/// The library has no clock, so that what it says does not change by itself.
static Date today_of(const Request& request) {
    return request.today.year != 0 ? request.today : system_day();
}

/// The request file, if any, with the flags over it.
static Request request_of(const Arguments& arguments) {
    Request request =
        arguments.request_file.empty() ? Request{} : read_request(arguments.request_file);
    const auto all = settings();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!arguments.settings[i].empty())
            set(request,
                all[i].key,
                arguments.settings[i],
                {.field = fmt::format("--{}", all[i].flag)});
    if (request.today.year == 0 && request.as_of.year != 0) {
        if (request.as_of > system_day())
            request.refuse("as_of",
                           fmt::format("must not be after today, {}, got {}",
                                       to_string(system_day()),
                                       to_string(request.as_of)));
        request.today = request.as_of; // what was old then
    }
    request.today = today_of(request);
    read_files(request);
    return request;
}

Catalog flopwise::catalog_of(const Request& request) {
    try {
        return request.catalog.empty() ? catalog_for(request, Catalog::bundled())
                                       : catalog_called(request.catalog, today_of(request));
    } catch (const ArgumentError& e) {
        request.refuse("catalog", e.reason());
    }
}

static bool colour(const Output& output) {
    if (output.colour != "auto" || !output.file.empty())
        return output.colour == "always";
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
           (terminal == nullptr || std::string_view{terminal} != "dumb");
}

/// The start plan with the answer it belongs to as comments at its head: still a script.
static std::string plan_with_answer(const Recommendation& advice, const Output& output) {
    std::string script = launch_script(advice.request, advice.choices.front());
    std::string comments = "# ";
    for (const char c : table(advice, {.explain = output.explain, .wide = output.wide}))
        comments += c == '\n'                             ? std::string{"\n# "}
                    : static_cast<unsigned char>(c) < ' ' ? std::string{'?'}
                                                          : std::string{c};
    return script.insert(script.find('\n') + 1, comments + "\n");
}

static std::string report(const Recommendation& advice, const Output& output) {
    const TableStyle style{
        .colour = colour(output), .explain = output.explain, .wide = output.wide};
    if (output.format == "json")
        return json(advice);
    if (output.format == "csv")
        return csv(advice);
    if (output.format == "markdown")
        return markdown(advice, style);
    if (advice.request.launch.wanted && !advice.choices.empty())
        return plan_with_answer(advice, output);
    return table(advice, style);
}

static int run(const Arguments& arguments) {
    constexpr std::array<std::string_view, 4> kOutputFormats{"table", "json", "csv", "markdown"};
    constexpr std::array<std::string_view, 3> kColours{"auto", "always", "never"};
    const Output output{.format = one("--format", arguments.format, "table"),
                        .file = one("--output", arguments.file, ""),
                        .colour = one("--color", arguments.colour, "auto"),
                        .explain = arguments.explain,
                        .wide = arguments.wide};
    must_be_one_of("--format", output.format, kOutputFormats);
    must_be_one_of("--color", output.colour, kColours);
    const Request request = request_of(arguments);
    if (request.launch.wanted && output.format == "csv")
        request.refuse("launch", "must not come with the format csv");
    const Catalog catalog = request.catalog.empty()
                                ? catalog_for(request, usual_catalog(request.today))
                                : catalog_of(request);
    const Recommendation advice = answered(catalog, request, charges_of(request, catalog));
    write_output(report(advice, output), output.file);
    return advice.outcome == Outcome::found ? answer : nothing_qualifies;
}

/// CLI11's complaint in our words.
static std::string complaint(const CLI::ParseError& error, const CLI::App& app) {
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        std::vector<std::string> names;
        for (const CLI::Option* option : app.get_options())
            names.push_back(option->get_name());
        const std::vector<std::string_view> flags{names.begin(), names.end()};
        const auto extras = app.remaining();
        const std::string extra = extras.empty() ? "" : extras.front();
        if (!extra.starts_with('-'))
            return fmt::format("{}: must be a flag, there is a request file already",
                               text::shortened(extra));
        return fmt::format(
            "{}: must be a known flag{}", text::shortened(extra), text::did_you_mean(extra, flags));
    }
    std::string message = error.what();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return fmt::format("{}: must have a value", message.substr(0, message.find(':')));
    return message;
}

/// An empty value, as an unset variable of a script leaves it, is not the same as no flag.
static void refuse_empty(std::span<const char* const> args) {
    std::string_view before = "REQUEST";
    for (const std::string_view arg : args) {
        if (arg.empty())
            throw ArgumentError{before, "must have a value"};
        if (arg.starts_with("--") && arg.find('=') == arg.size() - 1)
            throw ArgumentError{arg.substr(0, arg.size() - 1), "must have a value"};
        before = arg.starts_with("--") ? arg : "REQUEST";
    }
}

static int command(CLI::App& app, const Arguments& arguments, int argc, const char* const* argv) {
    try {
        refuse_empty({argv + 1, argv + argc});
        require_values(app, argc, argv);
        app.parse(argc, argv);
        if (app.remaining_size() > 0)
            throw CLI::ExtrasError{app.remaining()};
        return run(arguments);
    } catch (const CLI::CallForHelp&) {
        write_output(app.help(), "");
    } catch (const CLI::CallForVersion&) {
        write_output(fmt::format("{}\n", version()), "");
    } catch (const CLI::ParseError& error) {
        throw InputError{{}, complaint(error, app)};
    }
    return answer;
}

static int run_app(int argc, const char* const* argv) {
    CLI::App app{"Which machine to rent: what fits a budget, best first, and why not the others.",
                 "recommend"};
    Arguments arguments;
    add_flags(app, arguments);
    app.set_version_flag("--version", std::string{version()});
    app.allow_extras();
    app.footer(std::string{kExamples});
    return command(app, arguments, argc, argv);
}

int flopwise::run_command(int argc, const char* const* argv) {
    try {
        return run_app(argc, argv);
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);
        std::fputc('\n', stderr);
        return bad_input;
    }
}
