#include "cost/charges_binary.hpp"

#include "catalog/binary.hpp"
#include "cost/charge_rows.hpp"
#include "text/archive.hpp"

namespace flopwise {

template <>
constexpr bool kCopied<Tier> = true;

template <class Archive, class Data>
static void all_charges(Archive& a, Data& d) {
    a(d.sources, d.names, d.tiers, d.smallest_size, d.default_storage);
    a(d.usd_per_hour, d.on_demand_usd_per_hour);
    a(d.ratio, d.upfront, d.from, d.to);
    a(d.charges.key, d.reserved.key, d.ratios.key, d.interruptions.key);
    a(d.charges.source, d.reserved.source, d.ratios.source, d.interruptions.source);
    a(d.same.key, d.same.source, d.offered);
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
