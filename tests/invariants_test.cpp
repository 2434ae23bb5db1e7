// What must hold of every catalog and every request, tried on random ones.

#include <flopwise/report.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"
#include "training/workload.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

using namespace flopwise;

static unsigned seed() {
    return GENERATE(take(40, random(1U, 1'000'000U)));
}

/// A request that refuses some offers of a random catalog for most kinds of reason.
static Request request_for(unsigned seed) {
    Request r{.budget = {.total = Usd{100.0 + seed % 200},
                         .days = Days{10},
                         .hours_per_day = HoursPerDay{5}},
              .top = 1'000'000,
              .nearest = 1'000'000};
    r.weights = Weights{.cost = 3, .speed = 2, .gpu_memory = 1, .memory = 1};
    if (seed % 3 == 0)
        r.constraints.min_memory = GiB{16};
    if (seed % 4 == 0)
        r.constraints.min_gpus = 0;
    if (seed % 5 == 0)
        r.constraints.exclude = {"b.m*"};
    if (seed % 2 == 0)
        r.constraints.purchase = {Purchase::on_demand, Purchase::spot};
    if (seed % 7 == 0)
        r.constraints.region = {"r0", "r2"};
    if (seed % 11 == 0)
        r.constraints.near = Place{10, 20};
    r.constraints.any_region = true; // else what qualifies decides what is in scope
    if (seed % 11 == 0)
        r.constraints.max_rtt = Milliseconds{150};
    if (seed % 13 == 0)
        r.profile = Profile::graphics;
    if (seed % 3 == 1)
        r.speed = Speed::peak;
    return r;
}

using Key = std::tuple<std::string, std::string, PurchaseKind>;
static Key key_of(const Choice& c) {
    return {c.instance, c.region, c.purchase};
}

static std::set<Key> keys_of(const Recommendation& r) {
    std::set<Key> keys;
    for (const Choice& c : r.choices)
        keys.insert(key_of(c));
    return keys;
}

static std::vector<Key> order_of(const Recommendation& r) {
    std::vector<Key> order;
    for (const Choice& c : r.choices)
        order.push_back(key_of(c));
    return order;
}

static bool includes(const std::set<Key>& larger, const std::set<Key>& smaller) {
    return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end());
}

TEST_CASE("every offer is a choice, a refusal or out of scope, once", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    const Request request = request_for(s);
    const Recommendation r = recommend(catalog, request);
    const auto choices = keys_of(r);
    CHECK(choices.size() == r.choices.size());
    CHECK(r.admitted == r.choices.size());
    std::size_t out_of_scope = 0;
    std::map<Reason, std::size_t> counts;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const Offer o = catalog.offer(i);
        const bool chosen = choices.contains({o.instance.name, o.region.code, kind_of(o.purchase)});
        const auto refusal = why_not(catalog, request, i);
        CHECK(chosen != refusal.has_value());
        if (refusal && refusal->reasons.front() <= Reason::other_purchase)
            ++out_of_scope;
        else if (refusal)
            ++counts[refusal->reasons.front()];
    }
    CHECK(r.out_of_scope == out_of_scope);
    CHECK(r.admitted + r.refusals.count + r.out_of_scope == catalog.size());
    const std::map<Reason, std::size_t> counted(r.refusals.by_reason.begin(),
                                                r.refusals.by_reason.end());
    CHECK(counted == counts);
}

/// What an offer costs for an hour of work: on spot with the work that is lost. No charges know of
/// machines that are random, so these are taken for reclaimed as often as any that is known: the
/// highest band, more than 20 % a month.
static double hourly_cost(const Offer& o, const Request& q) {
    const double price = o.price.value();
    if (o.purchase == Purchase::on_demand)
        return price;
    const Hours work = rented_hours(q.budget);
    return price * (spot_hours(work, interruption_rate(0.2), q.recovery).expected / work);
}

