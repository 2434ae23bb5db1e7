// flopwise: what can be rented, where, at what price, and who says so
//
// A catalog joins five tables (accelerators, families, machines, regions, prices) by name and
// never changes afterwards. Each row names its source, and each source has a date. A machine
// without a price makes no offer: a missing price is not a price of zero.

#pragma once

#include <flopwise/date.hpp>
#include <flopwise/error.hpp>
#include <flopwise/place.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise {

struct OfferColumns; // the offers in the form the solver reads; private to the library

/// How a machine is paid for.
enum class Purchase : std::uint8_t {
    on_demand, ///< by the hour, kept as long as it is paid for
    spot,      ///< from what is left over; can be taken back at any time
};
constexpr std::size_t kPurchases = 2;
FLOPWISE_API std::string_view to_string(Purchase purchase);

/// What the provider made a family for.
enum class Purpose : std::uint8_t {
    training,  ///< of models, on accelerators
    inference, ///< of models, on accelerators
    graphics,  ///< rendering and work stations
    hpc,       ///< simulation: fp64, fast networks
    general,   ///< no one thing more than another
    compute,   ///< many vCPUs for their memory
    memory,    ///< much memory for its vCPUs
    storage,   ///< large or fast local disks
    fpga,      ///< with programmable logic
    video,     ///< transcoding
};
constexpr std::size_t kPurposes = 10;
FLOPWISE_API std::string_view to_string(Purpose purpose);

/// Who says so, and when.
struct Source {
    std::string name;      ///< unique; rows refer to it
    std::string title;     ///< publication, page or data set
    Date as_of{};          ///< the day the figures held
    bool recalled = false; ///< a well-known data sheet that was not looked up again

    bool operator==(const Source&) const = default;
};

/// One accelerator as a cloud counts it: one GK210 of a K80 board. Rates are peak and dense,
/// never with sparsity; a rate that is not published is empty. Source: data/gpus.yaml.
struct Gpu {
    std::string name; ///< "nvidia-k80-gk210"
    std::string marketing_name{};
    std::string vendor{};
    std::string architecture{};
    int year = 0; ///< of launch; 0 if not known
    GiB memory{}; ///< nominal, of one device
    /// Of it, what programs get: the total that the driver reports to them. At most `memory`.
    std::optional<GiB> usable_memory{};
    std::optional<GBPerSecond> memory_bandwidth{};
    std::optional<Tflops> fp64{}; ///< vector units
    std::optional<Tflops> fp64_tensor{};
    std::optional<Tflops> fp32{}; ///< vector units
    std::optional<Tflops> tf32_tensor{};
    std::optional<Tflops> fp16{}; ///< vector units
    std::optional<Tflops> fp16_tensor{};
    std::optional<Tflops> bf16_tensor{};
    std::optional<Tflops> fp8_tensor{};
    std::optional<Tflops> int8{}; ///< 10^12 integer operations per second
    std::optional<Tflops> fp4_tensor{};
    std::string interconnect{}; ///< "nvlink4", "pcie3"
    std::optional<GBPerSecond> interconnect_bandwidth{};
    std::optional<Watts> tdp{};
    std::vector<std::string> aliases{}; ///< other spellings: "T4", "Tesla T4"
    std::string stack{}; ///< programs are built on: "CUDA", "ROCm", "Neuron"; empty if not known
    /// CUDA's, "8.0", or the target of ROCm, "gfx942": what programs must be built for.
    std::string compute_capability{};
    /// That programs see in it, if more than one: each has its part of the memory. 2 for Trainium.
    int devices = 0;
    /// Methods not to be had on it though its stack has them (stack.hpp): "qlora", "adam_8bit".
    std::vector<std::string> unsupported{};
    std::vector<Purpose> not_for{}; ///< work that it cannot do: Inferentia does not train
    std::string note{};
    std::string source;

    bool operator==(const Gpu&) const = default;
};

/// Machines that a provider sells under one name in several sizes.
struct Family {
    std::string provider;
    std::string name; ///< "p3"
    Purpose purpose = Purpose::general;
    int year = 0;            ///< of launch; 0 if not known
    std::string successor{}; ///< the family that followed; may be retired itself
    std::string source;

    bool operator==(const Family&) const = default;
};

