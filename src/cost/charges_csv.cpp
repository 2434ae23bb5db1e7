// Reserved rates and interruptions as `catalog import` writes them: tables of what price files
// have.

#include "cost/charge_reading.hpp"
#include "cost/charge_rows.hpp"
#include "cost/term_fees.hpp"
#include "text/csv_file.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <limits>

namespace flopwise {

namespace {

using ColumnNames = std::span<const std::string_view>;

constexpr std::array<std::string_view, 11> kReservedColumns{"provider",
                                                            "instance",
                                                            "region",
                                                            "years",
                                                            "offering_class",
                                                            "payment",
                                                            "hourly_usd_per_hour",
                                                            "upfront_usd",
                                                            "source",
                                                            "title",
                                                            "as_of"};
constexpr std::array<std::string_view, 8> kBandColumns{
    "provider", "instance", "region", "at_least", "below", "source", "title", "as_of"};
// What a table may be without; a cell that is empty is not known.
constexpr std::array<std::string_view, 3> kMoreOfReserved{
    "effective_usd_per_hour", "on_demand_usd_per_hour", "file"};
constexpr std::array<std::string_view, 1> kMoreOfBands{"file"};

bool is_in(ColumnNames columns, std::string_view name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
}

/// A table whose first row names its columns.
class ChargesTable {
public:
    ChargesTable(const std::string& text, const std::string& name) : rows_{name, text} {
        if (!rows_.next())
            throw InputError{{.file = name}, "must be a file of charges, is empty"};
        header_ = rows_.cells();
    }

    [[nodiscard]] bool has(std::string_view column) const {
        return std::find(header_.begin(), header_.end(), column) != header_.end();
    }
    void require(ColumnNames columns, ColumnNames more) const {
        for (const std::string_view column : columns)
            if (!has(column))
                refuse(column, "must be a column of the table");
        for (auto at = header_.begin(); at != header_.end(); ++at) {
            if (!is_in(columns, *at) && !is_in(more, *at))
                refuse(*at, "must be a known column");
            if (std::find(header_.begin(), at, *at) != at)
                refuse(*at, "must not be given twice");
        }
    }

    bool next() {
        if (!rows_.next())
            return false;
        rows_.require_cells(header_.size());
        return true;
    }

    [[nodiscard]] std::string text_or_none(std::string_view column) const {
        const auto found = std::find(header_.begin(), header_.end(), column);
        return found == header_.end()
                   ? ""
                   : rows_.cells()[static_cast<std::size_t>(found - header_.begin())];
    }
    [[nodiscard]] std::string text(std::string_view column) const {
        std::string out = text_or_none(column);
        if (out.empty())
            refuse(column, "must be given");
        return out;
    }
    [[nodiscard]] double number(std::string_view column) const {
        const std::string written = text(column);
        const auto out = text::number(written);
        if (!out)
            refuse(column, fmt::format("must be a number, got {}", text::quoted(written)));
        return *out;
    }
    [[nodiscard]] double not_negative(std::string_view column) const {
        const double out = number(column);
        if (out < 0)
            refuse(column, fmt::format("must not be negative, got {}", out));
        return out;
    }
    [[noreturn]] void refuse(std::string_view column, std::string_view reason) const {
        rows_.refuse(column, reason);
    }
    [[nodiscard]] Where where() const { return rows_.where(); }

private:
    text::CsvFile rows_;
    std::vector<std::string> header_;
};

/// What a price file has. Its figures stand over those of files before it.
struct PriceFile {
    std::string source;
    std::vector<TermFees> fees{};
    std::vector<Where> places{}; ///< of the fees
    std::vector<ChargesRow> rows{};
};

/// By price file, in the order in which they begin.
class PriceFiles {
public:
    explicit PriceFiles(ChargesReading& to) : to_{to} {}

