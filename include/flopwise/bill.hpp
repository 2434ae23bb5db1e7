// flopwise: what renting a machine costs, charge by charge
//
// A machine is not all there is to pay: disks are billed while it is stopped, data that leaves is
// billed in tiers by the month, an address by the hour. A bill has a line for each, with quantity,
// rate and source. A charge whose rate is not known has no amount; it is never taken for zero.

#pragma once

#include <flopwise/budget.hpp>
#include <flopwise/charges.hpp>

#include <string>
#include <vector>

namespace flopwise {

/// What is used beside the machine. Disks and addresses are those of each machine; all else is
/// that of a plan, whatever the number of its machines. GiB of a month are averages over a month of
/// 730 h.
struct Usage {
    GiB storage{};                           ///< block storage, kept while the machine is stopped
    std::string storage_type{};              ///< Charges::storage_types(); empty: the usual one
    double storage_iops = 0;                 ///< provisioned in all; 0: what is included
    double storage_throughput_mib_per_s = 0; ///< provisioned in all; 0: what is included
    GiB snapshots{};                         ///< of the disks, as they are stored
    GiB egress_per_month{};                  ///< to the internet
    GiB inter_region_per_month{};            ///< to other regions of the provider
    GiB inter_zone_per_month{};              ///< between zones; each direction counts
    double public_ipv4 = 0;                  ///< addresses, attached or kept
    GiB object_storage{};                    ///< standard class
    double nat_gateways = 0;
    GiB nat_per_month{};                    ///< through the gateways
    HoursPerDay reserved_capacity{};        ///< hours a day that capacity is held while none runs
    std::optional<double> starts_per_day{}; ///< each is billed at least 60 s; absent: one
    /// From the start of a machine until work begins: the image, the drivers and the model have to
    /// be loaded. At each start of a day; once, if it runs day and night. Absent: 10 min for a
    /// training job, else part of the hours rented.
    std::optional<Hours> startup{};
    GiB moved_in{};           ///< once, from another region of the provider
    std::string moved_from{}; ///< that region; at its rate of `inter_region`

    bool operator==(const Usage&) const = default;
};

/// Whether anything beside the rented hours is to be billed.
FLOPWISE_API bool charged(const Usage& usage);

/// One charge of a bill.
struct LineItem {
    std::string charge; ///< "compute", "storage_gp3", "egress", "fixed", ...
    double quantity = 0;
    std::string unit{};          ///< of the quantity: "h", "GiB-month"
    std::optional<Usd> amount{}; ///< absent: the rate is not known
    std::vector<Tier> tiers{};   ///< USD for a unit; one tier for a plain rate
    std::string source{};        ///< of the rate, with its date
    /// Of an unknown amount: that at the dearest rate known in another region. Ranking and budget
    /// take it, so that what is not known never looks cheap. Absent if no region has a rate.
    std::optional<Usd> assumed{};
    /// The amount for each month of 730 h; absent where the plan has one month at most.
    std::optional<Usd> per_month{};

    bool operator==(const LineItem&) const = default;
};

/// All charges of a plan. The total is the sum of the known amounts, unrounded.
struct Bill {
    std::vector<LineItem> items{};
    Usd total{};
    std::optional<Usd> per_month{}; ///< of the total, as of the items

    bool operator==(const Bill&) const = default;
};

/// Whether every line has an amount, so that the total is all there is to pay.
FLOPWISE_API bool complete(const Bill& bill);

/// The bill for renting at `price` through the hours of the budget, with its fixed charges.
/// The budget's total is not needed. Throws ArgumentError as total_needed() does.
FLOPWISE_API Bill bill(const Budget& budget, UsdPerHour price);

/// Where a machine is rented, and at what price.
struct Rental {
    std::string_view provider;
    std::string_view region;
    UsdPerHour price{};
    std::optional<UsdPerHour> on_demand{}; ///< for unused capacity, if `price` is not that
};

/// The bill with all charges of a usage. Machine, then charges in the order of Usage, then fixed:
///
///     compute      = price * max(days * hours_per_day, starts * 60 s)
///     kept things  = tiered rate of the quantity * days * 24 h / 730 h      (disks, objects)
///     data         = tiered rate of each month's quantity                   (egress, transfer)
///     by the hour  = rate * quantity * days * 24 h                          (addresses, NAT)
///     moved in     = tiered rate of `moved_from`, once, unless it is the region itself
///     startup      = price * startup
///     capacity     = on-demand price * days * reserved_capacity
///
/// A plan is whole months of 730 h and a rest, in which data flows at the same pace; the free
/// part of a tier counts whole in each month that is begun, as AWS gives it by calendar month.
/// Throws ArgumentError as bill() does, and for a figure of the usage that is out of its range.
///
///     const Bill b = bill({.days = Days{30}, .hours_per_day = HoursPerDay{2}},
///                         {.storage = GiB{100}, .egress_per_month = GiB{50}},
///                         {.provider = "aws", .region = "us-east-1", .price = UsdPerHour{3.06}},
///                         Charges::bundled());
///     b.total; // with a line for compute, storage_gp3 and egress
FLOPWISE_API Bill bill(const Budget& budget,
                       const Usage& usage,
                       const Rental& rental,
                       const Charges& charges);

/// Throws ArgumentError, naming the setting, for a figure that is negative, not finite, without
/// meaning (IOPS of no disk), or above what a day has.
FLOPWISE_API void validate(const Usage& usage, const Budget& budget);

} // namespace flopwise