/// A machine type.
struct Instance {
    std::string provider;
    std::string name; ///< "p3.2xlarge"
    std::string family;
    std::optional<double> vcpus{}; ///< a share of a core is possible; absent: not published
    std::optional<GiB> memory{};   ///< absent: not published
    std::string arch{};            ///< "x86_64", "arm64", "x86_64_mac", "arm64_mac"
    std::string cpu_vendor{};
    double clock_ghz = 0;                     ///< sustained; 0 if not known
    std::string gpu{};                        ///< name of a Gpu; empty for a machine without
    double gpu_count = 0;                     ///< 0.125 for an eighth of a GPU
    std::optional<GiB> reported_gpu_memory{}; ///< of one GPU, as the provider reports it
    std::optional<GB> local_storage{};
    std::string local_storage_kind{};   ///< "ssd" or "hdd"
    std::optional<Gbps> network{};      ///< sustained
    std::optional<Gbps> network_peak{}; ///< in bursts, if above `network`
    bool network_estimated = false;     ///< the provider gives only a word such as "High"
    std::optional<Gbps> ebs{};          ///< to network disks, sustained
    bool burstable = false;
    bool bare_metal = false;
    bool community = false; ///< a private person's, rented out by the provider; in no data centre
    bool retired = false;   ///< can no longer be launched anywhere, though a price may remain
    std::string source;

    bool operator==(const Instance&) const = default;
};

/// Nominal memory of one GPU of a machine, or of the share of one that it has: a quarter of an L4
/// of 24 GiB has 6 GiB.
FLOPWISE_API GiB gpu_memory(const Instance& machine, const Gpu& gpu);
/// What programs get of it: the least of that memory, of what is usable of the GPU, and of what the
/// provider reports, as far as they are known.
FLOPWISE_API GiB usable_gpu_memory(const Instance& machine, const Gpu& gpu);

/// A place where a provider rents machines.
struct Region {
    std::string provider;
    std::string code; ///< "ap-southeast-1"
    std::string name{};
    std::string city{};
    std::string country{};
    std::optional<Place> place{}; ///< absent for "all", which is no one place
    int year = 0;                 ///< of launch; 0 if not known
    std::string note{};
    std::string source;

    bool operator==(const Region&) const = default;
};

/// The regions in which a machine can be launched. A machine with no such row is taken to be
/// offered wherever it has a price, unless it is retired.
struct Offering {
    std::string provider;
    std::string instance;
    std::vector<std::string> regions;
    std::string source;

    bool operator==(const Offering&) const = default;
};

/// What a machine costs for an hour, in US dollars (no other currency is accepted).
struct Price {
    std::string provider;
    std::string instance;
    std::string region;
    Purchase purchase = Purchase::on_demand;
    UsdPerHour hourly{}; ///< positive and finite
    std::string source;

    bool operator==(const Price&) const = default;
};

/// Why something that lint() finds is as it should be.
struct Explanation {
    std::string provider{};             ///< of the machines or families
    std::string finding;                ///< "no price", as Finding::what
    std::vector<std::string> names;     ///< of machines, families or GPUs, or patterns: "mac*"
    std::vector<std::string> regions{}; ///< codes or patterns; empty: of all regions, or of none
    std::string why;
    /// Of the catalog that was extended, merged or imported over: it need not explain anything.
    bool inherited = false;

    bool operator==(const Explanation&) const = default;
};

/// The rows of a catalog before they are joined, in any order.
struct Tables {
    std::string name{};
    Date as_of{};
    std::vector<Source> sources{};
    std::vector<Gpu> gpus{};
    std::vector<Family> families{};
    std::vector<Instance> instances{};
    std::vector<Region> regions{};
    std::vector<Offering> offerings{};
    std::vector<Price> prices{};
    /// Prices that the source of another row of `prices` contradicts. They make no offer.
    std::vector<Price> superseded{};
    std::vector<Explanation> explained{}; ///< findings that were looked at and left as they are
    /// Charges, reserved rates and interruptions, as the text of a file of charges
    /// (docs/catalog.md); charges_of() lays them over the bundled ones.
    std::string rates{};

    bool operator==(const Tables&) const = default;
};

/// A machine in a region at a price: a view into a catalog, valid while the catalog lives.
struct Offer {
    const Instance& instance;
    const Family& family;
    const Gpu* gpu; ///< null for a machine without
    const Region& region;
    Purchase purchase;
    UsdPerHour price;
    const Source& source; ///< of the price
    bool offered;         ///< false if the machine cannot be launched in this region
};

/// Immutable tables of machines and prices, joined and checked. Copying costs a pointer.
class FLOPWISE_API Catalog {
public:
    /// Joins the tables. Throws ArgumentError with a field such as "prices[3].region" for a
    /// duplicate row, a reference to what is not there, a figure out of range, or no source.
    explicit Catalog(Tables tables);

    /// The newest catalog that is compiled into the library, or the one of that name. The newest
    /// has one provider, AWS; "clouds-2026-11" has all, see catalog_for().
    /// Needs no file; each is made once, in under a millisecond, and shared from then on.
    /// Throws ArgumentError for `catalog`.
    static Catalog bundled(std::string_view name = {});
    /// Names of the bundled catalogs; the usual one is the first.
    static std::vector<std::string_view> bundled_names();

