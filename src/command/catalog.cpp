// The command `catalog`: imports price files, looks at catalogs, compares them. Flags in, text out;
// all else is in the library.

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/catalog_arguments.hpp"
#include "command/command.hpp"
#include "command/flag_values.hpp"
#include "command/help.hpp"
#include "command/output.hpp"
#include "command/today.hpp"
#include "command/update.hpp"
#include "text/day.hpp"
#include "text/text.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

using namespace flopwise;

namespace {

constexpr std::string_view kExamples = R"(Examples:
  catalog import auto offers.json history.json -o mine.yaml --summary
      price files of a provider over the bundled catalog
  catalog check mine.yaml
      what looks wrong in it
  catalog diff bundled mine.yaml
      what rose, fell, appeared and went
  catalog history H100
      how the price of a GPU moved, by provider; catalog history p3.2xlarge that of a machine
  catalog diff 2024-03-01 2025-04-04
      what changed from one day to another
  catalog update aws --region us-east-1,eu-west-1
      the newest prices of two regions into the cache, where recommend finds them
  recommend --catalog mine.yaml --budget 2000 --days 365 --hours-per-day 2

Exit status: 0 an answer, 1 nothing was kept (import), there are findings that the catalog does not
explain (check) or changes (diff), 2 bad input.
)";

} // namespace

// ---- the others ---------------------------------------------------------------------

static int run_update(const Arguments& arguments) {
    constexpr std::array<std::string_view, 2> kProviders{"aws", "azure"};
    must_be_one_of("PROVIDER", arguments.provider, kProviders);
    if (arguments.timeout <= 0)
        throw ArgumentError{"--timeout",
                            fmt::format("must be positive, got {} s", arguments.timeout)};
    update({.provider = arguments.provider,
            .regions = arguments.regions,
            .from = arguments.from,
            .base = arguments.base,
            .cacert = arguments.cacert,
            .accept_outliers = arguments.accept_outliers,
            .stall_seconds = arguments.timeout,
            .today = today_of(arguments)});
    return answer;
}

static std::string line_of(const Finding& f) {
    return text::printable(
        fmt::format("{}: {}{}{}", f.what, f.where, f.detail.empty() ? "" : ": ", f.detail));
}

/// Sources of days to come, which would be the newest for ever. lint() knows no day.
static std::string dated_later(const Catalog& catalog) {
    std::string out;
    for (const Source& source : catalog.sources())
        if (is_after_tomorrow(source.as_of, system_day()))
            out += fmt::format("dated after tomorrow: source {}: {}\n",
                               text::printable(source.name),
                               to_string(source.as_of));
    return out;
}

/// What nobody has explained comes first, and alone decides the status.
static int run_check(const Arguments& arguments) {
    const Catalog catalog = catalog_called(arguments.base, system_day());
    const auto findings = lint(catalog);
    std::string out = dated_later(catalog);
    std::string explained;
    std::size_t count = 0;
    for (const Finding& f : findings)
        if (f.why.empty()) {
            out += line_of(f) + '\n';
        } else {
            explained += fmt::format("  {} ({})\n", line_of(f), text::printable(f.why));
            ++count;
        }
    const bool left = !out.empty();
    if (count > 0)
        out += arguments.all ? fmt::format("{} explained:\n{}", count, explained)
                             : fmt::format("{} explained (--all shows them)\n", count);
    write_output(out, arguments.output);
    return left ? nothing : answer;
}

static int run_list(const Arguments& arguments) {
    const std::string out =
        table_of(catalog_called(arguments.base, system_day()), arguments.pattern);
    if (out.empty())
        throw ArgumentError{"PATTERN",
                            fmt::format("must match the name of a machine, got {}",
                                        text::quoted(arguments.pattern))};
    write_output(out, arguments.output);
    return answer;
}

static int run_show(const Arguments& arguments) {
    const Catalog catalog = catalog_called(arguments.base, system_day());
    const std::string out = sheet_of(catalog, arguments.pattern);
    if (out.empty()) {
        std::vector<std::string_view> names;
        for (const Instance& i : catalog.instances())
            names.emplace_back(i.name);
        throw ArgumentError{"MACHINE",
                            fmt::format("must be the name of a machine or a GPU, got {}{}",
                                        text::quoted(arguments.pattern),
                                        text::did_you_mean(arguments.pattern, names))};
    }
    write_output(out, arguments.output);
    return answer;
}

static int run_export(const Arguments& arguments) {
    constexpr std::array<std::string_view, 3> kOutputFormats{"csv", "json", "yaml"};
    const std::string& format = arguments.format;
    must_be_one_of("--format", format, kOutputFormats);
    const Catalog catalog = catalog_called(arguments.base, system_day());
    write_output(format == "csv"    ? to_csv(catalog)
                 : format == "json" ? to_json(catalog)
                                    : to_yaml(catalog),
                 arguments.output);
    return answer;
}

// ---- flags --------------------------------------------------------------------------

static void add_output(CLI::App& app, Arguments& to) {
    app.add_option("-o,--output",
                   to.output,
                   "write to a file, whole or not at all; - is the standard output")
        ->type_name("FILE");
}

static void add_catalog(CLI::App& app, Arguments& to, const std::string& flag) {
    app.add_option(flag, to.base, "a bundled catalog, \"cached\" or a file")->type_name("NAME");
}

static void add_today(CLI::App& app, Arguments& to) {
    app.add_option("--today", to.today, "the day, if the system's clock is wrong")
        ->type_name("DATE");
}

static void add_accept_outliers(CLI::App& app, Arguments& to) {
    app.add_flag("--accept-outliers",
                 to.accept_outliers,
                 "use prices and sizes a hundred times off their like too");
}

