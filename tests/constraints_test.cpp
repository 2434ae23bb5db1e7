#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "random_catalog.hpp"

#include <algorithm>
#include <functional>
#include <set>

using namespace flopwise;

/// The 2020 snapshot in us-east-1, where 19 machines have a price.
static Request virginia() {
    return {.constraints = {.region = {"us-east-1"}}, .top = 100};
}

static std::size_t admitted(const Request& request) {
    static const Catalog catalog = Catalog::bundled("aws-2020-04");
    return recommend(catalog, request).admitted;
}

TEST_CASE("each constraint admits what a look at the table admits", "[constraints]") {
    // Counted by hand over the 19 machines of data/snapshots/aws-2020-04.yaml.
    struct Row {
        const char* why;
        std::function<void(Constraints&)> set;
        std::size_t count;
    };
    const Row row = GENERATE(values<Row>({
        {"all", [](Constraints&) {}, 19},
        {"p2 by alias", [](Constraints& c) { c.gpu = {"K80"}; }, 3},
        {"V100 of both sizes", [](Constraints& c) { c.gpu = {"nvidia-v100*"}; }, 4},
        {"two GPUs named",
         [](Constraints& c) {
             c.gpu = {"T4", "M60"};
         },
         10},
        {"eight GPUs", [](Constraints& c) { c.min_gpus = 8; }, 4}, // p2.8, p2.16, p3.16, p3dn
        {"one GPU", [](Constraints& c) { c.max_gpus = 1; }, 10},
        {"two to four",
         [](Constraints& c) {
             c.min_gpus = 2;
             c.max_gpus = 4;
         },
         5},
        {"16 GiB a GPU", [](Constraints& c) { c.min_gpu_memory = GiB{16}; }, 10},
        {"32 GiB a GPU", [](Constraints& c) { c.min_gpu_memory = GiB{32}; }, 1},
        {"at most 12 GiB a GPU", [](Constraints& c) { c.max_gpu_memory = GiB{12}; }, 9},
        {"488 GiB", [](Constraints& c) { c.min_memory = GiB{488}; }, 5},
        {"64 vCPUs", [](Constraints& c) { c.min_vcpus = 64; }, 5},
        {"25 Gbps", [](Constraints& c) { c.min_network = Gbps{25}; }, 5},
        {"no ARM then", [](Constraints& c) { c.arch = {"x86_64"}; }, 19},
        {"a family", [](Constraints& c) { c.family = {"g3"}; }, 3},
        {"families by pattern",
         [](Constraints& c) {
             c.family = {"g3*", "p?"};
         },
         10},
        {"machines by pattern", [](Constraints& c) { c.instance = {"*.xlarge"}; }, 3},
        {"without a family",
         [](Constraints& c) {
             c.exclude = {"g4dn", "p2.xlarge"};
         },
         12},
        {"1 USD/h at most", [](Constraints& c) { c.max_price = UsdPerHour{0.9}; }, 5},
    }));
    Request request = virginia();
    row.set(request.constraints);
    CAPTURE(row.why);
    CHECK(admitted(request) == row.count);
}

TEST_CASE("a machine without GPU takes part only if none is asked for", "[constraints]") {
    const Catalog catalog = Catalog::bundled();
    Request request{.constraints = {.region = {"us-east-1"}}, .top = 1'000'000};
    const auto with_gpu = [&](const Recommendation& r) {
        return std::count_if(
            r.choices.begin(), r.choices.end(), [](const Choice& c) { return !c.gpu.empty(); });
    };
    const Recommendation gpus = recommend(catalog, request);
    CHECK(with_gpu(gpus) == static_cast<std::ptrdiff_t>(gpus.admitted));
    request.constraints.min_gpus = 0;
    const Recommendation all = recommend(catalog, request);
    CHECK(all.admitted > 1000);
    CHECK(with_gpu(all) > 50);
    request.constraints.min_gpus.reset();
    request.constraints.max_gpus = 0;
    CHECK(with_gpu(recommend(catalog, request)) == 0);
}

TEST_CASE("accelerators that cannot do the work are refused for it", "[constraints]") {
    const Catalog catalog = Catalog::bundled();
    Request request{.constraints = {.family = {"inf1"}}};
    const Recommendation training = recommend(catalog, request);
    CHECK(training.outcome == Outcome::nothing_fits);
    REQUIRE_FALSE(training.refusals.nearest.empty());
    CHECK(training.refusals.nearest[0].text == "aws-inferentia1 cannot be used for training");
    CHECK(training.refusals.nearest[0].relaxation ==
          std::vector<Relaxation>{{"profile", "inference"}});
    request.profile = Profile::inference;
    CHECK(recommend(catalog, request).outcome == Outcome::found);
}

