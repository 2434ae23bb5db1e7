// flopwise: prices and machines as the providers publish them
//
// import_feed() reads one file of a provider or of a community catalog into rows of a catalog, and
// says what became of each row it read: kept, skipped for a named reason, or rejected with its
// place. join() puts the rows over a catalog. docs/feeds.md says what is read of each format.
//
//     file -> Import -+
//                     +-> join -> Catalog
//     base catalog ---+

#pragma once

#include <flopwise/catalog.hpp>

namespace flopwise {

/// A form of file. `automatic` ("auto") recognises the others by their content, whatever their
/// name.
enum class Format : std::uint8_t {
    automatic,            ///< whichever of the others it is
    aws_offers,           ///< price list of EC2 as JSON: products, terms
    aws_offers_csv,       ///< the same as CSV
    aws_products,         ///< pages of `aws pricing get-products`
    aws_instance_types,   ///< `aws ec2 describe-instance-types`
    aws_instance_regions, ///< `aws ec2 describe-instance-type-offerings`
    aws_spot_history,     ///< `aws ec2 describe-spot-price-history`
    aws_spot_advisor,     ///< spot-advisor-data.json
    azure_retail_prices,  ///< pages of prices.azure.com/api/retail/prices
    ec2instances,         ///< instances.json of ec2instances.info
    gpuhunt,              ///< CSV of gpuhunt, version 2
    skypilot,             ///< vms.csv of a SkyPilot catalog
    table,                ///< a table of one's own, or of `catalog export`, as CSV
    table_json,           ///< the same as JSON
};
constexpr std::size_t kFormats = 14;
FLOPWISE_API std::string_view to_string(Format format);

/// What a machine costs if it is reserved for years: an hourly fee for each hour of the term, used
/// or not, and a fee at its begin.
struct ReservedPrice {
    std::string provider{};
    std::string instance{};
    std::string region{};
    int years = 0;                ///< 1 or 3
    std::string offering_class{}; ///< "standard" or "convertible"
    std::string payment{};        ///< "no_upfront", "partial_upfront" or "all_upfront"
    UsdPerHour hourly{};          ///< not negative
    Usd upfront{};                ///< not negative
    std::string source{};

    bool operator==(const ReservedPrice&) const = default;
};

/// Both fees for each hour of the term, a year being 8,760 h.
FLOPWISE_API UsdPerHour effective(const ReservedPrice& rate);

/// How often spot machines were taken back in the month before the file was made.
struct InterruptionBand {
    std::string provider{};
    std::string instance{};
    std::string region{};
    double at_least = 0; ///< share of machines in a month, in [0, 1)
    double below = 1;    ///< 1: the band is open
    std::string source{};

    bool operator==(const InterruptionBand&) const = default;
};

/// A row that is wrong. Its file goes on being read.
struct Rejected {
    Where where; ///< file, with the line of a CSV file or the byte of a JSON file, and field
    std::string reason;

    bool operator==(const Rejected&) const = default;
};

/// Rows that are right and of no use here, such as those of Windows machines.
struct Skipped {
    std::string why; ///< "operating system", "price of zero"
    std::uint64_t rows = 0;

    bool operator==(const Skipped&) const = default;
};

/// What a file has. `rows == kept + skipped + rows_rejected`.
struct Import {
    Format format = Format::automatic;
    std::string file{}; ///< as the caller spelled it
    /// One source, or of a table one for each that it names; and families, instances, offerings and
    /// prices that refer to it.
    Tables tables{};
    /// Provider and region for which the offerings are complete: what they leave out is not
    /// offered there.
    std::vector<std::pair<std::string, std::string>> covered{};
    /// The ways to pay of which the file has all that its provider sells, so that what it lacks is
    /// not sold any more; empty if it may be a part. Of a community's list, it speaks of machines
    /// with accelerators, and of those without, only if it has some; AWS's price list speaks of the
    /// regions in which it has prices.
    std::vector<Purchase> whole{};
    /// Machines of which a whole list says nothing, in the order of their names: with rows that
    /// could not be read, or in AWS's price list with none of use.
    std::vector<std::string> unread{};
    /// The file states no day and was given none: `tables.as_of` is not known, or a day than which
    /// the file is not older.
    bool undated = false;
    /// The file names a page that follows and is not in it: what it lacks is not known.
    bool incomplete = false;
    std::vector<ReservedPrice> reserved{};
    std::vector<InterruptionBand> interruptions{};
    std::uint64_t rows = 0;           ///< read: products, machines, lines, as the format has them
    std::uint64_t kept = 0;           ///< of them, in one of the lists above
    std::uint64_t to_come = 0;        ///< prices by the hour that are skipped until their day
    std::vector<Skipped> skipped{};   ///< by reason, in the order of the reasons' names
    std::vector<Rejected> rejected{}; ///< the first 1,000, in the order of the file
    std::uint64_t rows_rejected = 0;  ///< all