    /// Reads a YAML file (docs/catalog.md). With a key `extends: NAME`, its rows are added to
    /// that bundled catalog, or replace the rows of the same name.
    /// Throws InputError with file, line and field for what the constructor refuses and for an
    /// unknown or duplicate key, a value of another type, `.nan`, `.inf`, or broken YAML.
    /// An image that `catalog import` left beside the file is opened in its place, in a moment, if
    /// it is the user's own, by this build, and of just what the file has. None is written.
    static Catalog read(const std::filesystem::path& file);
    /// Reads several files as one catalog; a reference may point into any of them.
    static Catalog read(std::span<const std::filesystem::path> files);
    /// The same of the text of a file. Messages and, if it has none, the catalog call it `name`.
    static Catalog parse(const std::string& yaml, const std::string& name = "text");

    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] Date as_of() const noexcept;
    [[nodiscard]] const std::string& rates() const noexcept; ///< as in Tables

    // What follows looks into the catalog, so none of it can be asked of a temporary one.

    [[nodiscard]] std::span<const Source> sources() const& noexcept;
    [[nodiscard]] std::span<const Gpu> gpus() const& noexcept;
    [[nodiscard]] std::span<const Family> families() const& noexcept;
    [[nodiscard]] std::span<const Instance> instances() const& noexcept; ///< by provider, name
    [[nodiscard]] std::span<const Region> regions() const& noexcept;
    [[nodiscard]] std::span<const Price> superseded() const& noexcept; ///< as in Tables
    [[nodiscard]] std::span<const Explanation> explained() const& noexcept;
    void sources() const&& = delete;
    void gpus() const&& = delete;
    void families() const&& = delete;
    void instances() const&& = delete;
    void regions() const&& = delete;
    void superseded() const&& = delete;
    void explained() const&& = delete;

    /// Those who rent out its machines, in the order of their names.
    [[nodiscard]] std::vector<std::string_view> providers() const&;
    void providers() const&& = delete;

    /// Number of offers, which is the number of prices.
    [[nodiscard]] std::size_t size() const noexcept;
    /// An offer; the order is the library's own. Throws ArgumentError unless i < size().
    [[nodiscard]] Offer offer(std::size_t i) const&;
    void offer(std::size_t i) const&& = delete;

    /// Where instances()[i] can be launched, as positions in regions(); empty if no row says.
    [[nodiscard]] std::optional<std::span<const std::uint16_t>> offered_in(std::size_t i) const&;
    void offered_in(std::size_t i) const&& = delete;

    /// The machine type of that name; null if there is none.
    [[nodiscard]] const Instance* find_instance(std::string_view provider,
                                                std::string_view name) const&;
    void find_instance(std::string_view, std::string_view) const&& = delete;
    /// The region of that code; null if there is none.
    [[nodiscard]] const Region* find_region(std::string_view provider,
                                            std::string_view code) const&;
    void find_region(std::string_view, std::string_view) const&& = delete;
    /// The position of an offer, for offer(); empty if the machine has no such price there.
    [[nodiscard]] std::optional<std::size_t> find_offer(std::string_view provider,
                                                        std::string_view instance,
                                                        std::string_view region,
                                                        Purchase purchase) const;
    /// The accelerator of that name or alias, in any case ("T4", "tesla t4"); null if none.
    [[nodiscard]] const Gpu* find_gpu(std::string_view name) const&;
    void find_gpu(std::string_view name) const&& = delete;
    /// All accelerators that a name may mean, as people, drivers and clusters write it: "A100" has
    /// both memories, on SXM and PCIe; "NVIDIA A100-SXM4-80GB" is one. Case, blanks, hyphens and
    /// the vendor's words do not count; a memory or a form that is named must be so. A name of
    /// the catalog is that one alone. Empty if none.
    [[nodiscard]] std::vector<const Gpu*> find_gpus(std::string_view name) const&;
    void find_gpus(std::string_view name) const&& = delete;
    /// The family that can be rented in place of a retired one: along `successor`, the first
    /// with a machine that is not retired. Null if there is none.
    [[nodiscard]] const Family* successor(const Family& family) const&;
    void successor(const Family& family) const&& = delete;

    /// The rows, in a fixed order: equal catalogs give equal tables.
    [[nodiscard]] Tables tables() const;
    /// This catalog with some prices (and their sources) added or replaced.
    [[nodiscard]] Catalog with_prices(std::span<const Price> prices,
                                      std::span<const Source> sources = {}) const;
    /// This catalog with the rows of another added; where both have a row, the other's is kept.
    [[nodiscard]] Catalog merged(const Catalog& other) const;

    bool operator==(const Catalog& other) const;

private:
    struct Data;
    explicit Catalog(std::shared_ptr<const Data> data) noexcept;
    friend struct CatalogBinary;
    friend const OfferColumns& columns_of(const Catalog& catalog) noexcept;

    std::shared_ptr<const Data> data_;
};

/// The catalog as YAML that Catalog::read() reads back into an equal catalog.
FLOPWISE_API std::string to_yaml(const Catalog& catalog);

} // namespace flopwise