TEST_CASE("a refusal says what the machine has and what was needed", "[constraints]") {
    struct Row {
        std::function<void(Request&)> set;
        const char* text;
        std::vector<Relaxation> relaxation;
    };
    const Row row = GENERATE(values<Row>({
        {[](Request& r) { r.constraints.min_memory = GiB{64}; },
         "needs 64 GiB of memory, has 61 GiB",
         {{"min_memory_gib", 61.0}}},
        {[](Request& r) { r.constraints.min_gpu_memory = GiB{24}; },
         "needs 24 GiB of GPU memory, has 12 GiB",
         {{"min_gpu_memory_gib", 12.0}}},
        {[](Request& r) { r.constraints.max_memory = GiB{60}; },
         "needs at most 60 GiB of memory, has 61 GiB",
         {{"max_memory_gib", 61.0}}},
        {[](Request& r) { r.constraints.max_gpu_memory = GiB{8}; },
         "needs at most 8 GiB of GPU memory, has 12 GiB",
         {{"max_gpu_memory_gib", 12.0}}},
        {[](Request& r) { r.constraints.max_vcpus = 2; },
         "needs at most 2 vCPUs, has 4",
         {{"max_vcpus", 4.0}}},
        {[](Request& r) { r.constraints.min_vcpus = 8; },
         "needs 8 vCPUs, has 4",
         {{"min_vcpus", 4.0}}},
        {[](Request& r) { r.constraints.min_network = Gbps{10}; },
         "needs a network of 10 Gbps, has 1 Gbps",
         {{"min_network_gbps", 1.0}}},
        {[](Request& r) { r.constraints.min_gpus = 2; },
         "needs 2 GPUs, has 1",
         {{"min_gpus", 1.0}}},
        {[](Request& r) { r.constraints.max_gpus = 0.5; },
         "needs at most 1/2 GPU, has 1",
         {{"max_gpus", 1.0}}},
        {[](Request& r) { r.constraints.gpu = {"T4"}; },
         "has nvidia-k80-gk210",
         {{"gpu", "nvidia-k80-gk210"}}},
        {[](Request& r) { r.constraints.family = {"g3"}; }, "is of family p2", {{"family", "p2"}}},
        {[](Request& r) { r.constraints.instance = {"g*"}; },
         "is not among the machines asked for",
         {{"instance", "p2.xlarge"}}},
        {[](Request& r) { r.constraints.exclude = {"p*"}; },
         "is excluded by p*",
         {{"exclude", "p*"}}},
        {[](Request& r) { r.constraints.max_price = UsdPerHour{0.5}; },
         "costs 0.9 USD/h, at most 0.5 USD/h",
         {{"max_price_usd_per_hour", 0.9}}},
        {[](Request& r) { r.precision = Precision::fp16; },
         "has no published fp16 rate",
         {{"precision", "mixed"}}},
        {[](Request& r) { r.constraints.purchase = {Purchase::spot}; },
         "is paid for as on_demand",
         {{"purchase", "on_demand"}}},
        {[](Request& r) { r.constraints.region = {"ap-*"}; },
         "is in us-east-1",
         {{"region", "us-east-1"}}},
        {[](Request& r) {
             r.constraints.near = Place{1.3, 103.7};
             r.constraints.max_rtt = Milliseconds{100};
         },
         "needs a round trip of 100 ms, has 261 ms",
         {{"max_rtt_ms", 0.0}}}, // the figure is looked at below
        {[](Request& r) {
             r.constraints.min_memory = GiB{64};
             r.constraints.max_price = UsdPerHour{0.5};
         },
         "needs 64 GiB of memory, has 61 GiB; costs 0.9 USD/h, at most 0.5 USD/h",
         {{"min_memory_gib", 61.0}, {"max_price_usd_per_hour", 0.9}}},
    }));
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    std::size_t p2 = 0;
    while (catalog.offer(p2).instance.name != "p2.xlarge" ||
           catalog.offer(p2).region.code != "us-east-1")
        ++p2;
    Request request = virginia();
    row.set(request);
    const auto refusal = why_not(catalog, request, p2);
    REQUIRE(refusal);
    CHECK(refusal->text == row.text);
    if (refusal->reasons == std::vector<Reason>{Reason::too_far})
        CHECK(std::get<double>(refusal->relaxation.at(0).value) == Approx(260.7).margin(0.5));
    else
        CHECK(refusal->relaxation == row.relaxation);
    CHECK_FALSE(why_not(catalog, virginia(), p2));
}

TEST_CASE("a refusal names the architecture", "[constraints]") {
    const Recommendation r = recommend(
        Catalog::bundled(),
        {.constraints = {.arch = {"arm64"}, .instance = {"g4dn.xlarge"}, .region = {"us-east-1"}}});
    REQUIRE_FALSE(r.refusals.nearest.empty());
    CHECK(r.refusals.nearest[0].text == "is x86_64");
    CHECK(r.refusals.nearest[0].relaxation == std::vector<Relaxation>{{"arch", "x86_64"}});
}