    bool operator==(const Import&) const = default;
};

/// How a file is read. What a file says of itself has precedence.
struct ImportOptions {
    Format format = Format::automatic;
    /// Throw InputError for the first row that is wrong, in place of setting it apart.
    bool strict = false;
    /// Provider of a skypilot or gpuhunt file, and of rows of a table that name none; empty: the
    /// known name within the file's own, and of a table else "own". Of several files, that of those
    /// whose names do not tell it.
    std::string provider{};
    /// The day the file was made, if it does not say so; not after `today`. Where the file only
    /// shows that it is not older than a day, as pages of Azure do, this counts.
    Date as_of{};
    /// The day of the question; undated: not known. What is dated after tomorrow is refused: the
    /// file if it is its own date, else the row. A price that begins later is not in force yet, and
    /// is skipped: later than `as_of`, else than this day, or than the day that the file states.
    Date today{};
    /// aws_spot_history: days of which the mean is taken, until the last entry of the file.
    Days window{7};
};

/// Reads a file in constant memory, but for the rows that are kept. `known` gives the regions and
/// accelerators, found by name or alias, whose names the rows use.
///
/// Of JSON, what is used is checked; what is passed over is checked for UTF-8, closed strings and
/// balanced brackets only. Rows are a few MiB at most.
/// Throws InputError if the file cannot be read, its format is another or not recognised, or it
/// ends early or is broken between rows.
///
///     const Import import = import_feed("index.csv", Catalog::bundled());
///     fmt::print("{}", to_text(import)); // how many rows were read, skipped and rejected
FLOPWISE_API Import import_feed(const std::filesystem::path& file,
                                const Catalog& known,
                                const ImportOptions& options = {});
/// A table of one's own as CSV that is in memory, in the columns of docs/feeds.md. Throws as
/// import_feed().
FLOPWISE_API Import import_table(std::string_view csv,
                                 const Catalog& known,
                                 const ImportOptions& options = {});
/// Several files, in as many threads as there are processors; in the order of `files`. Throws the
/// error of the first file that has one.
FLOPWISE_API std::vector<Import> import_feeds(std::span<const std::filesystem::path> files,
                                              const Catalog& known,
                                              const ImportOptions& options = {});

/// Files that were read, and those that could not be.
struct Feeds {
    std::vector<Import> imports;
    std::vector<Rejected> unreadable; ///< each file with the reason

    bool operator==(const Feeds&) const = default;
};

/// The files that paths mean: a folder its files and those below it, a pattern such as
/// "prices/*.csv" the files of that name, if none is called so. Hidden files, and
/// links to folders below one, are left out. Throws InputError for a path that means no file.
FLOPWISE_API std::vector<std::filesystem::path>
feed_files(std::span<const std::filesystem::path> paths);
/// Reads them, and goes on past a file that cannot be read. Throws for a path that means no file,
/// and as import_feed() if the import is strict or of one file that is named.
FLOPWISE_API Feeds import_all(std::span<const std::filesystem::path> paths,
                              const Catalog& known,
                              const ImportOptions& options = {});

/// What a file did to the catalog. Its prices are those in effect, `older`, `overtaken`,
/// `unplaced`, `not_offered` and `outliers`.
struct ImportEffect {
    std::string file{};
    std::uint64_t prices = 0;
    // In effect, against the base:
    std::uint64_t added = 0; ///< which the base does not have
    std::uint64_t rose = 0;
    std::uint64_t fell = 0;
    std::uint64_t unchanged = 0;

