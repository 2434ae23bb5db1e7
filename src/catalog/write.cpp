#include <flopwise/catalog.hpp>

#include <algorithm>
#include <iterator>

namespace flopwise {

namespace {

/// One row on one line: `  - {key: value, ...}`, leaving out what is not known.
class Row {
public:
    void text(std::string_view key, std::string_view value) {
        if (!value.empty())
            pair(key, written(value));
    }
    void number(std::string_view key, double value) { pair(key, fmt::format("{}", value)); }
    void number_if(std::string_view key, double value) {
        if (value != 0)
            number(key, value);
    }
    template <class Unit>
    void number_if(std::string_view key, const std::optional<Quantity<Unit>>& value) {
        if (value)
            number(key, value->value());
    }
    void flag(std::string_view key, bool value) {
        if (value)
            pair(key, "true");
    }
    void texts(std::string_view key, const std::vector<std::string>& values) {
        std::string list;
        for (const std::string& value : values)
            list += (list.empty() ? "" : ", ") + written(value);
        if (!values.empty())
            pair(key, "[" + list + "]");
    }
    [[nodiscard]] std::string line() const { return "  - {" + pairs_ + "}\n"; }

private:
    void pair(std::string_view key, std::string_view value) {
        fmt::format_to(
            std::back_inserter(pairs_), "{}{}: {}", pairs_.empty() ? "" : ", ", key, value);
    }

    /// Plain if it is a word that YAML can only read as text, in double quotes otherwise.
    static std::string written(std::string_view value) {
        constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789_-.+";
        constexpr std::string_view kDigits = "0123456789-.+";
        const bool word = value.find_first_not_of(kWord) == std::string_view::npos &&
                          kDigits.find(value.front()) == std::string_view::npos;
        if (word && value != "no" && value != "null" && value != "true" && value != "false")
            return std::string{value};
        std::string out = "\"";
        for (const char c : value) {
            if (c == '"' || c == '\\')
                out += '\\';
            if (static_cast<unsigned char>(c) < 0x20)
                out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            else
                out += c;
        }
        return out + '"';
    }

    std::string pairs_;
};

void write(Row& to, const Source& s) {
    to.text("name", s.name);
    to.text("title", s.title);
    to.text("as_of", to_string(s.as_of));
    to.text("evidence", s.recalled ? "recalled" : "");
}

void write(Row& to, const Gpu& g) {
    to.text("name", g.name);
    to.text("marketing_name", g.marketing_name);
    to.text("vendor", g.vendor);
    to.text("architecture", g.architecture);
    to.number_if("year", g.year);
    to.number("memory_gib", g.memory.value());
    to.number_if("memory_bandwidth_gb_per_s", g.memory_bandwidth);
    to.number_if("fp64_tflops", g.fp64);
    to.number_if("fp64_tensor_tflops", g.fp64_tensor);
    to.number_if("fp32_tflops", g.fp32);
    to.number_if("tf32_tensor_tflops", g.tf32_tensor);
    to.number_if("fp16_tflops", g.fp16);
    to.number_if("fp16_tensor_tflops", g.fp16_tensor);
    to.number_if("bf16_tensor_tflops", g.bf16_tensor);
    to.number_if("fp8_tensor_tflops", g.fp8_tensor);
    to.number_if("int8_tops", g.int8);
    to.number_if("fp4_tensor_tflops", g.fp4_tensor);
    to.text("interconnect", g.interconnect);
    to.number_if("interconnect_gb_per_s", g.interconnect_bandwidth);
    to.number_if("tdp_watts", g.tdp);
    to.texts("aliases", g.aliases);
    to.text("stack", g.stack);
    to.texts("unsupported", g.unsupported);
    std::vector<std::string> not_for;
    for (const Purpose purpose : g.not_for)
        not_for.emplace_back(to_string(purpose));
    to.texts("not_for", not_for);
    to.text("note", g.note);
    to.text("source", g.source);
}

void write(Row& to, const Family& f) {
    to.text("provider", f.provider);
    to.text("name", f.name);
    to.text("purpose", to_string(f.purpose));
    to.number_if("year", f.year);
    to.text("successor", f.successor);
    to.text("source", f.source);
}

void write(Row& to, const Instance& i) {
    to.text("provider", i.provider);
    to.text("name", i.name);
    to.text("family", i.family);
    to.number("vcpus", i.vcpus);
    to.number("memory_gib", i.memory.value());
    to.text("arch", i.arch);
    to.text("cpu_vendor", i.cpu_vendor);
    to.number_if("clock_ghz", i.clock_ghz);
    to.text("gpu", i.gpu);
    to.number_if("gpu_count", i.gpu_count);
    to.number_if("reported_gpu_memory_gib", i.reported_gpu_memory);
    to.number_if("local_storage_gb", i.local_storage);
    to.text("local_storage_kind", i.local_storage_kind);
    to.number_if("network_gbps", i.network);
    to.number_if("network_peak_gbps", i.network_peak);
    to.flag("network_estimated", i.network_estimated);
    to.number_if("ebs_gbps", i.ebs);
    to.flag("burstable", i.burstable);
    to.flag("bare_metal", i.bare_metal);
    to.flag("retired", i.retired);
    to.text("source", i.source);
}

void write(Row& to, const Region& r) {
    to.text("provider", r.provider);
    to.text("code", r.code);
    to.text("name", r.name);
    to.text("city", r.city);
    to.text("country", r.country);
    if (r.place) {
        to.number("latitude", r.place->latitude);
        to.number("longitude", r.place->longitude);
    }
    to.number_if("year", r.year);
    to.text("note", r.note);
    to.text("source", r.source);
}

void write(Row& to, const Offering& o) {
    to.text("provider", o.provider);
    to.text("instance", o.instance);
    to.texts("regions", o.regions);
    to.text("source", o.source);
}

void write(Row& to, const Price& p) {
    to.text("provider", p.provider);
    to.text("instance", p.instance);
    to.text("region", p.region);
    to.text("purchase", to_string(p.purchase));
    to.number("usd_per_hour", p.hourly.value());
    to.text("source", p.source);
}

template <class Rows>
void write_section(std::string& out, std::string_view name, const Rows& rows) {
    if (rows.empty())
        return;
    out += fmt::format("{}:\n", name);
    for (const auto& row : rows) {
        Row line;
        write(line, row);
        out += line.line();
    }
}

} // namespace

std::string to_yaml(const Catalog& catalog) {
    const Tables tables = catalog.tables();
    Row about;
    about.text("name", tables.name);
    about.text("as_of", to_string(tables.as_of));
    std::string out = "catalog: " + about.line().substr(std::string_view{"  - "}.size());
    write_section(out, "sources", tables.sources);
    write_section(out, "gpus", tables.gpus);
    write_section(out, "families", tables.families);
    write_section(out, "instances", tables.instances);
    write_section(out, "regions", tables.regions);
    write_section(out, "offerings", tables.offerings);
    write_section(out, "prices", tables.prices);
    write_section(out, "superseded", tables.superseded);
    return out;
}

} // namespace flopwise
