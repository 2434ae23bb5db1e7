// instances.json of ec2instances.info: a list of machines, each with its prices by region.

#include "feed/json_stream.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise::feed {

namespace {

using json_stream::Object;
using json_stream::Row;
using json_stream::Value;

/// Prices of one machine in one region. Zero, absent and "N/A" alike are "not sold".
struct Site {
    std::string region;
    double on_demand = 0;
    double spot = 0;
    std::string interruptions;
    std::vector<ReservedPrice> reserved;
};

struct Machine {
    Instance instance;
    std::string gpu;
    double gpu_count = 0;
    double gpu_memory_gib = 0; ///< of all
    std::vector<Site> sites;
};

double price(Value value, std::string_view field) {
    const std::string_view written = json_stream::scalar(value, field);
    if (written.empty() || written == "N/A" || written == "unavailable")
        return 0;
    return figure(written, field);
}

/// "yrTerm1Standard.noUpfront": the fee at the begin is in the hourly price.
void read_reserved(Object rates, const std::string& at, Site& to) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPayments{
        {{"noUpfront", "no_upfront"},
         {"partialUpfront", "partial_upfront"},
         {"allUpfront", "all_upfront"}}};
    each(rates, [&](std::string_view name, Value value) {
        constexpr std::string_view kPrefix = "yrTerm";
        const auto dot = name.find('.');
        if (!name.starts_with(kPrefix) || dot == std::string_view::npos)
            return;
        ReservedPrice rate;
        rate.years = name[kPrefix.size()] - '0';
        rate.offering_class =
            text::lower(name.substr(kPrefix.size() + 1, dot - kPrefix.size() - 1));
        for (const auto& [theirs, ours] : kPayments)
            if (name.substr(dot + 1) == theirs)
                rate.payment = ours;
        rate.hourly = UsdPerHour{price(value, at)};
        const bool is_known =
            (rate.years == 1 || rate.years == 3) && !rate.payment.empty() &&
            (rate.offering_class == "standard" || rate.offering_class == "convertible");
        if (is_known)
            to.reserved.push_back(std::move(rate));
    });
}

void read_linux(Object prices, Site& to) {
    const std::string at = fmt::format("pricing.{}.linux", to.region);
    each(prices, [&](std::string_view name, Value value) {
        if (name == "ondemand")
            to.on_demand = price(value, at + ".ondemand");
        else if (name == "spot_avg")
            to.spot = price(value, at + ".spot_avg");
        else if (name == "pct_interrupt")
            to.interruptions = json_stream::scalar(value, at + ".pct_interrupt");
        else if (name == "reserved")
            read_reserved(json_stream::object(value, at + ".reserved"), at + ".reserved", to);
    });
}

void read_pricing(Object regions, std::vector<Site>& to) {
    each(regions, [&](std::string_view code, Value value) {
        if (!looks_like_region(code))
            return; // a local zone
        Site& site = to.emplace_back();
        site.region = name(code, "pricing");
        each(json_stream::object(value, "pricing"), [&](std::string_view system, Value prices) {
            if (system == "linux")
                read_linux(json_stream::object(prices, "pricing"), site);
        });
    });
}

void read_disks(Object storage, Instance& to) {
    double devices = 0;
    double size = 0;
    bool ssd = false;
    each(storage, [&](std::string_view name, Value value) {
        if (name == "devices")
            devices = json_stream::number(value, "storage.devices");
        else if (name == "size")
            size = json_stream::number(value, "storage.size");
        else if (name == "ssd")
            ssd = json_stream::flag(value, "storage.ssd");
    });
    if (devices * size > 0) {
        to.local_storage = GB{devices * size};
        to.local_storage_kind = ssd ? "ssd" : "hdd";
    }
}

void read_network(std::string_view name, Value value, Instance& to) {
    const double gbps = figure(json_stream::scalar(value, name), name);
    if (gbps > 0 && name == "baseline_bandwidth_gbps")
        to.network = Gbps{gbps};
    else if (gbps > 0)
        to.network_peak = Gbps{gbps};
}

void read_member(std::string_view name, Value value, Machine& to) {
    Instance& i = to.instance;
    if (name == "instance_type")
        i.name = feed::name(json_stream::text(value, name), name);
    else if (name == "vCPU")
        i.vcpus = json_stream::positive(value, name);
    else if (name == "memory")
        i.memory = GiB{json_stream::positive(value, name)};
    else if (name == "GPU")
        to.gpu_count = json_stream::number(value, name);
    else if (name == "GPU_model")
        to.gpu = json_stream::scalar(value, name);
    else if (name == "GPU_memory")
        to.gpu_memory_gib = json_stream::number(value, name);
    else if (name == "arch")
        set_arch(i, json_stream::array(value, name));
    else if (name == "storage" && !value.is_null())
        read_disks(json_stream::object(value, name), i);
    else if ((name == "baseline_bandwidth_gbps" || name == "burst_bandwidth_gbps") &&
             !value.is_null())
        read_network(name, value, i);
    else if (name == "pricing")
        read_pricing(json_stream::object(value, name), to.sites);
}

void add_site(const std::string& instance, Site& site, Sink& sink) {
    if (site.on_demand > 0)
        sink.add(instance, site.region, Purchase::on_demand, UsdPerHour{site.on_demand});
    if (site.spot > 0)
        sink.add(instance, site.region, Purchase::spot, UsdPerHour{site.spot});
    (void)add_interruption(sink, instance, site.region, site.interruptions);
    for (ReservedPrice& rate : site.reserved) {
        rate.instance = instance;
        rate.region = site.region;
        sink.add(std::move(rate));
    }
}

void read_machine(Row& row, Sink& sink) {
    Machine machine;
    each(row.object(),
         [&](std::string_view name, Value value) { read_member(name, value, machine); });
    Instance& i = machine.instance;
    if (i.name.empty() || !i.vcpus || !i.memory)
        throw BadRow{i.name.empty() ? "instance_type"
                     : !i.vcpus     ? "vCPU"
                                    : "memory",
                     "must be given"};
    if (machine.gpu_count > 0 || (!machine.gpu.empty() && machine.gpu_memory_gib > 0)) {
        std::optional<GiB> memory;
        if (machine.gpu_memory_gib > 0)
            memory = GiB{machine.gpu_memory_gib / (machine.gpu_count > 0 ? machine.gpu_count : 1)};
        sink.set_gpu(i,
                     {.name = machine.gpu,
                      .count = machine.gpu_count,
                      .memory = memory,
                      .memory_may_be_all = false},
                     "GPU_model");
    }
    if (i.network_peak && i.network && *i.network_peak <= *i.network)
        i.network_peak.reset();
    const std::string instance = i.name;
    if (!sink.add(std::move(i)))
        return sink.skip("given twice");
    for (Site& site : machine.sites)
        add_site(instance, site, sink);
    sink.keep();
}

} // namespace

static std::string read_ec2instances(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{""};
    read_list(input, sink, kLists, [&](Row& row) { read_machine(row, sink); });
    return "ec2instances.info, instances.json";
}

extern constinit const Reader kEc2Instances{
    .format = Format::ec2instances,
    .name = "ec2instances",
    .marks = {.form = Form::array, .any = {"\"pretty_name\"", "\"instance_type\""}},
    .provider = "aws",
    .read = read_ec2instances};

} // namespace flopwise::feed
