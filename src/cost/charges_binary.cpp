#include "cost/charges_binary.hpp"

#include "catalog/binary.hpp"
#include "cost/charge_rows.hpp"
#include "text/archive.hpp"

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

} // namespace flopwise
