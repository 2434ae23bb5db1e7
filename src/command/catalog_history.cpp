// `catalog history` and `catalog diff`: prices of earlier days, and what changed.

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/catalog_arguments.hpp"
#include "command/output.hpp"
#include "command/today.hpp"
#include "feed/base_catalog.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace flopwise {

// ---- diff ---------------------------------------------------------------------------

static bool looks_like_a_day(std::string_view name) {
    return name.find('-') != std::string_view::npos &&
           name.find_first_not_of("0123456789-") == std::string_view::npos;
}

/// The first day of which there is a price.
static Date first_day(const PriceHistory& history, const Catalog& clouds) {
    Date first;
    for (const std::string_view provider : clouds.providers())
        if (const Date day = history.first_day(provider);
            day.year != 0 && (first.year == 0 || day < first))
            first = day;
    return first;
}

/// A catalog by its name, or all clouds as they were on a day.
static Catalog named_or_dated(const std::string& name) {
    if (!looks_like_a_day(name) || std::filesystem::exists(name))
        return catalog_called(name, system_day());
    const auto day = date_of(name);
    if (!day)
        throw ArgumentError{
            "CATALOG",
            fmt::format("must be a day of the calendar such as 2026-07-20, got {}", name)};
    const PriceHistory history = PriceHistory::bundled();
    const Catalog clouds = *all_clouds();
    const Date first = first_day(history, clouds);
    if (*day < first || *day > system_day())
        throw ArgumentError{"CATALOG",
                            fmt::format("must be a day from {} to today, {}, got {}",
                                        to_string(first),
                                        to_string(system_day()),
                                        name)};
    return history.on(*day, clouds);
}

int run_diff(const Arguments& arguments) {
    constexpr std::array<std::string_view, 2> kOutputFormats{"text", "json"};
    const std::string& format = arguments.format;
    must_be_one_of("--format", format, kOutputFormats);
    const auto changes =
        diff(named_or_dated(arguments.files.at(0)), named_or_dated(arguments.files.at(1)));
    write_output(format == "json" ? to_json(changes) : to_text(changes), arguments.output);
    return changes.empty() ? answer : nothing;
}

// ---- history ------------------------------------------------------------------------

namespace {

using Names = std::set<std::string_view>;

/// One question for prices of earlier days.
class Question {
public:
    explicit Question(const Arguments& arguments);

    [[nodiscard]] std::string answer() const;

private:
    [[nodiscard]] std::string of_a_machine() const;
    [[nodiscard]] std::string of_gpus(const std::vector<const Gpu*>& gpus) const;
    [[nodiscard]] std::vector<const Instance*> machines() const;
    [[noreturn]] void refuse_name() const;
    [[noreturn]] void refuse_machine(const std::vector<const Instance*>& machines) const;
    void require_provider() const;
    void require_region() const;

    const Arguments& arguments_;
    Catalog clouds_ = *all_clouds();
    PriceHistory history_ = PriceHistory::bundled();
    Purchase purchase_;
    std::string region_;
};

} // namespace

[[noreturn]] static void refuse(std::string_view where,
                                std::string_view what,
                                std::string_view got,
                                const Names& candidates) {
    const std::vector<std::string_view> names{candidates.begin(), candidates.end()};
    throw ArgumentError{
        where,
        fmt::format(
            "must be {}, got {}{}", what, text::quoted(got), text::did_you_mean(got, names))};
}

/// Up to eight names, and how many more there are.
static std::string some_of(const Names& names) {
    constexpr std::size_t kShown = 8;
    std::string out;
    std::size_t shown = 0;
    for (const std::string_view name : names)
        if (shown++ < kShown)
            out += fmt::format("{}{}", out.empty() ? "" : ", ", name);
    if (names.size() > kShown)
        out += fmt::format(" and {} more", names.size() - kShown);
    return out;
}

static Purchase purchase_of(const Arguments& arguments) {
    constexpr std::array kBoth{Purchase::on_demand, Purchase::spot};
    return one_of<Purchase>("--purchase", arguments.purchase, kBoth);
}

Question::Question(const Arguments& arguments)
    : arguments_{arguments}, purchase_{purchase_of(arguments)},
      region_{arguments.regions.empty() ? "" : arguments.regions.front()} {
    require_provider();
    require_region();
}

