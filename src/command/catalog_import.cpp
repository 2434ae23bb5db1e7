// `catalog import`: price files to a catalog.

#include <flopwise/flopwise.hpp>

#include "catalog/rates.hpp"
#include "command/apart.hpp"
#include "command/cache.hpp"
#include "command/catalog_arguments.hpp"
#include "command/output.hpp"
#include "command/today.hpp"
#include "feed/base_catalog.hpp"
#include "feed/imported_rates.hpp"
#include "request/in_flags.hpp"
#include "text/day.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace flopwise {

static Date day(std::string_view flag, const std::string& written) {
    const auto day = date_of(written);
    if (!day)
        throw ArgumentError{
            flag, fmt::format("must be a date such as 2026-07-20, got {}", text::quoted(written))};
    return *day;
}

Date today_of(const Arguments& arguments) {
    return arguments.today.empty() ? system_day() : day("--today", arguments.today);
}

// ---- import -------------------------------------------------------------------------

static ImportOptions options_of(const Arguments& arguments) {
    std::vector<Format> formats;
    for (std::size_t i = 0; i < kFormats; ++i)
        formats.push_back(static_cast<Format>(i));
    ImportOptions options{.format = one_of<Format>("FORMAT", arguments.format, formats),
                          .strict = arguments.strict,
                          .provider = arguments.provider,
                          .as_of = {},
                          .today = today_of(arguments),
                          .window = Days{arguments.window_days}};
    require_positive("--window", options.window);
    if (arguments.as_of.empty())
        return options;
    options.as_of = day("--as-of", arguments.as_of);
    if (is_after_today(options.as_of, options.today))
        throw ArgumentError{"--as-of", after_today_reason(options.as_of, options.today)};
    return options;
}

/// Prices that change nothing, what went, and pages that are missing are never passed over in
/// silence; the others are told if asked for.
static void tell_effect(const ImportEffect& effect, bool all) {
    const bool notable = effect.in_effect() < effect.prices || effect.incomplete ||
                         effect.prices_retired > 0 || effect.machines_retired > 0;
    if (notable || (all && (effect.prices > 0 || effect.to_come > 0)))
        fmt::print(stderr, "{}: {}", text::printable(effect.file), in_flags(to_text(effect)));
}

/// Rows that were rejected are never passed over in silence; the rest is told if asked for.
static void tell(const std::vector<Import>& imports, const Joined& joined, bool all) {
    for (std::size_t i = 0; i < imports.size(); ++i) {
        const Import& import = imports[i];
        if (all)
            fmt::print(stderr, "{}", to_text(import));
        else if (!import.rejected.empty())
            fmt::print(
                stderr,
                "{}: {} of {} rows rejected (--summary shows them); the first: {}\n",
                text::printable(import.file),
                import.rows_rejected,
                import.rows,
                InputError{import.rejected.front().where, import.rejected.front().reason}.what());
        tell_effect(joined.effects[i], all);
    }
    for (const Skipped& left_out : joined.left_out)
        fmt::print(stderr, "left out: {} rows: {}\n", left_out.rows, text::printable(left_out.why));
    if (!joined.outliers.empty())
        fmt::print(
            stderr, "set apart (--accept-outliers takes them): {}\n", named(joined.outliers));
}

static bool is_yaml(const std::string& file) {
    return file.ends_with(".yaml") || file.ends_with(".yml");
}

/// As a file of charges, which `recommend --charges` reads.
template <class Row>
static void write_charges(const std::vector<Import>& imports,
                          std::vector<Row> Import::*rows,
                          const std::string& file) {
    std::string out;
    std::uint64_t left_out = 0;
    for (const Import& import : imports) {
        if ((import.*rows).empty())
            continue;
        Import one = import;
        if constexpr (std::is_same_v<Row, ReservedPrice>)
            one.interruptions.clear();
        else
            one.reserved.clear();
        out = overlaid_rates(out, imported_rates(one, one.tables.sources.front().name, left_out));
    }
    write_output(out.empty() ? "sources: []\n" : out, file);
}

template <class Row>
static void write_rows(const std::vector<Import>& imports,
                       std::vector<Row> Import::*rows,
                       std::string (*csv)(std::span<const Import>),
                       const std::string& file) {
    if (is_yaml(file))
        write_charges(imports, rows, file);
    else if (!file.empty())
        write_output(csv(imports), file);
}

/// What could not be read, at the end, where it is seen.
static void tell_unreadable(const std::vector<Rejected>& files) {
    for (const Rejected& file : files)
        fmt::print(stderr, "not read: {}\n", InputError{file.where, file.reason}.what());
}

/// Each file that is written must be none of those that are read.
static void require_others(const Arguments& arguments,
                           const std::vector<std::filesystem::path>& files) {
    const std::array<std::pair<std::string_view, const std::string*>, 3> written{
        {{"--output", &arguments.output},
         {"--reserved", &arguments.reserved},
         {"--interruptions", &arguments.interruptions}}};
    std::error_code ignored;
    for (const auto& [flag, file] : written)
        for (const auto& read : files)
            if (!file->empty() && std::filesystem::equivalent(*file, read, ignored))
                throw ArgumentError{
                    flag,
                    fmt::format("must be another file than those that are read, got {}",
                                text::quoted(*file))};
}

static std::vector<std::filesystem::path> files_of(const Arguments& arguments) {
    std::vector<std::filesystem::path> out;
    for (const std::string& file : arguments.files)
        out.emplace_back(file);
    if (std::count(out.begin(), out.end(), "-") > 1)
        throw ArgumentError{"FILE", "must have the standard input once"};
    return out;
}

static void
write_all(const Arguments& arguments, const std::vector<Import>& imports, Joined& joined) {
    if (!arguments.name.empty()) {
        Tables tables = joined.catalog.tables();
        tables.name = arguments.name;
        joined.catalog = Catalog{std::move(tables)};
    }
    write_rows(imports, &Import::reserved, reserved_csv, arguments.reserved);
    write_rows(imports, &Import::interruptions, interruptions_csv, arguments.interruptions);
    write_catalog(joined.catalog, arguments.output == "-" ? "" : arguments.output);
}

int run_import(const Arguments& arguments) {
    const ImportOptions options = options_of(arguments);
    const Catalog known = base_called(arguments.base, options.today);
    const auto files = files_of(arguments);
    require_others(arguments, feed_files(files));
    const auto [imports, unreadable] = import_all(files, known, options);
    const bool named = !arguments.base.empty();
    Joined joined = join(named ? known : with_providers(known, providers_of(imports)),
                         imports,
                         {.accept_outliers = arguments.accept_outliers});
    tell(imports, joined, arguments.summary);
    tell_unreadable(unreadable);
    if (std::all_of(imports.begin(), imports.end(), [](const Import& i) { return i.kept == 0; })) {
        fmt::print(stderr, "nothing was kept, so nothing is written\n");
        return imports.empty() ? bad_input : nothing;
    }
    write_all(arguments, imports, joined);
    return answer;
}

} // namespace flopwise