static void add_import(CLI::App& app, Arguments& to) {
    app.add_option("FORMAT", to.format, "auto, or the name of a format")->required();
    app.add_option("FILE", to.files, "price files, folders or patterns; - is the standard input")
        ->required();
    add_output(app, to);
    add_catalog(app, to, "--base");
    add_today(app, to);
    app.add_flag("--strict", to.strict, "fail at the first row that is wrong");
    app.add_flag("--summary", to.summary, "tell what became of the rows, on standard error");
    add_accept_outliers(app, to);
    app.add_option("--name", to.name, "name of the new catalog")->type_name("NAME");
    app.add_option("--as-of", to.as_of, "day of files that do not state it")->type_name("DATE");
    app.add_option("--provider", to.provider, "provider of skypilot and gpuhunt files and tables")
        ->type_name("NAME");
    app.add_option("--window", to.window_days, "days of spot prices to take the mean of (7)")
        ->type_name("DAYS");
    app.add_option(
           "--reserved", to.reserved, "write reserved rates to a CSV or YAML file for --charges")
        ->type_name("FILE");
    app.add_option("--interruptions",
                   to.interruptions,
                   "write interruptions to a CSV or YAML file for --charges")
        ->type_name("FILE");
}

static void add_update(CLI::App& app, Arguments& to) {
    app.add_option("PROVIDER", to.provider, "aws or azure")->required();
    app.add_option("--region", to.regions, "regions, by comma or repetition (all with prices)")
        ->delimiter(',')
        ->type_name("CODE");
    add_catalog(app, to, "--base");
    add_today(app, to);
    app.add_option("--from", to.from, "a mirror of the provider's server")->type_name("URL");
    app.add_option("--timeout", to.timeout, "give up when next to nothing arrives for so long (60)")
        ->type_name("SECONDS");
    app.add_option("--cacert", to.cacert, "certificates to trust in place of the system's")
        ->type_name("FILE");
    add_accept_outliers(app, to);
}

using Run = int (*)(const Arguments&);

/// The subcommands, each with what it runs.
static std::vector<std::pair<CLI::App*, Run>> add_all(CLI::App& app, Arguments& to) {
    CLI::App* import = app.add_subcommand("import", "price files to a catalog");
    add_import(*import, to);
    CLI::App* update = app.add_subcommand("update", "the newest prices, downloaded into the cache");
    add_update(*update, to);
    CLI::App* check = app.add_subcommand("check", "what looks wrong in a catalog");
    add_catalog(*check, to, "CATALOG");
    check->add_flag("--all", to.all, "the findings too that the catalog explains, and why");
    CLI::App* diff = app.add_subcommand("diff", "what changed from one catalog to another");
    diff->add_option("CATALOG", to.files, "two catalogs, or days: 2024-03-01")
        ->required()
        ->expected(2);
    diff->add_option("--format", to.format, "text or json (text)")->type_name("NAME");
    CLI::App* history = app.add_subcommand("history", "what a machine or a GPU cost by day");
    history->add_option("NAME", to.pattern, "a machine (p3.2xlarge) or a GPU (H100)")->required();
    history->add_option("--region", to.regions, "each day of one region")
        ->expected(1)
        ->type_name("CODE");
    history->add_option("--provider", to.provider, "of one provider (all)")->type_name("NAME");
    history->add_option("--purchase", to.purchase, "on_demand or spot (on_demand)")
        ->type_name("NAME");
    CLI::App* list = app.add_subcommand("list", "the machines of a catalog");
    list->add_option("PATTERN", to.pattern, "names to list: \"p4*\"");
    CLI::App* show = app.add_subcommand("show", "the facts and prices of a machine or a GPU");
    show->add_option("MACHINE", to.pattern, "its name: p3.2xlarge, A100")->required();
    CLI::App* out = app.add_subcommand("export", "a catalog in another form");
    out->add_option("--format", to.format, "csv, json or yaml (csv)")->type_name("NAME");
    for (CLI::App* one : {list, show, out})
        add_catalog(*one, to, "--catalog");
    for (CLI::App* one : {check, diff, history, list, show, out})
        add_output(*one, to);
    std::vector<std::pair<CLI::App*, Run>> all = add_overviews(app, to);
    const std::vector<std::pair<CLI::App*, Run>> others{{import, run_import},
                                                        {update, run_update},
                                                        {check, run_check},
                                                        {diff, run_diff},
                                                        {history, run_history},
                                                        {list, run_list},
                                                        {show, run_show},
                                                        {out, run_export}};
    all.insert(all.begin(), others.begin(), others.end());
    return all;
}

static int run(int argc, char** argv) {
    CLI::App app{"Catalogs of machines and prices: import, check, compare.", "catalog"};
    Arguments arguments;
    const auto commands = add_all(app, arguments);
    app.set_version_flag("--version", std::string{version()});
    app.require_subcommand(1);
    app.footer(std::string{kExamples});
    if (argc >= 2 && argc <= 3 && std::string_view{argv[1]} == "help") {
        write_output(help_on(app, argc == 3 ? argv[2] : ""), "");
        return answer;
    }
    try {
        require_values(app, argc, argv);
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        write_output(chosen.empty() ? app.help() : chosen.front()->help(), "");
        return answer;
    } catch (const CLI::CallForVersion&) {
        write_output(fmt::format("{}\n", version()), "");
        return answer;
    } catch (const CLI::ParseError& error) {
        throw InputError{{}, error.what()};
    }
    for (const auto& [command, run_it] : commands)
        if (command->parsed()) {
            if (arguments.format.empty())
                arguments.format = run_it == run_export ? "csv" : "text";
            return run_it(arguments);
        }
    return bad_input;
}

int flopwise::run_catalog(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return bad_input;
    }
}