TEST_CASE("the order is that of a plain sort of plain scores", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    const Request request = request_for(s);
    const Recommendation r = recommend(catalog, request);
    const bool vcpus = request.constraints.min_gpus == 0.0;
    const Precision precision = *r.request.precision;
    const bool predicted = r.request.speed == Speed::predicted;
    const double v100 = precision == Precision::fp32 ? 15.7 : 125;
    std::vector<std::tuple<double, double, Key>> expected;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        if (why_not(catalog, request, i))
            continue;
        const Offer o = catalog.offer(i);
        const double gpus = o.instance.gpu_count;
        const double rate = vcpus       ? *o.instance.vcpus
                            : predicted ? workload_times(*o.gpu, precision)->tflops(gpus)
                                        : peak(*o.gpu, precision)->value() * gpus;
        const double reference_rate = vcpus       ? 8
                                      : predicted ? reference(precision, Speed::predicted).rate
                                                  : v100;
        const double sum = vcpus ? 6 : 7; // GPU memory drops out
        double log =
            3 / sum * std::log((rate / hourly_cost(o, request)) / (reference_rate / 3.06)) +
            2 / sum * std::log(rate / reference_rate) +
            1 / sum * std::log(o.instance.memory->value() / 61);
        if (!vcpus)
            log += 1 / sum *
                   std::log(o.gpu->memory.value() * std::min(1.0, o.instance.gpu_count) / 16);
        const double rtt =
            request.constraints.near
                ? round_trip(great_circle(*request.constraints.near, *o.region.place)).value()
                : 0;
        expected.push_back(
            {-100 * std::exp(log), rtt, {o.instance.name, o.region.code, kind_of(o.purchase)}});
    }
    REQUIRE(expected.size() == r.choices.size());
    std::map<Key, double> scores;
    for (const auto& [score, rtt, key] : expected)
        scores[key] = -score;
    for (std::size_t i = 0; i < r.choices.size(); ++i) {
        CHECK(r.choices[i].rank == static_cast<int>(i) + 1);
        CHECK(r.choices[i].score.value == Approx(scores.at(key_of(r.choices[i]))).epsilon(1e-12));
        if (i > 0)
            CHECK(r.choices[i - 1].score.value >= r.choices[i].score.value);
    }
}

TEST_CASE("the order by cost, price or speed is that of a plain sort", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    Request request = request_for(s);
    request.sort = GENERATE(Sort::cost, Sort::price, Sort::speed);
    const Recommendation r = recommend(catalog, request);
    const Precision precision = *r.request.precision;
    const bool vcpus = request.constraints.min_gpus == 0.0;
    const bool predicted = r.request.speed == Speed::predicted;
    const auto key = [&](const Offer& o) { // less comes first
        const double gpus = o.instance.gpu_count;
        if (request.sort == Sort::cost)
            return hourly_cost(o, request);
        if (request.sort == Sort::price)
            return o.price.value();
        return vcpus       ? -*o.instance.vcpus
               : predicted ? -workload_times(*o.gpu, precision)->tflops(gpus)
                           : -peak(*o.gpu, precision)->value() * gpus;
    };
    std::vector<double> expected;
    std::map<Key, double> own;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        if (why_not(catalog, request, i))
            continue;
        const Offer o = catalog.offer(i);
        expected.push_back(key(o));
        own[{o.instance.name, o.region.code, kind_of(o.purchase)}] = key(o);
    }
    std::sort(expected.begin(), expected.end());
    REQUIRE(expected.size() == r.choices.size());
    for (std::size_t i = 0; i < r.choices.size(); ++i)
        CHECK(own.at(key_of(r.choices[i])) == Approx(expected[i]).epsilon(1e-12));
    request.top = 4;
    const Recommendation few = recommend(catalog, request);
    for (std::size_t i = 0; i < few.choices.size(); ++i)
        CHECK(few.choices[i] == r.choices[i]);
}

TEST_CASE("one row for each is the first of each", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    Request request = request_for(s);
    const Recommendation all = recommend(catalog, request);
    request.by = GENERATE(By::machine, By::gpu, By::provider, By::region);
    const auto row_of = [&](const Choice& c) {
        return request.by == By::machine ? fmt::format("{} {}", c.instance, to_string(c.purchase))
               : request.by == By::gpu   ? c.gpu
               : request.by == By::provider ? c.provider
                                            : c.region;
    };
    std::vector<Key> expected;
    std::set<std::string> seen;
    for (const Choice& c : all.choices)
        if (seen.insert(row_of(c)).second)
            expected.push_back(key_of(c));
    const Recommendation r = recommend(catalog, request);
    CHECK(order_of(r) == expected);
    CHECK(r.admitted == all.admitted);
    for (const Choice& c : r.choices) {
        std::vector<std::string> others;
        for (const Choice& other : all.choices)
            if (request.by != By::region && other.instance == c.instance &&
                other.purchase == c.purchase && other.region != c.region)
                others.push_back(other.region);
        CHECK(c.also == others);
    }
    request.top = 2;
    expected.resize(std::min<std::size_t>(2, expected.size()));
    CHECK(order_of(recommend(catalog, request)) == expected);
}

