// Every number that a request holds, against what no such number may be. A figure that is not
// looked at is a filter that is passed over: NaN is below and above nothing.

#include <flopwise/recommend.hpp>
#include <flopwise/settings.hpp>

#include "catch.hpp"

#include <algorithm>
#include <array>
#include <limits>

using namespace flopwise;

namespace {

using R = Request;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A figure of a request, and the key under which it is refused.
struct Figure {
    std::string_view key;
    void (*put)(R&, double);
};

const auto kFigures = std::to_array<Figure>({
    {"budget_usd", [](R& r, double x) { r.budget.total = Usd{x}; }},
    {"days", [](R& r, double x) { r.budget.days = Days{x}; }},
    {"hours_per_day", [](R& r, double x) { r.budget.hours_per_day = HoursPerDay{x}; }},
    {"fixed_usd", [](R& r, double x) { r.budget.fixed = Usd{x}; }},
    {"use_cv", [](R& r, double x) { r.uncertainty.use_cv = x; }},
    {"confidence", [](R& r, double x) { r.uncertainty.confidence = x; }},
    {"currency", [](R& r, double x) { r.currency = Currency{.code = "EUR", .units_per_usd = x}; }},
    {"discount_rate", [](R& r, double x) { r.discount_rate = x; }},
    {"max_price_usd_per_hour", [](R& r, double x) { r.constraints.max_price = UsdPerHour{x}; }},
    {"min_gpus", [](R& r, double x) { r.constraints.min_gpus = x; }},
    {"max_gpus", [](R& r, double x) { r.constraints.max_gpus = x; }},
    {"min_gpu_memory_gib", [](R& r, double x) { r.constraints.min_gpu_memory = GiB{x}; }},
    {"max_gpu_memory_gib", [](R& r, double x) { r.constraints.max_gpu_memory = GiB{x}; }},
    {"min_memory_gib", [](R& r, double x) { r.constraints.min_memory = GiB{x}; }},
    {"max_memory_gib", [](R& r, double x) { r.constraints.max_memory = GiB{x}; }},
    {"min_vcpus", [](R& r, double x) { r.constraints.min_vcpus = x; }},
    {"max_vcpus", [](R& r, double x) { r.constraints.max_vcpus = x; }},
    {"min_network_gbps", [](R& r, double x) { r.constraints.min_network = Gbps{x}; }},
    {"near",
     [](R& r, double x) {
         r.constraints.near = Place{x, 0};
     }},
    {"near",
     [](R& r, double x) {
         r.constraints.near = Place{0, x};
     }},
    {"max_rtt_ms", [](R& r, double x) { r.constraints.max_rtt = Milliseconds{x}; }},
    {"storage_gib", [](R& r, double x) { r.usage.storage = GiB{x}; }},
    {"storage_iops", [](R& r, double x) { r.usage.storage_iops = x; }},
    {"storage_throughput_mib_per_s",
     [](R& r, double x) { r.usage.storage_throughput_mib_per_s = x; }},
    {"snapshots_gib", [](R& r, double x) { r.usage.snapshots = GiB{x}; }},
    {"egress_gib_per_month", [](R& r, double x) { r.usage.egress_per_month = GiB{x}; }},
    {"inter_region_gib_per_month", [](R& r, double x) { r.usage.inter_region_per_month = GiB{x}; }},
    {"inter_zone_gib_per_month", [](R& r, double x) { r.usage.inter_zone_per_month = GiB{x}; }},
    {"public_ipv4", [](R& r, double x) { r.usage.public_ipv4 = x; }},
    {"object_storage_gib", [](R& r, double x) { r.usage.object_storage = GiB{x}; }},
    {"nat_gateways", [](R& r, double x) { r.usage.nat_gateways = x; }},
    {"nat_gib_per_month", [](R& r, double x) { r.usage.nat_per_month = GiB{x}; }},
    {"reserved_capacity_hours_per_day",
     [](R& r, double x) { r.usage.reserved_capacity = HoursPerDay{x}; }},
    {"starts_per_day", [](R& r, double x) { r.usage.starts_per_day = x; }},
    {"startup_minutes", [](R& r, double x) { r.usage.startup = Hours{x}; }},
    {"dataset_gib", [](R& r, double x) { r.usage.moved_in = GiB{x}; }}, // no setting's
    {"checkpoint_minutes", [](R& r, double x) { r.recovery.checkpoint = Hours{x}; }},
    {"restart_minutes", [](R& r, double x) { r.recovery.restart = Hours{x}; }},
    {"own_price_usd", [](R& r, double x) { r.own.price = Usd{x}; }},
    {"own_years", [](R& r, double x) { r.own.life = Years{x}; }},
    {"own_residual_usd", [](R& r, double x) { r.own.residual = Usd{x}; }},
    {"own_rate", [](R& r, double x) { r.own.rate = x; }},
    {"own_watts", [](R& r, double x) { r.own.power = Watts{x}; }},
    {"own_pue", [](R& r, double x) { r.own.pue = x; }},
    {"electricity", [](R& r, double x) { r.own.electricity = UsdPerKwh{x}; }},
    {"own_upkeep", [](R& r, double x) { r.own.upkeep = x; }},
    {"own_staff_hours", [](R& r, double x) { r.own.staff = Hours{x}; }},
    {"own_staff_usd_per_hour", [](R& r, double x) { r.own.staff_price = UsdPerHour{x}; }},
    {"own_gpus", [](R& r, double x) { r.own.gpus = x; }},
    {"dataset_gib", [](R& r, double x) { r.dataset.size = GiB{x}; }},
    {"tokens", [](R& r, double x) { training(r).tokens = x; }},
    {"samples", [](R& r, double x) { training(r).samples = x; }},
    {"epochs", [](R& r, double x) { training(r).epochs = x; }},
    {"flops", [](R& r, double x) { training(r).flops = x; }},
    {"batch", [](R& r, double x) { training(r).batch = x; }},
    {"lora_rank", [](R& r, double x) { training(r).lora_rank = x; }},
    {"software_year", [](R& r, double x) { training(r).software_year = x; }},
    {"memory_confidence", [](R& r, double x) { training(r).memory_confidence = x; }},
    {"today", [](R& r, double x) { r.time_of_day = Hours{x}; }},
    {"deadline", [](R& r, double x) { training(r).deadline = Hours{x}; }},
    {"measured",
     [](R& r, double x) { r.goal = Job{.model = "resnet-50", .measured = {{x, "p3.2xlarge"}}}; }},
    {"parameters", [](R& r, double x) { training(r).net.parameters = x; }},
    {"active_parameters", [](R& r, double x) { training(r).net.active_parameters = x; }},
    {"matmul_parameters", [](R& r, double x) { training(r).net.matmul_parameters = x; }},
    {"layers", [](R& r, double x) { training(r).net.layers = x; }},
    {"hidden", [](R& r, double x) { training(r).net.hidden = x; }},
    {"heads", [](R& r, double x) { training(r).net.heads = x; }},
    {"head_dim", [](R& r, double x) { training(r).net.head_dim = x; }},
    {"seq_len", [](R& r, double x) { training(r).net.seq_len = x; }},
    {"max_seq_len", [](R& r, double x) { training(r).net.max_seq_len = x; }},
    {"attention_window", [](R& r, double x) { training(r).net.attention_window = x; }},
    {"window_layers", [](R& r, double x) { training(r).net.window_layers = x; }},
    {"model", [](R& r, double x) { training(r).config = Model{.parameters = x}; }},
    {"vocab", [](R& r, double x) { training(r).net.vocab = x; }},
    {"forward_gmacs", [](R& r, double x) { training(r).net.forward_gmacs = x; }},
    {"image_px", [](R& r, double x) { training(r).net.image_px = x; }},
    {"activations_m", [](R& r, double x) { training(r).net.activations_m = x; }},
    {"operations", [](R& r, double x) { training(r).net.operations = x; }},
    {"samples", [](R& r, double x) { training(r).net.samples = x; }}, // of the net's data set
    {"epochs", [](R& r, double x) { training(r).net.epochs = x; }},   // of the net's recipe
    {"weights", [](R& r, double x) { r.weights = {.cost = x, .network = 1}; }},
    {"weights", [](R& r, double x) { r.weights = {.cost = 1, .speed = x}; }},
    {"weights", [](R& r, double x) { r.weights = {.cost = 1, .gpu_memory = x}; }},
    {"weights", [](R& r, double x) { r.weights = {.cost = 1, .memory = x}; }},
    {"weights", [](R& r, double x) { r.weights = {.cost = 1, .vcpus = x}; }},
    {"weights", [](R& r, double x) { r.weights = {.cost = 1, .network = x}; }},
});

/// The values that are meant, of those that are tried.
struct Meant {
    std::string_view key;
    double value;
};
constexpr auto kMeant = std::to_array<Meant>({
    {"near", -1},        // a degree south or west
    {"weights", 1e300},  // weights have any scale
    {"measured", 1e300}, // nothing bounds a rate that was seen
});

/// Whole numbers.
struct Count {
    std::string_view key;
    void (*put)(R&, int);
};
const auto kCounts = std::to_array<Count>({
    {"top", [](R& r, int x) { r.top = x; }},
    {"nearest", [](R& r, int x) { r.nearest = x; }},
    {"max_machines", [](R& r, int x) { training(r).max_machines = x; }},
    {"tensor_parallel", [](R& r, int x) { training(r).tensor_parallel = x; }},
    {"pipeline_parallel", [](R& r, int x) { training(r).pipeline_parallel = x; }},
    {"idle_minutes", [](R& r, int x) { r.launch.idle_minutes = x; }},
});

/// Days. A month or a year alone is no day, and a date without a year is a slip.
struct Day {
    std::string_view key;
    void (*put)(R&, Date);
};
const auto kDays = std::to_array<Day>({
    {"today", [](R& r, Date x) { r.today = x; }},
    {"as_of", [](R& r, Date x) { r.as_of = x; }},
    {"against", [](R& r, Date x) { r.against = x; }},
    {"currency",
     [](R& r, Date x) { r.currency = Currency{.code = "EUR", .units_per_usd = 0.92, .as_of = x}; }},
    {"deadline",
     [](R& r, Date x) {
         r.today = {2026, 7, 20};
         r.goal = Job{.model = "resnet-50", .deadline_on = x};
     }},
});

/// Settings without a number.
constexpr auto kNames = std::to_array<std::string_view>({"gpu",
                                                         "vendor",
                                                         "stack",
                                                         "arch",
                                                         "family",
                                                         "instance",
                                                         "exclude",
                                                         "provider",
                                                         "region",
                                                         "purchase",
                                                         "profile",
                                                         "precision",
                                                         "speed",
                                                         "catalog",
                                                         "charges",
                                                         "by",
                                                         "sort",
                                                         "firmness",
                                                         "launch_format",
                                                         "checkpoint_url",
                                                         "model",
                                                         "fine_tune",
                                                         "kind",
                                                         "recompute",
                                                         "optimiser",
                                                         "sharding",
                                                         "objective",
                                                         "own_gpu",
                                                         "launch",
                                                         "key_name",
                                                         "dataset_region",
                                                         "dataset_url",
                                                         "storage_type",
                                                         "keep_running",
                                                         "include_retired",
                                                         "rate",
                                                         "recipe",
                                                         "program",
                                                         "loss",
                                                         "offload"});

const Catalog& year_2020() {
    static const Catalog one = Catalog::bundled("aws-2020-04");
    return one;
}

/// The setting that recommend() refuses, and nothing if it answers. An answer has choices if it
/// says so, and reasons if not.
std::string refused_of(const Request& request) {
    try {
        const Recommendation r = recommend(year_2020(), request);
        CHECK((r.outcome == Outcome::found) == !r.choices.empty());
        for (const Choice& choice : r.choices)
            CHECK(std::isfinite(choice.score.value));
        return "";
    } catch (const Error& e) {
        return e.where().field;
    }
}

/// Stands for a value of any type.
struct Anything {
    template <class T>
    operator T() const; // NOLINT(google-explicit-constructor)
};
/// How many fields a struct has.
template <class T, class... Given>
consteval std::size_t fields_of() {
    if constexpr (requires { T{Given{}..., Anything{}}; })
        return fields_of<T, Given..., Anything>();
    else
        return sizeof...(Given);
}

} // namespace

