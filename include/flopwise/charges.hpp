// flopwise: what a provider charges beside the machine, and for reserving or losing one
//
// Rates of storage, transfer and addresses by region, in tiers; what reserved machines cost; how
// often spot machines are reclaimed. Each has a source with a date. What is not known is absent:
// a charge without a rate is unknown in a bill and never zero.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// What one unit costs from a quantity on, up to the next tier.
struct Tier {
    double from = 0; ///< in units; the first tier starts at 0
    double usd = 0;  ///< for a unit; 0 for a part that is free or included

    bool operator==(const Tier&) const = default;
};

/// What a quantity costs in tiers: each tier's rate for the part of the quantity within it.
/// Source: as providers bill it, docs/model.md "Bill".
FLOPWISE_API Usd tiered(std::span<const Tier> tiers, double quantity);

/// The rate of one charge in one region: a view, valid while its Charges live.
struct Rate {
    std::span<const Tier> tiers; ///< by `from`, ascending
    std::string_view unit;       ///< "GiB-month", "GiB", "address-h", ...
    std::string_view region;     ///< "all" for a rate that is the same everywhere
    const Source& source;        ///< of the highest tier
    /// What is asked for is billed as the next of this size, twice it, four times it and so on;
    /// 0: as it is.
    double smallest_size = 0;
};

/// What is billed of a quantity at a rate: the next size where it is sold in sizes.
FLOPWISE_API double billed_size(const Rate& rate, double quantity);

/// How a reservation is paid.
enum class Payment : std::uint8_t {
    no_upfront,      ///< all of it by the hour
    partial_upfront, ///< about half at the start, the rest by the hour
    all_upfront,     ///< all of it at the start
};
constexpr std::size_t kPayments = 3;
FLOPWISE_API std::string_view to_string(Payment payment);

/// What is promised for the whole of a term, and paid for whether it is used or not.
enum class Commitment : std::uint8_t {
    standard,         ///< reserved: this machine in this region
    convertible,      ///< reserved, to be changed for another machine
    compute_savings,  ///< AWS Compute Savings Plan: so much an hour, on any machine
    instance_savings, ///< AWS EC2 Instance Savings Plan: on the machines of one family in a region
    committed_use,    ///< Google's committed use of the resources of such a machine in a region
};
constexpr std::size_t kCommitments = 5;
FLOPWISE_API std::string_view to_string(Commitment commitment);

/// A commitment, for how long, and how it is paid.
struct Term {
    int years = 1; ///< 1 or 3; a year is 8,760 h
    Commitment commitment = Commitment::standard;
    Payment payment = Payment::no_upfront;

    bool operator==(const Term&) const = default;
};

/// What a machine costs for each hour of its term, used or not, upfront part included.
struct ReservedRate {
    UsdPerHour hourly{};
    bool estimated = false; ///< the ratio to "no upfront" is that of another machine
    double upfront = 0;     ///< share of the cost of the term that is paid at its start, in [0, 1]
    /// The price on demand that stood beside the rate on its day; absent: not known.
    std::optional<UsdPerHour> on_demand{};
    const Source& source;
    /// The offering whose rate it is by the provider's word, "convertible_1yr"; empty: its own.
    std::string_view same_as{};
};

/// What a machine costs that is bought for whole days ahead, used or not, all of it at the start.
struct BlockRate {
    UsdPerHour hourly{};
    const Source& source;
};

/// Whether a rate can be used where on demand costs `today`: the price on demand that stood beside
/// it is still today's, to 1 in 10,000. A rate from before a price cut is none of today's, and one
/// that has such a price but cannot be compared, `today` being absent, is not known to be. A rate
/// without such a price is taken as it is.
FLOPWISE_API bool holds(const ReservedRate& rate, std::optional<UsdPerHour> today);

/// The share of spot machines that were reclaimed within a month, as a band.
struct Interruption {
    double from = 0;            ///< in [0, 1)
    std::optional<double> to{}; ///< absent: the band is open, so `from` is a lower bound
    const Source& source;
};