TEST_CASE("the top of a shorter answer is the top of the longer", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    Request request = request_for(s);
    const Recommendation all = recommend(catalog, request);
    for (const int top : {1, 2, 5}) {
        request.top = top;
        request.nearest = top;
        const Recommendation some = recommend(catalog, request);
        const auto n = std::min<std::size_t>(static_cast<std::size_t>(top), all.choices.size());
        CHECK(some.choices ==
              std::vector<Choice>(all.choices.begin(),
                                  all.choices.begin() + static_cast<std::ptrdiff_t>(n)));
        CHECK(some.families == all.families);
        CHECK(some.refusals.count == all.refusals.count);
        const auto m =
            std::min<std::size_t>(static_cast<std::size_t>(top), all.refusals.nearest.size());
        CHECK(some.refusals.nearest ==
              std::vector<Refusal>(all.refusals.nearest.begin(),
                                   all.refusals.nearest.begin() + static_cast<std::ptrdiff_t>(m)));
    }
}

TEST_CASE("more budget removes no choice", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    Request request = request_for(s);
    const auto before = keys_of(recommend(catalog, request));
    request.budget.total = *request.budget.total * 1.3;
    CHECK(includes(keys_of(recommend(catalog, request)), before));
    request.budget.days = *request.budget.days * 0.7;
    CHECK(includes(keys_of(recommend(catalog, request)), before));
}

TEST_CASE("relaxing a constraint removes no choice", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    const Request request = request_for(s);
    const auto before = keys_of(recommend(catalog, request));
    const auto still = [&](auto relax) {
        Request relaxed = request;
        relax(relaxed.constraints);
        CHECK(includes(keys_of(recommend(catalog, relaxed)), before));
    };
    still([](Constraints& c) { c.min_memory.reset(); });
    still([](Constraints& c) { c.exclude.clear(); });
    still([](Constraints& c) { c.region.clear(); });
    still([](Constraints& c) { c.max_rtt.reset(); });
    still([](Constraints& c) { c.include_retired = true; });
    still([](Constraints& c) { c.purchase = {Purchase::spot, Purchase::on_demand}; });
}

TEST_CASE("all prices times k give costs times k and the same order", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    Tables scaled = catalog.tables();
    constexpr double kFactor = 4; // a power of two is exact in doubles
    for (Price& p : scaled.prices)
        p.hourly = p.hourly * kFactor;
    const Request request = request_for(s);
    Request dearer = request;
    dearer.budget.total = *request.budget.total * kFactor;
    const Recommendation a = recommend(catalog, request);
    const Recommendation b = recommend(Catalog{scaled}, dearer);
    REQUIRE(a.choices.size() == b.choices.size());
    const auto place = [](const Recommendation& r, const Choice& of) { // ties have one place
        return std::count_if(r.choices.begin(), r.choices.end(), [&](const Choice& c) {
            return c.score.value > of.score.value * (1 + 1e-12);
        });
    };
    for (const Choice& c : a.choices) {
        const auto same = std::find_if(b.choices.begin(), b.choices.end(), [&](const Choice& d) {
            return key_of(c) == key_of(d);
        });
        REQUIRE(same != b.choices.end());
        CHECK(place(a, c) == place(b, *same));
        CHECK(same->cost->total.value() == Approx(kFactor * c.cost->total.value()));
    }
}

TEST_CASE("the order of the catalog changes nothing", "[invariants][property]") {
    const unsigned s = seed();
    Tables t = random_tables(s);
    const Request request = request_for(s);
    const std::string before = json(recommend(Catalog{t}, request));
    std::reverse(t.prices.begin(), t.prices.end());
    std::reverse(t.instances.begin(), t.instances.end());
    std::reverse(t.regions.begin(), t.regions.end());
    CHECK(json(recommend(Catalog{t}, request)) == before);
}

TEST_CASE("excluding a machine changes no other score to the last bit, and no order",
          "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    const Request request = request_for(s);
    const Recommendation all = recommend(catalog, request);
    for (const Instance& gone : catalog.instances()) {
        Request without = request;
        without.constraints.exclude.push_back(gone.name);
        const Recommendation r = recommend(catalog, without);
        std::vector<std::pair<Key, double>> expected;
        for (const Choice& c : all.choices)
            if (c.instance != gone.name)
                expected.emplace_back(key_of(c), c.score.value);
        std::vector<std::pair<Key, double>> found;
        for (const Choice& c : r.choices)
            found.emplace_back(key_of(c), c.score.value);
        CHECK(found == expected);
    }
}

/// What stands for the price in the score.
static UsdPerHour hourly(const Choice& c) {
    return c.effective.value_or(c.price);
}