TEST_CASE("a price above the ceiling can be lifted in three ways", "[constraints]") {
    Request request = virginia();
    request.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}};
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Recommendation r = recommend(catalog, request);
    REQUIRE_FALSE(r.refusals.nearest.empty());
    const Refusal& p3 = r.refusals.nearest[0];
    CHECK(p3.instance == "p3.2xlarge");
    CHECK(p3.text == "costs 3.06 USD/h, the ceiling is 2.74 USD/h");
    REQUIRE(p3.relaxation.size() == 3);
    CHECK(std::get<double>(p3.relaxation[0].value) == Approx(2233.80));
    CHECK(std::get<double>(p3.relaxation[1].value) == Approx(326.797).epsilon(1e-5));
    CHECK(std::get<double>(p3.relaxation[2].value) == Approx(1.7907).epsilon(1e-4));
}

/// The request with a refusal's relaxation applied; `alternative` is the one of budget, days and
/// hours a day that is taken.
static Request relaxed(Request request, const Refusal& refusal, std::string_view alternative) {
    for (const Relaxation& change : refusal.relaxation) {
        REQUIRE(find_setting(change.key) != nullptr);
        const bool choice =
            change.key == "budget_usd" || change.key == "days" || change.key == "hours_per_day";
        if (choice && change.key != alternative)
            continue;
        if (change.key == "exclude") {
            request.constraints.exclude.clear();
            continue;
        }
        std::string text;
        if (const auto* number = std::get_if<double>(&change.value))
            text = fmt::format("{}", *number);
        else if (const auto* name = std::get_if<std::string>(&change.value))
            text = *name;
        else
            text = "true";
        const std::vector<std::string> texts{text};
        set(request, change.key, texts);
    }
    return request;
}

TEST_CASE("where the nearest region is found, a far one is named to admit its offer",
          "[constraints]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Request request{
        .constraints = {.near = Place{21.03, 105.85}, .max_rtt = Milliseconds{10}}}; // Hanoi
    std::set<std::string> regions;
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        if (catalog.offer(i).instance.name != "g4dn.xlarge")
            continue;
        const auto refusal = why_not(catalog, request, i);
        REQUIRE(refusal);
        CHECK(refusal->reasons == std::vector<Reason>{Reason::too_far});
        if (refusal->relaxation.size() == 2) {
            CHECK(refusal->relaxation[1] == Relaxation{"region", refusal->region});
            regions.insert(refusal->region);
        }
        CHECK_FALSE(why_not(catalog, relaxed(request, *refusal, ""), i));
    }
    // The nearest of the 18 regions with a g4dn, Hong Kong, is found without a name.
    CHECK(regions.size() == 17);
    CHECK_FALSE(regions.contains("ap-east-1"));
    CHECK(regions.contains("us-east-1"));
}

/// The request with some changes made.
static Request with_changes(const Request& asked, const std::vector<Relaxation>& changes) {
    Refusal only;
    only.relaxation = changes;
    Request out = asked;
    for (const char* alternative : {"budget_usd", "days", "hours_per_day"})
        if (std::any_of(changes.begin(), changes.end(), [&](const Relaxation& change) {
                return change.key == alternative;
            }))
            return relaxed(asked, only, alternative);
    return relaxed(asked, only, "");
}

TEST_CASE("alternatives are sets of changes, each with all that is needed", "[constraints]") {
    const Catalog catalog = Catalog::bundled("aws-2020-04");
    const Request request{.budget = {.total = Usd{100}, .days = Days{30}},
                          .constraints = {.min_memory = GiB{128}, .region = {"us-east-1"}}};
    const auto offer =
        catalog.find_offer("aws", "p3.2xlarge", "us-east-1", Purchase::on_demand).value();
    const auto refusal = why_not(catalog, request, offer);
    REQUIRE(refusal);
    REQUIRE(refusal->relaxation.size() == 4); // memory, and one of budget, days, hours a day
    REQUIRE(refusal->alternatives.size() == 3);
    const std::vector<std::string> keys{"budget_usd", "days", "hours_per_day"};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& one = refusal->alternatives[i];
        REQUIRE(one.size() == 2);
        CHECK(one[0] == Relaxation{"min_memory_gib", 61.0});
        CHECK(one[1].key == keys[i]);
        CHECK_FALSE(why_not(catalog, with_changes(request, one), offer));
    }
    const auto memory =
        why_not(catalog, {.constraints = {.min_memory = GiB{128}, .min_vcpus = 32}}, offer);
    REQUIRE(memory->alternatives.size() == 1); // without a budget all are needed together
    CHECK(memory->alternatives[0] == memory->relaxation);
    CHECK(memory->relaxation.size() == 2);
    const auto slow = why_not(catalog, {.precision = Precision::fp8}, offer);
    REQUIRE(slow);
    CHECK(slow->alternatives.size() == (slow->relaxation.empty() ? 0 : 1));
}

