// Spot machines of AWS: what they cost lately, and how often they were taken back.

#include "feed/json_stream.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise::feed {

namespace {

using json_stream::Row;
using json_stream::Value;

// ---- prices -------------------------------------------------------------------------

struct Moment {
    std::int64_t seconds;
    double usd;
};

struct Zone {
    std::string instance;
    std::string region;
    std::string zone;
    std::vector<Moment> moments;
};

/// Mean of a price that holds until the next moment, from `begin` to `end`. A zone whose first
/// moment is later has no price before it, so its mean begins there.
double mean(std::vector<Moment>& moments, std::int64_t begin, std::int64_t end) {
    std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
        return a.seconds < b.seconds;
    });
    double sum = 0;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < moments.size(); ++i) {
        const std::int64_t from = std::max(begin, moments[i].seconds);
        const std::int64_t to =
            i + 1 < moments.size() ? std::min(moments[i + 1].seconds, end) : end;
        if (to <= from)
            continue;
        sum += moments[i].usd * static_cast<double>(to - from);
        total += to - from;
    }
    return total == 0 ? moments.back().usd : sum / static_cast<double>(total);
}

class History {
public:
    explicit History(Sink& sink) : sink_{sink} {}

    void row(Row& row) {
        std::string_view instance;
        std::string_view zone;
        std::string_view product;
        std::string_view time;
        std::optional<double> usd;
        each(row.object(), [&](std::string_view name, Value value) {
            if (name == "InstanceType")
                instance = feed::name(json_stream::text(value, name), name);
            else if (name == "AvailabilityZone")
                zone = feed::name(json_stream::text(value, name), name);
            else if (name == "ProductDescription")
                product = json_stream::text(value, name);
            else if (name == "Timestamp")
                time = json_stream::text(value, name);
            else if (name == "SpotPrice")
                usd = figure(json_stream::scalar(value, name), name);
        });
        if (product != "Linux/UNIX" && product != "Linux/UNIX (Amazon VPC)")
            return sink_.skip("operating system");
        const std::string_view region = sink_.region_of_zone(zone);
        if (region.empty())
            return sink_.skip("local zone");
        if (instance.empty() || !usd)
            throw BadRow{instance.empty() ? "InstanceType" : "SpotPrice", "must be given"};
        if (*usd == 0)
            return sink_.skip("price of zero");
        const auto seconds = seconds_of(time);
        if (!seconds)
            throw BadRow{"Timestamp",
                         fmt::format("must be a time such as 2026-08-10T12:00:00Z, got {}",
                                     text::quoted(time))};
        sink_.require_by_tomorrow(day_of(time), "Timestamp");
        add({std::string{instance}, std::string{region}, std::string{zone}, {}}, {*seconds, *usd});
        sink_.dated(day_of(time), "Timestamp");
        sink_.keep();
    }

    std::string title() {
        constexpr double kSecondsPerDay = 86'400;
        constexpr double kLongest = 36'500; // a century
        const double days = std::min(sink_.options().window.value(), kLongest);
        const auto window = static_cast<std::int64_t>(days * kSecondsPerDay);
        std::map<std::pair<std::string_view, std::string_view>, double> lowest;
        for (auto& [key, zone] : zones_) {
            const double price = mean(zone.moments, last_ - window, last_);
            const auto [found, fresh] = lowest.try_emplace({zone.instance, zone.region}, price);
            found->second = std::min(found->second, price);
        }
        for (const auto& [key, price] : lowest)
            sink_.add(key.first, key.second, Purchase::spot, UsdPerHour{price});
        return fmt::format("AWS DescribeSpotPriceHistory; mean over the last {} days, weighted by "
                           "time, of the zone in which it is lowest",
                           days);
    }

private:
    void add(Zone zone, Moment moment) {
        const std::string key = fmt::format("{}\n{}", zone.instance, zone.zone);
        zones_.try_emplace(key, std::move(zone)).first->second.moments.push_back(moment);
        last_ = std::max(last_, moment.seconds);
    }

    Sink& sink_;
    std::map<std::string, Zone> zones_;
    std::int64_t last_ = 0;
};

// ---- interruptions ------------------------------------------------------------------

struct Band {
    double at_least = 0;
    double below = 1;
};

