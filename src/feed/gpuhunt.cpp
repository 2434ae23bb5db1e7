// gpuhunt's catalogs, version 2: one row is a price.

#include "feed/community_rows.hpp"
#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise::feed {

namespace {

struct GpuhuntColumns {
    explicit GpuhuntColumns(const csv_stream::Header& header)
        : instance{header.find("instance_name")}, region{header.find("location")},
          price{header.find("price")}, vcpus{header.find("cpu")}, memory{header.find("memory")},
          gpu_count{header.find("gpu_count")}, gpu{header.find("gpu_name")},
          gpu_memory{header.find("gpu_memory")}, spot{header.find("spot")}, arch{header.find(
                                                                                "cpu_arch")} {}

    std::size_t instance, region, price, vcpus, memory, gpu_count, gpu, gpu_memory, spot, arch;
};

/// "us-central1" of the zone "us-central1-a".
std::string_view without_zone(std::string_view location) {
    const auto dash = location.rfind('-');
    const bool zone = dash != std::string_view::npos && dash + 2 == location.size() &&
                      location.back() >= 'a' && location.back() <= 'z';
    return zone ? location.substr(0, dash) : location;
}

void set_gpu(csv_stream::Reader& row, const GpuhuntColumns& c, Instance& to, Sink& sink) {
    const double count = figure_or_none(row.field(c.gpu_count), "gpu_count");
    const double gib = figure_or_none(row.field(c.gpu_memory), "gpu_memory");
    if (row.field(c.gpu).empty() || (count <= 0 && gib <= 0))
        return;
    sink.set_gpu(to,
                 {.name = row.field(c.gpu),
                  .count = count,
                  .memory = gib > 0 ? std::optional{GiB{gib}} : std::nullopt,
                  .memory_may_be_all = false,
                  .beside = {to.name}},
                 "gpu_name");
}

void read_row(csv_stream::Reader& row, const GpuhuntColumns& c, Sink& sink, CommunityRows& to) {
    if (row.field(c.instance).empty() && !row.field(c.gpu).empty())
        return sink.skip(kWithoutMachine);
    const std::string_view place = name(row.field(c.region), "location");
    CommunityRow out{
        .region = std::string{places_are_zones(sink.provider()) ? without_zone(place) : place},
        .line = row.line()};
    Instance& machine = out.machine;
    machine.name = name(row.field(c.instance), "instance_name");
    const double price = figure_or_none(row.field(c.price), "price");
    if (price == 0)
        return sink.skip(row.field(c.price).empty() ? "no price" : "price of zero");
    machine.vcpus = positive(row.field(c.vcpus), "cpu");
    machine.memory = GiB{positive(row.field(c.memory), "memory")};
    machine.arch = arch_of(row.field(c.arch));
    machine.community = is_community(machine.name);
    set_gpu(row, c, machine, sink);
    const std::string_view spot = row.field(c.spot);
    if (spot != "True" && spot != "False" && !spot.empty())
        throw BadRow{"spot", fmt::format("must be True or False, got {}", text::quoted(spot))};
    (spot == "True" ? out.spot : out.on_demand) = price;
    to.add(std::move(out));
}

} // namespace

static std::string read_gpuhunt(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 7> kNeeded{
        "instance_name", "location", "price", "cpu", "memory", "gpu_count", "gpu_name"};
    CommunityRows rows{sink};
    read_rows<GpuhuntColumns>(
        input, sink, kNeeded, [&](csv_stream::Reader& row, const auto& columns) {
            read_row(row, columns, sink, rows);
        });
    rows.finish();
    return "gpuhunt catalog, version 2";
}

extern constinit const Reader kGpuhunt{
    .format = Format::gpuhunt,
    .name = "gpuhunt",
    .marks = {.form = Form::table, .heading = {"instance_name", "gpu_name"}},
    .whole = Whole::provider,
    .read = read_gpuhunt};

} // namespace flopwise::feed
