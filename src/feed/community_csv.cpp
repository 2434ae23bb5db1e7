// Community catalogs as CSV: gpuhunt and SkyPilot. One row is a machine at a place and a price.

#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/csv_stream.hpp"
#include "text/text.hpp"

namespace flopwise::feed {

namespace {

/// Reads each row of a table after its header; a row that is wrong is rejected.
template <class OfferColumns, class Read>
void read_rows(Input& input, Sink& sink, Read read) {
    csv_stream::Reader row{input};
    if (!row.next())
        throw InputError{{.file = sink.file()}, "must have a header"};
    const csv_stream::Header header{row.fields()};
    const OfferColumns columns{header};
    while (row.next()) {
        try {
            row.require_whole(header.size());
            read(row, columns);
        } catch (const BadRow& bad) {
            sink.pass_over(readable(row, columns.instance));
            sink.reject({.file = sink.file(), .line = row.line(), .field = bad.field}, bad.reason);
        }
    }
}

double positive(std::string_view text, std::string_view field) {
    const double number = figure(text, field);
    if (!(number > 0))
        throw BadRow{std::string{field}, fmt::format("must be positive, got {}", number)};
    return number;
}

/// A figure that may be missing: 0.
double figure_or_none(std::string_view text, std::string_view field) {
    return text.empty() ? 0 : figure(text, field);
}

std::string arch_of(std::string_view written) {
    if (written == "x86" || written == "amd64")
        return "x86_64";
    return std::string{written == "arm" ? "arm64" : written};
}

/// RunPod's machines of private people have this suffix in both catalogs.
bool is_community(std::string_view machine) {
    return machine.ends_with("_COMMUNITY");
}

// ---- halves of a machine ------------------------------------------------------------
// Google prices a machine and the GPUs in it apart, and each alone looks cheap.

constexpr std::string_view kWithoutMachine = "a GPU without its machine";

// ---- SkyPilot -----------------------------------------------------------------------

struct SkypilotColumns {
    explicit SkypilotColumns(const csv_stream::Header& header)
        : instance{header.find("InstanceType")}, gpu{header.find("AcceleratorName")},
          gpu_count{header.find("AcceleratorCount")}, vcpus{header.find("vCPUs")},
          memory{header.find("MemoryGiB")}, gpu_info{header.find("GpuInfo")}, price{header.find(
                                                                                  "Price")},
          spot{header.find("SpotPrice")}, region{header.find("Region")}, arch{header.find("Arch")} {
    }

    std::size_t instance, gpu, gpu_count, vcpus, memory, gpu_info, price, spot, region, arch;
};

/// MiB of one accelerator in `{'Gpus': [{..., 'MemoryInfo': {'SizeInMiB': 16384}}], ...}`, a
/// literal of Python, or of JSON with double quotes.
std::optional<GiB> memory_in(std::string_view gpu_info) {
    constexpr std::string_view kKey = "SizeInMiB";
    constexpr double kMiBPerGiB = 1024;
    const auto at = gpu_info.find(kKey);
    if (at == std::string_view::npos)
        return std::nullopt;
    std::string_view rest = gpu_info.substr(at + kKey.size());
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("'\": ")));
    const auto mib = text::number(rest.substr(0, rest.find_first_of(",}")));
    return mib && *mib > 0 ? std::optional{GiB{*mib / kMiBPerGiB}} : std::nullopt;
}

class Skypilot {
public:
    explicit Skypilot(Sink& sink) : sink_{sink} {}

    void row(csv_stream::Reader& row, const SkypilotColumns& c) {
        if (row.field(c.instance).empty() || row.field(c.vcpus).empty())
            return sink_.skip(row.field(c.gpu).empty() ? "no machine" : kWithoutMachine);
        if (row.field(c.gpu).empty() && has_gpus_built_in(row.field(c.instance)))
            return sink_.skip("a machine without its GPUs");
        Instance machine;
        machine.name = name(row.field(c.instance), "InstanceType");
        const std::string region{name(row.field(c.region), "Region")};
        const double price = figure_or_none(row.field(c.price), "Price");
        const double spot = figure_or_none(row.field(c.spot), "SpotPrice");
        if (price == 0 && spot == 0)
            return sink_.skip("no price");
        machine.vcpus = positive(row.field(c.vcpus), "vCPUs");
        machine.memory = GiB{positive(row.field(c.memory), "MemoryGiB")};
        machine.arch = arch_of(row.field(c.arch));
        machine.community = is_community(machine.name);
        if (!row.field(c.gpu).empty())
            sink_.set_gpu(machine,
                          row.field(c.gpu),
                          positive(row.field(c.gpu_count), "AcceleratorCount"),
                          memory_in(row.field(c.gpu_info)),
                          "AcceleratorName");
        if (price > 0)
            sink_.add(machine.name, region, Purchase::on_demand, UsdPerHour{price});
        if (spot > 0) {
            const auto [found, fresh] = spot_.try_emplace({machine.name, region}, spot);
            found->second = std::min(found->second, spot);
        }
        sink_.add(std::move(machine));
        sink_.keep();
    }

    void finish() {
        for (const auto& [key, price] : spot_)
            sink_.add(key.first, key.second, Purchase::spot, UsdPerHour{price});
    }

private:
    Sink& sink_;
    std::map<std::pair<std::string, std::string>, double> spot_; ///< the lowest zone
};

// ---- gpuhunt ------------------------------------------------------------------------

struct GpuhuntColumns {
    explicit GpuhuntColumns(const csv_stream::Header& header)
        : instance{header.find("instance_name")}, region{header.find("location")},
          price{header.find("price")}, vcpus{header.find("cpu")}, memory{header.find("memory")},
          gpu_count{header.find("gpu_count")}, gpu{header.find("gpu_name")},
          gpu_memory{header.find("gpu_memory")}, spot{header.find("spot")}, arch{header.find(
                                                                                "cpu_arch")} {}