/// Of "<5%", "5-10%" or ">20%".
std::optional<Band> band_of(std::string_view label) {
    constexpr double kPercent = 0.01;
    if (!label.ends_with('%'))
        return std::nullopt;
    label.remove_suffix(1);
    Band band;
    const auto dash = label.find('-');
    const bool below = label.starts_with('<');
    const bool above = label.starts_with('>');
    const auto first = text::number(label.substr(below || above ? 1 : 0, dash));
    const auto second =
        dash == std::string_view::npos ? first : text::number(label.substr(dash + 1));
    if (!first || !second || (!below && !above && dash == std::string_view::npos))
        return std::nullopt;
    if (!below)
        band.at_least = *first * kPercent;
    if (!above)
        band.below = *second * kPercent;
    const bool right = band.at_least >= 0 && band.at_least < band.below && band.below <= 1;
    return right ? std::optional{band} : std::nullopt;
}

/// The index of the advisor's bands, whose labels have not changed since 2017.
constexpr std::array<std::string_view, 5> kBands{"<5%", "5-10%", "10-15%", "15-20%", ">20%"};

void read_advice(std::string_view instance, std::string_view region, Value value, Sink& sink) {
    std::optional<double> index;
    each(json_stream::object(value, instance), [&](std::string_view name, Value figure) {
        if (name == "r")
            index = json_stream::number(figure, fmt::format("{}.r", instance));
    });
    if (!index)
        throw BadRow{fmt::format("{}.r", instance), "must be given"};
    if (!(*index >= 0 && *index < static_cast<double>(kBands.size()) &&
          *index == std::floor(*index)))
        throw BadRow{fmt::format("{}.r", instance),
                     fmt::format("must be 0, 1, 2, 3 or 4, got {}", *index)};
    add_interruption(sink,
                     feed::name(instance, "spot_advisor"),
                     region,
                     kBands.at(static_cast<std::size_t>(*index)));
    sink.keep();
}

/// All machines of a region. Each is a row, so that one that is wrong costs no other.
void read_region(Row& row, Sink& sink) {
    const std::string region{name(row.key, "spot_advisor")};
    each(row.object(), [&](std::string_view system, Value machines) {
        each(json_stream::object(machines, system), [&](std::string_view instance, Value advice) {
            if (system != "Linux")
                return sink.skip("operating system");
            try {
                read_advice(instance, region, advice, sink);
            } catch (const BadRow& bad) {
                sink.reject({.file = sink.file(),
                             .field = fmt::format("spot_advisor.{}.Linux.{}", region, bad.field),
                             .byte = row.byte},
                            bad.reason);
            }
        });
    });
}

} // namespace

bool add_interruption(Sink& sink,
                      std::string_view instance,
                      std::string_view region,
                      std::string_view label) {
    const auto band = band_of(label);
    if (band)
        sink.add(InterruptionBand{.provider = {},
                                  .instance = std::string{instance},
                                  .region = std::string{region},
                                  .at_least = band->at_least,
                                  .below = band->below,
                                  .source = {}});
    return band.has_value();
}

static std::string read_aws_spot_history(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{"SpotPriceHistory"};
    History history{sink};
    read_list(input, sink, kLists, [&](Row& row) { history.row(row); });
    return history.title();
}

static std::string read_aws_spot_advisor(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{"spot_advisor"};
    read_list(input, sink, kLists, [&](Row& row) { read_region(row, sink); });
    return "AWS Spot Instance Advisor; interruptions of the month before";
}

extern constinit const Reader kAwsSpotHistory{
    .format = Format::aws_spot_history,
    .name = "aws_spot_history",
    .marks = {.form = Form::object,
              .any = {"\"SpotPriceHistory\""},
              .rows = {"\"SpotPrice\"", "\"AvailabilityZone"}},
    .provider = "aws",
    .read = read_aws_spot_history};

extern constinit const Reader kAwsSpotAdvisor{
    .format = Format::aws_spot_advisor,
    .name = "aws_spot_advisor",
    .marks = {.form = Form::object, .any = {"\"spot_advisor\"", "\"instance_types\""}},
    .provider = "aws",
    .read = read_aws_spot_advisor};

} // namespace flopwise::feed
