// What AWS says of its machines: their parts, and where they can be launched.

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

constexpr double kMiBPerGiB = 1024;
constexpr double kMbpsPerGbps = 1000;

/// One kind of accelerator in a machine.
struct Device {
    std::string name;
    double count = 0;
    double partition = 1; ///< 0.125 for an eighth; the count is then that of whole devices, 0
    double memory_mib = 0;
};

Device read_device(Object object, std::string_view at) {
    Device to;
    each(object, [&](std::string_view name, Value value) {
        if (name == "Name")
            to.name = json_stream::text(value, at);
        else if (name == "Count")
            to.count = json_stream::number(value, fmt::format("{}.Count", at));
        else if (name == "GpuPartitionSize")
            to.partition = json_stream::positive(value, fmt::format("{}.GpuPartitionSize", at));
        else if (name == "MemoryInfo")
            each(json_stream::object(value, "MemoryInfo"), [&](std::string_view key, Value size) {
                if (key == "SizeInMiB")
                    to.memory_mib = json_stream::number(size, fmt::format("{}.SizeInMiB", at));
            });
    });
    return to;
}

void set_device(
    Instance& to, const Device& device, double total_mib, Sink& sink, std::string_view at) {
    const bool part = device.partition < 1;
    GpuClaim claim{.name = device.name,
                   .count = part ? device.partition : device.count,
                   .memory_may_be_all = false};
    if (device.memory_mib > 0)
        claim.memory = GiB{device.memory_mib / kMiBPerGiB / (part ? device.partition : 1)};
    if (claim.count <= 0 && total_mib > 0)
        claim.total = GiB{total_mib / kMiBPerGiB};
    if (claim.count <= 0 && !claim.memory && !claim.total)
        throw BadRow{fmt::format("{}.Count", at),
                     fmt::format("must be positive, got {}", claim.count)};
    sink.set_gpu(to, claim, fmt::format("{}.Name", at));
}

/// Of a list of devices, which has one member in all machines so far.
void read_devices(Object info, std::string_view list, Sink& sink, Instance& to) {
    std::optional<Device> device;
    double total_mib = 0;
    each(info, [&](std::string_view name, Value value) {
        if (name == "TotalGpuMemoryInMiB")
            total_mib = json_stream::number(value, name);
        if (name != list)
            return;
        for (auto one : json_stream::array(value, list)) {
            if (device)
                throw BadRow{std::string{list}, "must have one kind of accelerator, has more"};
            device = read_device(json_stream::object(one.value(), list), list);
        }
    });
    if (device)
        set_device(to, *device, total_mib, sink, list);
}

/// Gigabits of "Up to 12.5 Gigabit" or "16x 200 Gigabit"; 0 for a word.
double rate_of(std::string_view label) {
    double total = 0;
    double times = 1;
    for (const std::string& word : text::split(label, ' ')) {
        if (word.ends_with('x'))
            times = text::number(std::string_view{word}.substr(0, word.size() - 1)).value_or(1);
        else if (const auto number = text::number(word))
            total = *number * times;
    }
    return total;
}

/// Sum over the network cards, but no more than the label says.
void read_network(Object network, Instance& to) {
    double sustained = 0;
    double peak = 0;
    double label = 0;
    std::size_t cards = 0;
    each(network, [&](std::string_view name, Value value) {
        if (name == "NetworkPerformance")
            label = rate_of(json_stream::text(value, "NetworkInfo.NetworkPerformance"));
        if (name != "NetworkCards")
            return;
        for (auto card : json_stream::array(value, "NetworkInfo.NetworkCards")) {
            ++cards;
            each(json_stream::object(card.value(), "NetworkCards"),
                 [&](std::string_view key, Value rate) {
                     if (key == "BaselineBandwidthInGbps")
                         sustained += json_stream::number(rate, "BaselineBandwidthInGbps");
                     else if (key == "PeakBandwidthInGbps")
                         peak += json_stream::number(rate, "PeakBandwidthInGbps");
                 });
        }
    });
    if (cards > 1 && label > 0 && sustained > label)
        sustained = label; // of one card, the label is the rounded figure
    if (sustained > 0)
        to.network = Gbps{sustained};
    if (sustained > 0 && peak > sustained && sustained != label)
        to.network_peak = Gbps{peak};
}

void read_storage(Object storage, Instance& to) {
    each(storage, [&](std::string_view name, Value value) {
        if (name == "TotalSizeInGB")
            to.local_storage =
                GB{json_stream::positive(value, "InstanceStorageInfo.TotalSizeInGB")};
        if (name != "Disks")
            return;
        for (auto disk : json_stream::array(value, "InstanceStorageInfo.Disks"))
            each(json_stream::object(disk.value(), "Disks"), [&](std::string_view key, Value kind) {
                if (key == "Type")
                    to.local_storage_kind = json_stream::text(kind, "Disks.Type");
            });
    });
}

void read_processor(Object processor, Instance& to) {
    each(processor, [&](std::string_view name, Value value) {
        if (name == "Manufacturer")
            to.cpu_vendor = json_stream::text(value, "ProcessorInfo.Manufacturer");
        else if (name == "SustainedClockSpeedInGhz")
            to.clock_ghz = json_stream::number(value, "ProcessorInfo.SustainedClockSpeedInGhz");
        else if (name == "SupportedArchitectures")
            set_arch(to, json_stream::array(value, "ProcessorInfo.SupportedArchitectures"));
    });
}