// A new field: if it is a number, give it a row above; then count it here.
static_assert(fields_of<Request>() == 28);
static_assert(fields_of<Budget>() == 4 && fields_of<Uncertainty>() == 2);
static_assert(fields_of<Constraints>() == 24 && fields_of<Place>() == 2 && fields_of<Date>() == 3);
static_assert(fields_of<Usage>() == 17 && fields_of<Recovery>() == 2);
static_assert(fields_of<Ownership>() == 12 && fields_of<Dataset>() == 3);
static_assert(fields_of<Currency>() == 3);
static_assert(fields_of<Job>() == 27 && fields_of<Measured>() == 2 && fields_of<Model>() == 24);
static_assert(fields_of<Launch>() == 6 && fields_of<Weights>() == 6);

TEST_CASE("no figure of a request is NaN, infinite, negative or beyond its range", "[validate]") {
    for (const auto& [key, put] : kFigures)
        for (const double x : {kNan, kInfinity, -kInfinity, -1.0, -1e3, 1e300}) {
            Request request;
            put(request, x);
            const bool meant =
                std::any_of(kMeant.begin(), kMeant.end(), [x, &key = key](const Meant& m) {
                    return m.key == key && m.value == x;
                });
            INFO(key << " = " << x);
            CHECK(refused_of(request) == (meant ? "" : key));
        }
}

