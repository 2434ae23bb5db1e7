#include "feed/community_rows.hpp"

#include "text/text.hpp"

#include <algorithm>

namespace flopwise::feed {

double positive(std::string_view text, std::string_view field) {
    const double number = figure(text, field);
    if (!(number > 0))
        throw BadRow{std::string{field}, fmt::format("must be positive, got {}", number)};
    return number;
}

double figure_or_none(std::string_view text, std::string_view field) {
    return text.empty() ? 0 : figure(text, field);
}

std::string arch_of(std::string_view written) {
    if (written == "x86" || written == "amd64")
        return "x86_64";
    return std::string{written == "arm" ? "arm64" : written};
}

bool is_community(std::string_view machine) {
    return machine.ends_with("_COMMUNITY");
}

static bool same_size(const Instance& a, const Instance& b) {
    return a.vcpus == b.vcpus && a.memory == b.memory && a.gpu == b.gpu &&
           a.gpu_count == b.gpu_count;
}

/// "n1-standard-8_2xnvidia-t4_8v30gb": Google attaches GPUs of several kinds and numbers to a
/// machine, and RunPod rents out a pod with several sizes of machine.
static std::string full_name(const Instance& i) {
    const std::string gpus = i.gpu.empty() ? "" : fmt::format("_{}x{}", i.gpu_count, i.gpu);
    const std::string memory = i.memory ? fmt::format("{}gb", i.memory->value()) : "";
    const std::string vcpus = i.vcpus ? fmt::format("{}v", *i.vcpus) : "";
    return fmt::format("{}{}_{}{}", i.name, gpus, vcpus, memory);
}

static std::string place_key(const CommunityRow& row, Purchase purchase) {
    return fmt::format(
        "{}\n{}\n{}\n{}", row.provider, row.machine.name, row.region, static_cast<int>(purchase));
}

static std::string machine_key(const CommunityRow& row) {
    return fmt::format("{}\n{}", row.provider, row.machine.name);
}

/// Whether the row says what the machine is.
static bool describes(const CommunityRow& row) {
    return row.machine.vcpus || row.machine.memory || !row.machine.gpu.empty();
}

void CommunityRows::add(CommunityRow row) {
    if (describes(row)) {
        const auto [first, fresh] = first_.try_emplace(machine_key(row), rows_.size());
        if (!fresh && !same_size(rows_[first->second].machine, row.machine))
            ambiguous_.insert(machine_key(row));
    }
    if (!row.region.empty())
        regions_.insert(row.region);
    rows_.push_back(std::move(row));
}

std::string CommunityRows::region_of(const CommunityRow& row) const {
    if (!row.region.empty())
        return row.region;
    for (std::size_t length : {row.zone.rfind('-'), row.zone.size() - 1}) {
        if (row.zone.empty() || length == std::string::npos)
            continue;
        std::string region = row.zone.substr(0, length);
        if (regions_.contains(region) || sink_.knows_region(region))
            return region;
    }
    return {};
}

void CommunityRows::settle_regions() {
    std::erase_if(rows_, [this](CommunityRow& row) {
        row.region = region_of(row);
        if (!row.region.empty() || (row.on_demand == 0 && row.spot == 0))
            return false;
        sink_.pass_over(row.machine.name); // it is in the list, wherever
        sink_.skip("no region");
        return true;
    });
}

void CommunityRows::find_lowest() {
    for (CommunityRow& row : rows_) {
        if (describes(row) && ambiguous_.contains(machine_key(row)))
            row.machine.name = full_name(row.machine);
        const auto look = [&](Purchase purchase, double price) {
            if (price == 0)
                return;
            const auto [found, fresh] = lowest_.try_emplace(place_key(row, purchase), price);
            found->second = std::min(found->second, price);
        };
        look(Purchase::on_demand, row.on_demand);
        look(Purchase::spot, row.spot);
    }
}

/// Those of its prices that are the lowest; whether there is one, or the row has none.
bool CommunityRows::give_prices(const CommunityRow& row) {
    bool counts = row.on_demand == 0 && row.spot == 0;
    const auto add = [&](Purchase purchase, double price) {
        if (price == 0 || price != lowest_.at(place_key(row, purchase)))
            return;
        sink_.add(row.machine.name, row.region, purchase, UsdPerHour{price});
        counts = true;
    };
    add(Purchase::on_demand, row.on_demand);
    add(Purchase::spot, row.spot);
    return counts;
}

void CommunityRows::give(CommunityRow& row) {
    bool counts = false;
    if (!row.provider.empty())
        sink_.set_origin(row.provider, row.source);
    try {
        counts = give_prices(row);
        if (describes(row))
            sink_.add(row.machine);
    } catch (const BadRow& bad) {
        sink_.pass_over(row.machine.name);
        return sink_.reject(
            {.file = sink_.file(), .line = row.line, .field = bad.field, .byte = row.byte},
            bad.reason);
    }
    if (counts)
        sink_.keep();
    else
        sink_.skip("dearer than another of its machine and place");
}

void CommunityRows::finish() {
    settle_regions();
    find_lowest();
    for (CommunityRow& row : rows_)
        give(row);
}

} // namespace flopwise::feed