void read_disk_network(Object ebs, Instance& to) {
    each(ebs, [&](std::string_view name, Value value) {
        if (name == "EbsOptimizedInfo")
            each(json_stream::object(value, "EbsOptimizedInfo"),
                 [&](std::string_view key, Value rate) {
                     if (key == "BaselineBandwidthInMbps")
                         to.ebs = Gbps{json_stream::positive(rate, "BaselineBandwidthInMbps") /
                                       kMbpsPerGbps};
                 });
    });
}

void read_member(std::string_view name, Value value, Sink& sink, Instance& to) {
    const auto object = [&] { return json_stream::object(value, name); };
    if (name == "InstanceType")
        to.name = feed::name(json_stream::text(value, name), name);
    else if (name == "BareMetal")
        to.bare_metal = json_stream::flag(value, name);
    else if (name == "BurstablePerformanceSupported")
        to.burstable = json_stream::flag(value, name);
    else if (name == "MemoryInfo")
        each(object(), [&](std::string_view key, Value size) {
            if (key == "SizeInMiB")
                to.memory =
                    rounded(GiB{json_stream::positive(size, "MemoryInfo.SizeInMiB") / kMiBPerGiB});
        });
    else if (name == "VCpuInfo")
        each(object(), [&](std::string_view key, Value count) {
            if (key == "DefaultVCpus")
                to.vcpus = json_stream::positive(count, "VCpuInfo.DefaultVCpus");
        });
    else if (name == "GpuInfo")
        read_devices(object(), "Gpus", sink, to);
    else if (name == "NeuronInfo")
        read_devices(object(), "NeuronDevices", sink, to);
    else if (name == "InferenceAcceleratorInfo")
        read_devices(object(), "Accelerators", sink, to);
    else if (name == "NetworkInfo")
        read_network(object(), to);
    else if (name == "InstanceStorageInfo")
        read_storage(object(), to);
    else if (name == "ProcessorInfo")
        read_processor(object(), to);
    else if (name == "EbsInfo")
        read_disk_network(object(), to);
}

void read_type(Row& row, Sink& sink) {
    Instance to;
    each(row.object(),
         [&](std::string_view name, Value value) { read_member(name, value, sink, to); });
    if (to.name.empty())
        throw BadRow{"InstanceType", "must be given"};
    if (!to.vcpus)
        throw BadRow{"VCpuInfo.DefaultVCpus", "must be given"};
    if (!to.memory)
        throw BadRow{"MemoryInfo.SizeInMiB", "must be given"};
    if (!sink.add(std::move(to)))
        return sink.skip("given twice"); // machines are the same in each region
    sink.keep();
}

void read_offering(Row& row, Sink& sink) {
    std::string_view instance;
    std::string_view kind;
    std::string_view location;
    each(row.object(), [&](std::string_view name, Value value) {
        if (name == "InstanceType")
            instance = feed::name(json_stream::text(value, name), name);
        else if (name == "LocationType")
            kind = json_stream::text(value, name);
        else if (name == "Location")
            location = feed::name(json_stream::text(value, name), name);
    });
    if (instance.empty() || location.empty())
        throw BadRow{instance.empty() ? "InstanceType" : "Location", "must be given"};
    if (kind != "region" && kind != "availability-zone" && kind != "availability-zone-id")
        throw BadRow{
            "LocationType",
            fmt::format("must be region, availability-zone or availability-zone-id, got {}",
                        text::quoted(kind))};
    const std::string_view region = kind == "region" ? location : sink.region_of_zone(location);
    if (region.empty())
        return sink.skip("local zone");
    sink.offer(instance, region);
    sink.cover(region);
    sink.keep();
}

} // namespace

static std::string read_aws_instance_types(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{"InstanceTypes"};
    read_list(input, sink, kLists, [&](Row& row) { read_type(row, sink); });
    return "AWS DescribeInstanceTypes";
}

static std::string read_aws_instance_regions(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{"InstanceTypeOfferings"};
    read_list(input, sink, kLists, [&](Row& row) { read_offering(row, sink); });
    return "AWS DescribeInstanceTypeOfferings";
}

extern constinit const Reader kAwsInstanceTypes{
    .format = Format::aws_instance_types,
    .name = "aws_instance_types",
    .marks = {.form = Form::object,
              .any = {"\"InstanceTypes\""},
              .rows = {"\"InstanceType\"", "\"VCpuInfo\""}},
    .provider = "aws",
    .describes_machines = true,
    .read = read_aws_instance_types};

extern constinit const Reader kAwsInstanceRegions{
    .format = Format::aws_instance_regions,
    .name = "aws_instance_regions",
    .marks = {.form = Form::object,
              .any = {"\"InstanceTypeOfferings\""},
              .rows = {"\"InstanceType\"", "\"LocationType\""}},
    .provider = "aws",
    .read = read_aws_instance_regions};

} // namespace flopwise::feed