void Question::require_provider() const {
    const auto providers = clouds_.providers();
    const std::string& provider = arguments_.provider;
    if (!provider.empty() &&
        std::find(providers.begin(), providers.end(), provider) == providers.end())
        refuse("--provider",
               "a provider of the catalog",
               provider,
               {providers.begin(), providers.end()});
}

void Question::require_region() const {
    Names regions;
    for (const Region& region : clouds_.regions())
        if (arguments_.provider.empty() || region.provider == arguments_.provider)
            regions.insert(region.code);
    if (!arguments_.regions.empty() && !regions.contains(region_))
        refuse("--region",
               arguments_.provider.empty() ? "a region of the catalog"
                                           : fmt::format("a region of {}", arguments_.provider),
               region_,
               regions);
}

std::vector<const Instance*> Question::machines() const {
    std::vector<const Instance*> out;
    for (const Instance& machine : clouds_.instances())
        if (machine.name == arguments_.pattern)
            out.push_back(&machine);
    return out;
}

void Question::refuse_name() const {
    Names names;
    for (const Instance& machine : clouds_.instances())
        names.insert(machine.name);
    for (const Gpu& gpu : clouds_.gpus()) {
        names.insert(gpu.name);
        names.insert(gpu.aliases.begin(), gpu.aliases.end());
    }
    refuse("NAME", "a machine or a GPU of the catalog", arguments_.pattern, names);
}

/// Says which of provider, way to pay and region leaves the machine without a price.
void Question::refuse_machine(const std::vector<const Instance*>& machines) const {
    Names providers;
    Names regions;
    for (const Instance* machine : machines)
        providers.insert(machine->provider);
    const std::string& provider = arguments_.provider;
    if (!provider.empty() && !providers.contains(provider))
        refuse("--provider",
               fmt::format("one that has {} ({})", arguments_.pattern, some_of(providers)),
               provider,
               {});
    std::vector<std::string> codes;
    for (const std::string_view one : providers)
        if (provider.empty() || one == provider)
            for (std::string& code : history_.regions(one, arguments_.pattern, purchase_))
                codes.push_back(std::move(code));
    if (codes.empty())
        throw ArgumentError{"--purchase",
                            fmt::format("must be one for which {} has a price, got {}",
                                        arguments_.pattern,
                                        to_string(purchase_))};
    regions.insert(codes.begin(), codes.end());
    refuse(
        "--region",
        fmt::format("one in which {} has had a price ({})", arguments_.pattern, some_of(regions)),
        region_,
        regions);
}

std::string Question::of_a_machine() const {
    return history_of(
        history_, clouds_, arguments_.pattern, region_, arguments_.provider, purchase_);
}

std::string Question::of_gpus(const std::vector<const Gpu*>& gpus) const {
    if (!region_.empty())
        throw ArgumentError{"--region",
                            fmt::format("must be given with a machine, as a GPU is shown where it "
                                        "is cheapest, got {} with {}",
                                        region_,
                                        text::quoted(arguments_.pattern))};
    std::vector<std::string> names;
    names.reserve(gpus.size());
    for (const Gpu* gpu : gpus)
        names.push_back(gpu->name);
    auto prices = gpu_prices(history_, clouds_, names, purchase_);
    Names providers;
    for (const GpuPrice& price : prices)
        providers.insert(price.provider);
    if (prices.empty())
        throw ArgumentError{"--purchase",
                            fmt::format("must be one for which a machine with {} has a price, got "
                                        "{}",
                                        arguments_.pattern,
                                        to_string(purchase_))};
    const std::string& provider = arguments_.provider;
    if (!provider.empty() && !providers.contains(provider))
        refuse("--provider",
               fmt::format("one that has had a price of {}, {} ({})",
                           arguments_.pattern,
                           to_string(purchase_),
                           some_of(providers)),
               provider,
               {});
    std::erase_if(prices,
                  [&](const GpuPrice& p) { return !provider.empty() && p.provider != provider; });
    return table_of(std::span<const GpuPrice>{prices});
}

std::string Question::answer() const {
    if (std::string out = of_a_machine(); !out.empty())
        return out;
    if (const auto found = machines(); !found.empty())
        refuse_machine(found);
    const auto gpus = clouds_.find_gpus(arguments_.pattern);
    if (gpus.empty())
        refuse_name();
    return of_gpus({gpus.begin(), gpus.end()});
}

/// Of a machine, or of a GPU by any of its names.
int run_history(const Arguments& arguments) {
    write_output(Question{arguments}.answer(), arguments.output);
    return answer;
}

} // namespace flopwise
