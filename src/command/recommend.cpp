// The command: flags and a request file in, a report out. All else is in the library.

#include "recommend/recommend.hpp"

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/command.hpp"
#include "command/config_file.hpp"
#include "command/flag_values.hpp"
#include "command/help.hpp"
#include "command/output.hpp"
#include "command/today.hpp"
#include "request/in_flags.hpp"
#include "request/quantity_text.hpp"
#include "request/setting_text.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace flopwise;

namespace {

enum Exit { answer = 0, nothing_qualifies = 1, bad_input = 2, costs_more = 3 };

using Texts = std::vector<std::string>; ///< all that was written for one flag

struct Arguments {
    std::string request_file;
    std::vector<Texts> settings; ///< in the order of settings()
    Texts format;
    Texts file;
    Texts colour;
    Texts columns;
    Texts config;
    Texts save;
    Texts tolerance;
    bool check = false;
    Texts vary;
    Texts compare;
    bool explain = false;
    bool wide = false;
};

/// What only the command knows; the rest is a Request.
struct Output {
    std::string format;
    std::string file;
    std::string colour;
    std::vector<std::string> columns;
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
  recommend --budget 2000 --days 90 --format html --output report.html
      a page to hand on
  recommend request.yaml --top 3
      a request from a file, with one setting overridden