/// Immutable tables of charges. Copying costs a pointer.
class FLOPWISE_API Charges {
public:
    /// Those that are compiled into the library. Needs no file; takes well under a millisecond.
    static Charges bundled();
    /// Tables without a row.
    static Charges none();
    /// Reads files as one (docs/catalog.md): YAML, or CSV as reserved_csv() and
    /// interruptions_csv() write it. Throws InputError with file, line and field for an unknown or
    /// duplicate key, a duplicate row, a figure out of its range, or no source.
    static Charges read(const std::filesystem::path& file);
    static Charges read(std::span<const std::filesystem::path> files);
    /// The same of the text of a file, which messages call `name`.
    static Charges parse(const std::string& yaml, const std::string& name = "text");
    /// These with the rows of others; where both have a row, the others' is kept. All tiers of a
    /// charge in a region are one row.
    [[nodiscard]] Charges merged(const Charges& others) const;

    // What follows looks into the tables, so none of it can be asked of a temporary one.

    /// The rate of a charge ("egress", "storage_gp3") in a region; the one for all regions if it
    /// has none of its own; empty if neither is known.
    [[nodiscard]] std::optional<Rate>
    rate(std::string_view provider, std::string_view region, std::string_view charge) const&;
    void rate(std::string_view, std::string_view, std::string_view) const&& = delete;
    /// Of the tiers that a quantity is billed by; no date if the rate is not known.
    [[nodiscard]] DateRange dates(std::string_view provider,
                                  std::string_view region,
                                  std::string_view charge,
                                  double quantity) const;
    /// The rates of a charge in all regions that have one.
    [[nodiscard]] std::vector<Rate> rates(std::string_view provider,
                                          std::string_view charge) const&;
    void rates(std::string_view, std::string_view) const&& = delete;
    /// The same of all providers.
    [[nodiscard]] std::vector<Rate> rates(std::string_view charge) const&;
    void rates(std::string_view) const&& = delete;

    [[nodiscard]] std::optional<ReservedRate> reserved(std::string_view provider,
                                                       std::string_view region,
                                                       std::string_view instance,
                                                       Term term) const&;
    void reserved(std::string_view, std::string_view, std::string_view, Term) const&& = delete;
    /// Whether any machine of the provider has a rate for this commitment, for 1 or 3 years.
    [[nodiscard]] bool offers(std::string_view provider, Term term) const;
    [[nodiscard]] std::optional<BlockRate>
    block(std::string_view provider, std::string_view region, std::string_view instance) const&;
    void block(std::string_view, std::string_view, std::string_view) const&& = delete;
    /// Whether any machine of the provider has a rate for a block of days.
    [[nodiscard]] bool offers_blocks(std::string_view provider) const;
    [[nodiscard]] std::optional<Interruption> interruption(std::string_view provider,
                                                           std::string_view region,
                                                           std::string_view instance) const&;
    void interruption(std::string_view, std::string_view, std::string_view) const&& = delete;

    /// Types of block storage that some region of the provider has a rate for: "gp3", "st1".
    [[nodiscard]] std::vector<std::string_view> storage_types() const&;
    void storage_types() const&& = delete;
    /// The type that a disk of this provider has if none is named: what `default_storage` says,
    /// or the only one that it has a rate for. Empty: not known.
    [[nodiscard]] std::optional<std::string_view> default_storage(std::string_view provider) const&;
    void default_storage(std::string_view) const&& = delete;
    /// Those of all providers that have one, each type once.
    [[nodiscard]] std::vector<std::string_view> default_storages() const&;
    void default_storages() const&& = delete;
    /// Number of rows: tiers, reserved rates, blocks, ratios and bands.
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Data;
    explicit Charges(std::shared_ptr<const Data> data) noexcept;
    friend struct ChargesBinary;
    friend struct ChargesReader;
    friend struct ChargesMerge;
    friend class MachineRates;

    std::shared_ptr<const Data> data_;
};

} // namespace flopwise
