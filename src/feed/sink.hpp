// Where the readers of the formats put rows: it counts, names and checks them, and knows the
// regions and accelerators of a catalog.

#pragma once

#include <flopwise/feed.hpp>

#include "feed/gpu_match.hpp"
#include "text/csv_stream.hpp"

#include <map>
#include <set>
#include <unordered_map>

namespace flopwise::feed {

using text::BadRow;
using text::Input;

class Sink {
public:
    Sink(const Catalog& known,
         const ImportOptions& options,
         Format format,
         std::string provider,
         std::string file);

    // Each row that is read ends in one of these.
    void keep() { ++out_.rows, ++out_.kept; }
    void skip(std::string_view why, std::uint64_t rows = 1);
    /// Throws InputError if the import is strict.
    void reject(Where where, const std::string& reason);

    /// Adds a price, or compares it with the one there is: the row of the later `since` counts,
    /// and equal days must give equal prices. False if it is the one that does not count.
    bool add(std::string_view instance,
             std::string_view region,
             Purchase purchase,
             UsdPerHour hourly,
             std::string_view since = {});
    /// A rate whose fees are both zero is not sold, and left out.
    void add(ReservedPrice rate);
    void add(InterruptionBand interruption);
    /// The first row of a machine counts; false for the others. The family is added with it.
    bool add(Instance instance);
    void offer(std::string_view instance, std::string_view region);
    /// A machine of which a row could not be read; empty if the row does not say which.
    void pass_over(std::string_view instance);
    /// A machine that the file names, in a row of use or not.
    void mention(std::string_view instance) {
        if (instance != last_mentioned_) // rows of a machine stand together
            mentioned_.insert(last_mentioned_ = instance);
    }
    /// The document that is read names a page that follows, or is its last.
    void set_incomplete(bool more) { out_.incomplete = more; }
    /// A price that begins later: it waits for its day.
    void wait() { ++out_.to_come; }
    /// The offerings of a region are complete.
    void cover(std::string_view region) { covered_.emplace(region, true); }

    /// The day the file was made, if it says so; the latest counts. Throws InputError for one after
    /// tomorrow.
    void dated(Date day, std::string_view field);
    /// Throws BadRow.
    void require_by_tomorrow(Date day, std::string_view field) const;
    /// The day whose prices are asked for: as_of, else today, or the day that the file states if
    /// that is later.
    [[nodiscard]] Date now(Date stated = {}) const;
    /// Whether a price that holds from `since` does not hold yet; false if no day is known.
    [[nodiscard]] bool is_to_come(std::string_view since, Date stated = {}) const;

    /// Sets the machine's accelerator: the one of that name whose memory fits. Throws BadRow.
    void set_gpu(Instance& to, const GpuClaim& claim, std::string_view field);
    /// Whether the catalog, for this provider, has a region of this code.
    [[nodiscard]] bool knows_region(std::string_view code) const {
        return known_.find_region(provider_, code) != nullptr;
    }
    /// Code of the region that AWS's price list calls by this name; empty if it is not known.
    [[nodiscard]] std::string_view region_called(std::string_view location) const;
    /// Region of a zone such as "us-east-1a", or of a zone's id such as "use1-az2"; empty for a
    /// local zone.
    [[nodiscard]] std::string_view region_of_zone(std::string_view zone) const;

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::string& provider() const { return provider_; }
    [[nodiscard]] const ImportOptions& options() const { return options_; }
    [[nodiscard]] Date as_of() const { return as_of_; }

    /// Whose the rows that follow are, and of which source, where a file has several.
    void set_origin(std::string provider, std::string source);
    /// A source of this day, under this name or, if that is one of another day, with the day.
    std::string source_called(const std::string& name, Date day);

    /// That the file is not older than a day, which counts if no other day is given.
    void not_older(Date day, std::string_view field) {
        if (options_.as_of.year != 0)
            return;
        dated(day, field);
        out_.undated = true;
    }

    /// The rows, under a source with this title.
    Import finish(std::string_view title);

private:
    [[nodiscard]] std::vector<Purchase> whole_ways() const;

    struct Since {
        std::size_t row;
        std::string day;
    };

    const Catalog& known_;
    GpuMatcher gpus_;
    const ImportOptions& options_;
    std::string provider_;
    std::string file_;
    Import out_;
    Date as_of_{};
    std::string source_;                  ///< of the rows that are read; empty: the file
    std::map<std::string, Date> sources_; ///< by name, if the file has several
    std::set<std::string> unread_;
    std::set<std::string> mentioned_;
    std::string last_mentioned_;
    std::vector<std::pair<std::string_view, std::uint64_t>> skipped_;
    std::unordered_map<std::string, Since> prices_;
    std::unordered_map<std::string, std::size_t> instances_;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> offerings_;
    std::map<std::string, bool, std::less<>> covered_;
    std::unordered_map<std::string, std::string> by_location_;
    std::map<std::string, std::string, std::less<>> by_zone_;
};

/// A name as it may stand in a catalog: 1 to 128 bytes of printable UTF-8, no blank at either end.
/// Throws BadRow.
std::string_view name(std::string_view text, std::string_view field);
/// A field; empty if its quotes are broken.
std::string_view readable(csv_stream::Reader& row, std::size_t column);
/// A figure, not negative. Throws BadRow.
double figure(std::string_view text, std::string_view field);
/// To three decimals, which tells MiB apart where they matter.
GiB rounded(GiB memory);
/// The family part of "p3.2xlarge", "VM.GPU.A10.1" or "gx2-8x64x1v100", or of "Standard_NC6s_v3"
/// the whole.
std::string_view family_of(std::string_view instance);
/// "eu-west-1", "us-gov-west-1" or "eusc-de-east-1", but not the local zone "us-east-1-bos-1".
bool looks_like_region(std::string_view code);
/// Seconds since 1970 of "2026-08-10T12:34:56Z"; empty if it is another form.
std::optional<std::int64_t> seconds_of(std::string_view time);
/// The calendar day of such a time; undated if it has another form.
Date day_of(std::string_view time);

/// Why a row of a price list is of no use, the first in this order that holds; "" if none does.
struct Kind {
    std::string_view product_family{"Compute Instance"};
    std::string_view location_type{};
    std::string_view tenancy{};
    std::string_view operating_system{};
    std::string_view capacity_status{};
    std::string_view software{};
    std::string_view license{};
    std::string_view market{};
};
std::string_view why_skipped(const Kind& kind);

/// Adds the band of "<5%", "5-10%" or ">20%"; false if the label is another.
bool add_interruption(Sink& sink,
                      std::string_view instance,
                      std::string_view region,
                      std::string_view label);

/// A reserved rate's term, as AWS writes it: "1yr", "standard", "No Upfront".
struct Lease {
    std::string_view length;
    std::string_view offering_class;
    std::string_view payment;
};
/// Throws BadRow for a term that is not known.
void set_terms(ReservedPrice& rate, const Lease& lease);

} // namespace flopwise::feed
