#include "image.hpp"

#include "catalog_data.hpp"
#include "charges_data.hpp"

#include <cstring>
#include <type_traits>

namespace flopwise {

template <class Archive, class Row>
static void each(Archive& a, Row& r);

/// What a list of is copied at once.
template <class T>
constexpr bool kCopied = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, Tier>;

namespace {

class Writer {
public:
    template <class... Fields>
    void operator()(const Fields&... fields) {
        (field(fields), ...);
    }

    std::string bytes;

private:
    template <class T>
    void field(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void field(const std::string& text) {
        field(static_cast<std::uint32_t>(text.size()));
        bytes += text;
    }
    template <class T>
    void field(const std::vector<T>& items) {
        field(static_cast<std::uint32_t>(items.size()));
        if constexpr (kCopied<T>)
            bytes.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
        else
            for (const T& item : items)
                each(*this, item);
    }
};

class Reader {
public:
    explicit Reader(std::string_view image) : bytes{image} {}

    template <class... Fields>
    void operator()(Fields&... fields) {
        (field(fields), ...);
    }

    std::string_view bytes;

private:
    void take(void* to, std::size_t size) {
        if (size > 0)
            std::memcpy(to, bytes.data(), size);
        bytes.remove_prefix(size);
    }
    std::uint32_t count() {
        std::uint32_t n = 0;
        take(&n, sizeof n);
        return n;
    }
    template <class T>
    void field(T& value) {
        take(&value, sizeof value);
    }
    void field(std::string& text) {
        const std::uint32_t n = count();
        text.assign(bytes.substr(0, n));
        bytes.remove_prefix(n);
    }
    template <class T>
    void field(std::vector<T>& items) {
        items.resize(count());
        if constexpr (kCopied<T>)
            take(items.data(), items.size() * sizeof(T));
        else
            for (T& item : items)
                each(*this, item);
    }
};

} // namespace

// One list of fields for each row serves both directions.
template <class Archive, class Row>
static void each(Archive& a, Row& r) {
    using T = std::remove_const_t<Row>;
    if constexpr (std::is_same_v<T, std::string>)
        a(r);
    else if constexpr (std::is_same_v<T, Source>)
        a(r.name, r.title, r.as_of, r.recalled);
    else if constexpr (std::is_same_v<T, Gpu>) {
        a(r.name, r.marketing_name, r.vendor, r.architecture, r.year, r.memory);
        a(r.memory_bandwidth, r.fp64, r.fp64_tensor, r.fp32, r.tf32_tensor, r.fp16);
        a(r.fp16_tensor, r.bf16_tensor, r.fp8_tensor, r.int8, r.fp4_tensor, r.interconnect);
        a(r.interconnect_bandwidth, r.tdp, r.aliases, r.not_for, r.note, r.source);
    } else if constexpr (std::is_same_v<T, Family>)
        a(r.provider, r.name, r.purpose, r.year, r.successor, r.source);
    else if constexpr (std::is_same_v<T, Instance>) {
        a(r.provider, r.name, r.family, r.vcpus, r.memory, r.arch, r.cpu_vendor, r.clock_ghz);
        a(r.gpu, r.gpu_count, r.reported_gpu_memory, r.local_storage, r.local_storage_kind);
        a(r.network, r.network_peak, r.network_estimated, r.ebs, r.burstable, r.bare_metal);
        a(r.retired, r.source);
    } else if constexpr (std::is_same_v<T, Region>)
        a(r.provider, r.code, r.name, r.city, r.country, r.place, r.year, r.note, r.source);
    else if constexpr (std::is_same_v<T, Price>)
        a(r.provider, r.instance, r.region, r.purchase, r.hourly, r.source);
    else
        static_assert(!sizeof(T), "a row without a list of fields");
}

template <class Archive, class Data>
static void all(Archive& a, Data& d) {
    auto& c = d.columns;
    a(d.name, d.as_of, d.sources, d.gpus, d.families, d.instances, d.regions, d.superseded);
    a(d.offerings.instance, d.offerings.first, d.offerings.region, d.offerings.source);
    a(c.vcpus, c.memory_gib, c.gpu_count, c.gpu_memory_gib, c.network_gbps);
    a(c.gpu, c.family, c.retired, c.usd_per_hour, c.site, c.source, c.type, c.first, c.used_sites);
}

std::string CatalogImage::write(const Catalog& catalog) {
    Writer writer;
    all(writer, *catalog.data_);
    return std::move(writer.bytes);
}

Catalog CatalogImage::read(std::string_view image) {
    auto data = std::make_shared<Catalog::Data>();
    Reader reader{image};
    all(reader, *data);
    return Catalog{std::move(data)};
}

template <class Archive, class Data>
static void all_charges(Archive& a, Data& d) {
    a(d.sources, d.names, d.tiers, d.usd_per_hour, d.on_demand_usd_per_hour);
    a(d.ratio, d.from, d.to);
    a(d.charges.key, d.reserved.key, d.ratios.key, d.interruptions.key);
    a(d.charges.source, d.reserved.source, d.ratios.source, d.interruptions.source);
}

std::string ChargesImage::write(const Charges& charges) {
    Writer writer;
    all_charges(writer, *charges.data_);
    return std::move(writer.bytes);
}

Charges ChargesImage::read(std::string_view image) {
    auto data = std::make_shared<Charges::Data>();
    if (Reader reader{image}; !image.empty())
        all_charges(reader, *data);
    return Charges{std::move(data)};
}

} // namespace flopwise