TEST_CASE("a dominated offer that is added never changes the others", "[invariants][property]") {
    const unsigned s = seed();
    Tables t = random_tables(s);
    const Request request = request_for(s);
    const Recommendation before = recommend(Catalog{t}, request);
    if (before.choices.empty())
        return;
    const Choice& best = before.choices[0];
    const auto machine = *std::find_if(t.instances.begin(), t.instances.end(), [&](const auto& i) {
        return i.name == best.instance;
    });
    Instance worse = machine;
    worse.name = "zz.worse";
    worse.memory = *machine.memory * 0.9;
    t.instances.push_back(worse);
    t.prices.push_back(
        {"cloud", worse.name, best.region, Purchase::on_demand, hourly(best) * 1.01, "new"});
    const Recommendation after = recommend(Catalog{t}, request);
    CHECK(after.choices[0].instance == best.instance);
    auto order = order_of(after);
    std::erase_if(order, [](const Key& k) { return std::get<0>(k) == "zz.worse"; });
    CHECK(order == order_of(before));
    for (const Choice& c : after.choices)
        if (c.instance == "zz.worse")
            CHECK_FALSE(c.pareto);
}

TEST_CASE("contributions add up to the logarithm of the score", "[invariants][property]") {
    const unsigned s = seed();
    for (const Choice& c : recommend(random_catalog(s), request_for(s)).choices) {
        const auto& parts = c.score.contributions;
        CHECK(std::accumulate(parts.begin(), parts.end(), 0.0) ==
              Approx(std::log(c.score.value / 100)).margin(1e-12));
    }
}

TEST_CASE("the Pareto flag is that of a comparison of all pairs", "[invariants][property]") {
    const unsigned s = seed();
    const Catalog catalog = random_catalog(s);
    const Recommendation r = recommend(catalog, request_for(s));
    const bool vcpus = r.request.constraints.min_gpus == 0.0;
    const bool peak = r.request.speed == Speed::peak;
    // Choice::predicted is absent without a published bandwidth, for which the order has a usual.
    const auto speed = [&](const Choice& c) {
        if (vcpus)
            return *c.vcpus;
        return peak ? c.tflops->value()
                    : workload_times(*catalog.find_gpu(c.gpu), *r.request.precision)
                          ->tflops(c.gpu_count);
    };
    const auto memory = [&](const Choice& c) { return vcpus ? 0 : c.gpu_memory->value(); };
    for (const Choice& c : r.choices) {
        const bool dominated =
            std::any_of(r.choices.begin(), r.choices.end(), [&](const Choice& d) {
                return hourly(d) <= hourly(c) && speed(d) >= speed(c) && memory(d) >= memory(c) &&
                       (hourly(d) < hourly(c) || speed(d) > speed(c) || memory(d) > memory(c));
            });
        CHECK(c.pareto == !dominated);
    }
}

TEST_CASE("a family is as good as its best machine", "[invariants][property]") {
    const unsigned s = seed();
    const Recommendation r = recommend(random_catalog(s), request_for(s));
    std::map<std::string, double> best;
    std::map<std::string, std::size_t> admitted;
    for (const Choice& c : r.choices) {
        best.emplace(c.family, c.score.value); // the first is the best
        ++admitted[c.family];
    }
    CHECK(r.families.size() == best.size());
    for (std::size_t i = 0; i < r.families.size(); ++i) {
        const FamilyChoice& f = r.families[i];
        CHECK(f.score == best.at(f.family));
        CHECK(f.admitted == admitted.at(f.family));
        CHECK(f.price_from <= f.price_to);
        if (i > 0)
            CHECK(r.families[i - 1].score >= f.score);
    }
}

TEST_CASE("the nearest refusals are machines of which nothing qualifies",
          "[invariants][property]") {
    const unsigned s = seed();
    const Recommendation r = recommend(random_catalog(s), request_for(s));
    std::set<std::string> chosen;
    for (const Choice& c : r.choices)
        chosen.insert(c.instance);
    std::set<std::string> seen;
    for (const Refusal& refusal : r.refusals.nearest) {
        CHECK_FALSE(chosen.contains(refusal.instance));
        CHECK(seen.insert(refusal.instance).second);
        CHECK_FALSE(refusal.text.empty());
    }
}

TEST_CASE("equal questions get equal answers, byte for byte", "[invariants][property]") {
    const unsigned s = seed();
    const Request request = request_for(s);
    const Recommendation a = recommend(random_catalog(s), request);
    const Recommendation b = recommend(random_catalog(s), request);
    CHECK(a == b);
    CHECK(table(a) == table(b));
    CHECK(csv(a) == csv(b));
}