  recommend --budget 2000 --days 365 --hours-per-day 2 --save plan.yaml
  recommend plan.yaml --check --tolerance 5%
      what was chosen, and by another day whether it costs more

Exit status: 0 an answer, 1 nothing qualifies (and what would), 2 bad input, 3 a saved plan costs
more than its tolerance allows.
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
    add(app, "format", to.format, "NAME", "table, json, csv, markdown or html (table)", group);
    add(app, "output", to.file, "FILE", "write to a file, whole or not at all", group);
    add(app, "color", to.colour, "WHEN", "auto, always or never (auto, with NO_COLOR)", group);
    add(app, "config", to.config, "FILE", "your defaults; none for none (the usual file)", group);
    const std::string_view saved = "Saved plans";
    add(app,
        "save",
        to.save,
        "FILE",
        "write the question and the first choice as a request file",
        saved);
    app.add_flag("--check", to.check, "what the choice of a saved plan costs by now")
        ->group(std::string{saved});
    add(app, "tolerance", to.tolerance, "SHARE", "by which it may cost more: 5% (0)", saved);
    add(app,
        "vary",
        to.vary,
        "KEY=FROM:TO[:N]",
        "the first choice at N values (8) of a setting, or of two and their pairs",
        group);
    add(app,
        "compare",
        to.compare,
        "NAME,...",
        "machines side by side, the best of days, or saved plans: g5.xlarge,2025-04-04",
        group);
    app.add_flag("--explain", to.explain, "show what made each score")->group(std::string{group});
    app.add_flag("--wide", to.wide, "160 columns, with the date of each price and more")
        ->group(std::string{group});
    add(app,
        "columns",
        to.columns,
        "NAME,...",
        "these columns of the choices, as csv calls them",
        group);
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

/// The user's defaults, with the request file over them, if there is one, and the flags over both.
/// A saved plan is checked as it was asked: defaults of today are no part of it.
static Request request_of(const Arguments& arguments) {
    Request request = configured(one("--config", arguments.config, arguments.check ? "none" : ""));
    if (!arguments.request_file.empty())
        parse_over(request,
                   text::read_file(arguments.request_file, kLargestRequest),
                   arguments.request_file);
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
    if (request.today.year == 0 && job_of(request).deadline_on.year != 0)
        request.time_of_day = system_time_of_day();
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

/// As catalog_of(), with the user's cache if no catalog is named.
static Catalog catalog_asked(const Request& request) {
    return request.catalog.empty() ? catalog_for(request, usual_catalog(request.today))
                                   : catalog_of(request);
}

static bool colour(const Output& output) {
    if (output.colour != "auto" || !output.file.empty())
        return output.colour == "always";
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
           (terminal == nullptr || std::string_view{terminal} != "dumb");
}

/// The columns of the terminal, where that is what is written to, or as COLUMNS has them.
static int width(const Output& output) {
    constexpr int kUsual = 80;
    constexpr int kLeast = 60;
    constexpr int kMost = 250;
    if (!output.file.empty())
        return kUsual;
    const char* const given = std::getenv("COLUMNS");
    double columns = text::number(given == nullptr ? "" : given).value_or(0);
    winsize size{};
    if (columns <= 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns > 0 ? static_cast<int>(std::clamp<double>(columns, kLeast, kMost)) : kUsual;
}

/// The start plan with the answer it belongs to as comments at its head: still a script.
static std::string plan_with_answer(const Recommendation& advice, const Output& output) {
    std::string script = launch_script(advice.request, advice.choices.front());
    std::string comments = "# ";
    for (const char c : table(advice, {.explain = output.explain, .wide = output.wide}))
        comments += c == '\n'                             ? std::string{"\n# "}
                    : static_cast<unsigned char>(c) < ' ' ? std::string{'?'}
                                                          : std::string{c};
    const bool program = script.starts_with("#!"); // whose first line stays the first
    return script.insert(program ? script.find('\n') + 1 : 0, comments + "\n");
}

static std::string report(const Recommendation& advice, const Output& output) {
    const TableStyle style{.colour = colour(output),
                           .explain = output.explain,
                           .wide = output.wide,
                           .width = width(output),
                           .columns = output.columns};
    if (output.format == "json")
        return json(advice);
    if (output.format == "csv")
        return csv(advice);
    if (output.format == "markdown")
        return markdown(advice, style);
    if (output.format == "html")
        return html(advice);
    if (advice.request.launch.wanted && !advice.choices.empty())
        return plan_with_answer(advice, output);
    return table(advice, style);
}

/// The plan in the request file, with the flags over its question.
static int check(const Arguments& arguments, const Output& output, const Request& request) {
    if (arguments.request_file.empty())
        throw ArgumentError{"--check", "must have a request file, which --save writes"};
    if (!arguments.save.empty())
        throw ArgumentError{"--save", "must not come with --check"};
    if (output.format != "table" && output.format != "json")
        throw ArgumentError{"--check",
                            fmt::format("must come with the format table or json, got {}",
                                        text::quoted(output.format))};
    SavedPlan plan = read_saved_plan(arguments.request_file);
    plan.request = request;
    const std::string written = one("--tolerance", arguments.tolerance, "0");
    const auto tolerance = number_in(written, kShare);
    if (!tolerance)
        throw ArgumentError{
            "--tolerance",
            fmt::format("must be a share such as 0.05 or 5%, got {}", text::quoted(written))};
    const Catalog catalog = catalog_asked(request);
    const PlanCheck found =
        check_plan(catalog, plan, request.today, *tolerance, charges_of(request, catalog));
    write_output(output.format == "json" ? json(found) : to_text(found), output.file);
    constexpr std::array kStatus{answer, costs_more, nothing_qualifies};
    return kStatus[static_cast<std::size_t>(found.state)];
}

static std::vector<std::string> columns_of(const Texts& texts) {
    const std::string names = one("--columns", texts, "");
    return names.empty() ? std::vector<std::string>{} : text::split(names, ',');
}

template <class Answer>
static void write(const Answer& made, const Output& output) {
    const TableStyle style{.colour = colour(output), .wide = output.wide, .width = width(output)};
    write_output(output.format == "json"       ? json(made)
                 : output.format == "csv"      ? csv(made)
                 : output.format == "markdown" ? markdown(made)
                                               : table(made, style),
                 output.file);
}

/// The map of first choices, where settings are varied.
static int
run_map(const Catalog& catalog, const Request& request, const Texts& varied, const Output& output) {
    std::vector<Vary> vary;
    for (const std::string& text : varied)
        vary.push_back(vary_of(text));
    const WhatIf map = what_if(catalog, request, vary);
    write(map, output);
    const bool found = std::ranges::any_of(
        map.cells, [](const WhatIfCell& cell) { return !cell.instance.empty(); });
    return found ? answer : nothing_qualifies;
}

/// What is to be seen side by side.
static int run_comparison(const Catalog& catalog,
                          const Request& request,
                          const Texts& compared,
                          const Output& output) {
    std::vector<std::string> names;
    for (const std::string& text : compared)
        for (std::string& name : text::split(text, ','))
            names.push_back(std::move(name));
    const Comparison comparison = has_saved_plan(names)
                                      ? compare(catalog, questions_of(names, request.today))
                                      : compare(catalog, request, names);
    write(comparison, output);
    const bool found = std::ranges::any_of(
        comparison.columns, [](const ComparedColumn& c) { return c.choice.has_value(); });
    return found ? answer : nothing_qualifies;
}

static int run(const Arguments& arguments) {
    constexpr std::array<std::string_view, 5> kOutputFormats{
        "table", "json", "csv", "markdown", "html"};
    constexpr std::array<std::string_view, 3> kColours{"auto", "always", "never"};
    const Output output{.format = one("--format", arguments.format, "table"),
                        .file = one("--output", arguments.file, ""),
                        .colour = one("--color", arguments.colour, "auto"),
                        .columns = columns_of(arguments.columns),
                        .explain = arguments.explain,
                        .wide = arguments.wide};
    const bool for_people = output.format == "table" || output.format == "markdown";
    if (!output.columns.empty() && !for_people)
        throw ArgumentError{"--columns", "must come with the format table or markdown"};
    must_be_one_of("--format", output.format, kOutputFormats);
    must_be_one_of("--color", output.colour, kColours);
    Request request = request_of(arguments);
    if (arguments.check)
        return check(arguments, output, request);
    if (!arguments.tolerance.empty())
        throw ArgumentError{"--tolerance", "must come with --check"};
    const bool rows_given = request.origin.contains("by");
    if ((for_people || output.format == "html") &&
        !rows_given) // regions would fill the rows of one machine
        request.by = By::machine;
    if (request.launch.wanted && output.format == "csv")
        request.refuse("launch", "must not come with the format csv");
    const Catalog catalog = catalog_asked(request);
    Request alone = request; // whose catalog is open
    alone.catalog.clear();
    if (!arguments.vary.empty() && !arguments.compare.empty())
        throw ArgumentError{"--compare", "must not come with --vary"};
    if ((!arguments.vary.empty() || !arguments.compare.empty()) && output.format == "html")
        throw ArgumentError{"--format",
                            "must be table, json, csv or markdown with --vary and --compare"};
    if (!arguments.vary.empty())
        return run_map(catalog, alone, arguments.vary, output);
    if (!arguments.compare.empty())
        return run_comparison(catalog, alone, arguments.compare, output);
    Recommendation advice = answered(catalog, request, charges_of(request, catalog));
    const std::string config = one("--config", arguments.config, config_file());
    if (const std::string defaults = settings_from(request, config); !defaults.empty())
        advice.warnings.push_back("your defaults: " + defaults);
    if (const std::string file = one("--save", arguments.save, "");
        !file.empty() && advice.outcome == Outcome::found) {
        SavedPlan plan = saved_plan(advice);
        plan.request.by = rows_given ? plan.request.by : By::instance;
        write_output(to_yaml(plan), file);
    }
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

/// `recommend help TOPIC`; a request file of that name is `./help`.
static bool asks_help(int argc, const char* const* argv) {
    return argc >= 2 && argc <= 3 && std::string_view{argv[1]} == "help";
}

static int run_app(int argc, const char* const* argv) {
    CLI::App app{"Which machine to rent: what fits a budget, best first, and why not the others.",
                 "recommend"};
    Arguments arguments;
    add_flags(app, arguments);
    app.set_version_flag("--version", std::string{version()});
    app.allow_extras();
    app.footer(std::string{kExamples});
    if (asks_help(argc, argv)) {
        write_output(help_on(app, argc == 3 ? argv[2] : ""), "");
        return answer;
    }
    return command(app, arguments, argc, argv);
}

/// A message in the words of the command, but where a request file has what is wrong.
static std::string message_of(const Error& error) {
    Where where = error.where();
    if (!where.file.empty())
        return error.what();
    if (const Setting* setting = find_setting(where.field))
        where.field = fmt::format("--{}", setting->flag);
    if (where.field == "columns")
        where.field = "--columns";
    return ArgumentError{where, in_flags(error.reason())}.what();
}

int flopwise::run_command(int argc, const char* const* argv) {
    try {
        return run_app(argc, argv);
    } catch (const Error& error) {
        std::fputs(message_of(error).c_str(), stderr);
        std::fputc('\n', stderr);
        return bad_input;
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);
        std::fputc('\n', stderr);
        return bad_input;
    }
}
