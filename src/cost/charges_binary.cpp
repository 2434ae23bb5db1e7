#include "cost/charges_binary.hpp"

#include "catalog/binary.hpp"
#include "cost/charge_rows.hpp"
#include "text/archive.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

template <class Archive, class Rows>
static void rows(Archive& a, Rows& r) {
    a(r.key, r.source);
}

template <class Archive, class Data>
static void all_charges(Archive& a, Data& d) {
    a(d.sources, d.names, d.tiers, d.smallest_size, d.default_storage);
    a(d.ratio, d.upfront, d.offered);
    rows(a, d.charges);
    rows(a, d.ratios);
    rows(a, d.same);
    auto& reserved = d.reserved;
    rows(a, reserved.machines);
    a(reserved.on_demand_usd_per_hour, reserved.first, reserved.count);
    a(reserved.offering, reserved.usd_per_hour);
    auto& bands = d.interruptions;
    rows(a, bands.machines);
    a(bands.band, bands.from, bands.to);
}

std::string ChargesBinary::write(const Charges& charges) {
    Writer writer;
    all_charges(writer, *charges.data_);
    return std::move(writer.bytes);
}

Charges ChargesBinary::read(std::string_view image) {
    auto data = std::make_shared<Charges::Data>();
    if (Reader reader{image}; !image.empty())
        all_charges(reader, *data);
    return Charges{std::move(data)};
}

// ---- what an image from outside must hold -------------------------------------------

namespace {

[[noreturn]] void refuse_tables(std::string_view reason) {
    throw ArgumentError{"charges", fmt::format("must be a whole image: {}", reason)};
}

bool within(const auto& column, std::size_t size) {
    return std::all_of(column.begin(), column.end(), [size](auto i) { return i < size; });
}

bool figures(const Column<double>& column, bool unknown_too = false) {
    return std::all_of(column.begin(), column.end(), [unknown_too](double figure) {
        return (std::isfinite(figure) && figure >= 0) || (unknown_too && std::isnan(figure));
    });
}

/// Whether keys are of so many names, and no key stands before a lesser one.
bool keys_hold(const Column<std::uint64_t>& keys, unsigned width, std::size_t names) {
    for (const std::uint64_t key : keys) {
        if (key >> (width * kNameBits) != 0)
            return false;
        for (unsigned place = 0; place < width; ++place)
            if (((key >> (place * kNameBits)) & kNameMask) >= names)
                return false;
    }
    return std::is_sorted(keys.begin(), keys.end());
}

template <class Data>
bool reserved_hold(const Data& d) {
    const ReservedRows& r = d.reserved;
    const std::size_t rows = r.machines.key.size();
    if (r.on_demand_usd_per_hour.size() != rows || r.first.size() != rows ||
        r.count.size() != rows || r.offering.size() != r.usd_per_hour.size())
        return false;
    for (std::size_t i = 0; i < rows; ++i)
        if (std::size_t{r.first[i]} + r.count[i] > r.usd_per_hour.size())
            return false;
    return within(r.offering, kBlockPlace + std::size_t{1}) && figures(r.usd_per_hour) &&
           figures(r.on_demand_usd_per_hour, true);
}

template <class Data>
bool tables_hold(const Data& d) {
    for (const ChargeRows* rows :
         {&d.charges, &d.ratios, &d.same, &d.reserved.machines, &d.interruptions.machines})
        if (rows->source.size() != rows->key.size() || !within(rows->source, d.sources.size()) ||
            !keys_hold(rows->key, 3, d.names.size()))
            return false;
    const auto is_storage = [&d](std::uint64_t key) {
        return d.names[key & kNameMask].starts_with(kStorage);
    };
    const BandRows& bands = d.interruptions;
    const auto is_rate = [](const Tier& tier) {
        return std::isfinite(tier.from) && tier.from >= 0 && std::isfinite(tier.usd) &&
               tier.usd >= 0;
    };
    const auto descends = [](const std::string& a, const std::string& b) { return !(a < b); };
    return std::adjacent_find(d.names.begin(), d.names.end(), descends) == d.names.end() &&
           keys_hold(d.default_storage, 2, d.names.size()) &&
           std::all_of(d.default_storage.begin(), d.default_storage.end(), is_storage) &&
           keys_hold(d.offered, 2, d.names.size()) && d.tiers.size() == d.charges.key.size() &&
           d.smallest_size.size() == d.tiers.size() &&
           std::all_of(d.tiers.begin(), d.tiers.end(), is_rate) && figures(d.smallest_size) &&
           d.ratio.size() == d.ratios.key.size() && d.upfront.size() == d.ratio.size() &&
           figures(d.ratio) && figures(d.upfront) && reserved_hold(d) &&
           bands.band.size() == bands.machines.key.size() && bands.to.size() == bands.from.size() &&
           within(bands.band, bands.from.size()) && figures(bands.from) && figures(bands.to, true);
}

} // namespace

Charges ChargesBinary::checked(std::string_view image) {
    auto data = std::make_shared<Charges::Data>();
    Reader reader{image, true};
    try {
        all_charges(reader, *data);
    } catch (const ArgumentError& e) {
        throw ArgumentError{"charges", e.reason()};
    }
    if (!reader.bytes.empty())
        refuse_tables("something follows it");
    if (!tables_hold(*data))
        refuse_tables("its rows do not refer to one another");
    return Charges{std::move(data)};
}

} // namespace flopwise