TEST_CASE("a refusal's relaxation admits the offer, with each of its alternatives",
          "[constraints][property]") {
    const unsigned seed = GENERATE(take(100, random(1U, 100'000U)));
    const Catalog catalog = random_catalog(seed);
    Request request{
        .budget = {.total = Usd{100}, .days = Days{10}, .hours_per_day = HoursPerDay{4}},
        .constraints = {.min_memory = GiB{16}, .min_vcpus = 4, .exclude = {"c"}},
        .weights = Weights{.cost = 1, .speed = 1, .memory = 1},
    };
    if (seed % 2 == 0)
        request.constraints.gpu = {"x-two"};
    if (seed % 3 == 0)
        request.constraints.min_gpu_memory = GiB{12};
    if (seed % 5 == 0)
        request.constraints.region = {"r1"};
    if (seed % 7 == 0) {
        request.constraints.near = Place{0, 0};
        request.constraints.max_rtt = Milliseconds{120};
    }
    for (std::size_t i = 0; i < catalog.size(); ++i) {
        const auto refusal = why_not(catalog, request, i);
        if (!refusal || refusal->relaxation.empty())
            continue;
        for (const char* alternative : {"budget_usd", "days", "hours_per_day"}) {
            const auto still = why_not(catalog, relaxed(request, *refusal, alternative), i);
            INFO(refusal->instance << ": " << refusal->text << " | " << alternative << " | "
                                   << (still ? still->text : ""));
            CHECK_FALSE(still);
        }
        REQUIRE_FALSE(refusal->alternatives.empty());
        for (const auto& one : refusal->alternatives)
            CHECK_FALSE(why_not(catalog, with_changes(request, one), i));
    }
}

/// A job and what limits it, some of it at odds with most machines.
static Request random_job(unsigned seed) {
    std::mt19937 random{seed};
    const auto one_of = [&random](auto... values) {
        const std::array all{values...};
        return all[random() % all.size()];
    };
    Request out;
    Job& job = training(out);
    job.model = one_of("llama-2-7b", "resnet-50", "gpt2-xl", "bert-large", "llama-2-70b");
    if (job.model != "resnet-50")
        job.tokens = one_of(1e7, 1e8, 2e9);
    if (random() % 2 == 0)
        job.batch = one_of(64.0, 512.0);
    if (job.model != "resnet-50")
        job.fine_tune = one_of(FineTune::none, FineTune::none, FineTune::lora, FineTune::qlora);
    if (random() % 4 == 0)
        job.sharding = one_of(Sharding::none, Sharding::zero2);
    if (random() % 3 != 0)
        job.deadline = Hours{one_of(2.0, 24.0, 200.0)};
    if (random() % 3 != 0)
        out.budget.total = Usd{one_of(10.0, 300.0, 5000.0)};
    out.budget.hours_per_day = HoursPerDay{one_of(24.0, 24.0, 8.0)};
    if (random() % 3 == 0)
        out.precision = one_of(Precision::fp32, Precision::fp16, Precision::bf16);
    if (random() % 3 == 0)
        out.constraints.near = Place{21.03, 105.85}; // Hanoi
    if (random() % 4 == 0)
        out.usage.storage = GiB{300};
    if (random() % 4 == 0)
        out.ways = {PurchaseKind::on_demand, PurchaseKind::spot};
    return out;
}

TEST_CASE("what is said to admit a job's machine does, whatever it does to its hours",
          "[constraints][property]") {
    const Catalog old = Catalog::bundled("aws-2020-04");
    const Catalog present = Catalog::bundled();
    std::size_t told = 0;
    for (unsigned seed = 0; seed < 150; ++seed) {
        const Catalog& catalog = seed % 3 == 0 ? present : old;
        const std::size_t step = seed % 3 == 0 ? 301 : 7;
        const Request request = random_job(seed);
        for (std::size_t i = seed % 7; i < catalog.size(); i += step) {
            const auto refusal = why_not(catalog, request, i);
            if (!refusal)
                continue;
            CHECK(refusal->relaxation.empty() == refusal->alternatives.empty());
            for (const auto& one : refusal->alternatives) {
                const auto still = why_not(catalog, with_changes(request, one), i);
                INFO(seed << ", " << refusal->instance << " in " << refusal->region << ": "
                          << refusal->text << " | " << (still ? still->text : ""));
                CHECK_FALSE(still);
                ++told;
            }
        }
    }
    CHECK(told > 300);
}