    std::size_t instance, region, price, vcpus, memory, gpu_count, gpu, gpu_memory, spot, arch;
};

/// A row, kept until it is known whether its machine's name is that of one machine alone.
struct GpuhuntRow {
    Instance machine{};
    std::string region{};
    Purchase purchase = Purchase::on_demand;
    UsdPerHour price{};
    int line = 0;
};

/// "us-central1" of the zone "us-central1-a".
std::string_view without_zone(std::string_view location) {
    const auto dash = location.rfind('-');
    const bool zone = dash != std::string_view::npos && dash + 2 == location.size() &&
                      location.back() >= 'a' && location.back() <= 'z';
    return zone ? location.substr(0, dash) : location;
}

bool same_size(const Instance& a, const Instance& b) {
    return a.vcpus == b.vcpus && a.memory == b.memory && a.gpu == b.gpu &&
           a.gpu_count == b.gpu_count;
}

/// "n1-standard-8_2xnvidia-t4_8v30gb": Google attaches GPUs of several kinds and numbers to a
/// machine, and RunPod rents out a pod with several sizes of machine.
std::string full_name(const Instance& i) {
    const std::string gpus = i.gpu.empty() ? "" : fmt::format("_{}x{}", i.gpu_count, i.gpu);
    return fmt::format("{}{}_{}v{}gb", i.name, gpus, *i.vcpus, i.memory->value());
}

class Gpuhunt {
public:
    explicit Gpuhunt(Sink& sink) : sink_{sink} {}

    void row(csv_stream::Reader& row, const GpuhuntColumns& c) {
        if (row.field(c.instance).empty() && !row.field(c.gpu).empty())
            return sink_.skip(kWithoutMachine);
        GpuhuntRow out{.machine = {}, .region = region_of(row.field(c.region)), .line = row.line()};
        Instance& machine = out.machine;
        machine.name = name(row.field(c.instance), "instance_name");
        out.price = UsdPerHour{figure_or_none(row.field(c.price), "price")};
        if (out.price == UsdPerHour{})
            return sink_.skip(row.field(c.price).empty() ? "no price" : "price of zero");
        machine.vcpus = positive(row.field(c.vcpus), "cpu");
        machine.memory = GiB{positive(row.field(c.memory), "memory")};
        machine.arch = arch_of(row.field(c.arch));
        machine.community = is_community(machine.name);
        set_gpu(row, c, machine);
        const std::string_view spot = row.field(c.spot);
        if (spot != "True" && spot != "False" && !spot.empty())
            throw BadRow{"spot", fmt::format("must be True or False, got {}", text::quoted(spot))};
        if (spot == "True")
            out.purchase = Purchase::spot;
        const auto [first, fresh] = first_.try_emplace(machine.name, rows_.size());
        if (!fresh && !same_size(rows_[first->second].machine, machine))
            ambiguous_.insert(machine.name);
        rows_.push_back(std::move(out));
    }

    void finish() {
        for (GpuhuntRow& row : rows_) {
            if (ambiguous_.contains(row.machine.name))
                row.machine.name = full_name(row.machine);
            try {
                sink_.add(row.machine.name, row.region, row.purchase, row.price);
                sink_.add(std::move(row.machine));
                sink_.keep();
            } catch (const BadRow& bad) {
                sink_.pass_over(row.machine.name);
                sink_.reject({.file = sink_.file(), .line = row.line, .field = bad.field},
                             bad.reason);
            }
        }
    }

private:
    [[nodiscard]] std::string region_of(std::string_view location) const {
        name(location, "location");
        return std::string{places_are_zones(sink_.provider()) ? without_zone(location) : location};
    }

    void set_gpu(csv_stream::Reader& row, const GpuhuntColumns& c, Instance& to) const {
        const double count = figure_or_none(row.field(c.gpu_count), "gpu_count");
        if (count <= 0)
            return;
        std::optional<GiB> memory;
        if (const double gib = figure_or_none(row.field(c.gpu_memory), "gpu_memory"); gib > 0)
            memory = GiB{gib};
        sink_.set_gpu(to, row.field(c.gpu), count, memory, "gpu_name");
    }

    Sink& sink_;
    std::vector<GpuhuntRow> rows_;
    std::unordered_map<std::string, std::size_t> first_; ///< row of a name
    std::set<std::string> ambiguous_;                    ///< names of several machines
};

} // namespace

static std::string read_skypilot(Input& input, Sink& sink) {
    Skypilot table{sink};
    read_rows<SkypilotColumns>(input, sink, [&](csv_stream::Reader& row, const auto& columns) {
        table.row(row, columns);
    });
    table.finish();
    return "SkyPilot catalog; spot prices of the zone in which it is lowest";
}

static std::string read_gpuhunt(Input& input, Sink& sink) {
    Gpuhunt table{sink};
    read_rows<GpuhuntColumns>(input, sink, [&](csv_stream::Reader& row, const auto& columns) {
        table.row(row, columns);
    });
    table.finish();
    return "gpuhunt catalog, version 2";
}

extern constinit const Reader kSkypilot{
    .format = Format::skypilot,
    .name = "skypilot",
    .marks = {.form = Form::table, .heading = {"InstanceType,", "AcceleratorName"}},
    .whole = Whole::provider,
    .read = read_skypilot};

extern constinit const Reader kGpuhunt{
    .format = Format::gpuhunt,
    .name = "gpuhunt",
    .marks = {.form = Form::table, .heading = {"instance_name", "gpu_name"}},
    .whole = Whole::provider,
    .read = read_gpuhunt};

} // namespace flopwise::feed
