// Reserved rates as tables: machines by region, with a column for each offering.

#include "cost/charge_reading.hpp"
#include "cost/charge_rows.hpp"
#include "text/csv_file.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopwise {

namespace {

constexpr std::array<std::string_view, 3> kFirstColumns{"instance", "region", "on_demand"};

void require_header(const text::CsvFile& file) {
    const auto& titles = file.cells();
    if (titles.size() <= kFirstColumns.size() ||
        !std::equal(kFirstColumns.begin(), kFirstColumns.end(), titles.begin()))
        file.refuse("",
                    "must begin with the columns instance, region and on_demand and have that of "
                    "an offering");
    for (auto at = titles.begin() + kFirstColumns.size(); at != titles.end(); ++at) {
        if (std::ranges::find(kOfferings, *at) == kOfferings.end())
            file.refuse(*at,
                        fmt::format("must be {}{}",
                                    text::one_of(kOfferings),
                                    text::did_you_mean(*at, kOfferings)));
        if (std::find(titles.begin(), at, *at) != at)
            file.refuse(*at, "must not be given twice");
    }
}

/// NaN for a cell that is empty: not known.
double rate_of(const text::CsvFile& file, std::string_view column, const std::string& cell) {
    if (cell.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const auto usd = text::number(cell);
    if (!usd || !(*usd > 0) || !std::isfinite(*usd))
        file.refuse(column, fmt::format("must be positive and finite, got {}", text::quoted(cell)));
    return *usd;
}

/// A row of the table is one for each offering that has a rate.
class Rows {
public:
    Rows(const text::CsvFile& file,
         const std::string& provider,
         const std::string& source,
         std::vector<ChargesRow>& to)
        : file_{file}, provider_{provider}, source_{source}, titles_{file.cells()}, to_{to} {}

    void add() {
        file_.require_cells(titles_.size());
        const auto& cells = file_.cells();
        for (std::size_t i = 0; i < 2; ++i)
            if (cells[i].empty())
                file_.refuse(titles_[i], "must be given");
        require_ascending(cells[0], cells[1]);
        const double on_demand = rate_of(file_, titles_[2], cells[2]);
        const std::size_t before = to_.size();
        for (std::size_t i = kFirstColumns.size(); i < cells.size(); ++i)
            if (const double usd = rate_of(file_, titles_[i], cells[i]); !std::isnan(usd))
                to_.push_back({.names = {provider_, cells[0], cells[1], titles_[i]},
                               .a = usd,
                               .b = on_demand,
                               .source = source_,
                               .where = file_.where()});
        if (to_.size() == before)
            file_.refuse("", "must have a rate");
    }

private:
    void require_ascending(const std::string& instance, const std::string& region) {
        if (std::tie(instance, region) <= std::tie(instance_, region_))
            file_.refuse("instance", "must be after the row before it, by instance and region");
        instance_ = instance;
        region_ = region;
    }

    const text::CsvFile& file_;
    const std::string& provider_;
    const std::string& source_;
    std::vector<std::string> titles_;
    std::vector<ChargesRow>& to_;
    std::string instance_;
    std::string region_;
};

} // namespace

void read_reserved_table(const std::filesystem::path& file,
                         const std::string& provider,
                         const std::string& source,
                         std::vector<ChargesRow>& to) {
    text::CsvFile table{file};
    if (!table.next())
        table.refuse("", "must be a table of reserved rates, is empty");
    require_header(table);
    Rows rows{table, provider, source, to};
    while (table.next())
        rows.add();
}

} // namespace flopwise
