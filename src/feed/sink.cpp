#include "feed/sink.hpp"

#include "catalog/bounds.hpp"
#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "text/day.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace flopwise::feed {

// ---- checks -------------------------------------------------------------------------

constexpr std::size_t kLongestName = 128;
static bool is_name(std::string_view text) {
    if (text.empty() || text.size() > kLongestName || text.front() == ' ' || text.back() == ' ')
        return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }) ||
           text::printable(text) == text;
}

std::string_view name(std::string_view text, std::string_view field) {
    if (!is_name(text))
        throw BadRow{std::string{field},
                     fmt::format("must be a name of 1 to {} printable characters, got {}",
                                 kLongestName,
                                 text::quoted(text))};
    return text;
}

std::string_view readable(csv_stream::Reader& row, std::size_t column) {
    try {
        return row.field(column);
    } catch (const BadRow&) {
        return {};
    }
}

/// "0,526" and "12,5", as spreadsheets of many countries write. Empty if the comma can also part
/// thousands: 1,234 is 1.234 or 1234.
static std::optional<double> with_decimal_comma(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t comma = text.find_first_not_of(kDigits);
    if (comma == std::string_view::npos || comma == 0 || text[comma] != ',')
        return std::nullopt;
    const std::string_view decimals = text.substr(comma + 1);
    if (decimals.find_first_not_of(kDigits) != std::string_view::npos)
        return std::nullopt;
    const bool thousands = decimals.size() == 3 && comma <= 3 && text.front() != '0';
    std::string with_point{text};
    with_point[comma] = '.';
    return thousands ? std::nullopt : text::number(with_point);
}

double figure(std::string_view text, std::string_view field) {
    auto value = text::number(text);
    if (!value)
        value = with_decimal_comma(text);
    if (!value)
        throw BadRow{std::string{field},
                     fmt::format("must be a number{}, got {}",
                                 text.find(',') == std::string_view::npos ? "" : " with a point",
                                 text::quoted(text))};
    if (!(*value >= 0))
        throw BadRow{std::string{field}, fmt::format("must not be negative, got {}", *value)};
    constexpr double kMost = 1e9; // above all prices, fees and sizes, so that no sum overflows
    if (!(*value <= kMost))
        throw BadRow{std::string{field}, fmt::format("must be at most {}, got {}", kMost, *value)};
    return *value;
}

GiB rounded(GiB memory) {
    constexpr double kThousand = 1'000;
    return GiB{std::round(memory.value() * kThousand) / kThousand};
}

/// Of a shape of Oracle's, "VM.GPU.A10.1" or "VM.Standard.E4.Flex", all but the size behind it.
static std::string_view family_of_shape(std::string_view shape) {
    const auto dot = shape.rfind('.');
    const std::string_view size = shape.substr(dot + 1);
    const bool sized =
        size.starts_with("Flex") || size.find_first_not_of("0123456789") == std::string_view::npos;
    return sized && dot > shape.find('.') ? shape.substr(0, dot) : shape;
}

/// Whether what follows the dash of "gx2-8x64x1v100" is a profile of IBM's: vCPUs x GiB.
static bool is_profile(std::string_view size) {
    const auto times = size.find_first_not_of("0123456789");
    return times != 0 && times != std::string_view::npos && size[times] == 'x' &&
           times + 1 < size.size() && size[times + 1] >= '0' && size[times + 1] <= '9';
}

std::string_view family_of(std::string_view instance) {
    if (instance.starts_with("VM.") || instance.starts_with("BM."))
        return family_of_shape(instance);
    if (const auto dash = instance.find('-');
        dash != std::string_view::npos && dash > 0 && is_profile(instance.substr(dash + 1)))
        return instance.substr(0, dash);
    return instance.substr(0, instance.find('.', 1));
}

std::optional<std::int64_t> seconds_of(std::string_view time) {
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
    if (time.size() < kForm.size())
        return std::nullopt;
    for (std::size_t i = 0; i < kForm.size(); ++i)
        if (kForm[i] == 'd' ? time[i] < '0' || time[i] > '9' : time[i] != kForm[i])
            return std::nullopt;
    std::string_view rest = time.substr(kForm.size());
    if (rest.starts_with('.'))
        rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("0123456789", 1)));
    const auto two = [&](std::size_t at) { return 10 * (time[at] - '0') + (time[at + 1] - '0'); };
    const Date day = day_of(time);
    if (two(11) > 23 || two(14) > 59 || two(17) > 59)
        return std::nullopt;
    if (day.year == 0 || (rest != "Z" && rest != "+00:00" && !rest.empty()))
        return std::nullopt;
    constexpr std::int64_t kSecondsPerDay = 86'400;
    constexpr Date kEpoch{.year = 1970, .month = 1, .day = 1};
    constexpr std::int64_t kMinute = 60;
    return days_between(kEpoch, day) * kSecondsPerDay +
           (std::int64_t{two(11)} * kMinute + two(14)) * kMinute + two(17);
}