TEST_CASE("no count of a request is negative or beyond its range", "[validate]") {
    using Limits = std::numeric_limits<int>;
    for (const auto& [key, put] : kCounts)
        for (const int x : {-1, Limits::min(), Limits::max()}) {
            Request request;
            put(request, x);
            INFO(key << " = " << x);
            CHECK(refused_of(request) == key);
        }
}

TEST_CASE("no day of a request is no day of the calendar", "[validate]") {
    for (const auto& [key, put] : kDays)
        for (const Date x : {Date{2027, 0, 0},
                             Date{2027, 8, 0},
                             Date{2027, 0, 5},
                             Date{2027, 2, 30},
                             Date{2027, 13, 1},
                             Date{2027, 8, -1},
                             Date{-1, 8, 1},
                             Date{0, 8, 1},
                             Date{0, 0, -1},
                             Date{99999, 1, 1}}) {
            Request request;
            put(request, x);
            INFO(key << " = " << x.year << ' ' << x.month << ' ' << x.day);
            CHECK(refused_of(request) == key);
        }
}

TEST_CASE("a deadline is hours or a day", "[validate]") {
    Request request{
        .goal = Job{.model = "resnet-50", .deadline = Hours{1}, .deadline_on = {2026, 8, 1}},
        .today = {2026, 7, 20}};
    CHECK_THROWS_WITH(recommend(year_2020(), request),
                      "deadline: must be hours or a date, got 1h and 2026-08-01");
}

TEST_CASE("each setting is among the figures above, or has no number", "[validate]") {
    std::vector<std::string_view> keys{kNames.begin(), kNames.end()};
    for (const Figure& f : kFigures)
        keys.push_back(f.key);
    for (const Count& c : kCounts)
        keys.push_back(c.key);
    for (const Day& d : kDays)
        keys.push_back(d.key);
    for (const Setting& setting : settings()) {
        INFO(setting.key);
        CHECK(std::find(keys.begin(), keys.end(), setting.key) != keys.end());
    }
    for (const std::string_view name : kNames) {
        INFO(name);
        const Setting* setting = find_setting(name);
        REQUIRE(setting != nullptr);
        Request request;
        try {
            setting->set(request, name, std::to_array<std::string>({"1"}));
        } catch (const Error&) {
            continue; // no number
        }
        CHECK_FALSE(std::holds_alternative<double>(setting->get(request)));
    }
}