    PriceFile& of(const ChargesTable& table) {
        const std::string day = table.text("as_of");
        const auto date = date_of(day);
        if (!date)
            table.refuse("as_of", no_day_reason(day));
        const Source source{
            .name = table.text("source"), .title = table.text("title"), .as_of = *date};
        std::string key = fmt::format("{}\n{}\n{}\n{}\n{}",
                                      table.where().file,
                                      source.name,
                                      source.title,
                                      to_string(source.as_of),
                                      table.text_or_none("file"));
        const auto [at, added] = places_.emplace(key, files_.size());
        if (added) {
            to_.sources.emplace(key, source);
            files_.push_back({.source = std::move(key)});
        }
        return files_[at->second];
    }
    [[nodiscard]] std::vector<PriceFile>& all() { return files_; }

private:
    ChargesReading& to_;
    std::map<std::string, std::size_t> places_;
    std::vector<PriceFile> files_;
};

std::string offering_in(const ChargesTable& table, int years) {
    const std::string name = table.text("offering_class");
    std::string offering = fmt::format("{}_{}yr", name, years);
    if (std::find(kOfferings.begin(), kOfferings.end(), offering) == kOfferings.end())
        table.refuse("offering_class",
                     fmt::format("must be standard, convertible, compute_savings, "
                                 "instance_savings or committed, got {}",
                                 text::quoted(name)));
    return offering;
}

int years_in(const ChargesTable& table) {
    const double years = table.number("years");
    if (years != 1 && years != 3)
        table.refuse("years", fmt::format("must be 1 or 3, got {}", years));
    return static_cast<int>(years);
}

std::string payment_in(const ChargesTable& table) {
    constexpr std::array<std::string_view, kPayments> kNames{
        "no_upfront", "partial_upfront", "all_upfront"};
    std::string name = table.text("payment");
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
        table.refuse("payment",
                     fmt::format("must be {}, got {}", text::one_of(kNames), text::quoted(name)));
    return name;
}

/// What both fees come to is said twice: it must be the same.
void require_effective(const ChargesTable& table, const TermFees& fees) {
    constexpr std::string_view kColumn = "effective_usd_per_hour";
    const double effective = fees.effective().value();
    if (effective <= 0)
        table.refuse("hourly_usd_per_hour",
                     "must be positive where nothing is paid upfront, got 0");
    if (table.text_or_none(kColumn).empty())
        return;
    constexpr double kRounding = 1e-6;
    if (const double written = table.number(kColumn);
        !(std::abs(written - effective) <= kRounding * effective))
        table.refuse(
            kColumn,
            fmt::format("must be the {} that both fees come to, got {}", effective, written));
}

double on_demand_in(const ChargesTable& table) {
    constexpr std::string_view kColumn = "on_demand_usd_per_hour";
    if (table.text_or_none(kColumn).empty())
        return std::numeric_limits<double>::quiet_NaN();
    const double value = table.number(kColumn);
    if (value <= 0)
        table.refuse(kColumn, fmt::format("must be positive, got {}", value));
    return value;
}

void read_fees(const ChargesTable& table, PriceFile& to) {
    const int years = years_in(table);
    const TermFees fees{.provider = table.text("provider"),
                        .instance = table.text("instance"),
                        .region = table.text("region"),
                        .offering = offering_in(table, years),
                        .payment = payment_in(table),
                        .years = years,
                        .hourly = UsdPerHour{table.not_negative("hourly_usd_per_hour")},
                        .upfront = Usd{table.not_negative("upfront_usd")}};
    require_effective(table, fees);
    const double on_demand = on_demand_in(table);
    if (fees.by_the_hour())
        to.rows.push_back({.names = {fees.provider, fees.instance, fees.region, fees.offering},
                           .a = fees.effective().value(),
                           .b = on_demand,
                           .source = to.source,
                           .where = table.where()});
    to.fees.push_back(fees);
    to.places.push_back(table.where());
}

void read_band(const ChargesTable& table, PriceFile& to) {
    const double at_least = table.number("at_least");
    if (!(at_least >= 0 && at_least < 1))
        table.refuse("at_least", fmt::format("must be in [0, 1), got {}", at_least));
    const double below = table.number("below");
    if (!(below > at_least && below <= 1))
        table.refuse("below",
                     fmt::format("must be above {} and at most 1, got {}", at_least, below));
    to.rows.push_back(
        {.names = {table.text("provider"), table.text("instance"), table.text("region")},
         .a = at_least,
         .b = below < 1 ? below : std::numeric_limits<double>::quiet_NaN(),
         .source = to.source,
         .where = table.where()});
}

std::vector<ChargesRow> ratios_of(const PriceFile& file) {
    std::vector<ChargesRow> out;
    std::uint64_t left_out = 0;
    for (const UpfrontRatio& ratio : upfront_ratios(file.fees, left_out)) {
        const auto first =
            std::find_if(file.fees.begin(), file.fees.end(), [&](const TermFees& fees) {
                return fees.provider == ratio.provider && fees.offering == ratio.offering &&
                       fees.payment == ratio.payment;
            });
        out.push_back({.names = {ratio.provider, ratio.offering, ratio.payment},
                       .a = ratio.ratio,
                       .b = ratio.upfront,
                       .source = file.source,
                       .where = file.places[static_cast<std::size_t>(first - file.fees.begin())]});
    }
    return out;
}

/// Rows of files one after another: of the same names, that of the last file.
class LatestRows {
public:
    void add(const std::vector<ChargesRow>& rows) {
        std::map<std::vector<std::string>, const ChargesRow*> here;
        for (const ChargesRow& row : rows) {
            if (!here.emplace(row.names, &row).second)
                throw InputError{row.where, "must not be given twice"};
            rows_.insert_or_assign(row.names, row);
        }
    }
    void move_to(std::vector<ChargesRow>& to) {
        for (auto& [names, row] : rows_)
            to.push_back(std::move(row));
    }

private:
    std::map<std::vector<std::string>, ChargesRow> rows_;
};

} // namespace

bool is_charges_csv(std::string_view text, std::string_view name) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (text.starts_with(kMark))
        text.remove_prefix(kMark.size());
    return name.ends_with(".csv") || text.starts_with("provider,");
}

void read_charges_csv(const std::string& text, const std::string& name, ChargesReading& to) {
    ChargesTable table{text, name};
    const bool bands = table.has("at_least");
    if (bands)
        table.require(kBandColumns, kMoreOfBands);
    else
        table.require(kReservedColumns, kMoreOfReserved);
    PriceFiles files{to};
    while (table.next())
        (bands ? read_band : read_fees)(table, files.of(table));
    LatestRows rows;
    LatestRows ratios;
    for (const PriceFile& file : files.all()) {
        rows.add(file.rows);
        ratios.add(ratios_of(file));
    }
    rows.move_to(bands ? to.interruptions : to.reserved);
    ratios.move_to(to.ratios);
}

} // namespace flopwise