Date day_of(std::string_view time) {
    constexpr std::size_t kDay = 10;
    return date_of(time.substr(0, kDay)).value_or(Date{});
}

std::string_view why_skipped(const Kind& kind) {
    using namespace std::string_view_literals;
    const auto is = [](std::string_view text, auto... allowed) {
        return ((text == allowed) || ...);
    };
    if (!is(kind.product_family, "Compute Instance"sv, "Compute Instance (bare metal)"sv))
        return "product family";
    if (!is(kind.location_type, ""sv, "AWS Region"sv))
        return "location type";
    if (!is(kind.tenancy, "Shared"sv))
        return "tenancy";
    if (!is(kind.operating_system, "Linux"sv))
        return "operating system";
    if (!is(kind.capacity_status, ""sv, "Used"sv))
        return "capacity status";
    if (!is(kind.software, ""sv, "NA"sv))
        return "installed software";
    if (!is(kind.license, ""sv, "NA"sv, "No License required"sv))
        return "license";
    if (!is(kind.market, ""sv, "OnDemand"sv))
        return "market option";
    return "";
}

// ---- names of regions ---------------------------------------------------------------

/// What the id of a zone begins with: "us-east-1" is "use1", "ap-northeast-2" is "apne2".
static std::string zone_prefix(std::string_view region) {
    std::string out;
    for (const std::string& part : text::split(region, '-')) {
        if (out.empty())
            out = part;
        else if (part.starts_with("north") || part.starts_with("south"))
            out += fmt::format("{}{}", part.front(), part.substr(5, 1));
        else
            out += part.front();
    }
    return out;
}

bool looks_like_region(std::string_view code) {
    const auto parts = text::split(code, '-');
    const bool partition = parts.size() == 4 &&
                           (parts[1] == "gov" || parts[1].starts_with("iso") || parts[0] == "eusc");
    return (parts.size() == 3 || partition) && parts.back().size() == 1 && parts.back()[0] >= '1' &&
           parts.back()[0] <= '9';
}

Sink::Sink(const Catalog& known,
           const ImportOptions& options,
           Format format,
           std::string provider,
           std::string file)
    : known_{known}, gpus_{known}, options_{options}, provider_{std::move(provider)},
      file_{std::move(file)} {
    out_.format = format;
    out_.file = file_;
    for (const Region& region : known.regions()) {
        if (region.provider != provider_)
            continue;
        by_zone_.emplace(zone_prefix(region.code), region.code);
        if (!region.name.empty())
            by_location_.emplace(region.name, region.code);
        constexpr std::string_view kEurope = "Europe "; // the price list says "EU (Ireland)"
        if (region.name.starts_with(kEurope))
            by_location_.emplace("EU " + region.name.substr(kEurope.size()), region.code);
    }
}

std::string_view Sink::region_called(std::string_view location) const {
    const auto found = by_location_.find(std::string{location});
    return found == by_location_.end() ? std::string_view{} : found->second;
}

std::string_view Sink::region_of_zone(std::string_view zone) const {
    const auto dash = zone.find("-az");
    if (dash != std::string_view::npos && zone.find('-') == dash) {
        const auto found = by_zone_.find(zone.substr(0, dash));
        return found == by_zone_.end() ? std::string_view{} : found->second;
    }
    if (zone.empty() || zone.back() < 'a' || zone.back() > 'z')
        return {};
    zone.remove_suffix(1);
    return looks_like_region(zone) ? zone : std::string_view{};
}

// ---- rows ---------------------------------------------------------------------------

void Sink::skip(std::string_view why, std::uint64_t rows) {
    out_.rows += rows;
    for (auto& [reason, count] : skipped_)
        if (reason == why) {
            count += rows;
            return;
        }
    skipped_.emplace_back(why, rows);
}

