// flopwise: what machines cost on earlier days, and a catalog of any of these days
//
// The bundled history has AWS since 2020-06-18, Azure since 2023-10-27, and of the others what was
// published of them; each price is that of a source and its day.

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// What a source said on its day of a machine in a region.
struct DatedPrice {
    Date as_of{};                       ///< of the source
    std::optional<UsdPerHour> hourly{}; ///< absent: a complete list that no longer has it
    std::string source{};               ///< its title

    bool operator==(const DatedPrice&) const = default;
};

/// Prices by provider, machine, region and purchase option over the years. Immutable; copying costs
/// a pointer.
class FLOPWISE_API PriceHistory {
public:
    /// That which is compiled into the library. Needs no file and is made once.
    static PriceHistory bundled();
    /// The tables of prices that files of data name (docs/catalog.md). Throws InputError with file,
    /// line and field, as Catalog::read() does.
    static PriceHistory read(std::span<const std::filesystem::path> files);

    /// The first day of which it has a price of a provider; undated if it has none.
    [[nodiscard]] Date first_day(std::string_view provider) const;
    /// The codes of the regions in which a machine had a price, ascending.
    [[nodiscard]] std::vector<std::string> regions(std::string_view provider,
                                                   std::string_view instance,
                                                   Purchase purchase = Purchase::on_demand) const;
    /// What was said of a machine, oldest first. After a price, the first complete list without
    /// the machine stands as a price that is absent.
    [[nodiscard]] std::vector<DatedPrice> prices(std::string_view provider,
                                                 std::string_view instance,
                                                 std::string_view region,
                                                 Purchase purchase = Purchase::on_demand) const;
    /// The price in force on a day: the newest that is not after it, unless a newer complete list
    /// lacks the machine, or its prices are known to have changed since (docs/prices.md).
    [[nodiscard]] std::optional<DatedPrice> price(std::string_view provider,
                                                  std::string_view instance,
                                                  std::string_view region,
                                                  Purchase purchase,
                                                  Date day) const;
    /// A catalog as it would have been on a day: the machines and regions with a price in force on
    /// it, from this history and, where they are newer, from the catalog itself. Where machines can
    /// be launched is known since the day of the catalog's own offerings; before, a price says so.
    /// Throws ArgumentError for `as_of` if there is no price on that day.
    [[nodiscard]] Catalog on(Date day, const Catalog& catalog) const;

    /// The days of the lists of a provider, ascending; those that are undated are left out.
    [[nodiscard]] std::vector<Date> days(std::string_view provider, Purchase purchase) const;

    /// Number of prices.
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Data;
    explicit PriceHistory(std::shared_ptr<const Data> data) noexcept;
    friend struct HistoryBinary;

    std::shared_ptr<const Data> data_;
};

/// The lowest price of a GPU-hour that a provider had on a day.
struct GpuPrice {
    std::string provider{};
    Date as_of{}; ///< of a list of the provider's prices; other prices may be older
    UsdPerHour per_gpu{};
    std::string instance{};
    std::string region{};
    std::string source{}; ///< title of that of the price

    bool operator==(const GpuPrice&) const = default;
};

/// How the price of a GPU moved: of each provider and each day on which one of its lists has a
/// price of the GPU, or the lowest changed, the lowest in force, by provider and day; whole
/// machines, divided by their GPUs, in all regions. `gpus` are names of rows of the catalog.
FLOPWISE_API std::vector<GpuPrice> gpu_prices(const PriceHistory& history,
                                              const Catalog& catalog,
                                              std::span<const std::string> gpus,
                                              Purchase purchase = Purchase::on_demand);

} // namespace flopwise