    std::uint64_t older = 0;       ///< not used: the price of the base is newer, and stays
    std::uint64_t overtaken = 0;   ///< not used: another file has a newer one, or contradicts it
    std::uint64_t unplaced = 0;    ///< of machines or regions that the catalog cannot have
    std::uint64_t not_offered = 0; ///< of machines that cannot be rented there, or anywhere
    std::uint64_t outliers = 0;    ///< set apart: a hundred times their like, or a hundredth
    std::uint64_t to_come = 0;     ///< not among its prices: they wait for their day
    /// Of the base, which a whole list lacks.
    std::uint64_t prices_retired = 0;
    std::uint64_t machines_retired = 0;
    bool whole = false;      ///< it is a whole list, which retires if it has a day
    bool undated = false;    ///< as its import
    bool incomplete = false; ///< a page of several

    [[nodiscard]] std::uint64_t in_effect() const { return added + rose + fell + unchanged; }
    /// The sum of both; `file` stays.
    FLOPWISE_API ImportEffect& operator+=(const ImportEffect& other);
    bool operator==(const ImportEffect&) const = default;
};

/// The catalog that import makes, and what did not get into it.
struct Joined {
    Catalog catalog;
    /// Rows of machines or regions that no table describes, and prices that are not used because
    /// there is a newer one.
    std::vector<Skipped> left_out;
    std::vector<ImportEffect> effects; ///< of each import, in their order
    /// Prices and machines that are set apart, each with its figure and that of its like.
    std::vector<Rejected> outliers;

    bool operator==(const Joined&) const = default;
};

struct JoinOptions {
    /// Take prices and machines that are beyond belief.
    bool accept_outliers = false;
};

/// The imports over `base`, the later over the earlier.
///
/// - Where sources give different prices, the newest source is used, and the later import if they
///   are of one day. Where they differ by more than 1 %, the older price is kept as superseded,
///   for lint() to report.
/// - Offerings replace those of `base` in the regions they cover, and only there. A machine that
///   is priced in a covered region but not offered there is priced, not offered.
/// - A whole list of a provider retires what it lacks of the prices of `base` that are not newer,
///   each way to pay for itself: they go, and a machine without any price left is retired. An
///   undated list retires nothing.
/// - AWS's price list does so for its regions, on demand. It says nothing of where a machine is
///   offered, and a list that lacks more prices of a region than it has is taken for a selection.
/// - A price that is more than a hundred times that of its like, or less than a hundredth of it,
/// and
///   a machine with a hundred times the vCPUs, memory or GPUs, are set apart unless they are
///   accepted; what the base has of them stays. The like is the same machine in the base, there or
///   in other regions, else the provider's machines with the same GPUs. What has no like is
///   believed.
/// - Offerings of an incomplete file, and of files of its format, are added and cover no region.
/// - A machine of `base` keeps what an import does not know of it.
/// - A region that `base` does not have is added without a place, so it is never the nearest.
///
///     const Import imports[] = {import_feed("index.csv", Catalog::bundled())};
///     const Catalog newer = join(Catalog::bundled(), imports).catalog;
FLOPWISE_API Joined join(const Catalog& base,
                         std::span<const Import> imports,
                         const JoinOptions& options = {});
/// The imports over Catalog::bundled(), with what the bundled catalog of all clouds has of other
/// providers in the imports.
FLOPWISE_API Joined join(std::span<const Import> imports, const JoinOptions& options = {});

/// A catalog of just the machines of such a table, under a name. `known` gives its GPUs, and the
/// places of regions of providers that it knows. What a machine's row does not say is not known.
/// Throws InputError with the line and the column for the first row that is wrong, and for a price
/// of a machine that no row describes.
///
///     const Catalog mine = own_catalog("instance,gpu,gpu_count,region,price_usd_per_hour\n"
///                                      "box,H100,8,here,12.5\n",
///                                      Catalog::bundled());
FLOPWISE_API Catalog own_catalog(std::string_view csv,
                                 const Catalog& known,
                                 const ImportOptions& options = {},
                                 const std::string& name = "own");

} // namespace flopwise