void Sink::reject(Where where, const std::string& reason) {
    constexpr std::size_t kShown = 1'000;
    if (options_.strict)
        throw InputError{std::move(where), reason};
    ++out_.rows;
    if (++out_.rows_rejected <= kShown) {
        where.field = text::printable(where.field);
        out_.rejected.push_back({std::move(where), text::printable(reason)});
    }
}

void Sink::require_by_tomorrow(Date day, std::string_view field) const {
    if (is_after_tomorrow(day, options_.today))
        throw BadRow{std::string{field}, after_tomorrow_reason(day, options_.today)};
}

void Sink::dated(Date day, std::string_view field) {
    if (is_after_tomorrow(day, options_.today))
        throw InputError{{.file = file_, .field = std::string{field}},
                         after_tomorrow_reason(day, options_.today)};
    as_of_ = std::max(as_of_, day);
}

Date Sink::now(Date stated) const {
    return std::max(options_.as_of.year != 0 ? options_.as_of : options_.today, stated);
}

bool Sink::is_to_come(std::string_view since, Date stated) const {
    return now(stated).year != 0 && day_of(since) > now(stated);
}

static void require_within(std::string_view field, double value, double most) {
    if (!(value > 0))
        throw BadRow{std::string{field}, fmt::format("must be positive, got {}", value)};
    if (!(value >= kLeast && value <= most))
        throw BadRow{std::string{field},
                     fmt::format("must be in [{}, {}], got {}", kLeast, most, value)};
}

static std::string key_of(std::string_view provider,
                          std::string_view instance,
                          std::string_view region,
                          Purchase purchase) { // names have no line breaks
    return fmt::format("{}\n{}\n{}\n{}", provider, instance, region, static_cast<int>(purchase));
}

bool Sink::add(std::string_view instance,
               std::string_view region,
               Purchase purchase,
               UsdPerHour hourly,
               std::string_view since) {
    require_within("price", hourly.value(), kMostUsdPerHour);
    auto& prices = out_.tables.prices;
    const auto [found, fresh] = prices_.try_emplace(key_of(provider_, instance, region, purchase),
                                                    Since{prices.size(), {}});
    Since& before = found->second;
    if (fresh) {
        prices.push_back(
            {provider_, std::string{instance}, std::string{region}, purchase, hourly, source_});
        before.day = since;
        return true;
    }
    UsdPerHour& price = prices[before.row].hourly;
    if (since == before.day && price != hourly)
        throw BadRow{"price",
                     fmt::format("must be one for {} in {}, {}, got {} and {}",
                                 instance,
                                 region,
                                 to_string(purchase),
                                 price,
                                 hourly)};
    if (since <= before.day)
        return false;
    before.day = since;
    price = hourly;
    return true;
}

void Sink::add(ReservedPrice rate) {
    if (rate.hourly == UsdPerHour{} && rate.upfront == Usd{})
        return;
    rate.provider = provider_;
    out_.reserved.push_back(std::move(rate));
}

void Sink::add(InterruptionBand interruption) {
    interruption.provider = provider_;
    out_.interruptions.push_back(std::move(interruption));
}

void Sink::set_origin(std::string provider, std::string source) {
    provider_ = std::move(provider);
    source_ = std::move(source);
}

std::string Sink::source_called(const std::string& name, Date day) {
    as_of_ = std::max(as_of_, day);
    std::string dated = fmt::format("{}-{}", name, to_string(day));
    for (const std::string& called : {name, dated}) {
        const auto [found, fresh] = sources_.try_emplace(called, day);
        if (fresh || found->second == day)
            return called;
    }
    return dated;
}

/// Throws BadRow for what would make the whole catalog one that is refused.
static void require_usable(const Instance& instance) {
    const auto if_given = [&](std::string_view field, const auto& value, double most) {
        if (value)
            require_within(field, value->value(), most);
    };
    if (instance.gpu.empty() || instance.vcpus)
        require_within("vcpus", instance.vcpus.value_or(0), kMostVcpus);
    if (instance.gpu.empty() || instance.memory)
        require_within("memory_gib", instance.memory.value_or(GiB{}).value(), kMostGib);
    if (!instance.gpu.empty())
        require_within("gpu_count", instance.gpu_count, kMostGpus);
    if_given("gpu_memory", instance.reported_gpu_memory, kMostGib);
    if_given("local_storage", instance.local_storage, kMostOther);
    if_given("network", instance.network, kMostGbps);
    if_given("network_peak", instance.network_peak, kMostGbps);
    if_given("ebs", instance.ebs, kMostGbps);
    for (const std::string* text :
         {&instance.arch, &instance.cpu_vendor, &instance.local_storage_kind})
        if (!text->empty())
            name(*text, "processor and storage");
}

