// The command: flags and a request file in, a report out. All else is in the library.

#include "recommend/recommend.hpp"

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/command.hpp"
#include "command/config_file.hpp"
#include "command/flag_values.hpp"
#include "command/help.hpp"
#include "command/recommend_flags.hpp"
#include "command/recommend_output.hpp"
#include "command/today.hpp"
#include "request/in_flags.hpp"
#include "request/quantity_text.hpp"
#include "request/setting_text.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

using namespace flopwise;

namespace {

enum Exit { answer = 0, nothing_qualifies = 1, bad_input = 2, costs_more = 3 };

} // namespace

/// The library has no clock, so that what it says does not change by itself.
static Date today_of(const Request& request) {
    return request.today.year != 0 ? request.today : system_day();
}

/// The user's defaults, with the request file over them, if there is one, and the flags over both.
/// A saved plan is checked as it was asked: defaults of today are no part of it.
static Request request_of(const RecommendFlags& flags) {
    Request request = configured(one("--config", flags.config, flags.check ? "none" : ""));
    if (!flags.request_file.empty())
        parse_over(
            request, text::read_file(flags.request_file, kLargestRequest), flags.request_file);
    const auto all = settings();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!flags.settings[i].empty())
            set(request,
                all[i].key,
                flags.settings[i],
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

/// The plan in the request file, with the flags over its question.
static int check(const RecommendFlags& flags, const Output& output, const Request& request) {
    if (flags.request_file.empty())
        throw ArgumentError{"--check", "must have a request file, which --save writes"};
    if (!flags.save.empty())
        throw ArgumentError{"--save", "must not come with --check"};
    if (output.format != "table" && output.format != "json")
        throw ArgumentError{"--check",
                            fmt::format("must come with the format table or json, got {}",
                                        text::quoted(output.format))};
    SavedPlan plan = read_saved_plan(flags.request_file);
    plan.request = request;
    const std::string written = one("--tolerance", flags.tolerance, "0");
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

/// The time of day of saved plans, whose deadlines may be days: as of a question of that kind.
static Hours time_of_day(const Request& request) {
    return request.origin.contains("today") ? request.time_of_day : system_time_of_day();
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
    const Comparison comparison =
        has_saved_plan(names)
            ? compare(catalog, questions_of(names, request.today, time_of_day(request)))
            : compare(catalog, request, names);
    write(comparison, output);
    const bool found = std::ranges::any_of(
        comparison.columns, [](const ComparedColumn& c) { return c.choice.has_value(); });
    return found ? answer : nothing_qualifies;
}

static int run(const RecommendFlags& flags) {
    constexpr std::array<std::string_view, 5> kOutputFormats{
        "table", "json", "csv", "markdown", "html"};
    constexpr std::array<std::string_view, 3> kColours{"auto", "always", "never"};
    const Output output{.format = one("--format", flags.format, "table"),
                        .file = one("--output", flags.file, ""),
                        .colour = one("--color", flags.colour, "auto"),
                        .columns = columns_of(flags.columns),
                        .explain = flags.explain,
                        .wide = flags.wide};
    const bool for_people = output.format == "table" || output.format == "markdown";
    if (!output.columns.empty() && !for_people)
        throw ArgumentError{"--columns", "must come with the format table or markdown"};
    must_be_one_of("--format", output.format, kOutputFormats);
    must_be_one_of("--color", output.colour, kColours);
    Request request = request_of(flags);
    if (flags.check)
        return check(flags, output, request);
    if (!flags.tolerance.empty())
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
    if (!flags.vary.empty() && !flags.compare.empty())
        throw ArgumentError{"--compare", "must not come with --vary"};
    if ((!flags.vary.empty() || !flags.compare.empty()) && output.format == "html")
        throw ArgumentError{"--format",
                            "must be table, json, csv or markdown with --vary and --compare"};
    if (!flags.vary.empty())
        return run_map(catalog, alone, flags.vary, output);
    if (!flags.compare.empty())
        return run_comparison(catalog, alone, flags.compare, output);
    Recommendation advice = answered(catalog, request, charges_of(request, catalog));
    const std::string config = one("--config", flags.config, config_file());
    if (const std::string defaults = settings_from(request, config); !defaults.empty())
        advice.warnings.push_back("your defaults: " + defaults);
    if (const std::string file = one("--save", flags.save, "");
        !file.empty() && advice.outcome == Outcome::found) {
        SavedPlan plan = saved_plan(advice);
        plan.request.by = rows_given ? plan.request.by : By::instance;
        write_output(to_yaml(plan), file);
    }
    write_output(report(advice, output), output.file);
    return advice.outcome == Outcome::found ? answer : nothing_qualifies;
}

static int command(CLI::App& app, const RecommendFlags& flags, int argc, const char* const* argv) {
    try {
        refuse_empty({argv + 1, argv + argc});
        require_values(app, argc, argv);
        app.parse(argc, argv);
        if (app.remaining_size() > 0)
            throw CLI::ExtrasError{app.remaining()};
        return run(flags);
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
    RecommendFlags flags;
    const bool helps = asks_help(argc, argv);
    add_flags(app, flags, {argv + 1, helps ? argv + 1 : argv + argc});
    app.set_version_flag("--version", std::string{version()});
    app.allow_extras();
    if (helps) {
        write_output(help_on(app, argc == 3 ? argv[2] : ""), "");
        return answer;
    }
    return command(app, flags, argc, argv);
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
