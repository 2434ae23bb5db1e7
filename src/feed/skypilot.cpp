// SkyPilot's catalogs: vms.csv of a provider.

#include "feed/community_rows.hpp"
#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise::feed {

namespace {

struct SkypilotColumns {
    explicit SkypilotColumns(const csv_stream::Header& header)
        : instance{header.find("InstanceType")}, gpu{header.find("AcceleratorName")},
          gpu_count{header.find("AcceleratorCount")}, vcpus{header.find("vCPUs")},
          memory{header.find("MemoryGiB")}, gpu_info{header.find("GpuInfo")},
          price{header.find("Price")}, spot{header.find("SpotPrice")},
          region{header.find("Region")}, zone{header.find("AvailabilityZone")}, arch{header.find(
                                                                                    "Arch")} {}

    std::size_t instance, gpu, gpu_count, vcpus, memory, gpu_info, price, spot, region, zone, arch;
};

/// What stands behind a key in a literal of Python, or of JSON, with what may stand around it.
std::string_view behind(std::string_view literal, std::string_view key) {
    const auto at = literal.find(key);
    if (at == std::string_view::npos)
        return {};
    std::string_view rest = literal.substr(at + key.size());
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("'\": ")));
    return rest.substr(0, rest.find_first_of(",}'\""));
}

std::optional<GiB> mib_behind(std::string_view literal, std::string_view key) {
    constexpr double kMiBPerGiB = 1024;
    const auto mib = text::number(behind(literal, key));
    return mib && *mib > 0 ? std::optional{GiB{*mib / kMiBPerGiB}} : std::nullopt;
}

/// GpuInfo is `{'Gpus': [{'Name': 'A100 PCIe', 'MemoryInfo': {'SizeInMiB': 16384}}],
/// 'TotalGpuMemoryInMiB': 16384}`, or a name alone.
void set_gpu(csv_stream::Reader& row, const SkypilotColumns& c, Instance& to, Sink& sink) {
    const std::string_view info = row.field(c.gpu_info);
    if (row.field(c.gpu_count).empty())
        throw BadRow{"AcceleratorCount", "must be given for a machine with a GPU"};
    sink.set_gpu(to,
                 {.name = row.field(c.gpu),
                  .count = figure_or_none(row.field(c.gpu_count), "AcceleratorCount"),
                  .memory = mib_behind(info, "SizeInMiB"),
                  .total = mib_behind(info, "TotalGpuMemoryInMiB"),
                  .beside = {info.starts_with('{') ? behind(info, "Name") : info, to.name}},
                 "AcceleratorName");
}

void read_row(csv_stream::Reader& row, const SkypilotColumns& c, Sink& sink, CommunityRows& to) {
    if (row.field(c.instance).empty() || row.field(c.vcpus).empty())
        return sink.skip(row.field(c.gpu).empty() ? "no machine" : kWithoutMachine);
    if (row.field(c.gpu).empty() && has_gpus_built_in(row.field(c.instance)))
        return sink.skip("a machine without its GPUs");
    CommunityRow out{.zone = std::string{row.field(c.zone)}, .line = row.line()};
    Instance& machine = out.machine;
    machine.name = name(row.field(c.instance), "InstanceType");
    if (!row.field(c.region).empty())
        out.region = name(row.field(c.region), "Region");
    out.on_demand = figure_or_none(row.field(c.price), "Price");
    out.spot = figure_or_none(row.field(c.spot), "SpotPrice");
    if (out.on_demand == 0 && out.spot == 0)
        return sink.skip("no price");
    machine.vcpus = positive(row.field(c.vcpus), "vCPUs");
    machine.memory = GiB{positive(row.field(c.memory), "MemoryGiB")};
    machine.arch = arch_of(row.field(c.arch));
    machine.community = is_community(machine.name);
    if (!row.field(c.gpu).empty())
        set_gpu(row, c, machine, sink);
    to.add(std::move(out));
}

} // namespace

static std::string read_skypilot(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 6> kNeeded{
        "InstanceType", "vCPUs", "MemoryGiB", "AcceleratorName", "Price", "Region"};
    CommunityRows rows{sink};
    read_rows<SkypilotColumns>(
        input, sink, kNeeded, [&](csv_stream::Reader& row, const auto& columns) {
            read_row(row, columns, sink, rows);
        });
    rows.finish();
    return "SkyPilot catalog; of several prices at a place, the lowest";
}

extern constinit const Reader kSkypilot{
    .format = Format::skypilot,
    .name = "skypilot",
    .marks = {.form = Form::table, .heading = {"InstanceType", "AcceleratorName"}},
    .whole = Whole::provider,
    .read = read_skypilot};

} // namespace flopwise::feed