bool Sink::add(Instance instance) {
    require_usable(instance);
    auto& rows = out_.tables.instances;
    if (!instances_.try_emplace(provider_ + '\n' + instance.name, rows.size()).second)
        return false;
    instance.provider = provider_;
    instance.source = source_;
    if (instance.family.empty())
        instance.family = family_of(instance.name);
    rows.push_back(std::move(instance));
    return true;
}

void Sink::pass_over(std::string_view instance) {
    unread_.emplace(is_name(instance) ? instance : "");
}

void Sink::offer(std::string_view instance, std::string_view region) {
    offerings_[std::string{instance}].emplace(region);
}

void Sink::set_gpu(Instance& to, const GpuClaim& claim, std::string_view field) {
    const GpuMatch found = gpus_.match(claim, field);
    to.gpu = found.gpu->name;
    to.gpu_count = found.count;
    if (found.reported)
        to.reported_gpu_memory = rounded(*found.reported);
}

// ---- the end ------------------------------------------------------------------------

/// A family that is not in the catalog: what it is for can be told from an accelerator only.
static Family new_family(const Instance& instance) {
    return {instance.provider,
            instance.family,
            instance.gpu.empty() ? Purpose::general : Purpose::training,
            0,
            {},
            {}};
}

/// The ways to pay of which the file has all that is sold; none if it may be a part.
std::vector<Purchase> Sink::whole_ways() const {
    const Whole whole = reader_of(out_.format)->whole;
    const bool left_out = whole == Whole::provider && lists_are_partial(provider_);
    std::set<Purchase> out;
    if (whole != Whole::nothing && !left_out && !unread_.contains(""))
        for (const Price& price : out_.tables.prices)
            out.insert(price.purchase);
    return {out.begin(), out.end()};
}

static void add_families(Tables& tables, const Catalog& known) {
    std::set<std::pair<std::string_view, std::string_view>> names;
    for (const Family& family : known.families())
        names.emplace(family.provider, family.name);
    for (const Instance& instance : tables.instances)
        if (names.emplace(instance.provider, instance.family).second)
            tables.families.push_back(new_family(instance));
}

Import Sink::finish(std::string_view title) {
    if (as_of_.year == 0)
        as_of_ = options_.as_of;
    out_.undated = out_.undated || as_of_.year == 0;
    Tables& tables = out_.tables;
    tables.as_of = as_of_;
    tables.name = fmt::format("{}_{}-{}", provider_, to_string(out_.format), to_string(as_of_));
    if (to_string(out_.format).starts_with(provider_ + "_"))
        tables.name = tables.name.substr(provider_.size() + 1);
    if (!sources_.empty())
        tables.name = fmt::format("table-{}", to_string(as_of_));
    std::string plain{title}; // a file may write what it likes into its version
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    if (sources_.empty())
        tables.sources = {{tables.name, plain, as_of_}};
    for (const auto& [source, day] : sources_)
        tables.sources.push_back({source, plain, day});
    for (const auto& [instance, regions] : offerings_)
        tables.offerings.push_back({provider_, instance, {regions.begin(), regions.end()}, {}});
    add_families(tables, known_);
    const auto name_source = [&](auto& rows) {
        for (auto& row : rows)
            if (row.source.empty())
                row.source = tables.sources.front().name;
    };
    name_source(tables.families);
    name_source(tables.instances);
    name_source(tables.offerings);
    name_source(tables.prices);
    name_source(out_.reserved);
    name_source(out_.interruptions);
    if (!out_.incomplete)
        for (const auto& [region, covered] : covered_)
            out_.covered.emplace_back(provider_, region);
    out_.whole = whole_ways();
    for (const Price& price : tables.prices)
        mentioned_.erase(price.instance);
    unread_.merge(mentioned_);
    unread_.erase("");
    out_.unread.assign(unread_.begin(), unread_.end());
    for (const auto& [why, rows] : skipped_)
        out_.skipped.push_back({std::string{why}, rows});
    std::sort(out_.skipped.begin(), out_.skipped.end(), [](const Skipped& a, const Skipped& b) {
        return a.why < b.why;
    });
    return std::move(out_);
}

} // namespace flopwise::feed
