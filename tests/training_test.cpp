// Training jobs in recommend(): which machines, how many, at what cost, and why not the others.

#include <flopwise/flopwise.hpp>

#include "catch.hpp"
#include "request/completed.hpp"
#include "solve/job_choice.hpp"
#include "solve/job_times.hpp"
#include "solve/solver.hpp"
#include "training/step_time.hpp"

#include <map>

using namespace flopwise;

static const Catalog& catalog() {
    static const Catalog bundled = Catalog::bundled();
    return bundled;
}

/// A request for a job, with settings as the command has them: "model", "llama-2-7b", ...
static Request asked(std::initializer_list<std::pair<const char*, std::string>> settings) {
    Request request;
    for (const auto& [key, text] : settings) {
        const std::vector<std::string> texts{text};
        set(request, key, texts);
    }
    return request;
}

static Recommendation answer(std::initializer_list<std::pair<const char*, std::string>> settings) {
    return recommend(catalog(), asked(settings));
}

/// Hours in which a machine starts up before a job, where nothing else is said.
constexpr double kStartup = 10.0 / 60;

TEST_CASE("cost is price, machines and hours; the score is that of the reference", "[training]") {
    const auto r = answer({{"model", "resnet-50"}, {"samples", "1.28e6"}, {"epochs", "90"}});
    REQUIRE(r.outcome == Outcome::found);
    for (const Choice& c : r.choices) {
        INFO(c.instance);
        REQUIRE(c.job);
        const double hours = c.job->time.median.value();
        CHECK(c.cost->total.value() == Approx(c.price.value() * (hours + kStartup)));
        CHECK(c.job->p10 < c.job->time.median);
        CHECK(c.job->time.median < c.job->p90);
        CHECK(c.job->cost_p10.value() == Approx(c.price.value() * (c.job->p10.value() + kStartup)));
        CHECK(c.cost_quantiles->p90.value() ==
              Approx(c.price.value() * (c.job->p90.value() + kStartup)));
        CHECK_FALSE(c.job->probability_in_time);
        CHECK_FALSE(c.probability_within_budget);
    }
    CHECK(std::is_sorted(r.choices.begin(), r.choices.end(), [](const auto& a, const auto& b) {
        return a.cost->total < b.cost->total;
    }));
    // The reference: one V100 for 3.06 USD/h. What costs k times less scores k times 100.
    const Gpu v100 = *catalog().find_gpu("nvidia-v100-sxm2-16gb");
    const Work work = work_of(job_of(r.request));
    const double reference =
        3.06 * (estimate(work, {.gpu = &v100}, Precision::mixed)->median.value() + kStartup);
    CHECK(r.choices.front().score.value ==
          Approx(100 * reference / r.choices.front().cost->total.value()));
}

TEST_CASE("the reference machine of scores has the figures of the catalog's V100", "[training]") {
    const Request request = completed(asked({{"model", "resnet-50"}, {"epochs", "1"}}));
    const JobTimes times{catalog(), request, [](std::size_t) { return 0.0; }};
    const Gpu v100 = *catalog().find_gpu("nvidia-v100-sxm2-16gb");
    CHECK(times.reference() ==
          estimate(work_of(job_of(request)), {.gpu = &v100}, Precision::mixed)->median);
}

TEST_CASE("machines without enough GPU memory are refused with what is missing and what would do",
          "[training]") {
    auto r = answer({{"model", "llama-2-7b"},
                     {"tokens", "1e8"},
                     {"instance", "g4dn.xlarge"},
                     {"fine_tune", "full"}});
    CHECK(r.outcome == Outcome::nothing_fits);
    REQUIRE_FALSE(r.refusals.nearest.empty());
    const Refusal& refusal = r.refusals.nearest.front();
    CHECK(refusal.reasons == std::vector{Reason::does_not_fit});
    // docs/model.md: weights 2, copies 2.824, states 12, gradients 2 and step 2 * 1.085 bytes
    // are 20.99 * 6.738e9 bytes, more than the backward pass with full recomputation, which is not
    // ruled out; times 1.0827, and 0.713 GiB.
    CHECK(refusal.text == "needs 143.2 GiB of memory on each GPU, has 14.6 GiB: lacks 128.7 GiB; "
                          "fine_tune qlora would fit");
    CHECK(refusal.relaxation == std::vector<Relaxation>{{"fine_tune", "qlora"}});
    // What it names is enough.
    r = answer({{"model", "llama-2-7b"},
                {"tokens", "1e8"},
                {"instance", "g4dn.xlarge"},
                {"fine_tune", "qlora"}});
    CHECK(r.outcome == Outcome::found);
    CHECK(r.choices.front().job->memory->micro_batch >= 1);
}

TEST_CASE("what does not fit otherwise is recomputed, and takes no less time for it",
          "[training]") {
    // 8 GPUs of 24 GiB hold the states of 7e9 parameters split over them (12.5 GiB), but not a
    // sequence of 3,072 tokens with all its activations (13.3 GiB) beside them.
    const auto hours = [](std::initializer_list<std::pair<const char*, std::string>> more) {
        Request request = asked(more);
        training(request).model = "llama-2-7b";
        training(request).tokens = 1e8;
        training(request).net.seq_len = 3072;
        request.constraints.instance = {"g5.48xlarge"};
        request.constraints.region = {"us-east-1"};
        return recommend(catalog(), request);
    };
    CHECK(hours({{"recompute", "selective"}}).outcome == Outcome::nothing_fits);
    const auto left_open = hours({});
    REQUIRE(left_open.outcome == Outcome::found);
    const JobChoice& job = *left_open.choices.front().job;
    CHECK(job.recompute == Recompute::full);
    CHECK(job.memory->sharding == Sharding::zero3);
    const auto full = hours({{"recompute", "full"}});
    CHECK(job.time.median >= full.choices.front().job->time.median);
}

TEST_CASE("of the same GPUs, more never take longer for a job", "[training][property]") {
    for (const char* model : {"llama-2-7b", "llama-2-13b", "bert-large", "resnet-50"}) {
        const bool text = is_text(find_model(model).kind);
        const Request request =
            completed(asked({{"model", model}, {text ? "tokens" : "samples", "1e9"}}));
        const JobTimes times{catalog(), request, [](std::size_t) { return 0.0; }};
        const auto all = catalog().instances();
        for (std::size_t a = 0; a < all.size(); ++a)
            for (std::size_t b = 0; b < all.size(); ++b) {
                if (all[a].gpu.empty() || all[a].gpu != all[b].gpu ||
                    all[a].gpu_count > all[b].gpu_count || !times.known(a) || !times.known(b))
                    continue;
                INFO(model << " on " << all[a].name << " and " << all[b].name);
                CHECK(times.median(b).value() <= times.median(a).value() * (1 + 1e-12));
            }
    }
}

TEST_CASE("the deadline and the budget hold with the probability that is asked for", "[training]") {
    const auto r = answer({{"model", "llama-2-7b"},
                           {"tokens", "2e9"},
                           {"budget_usd", "2000"},
                           {"deadline", "48h"},
                           {"top", "1000"}});
    REQUIRE(r.outcome == Outcome::found);
    for (const Choice& c : r.choices) {
        INFO(c.instance << " in " << c.region);
        CHECK(*c.job->probability_in_time >= 0.9 - 1e-9);
        CHECK(*c.probability_within_budget >= 0.9 - 1e-6);
        CHECK(c.job->p90 <= Hours{48 + 1e-9});
        CHECK(c.cost_quantiles->p90 <= Usd{2000.005});
    }
    const auto surer = answer({{"model", "llama-2-7b"},
                               {"tokens", "2e9"},
                               {"budget_usd", "2000"},
                               {"deadline", "48h"},
                               {"confidence", "0.99"}});
    CHECK(surer.admitted < r.admitted);
}

TEST_CASE("a job that is too late names the fewest machines that do it in time", "[training]") {
    const auto late = [](const std::string& deadline, const std::string& machines) {
        return answer({{"model", "llama-2-7b"},
                       {"tokens", "2e9"},
                       {"deadline", deadline},
                       {"max_machines", machines},
                       {"instance", "p4d.24xlarge"},
                       {"region", "us-east-1"}});
    };
    const Refusal refusal = late("15h", "1").refusals.nearest.front();
    CHECK(refusal.reasons == std::vector{Reason::misses_deadline});
    REQUIRE(refusal.alternatives.size() == 2);
    CHECK(refusal.alternatives.front() == refusal.relaxation);
    CHECK(refusal.relaxation.front().key == "deadline");
    REQUIRE(refusal.alternatives.back().size() == 1);
    CHECK(refusal.alternatives.back().front().key == "max_machines");
    const auto fewest = std::get<double>(refusal.alternatives.back().front().value);
    CHECK(late("15h", fmt::format("{}", fewest)).choices.front().job->machines == fewest);
    CHECK(late("15h", fmt::format("{}", fewest - 1)).outcome == Outcome::nothing_fits);

    // 16 take longer than half an hour: more machines are no way out.
    CHECK(late("0.5h", "16").outcome == Outcome::nothing_fits);
    const Refusal never = late("0.5h", "1").refusals.nearest.front();
    REQUIRE(never.alternatives.size() == 1);
    CHECK(never.alternatives.front() == never.relaxation);
}

TEST_CASE("every refusal by deadline or cost names the least that would admit the offer",
          "[training]") {
    const auto late = answer({{"model", "llama-2-7b"},
                              {"tokens", "2e9"},
                              {"deadline", "1h"},
                              {"instance", "p4d.24xlarge"},
                              {"region", "us-east-1"}});
    REQUIRE_FALSE(late.refusals.nearest.empty());
    const Refusal& refusal = late.refusals.nearest.front();
    CHECK(refusal.reasons == std::vector{Reason::misses_deadline});
    REQUIRE(refusal.relaxation.size() == 1);
    const std::string hours = std::get<std::string>(refusal.relaxation.front().value);
    CHECK(answer({{"model", "llama-2-7b"},
                  {"tokens", "2e9"},
                  {"deadline", hours},
                  {"instance", "p4d.24xlarge"},
                  {"region", "us-east-1"}})
              .outcome == Outcome::found);

    const auto dear = answer({{"model", "llama-2-7b"},
                              {"tokens", "2e9"},
                              {"budget_usd", "100"},
                              {"instance", "p4d.24xlarge"},
                              {"region", "us-east-1"}});
    CHECK(dear.outcome == Outcome::nothing_affordable);
    const Relaxation& change = dear.refusals.nearest.front().relaxation.front();
    CHECK(change.key == "budget_usd");
    const double total = std::get<double>(change.value);
    const auto with = [](double usd) {
        return answer({{"model", "llama-2-7b"},
                       {"tokens", "2e9"},
                       {"budget_usd", fmt::format("{}", usd)},
                       {"instance", "p4d.24xlarge"},
                       {"region", "us-east-1"}})
            .outcome;
    };
    CHECK(with(total) == Outcome::found);
    CHECK(with(total - 0.02) == Outcome::nothing_affordable);
}

TEST_CASE("the objective decides what the first has least of", "[training]") {
    const auto first = [](const std::string& objective) {
        return answer({{"model", "resnet-50"},
                       {"epochs", "90"},
                       {"objective", objective},
                       {"region", "us-east-1"},
                       {"top", "1000"}});
    };
    const auto cost = first("cost");
    const auto time = first("time");
    for (const Choice& c : cost.choices) {
        CHECK(c.cost->total >= cost.choices.front().cost->total);
        CHECK(c.job->time.median >= time.choices.front().job->time.median);
    }
    const auto balanced = first("balanced").choices.front();
    const auto product = [](const Choice& c) {
        return c.cost->total.value() * c.job->time.median.value();
    };
    CHECK(product(balanced) <= product(cost.choices.front()) * (1 + 1e-12));
    CHECK(product(balanced) <= product(time.choices.front()) * (1 + 1e-12));
}

TEST_CASE("the Pareto front goes from the fastest to the cheapest, and has one knee",
          "[training]") {
    const auto r = answer(
        {{"model", "resnet-50"}, {"epochs", "90"}, {"region", "us-east-1"}, {"top", "1000"}});
    REQUIRE(r.front.size() > 2);
    for (std::size_t i = 1; i < r.front.size(); ++i) {
        CHECK(r.front[i - 1].hours < r.front[i].hours);
        CHECK(r.front[i - 1].cost > r.front[i].cost);
    }
    CHECK(std::count_if(r.front.begin(), r.front.end(), [](const auto& p) { return p.knee; }) == 1);
    for (const Choice& c : r.choices) { // no choice is better than a point in both
        for (const FrontPoint& p : r.front)
            CHECK_FALSE((c.cost->total < p.cost * (1 - 1e-12) && c.job->time.median < p.hours));
        const bool on_front = std::any_of(r.front.begin(), r.front.end(), [&](const FrontPoint& p) {
            return p.instance == c.instance && p.region == c.region;
        });
        CHECK((!on_front || c.pareto));
    }
}

TEST_CASE("the knee is the point farthest below the line between the ends", "[training]") {
    // ln hours 0, 1, 2, 3 and ln cost 3, 1, 0.8, 0: the line is 3 - x; it is 1, 0.2 below.
    std::vector<FrontPoint> points;
    for (const auto& [x, y] : {std::pair{3.0, 0.0}, {0.0, 3.0}, {2.0, 0.8}, {1.0, 1.0}, {2.0, 2.0}})
        points.push_back({.instance = fmt::format("at {}", x),
                          .cost = Usd{std::exp(y)},
                          .hours = Hours{std::exp(x)}});
    const auto front = pareto_front(points);
    REQUIRE(front.size() == 4);
    for (const FrontPoint& p : front)
        CHECK(p.knee == (p.instance == "at 1"));
    CHECK(pareto_front({}).empty());
}

TEST_CASE("several machines are used only if one is not enough", "[training]") {
    const auto with = [](const std::string& deadline, const std::string& machines) {
        return answer({{"model", "llama-2-7b"},
                       {"tokens", "2e9"},
                       {"batch", "512"},
                       {"deadline", deadline},
                       {"max_machines", machines},
                       {"instance", "p4d.24xlarge"},
                       {"region", "us-east-1"}});
    };
    const auto one = with("200h", "8");
    REQUIRE(one.outcome == Outcome::found);
    CHECK(one.choices.front().job->machines == 1);
    const std::string less =
        fmt::format("{}h", std::floor(one.choices.front().job->p90.value() * 0.7));
    CHECK(with(less, "1").outcome == Outcome::nothing_fits);
    const auto several = with(less, "8");
    REQUIRE(several.outcome == Outcome::found);
    const Choice& c = several.choices.front();
    CHECK(c.job->machines > 1);
    CHECK(c.cost->total.value() ==
          Approx(c.price.value() * c.job->machines * (c.job->time.median.value() + kStartup)));
    CHECK(with(less, std::to_string(c.job->machines - 1)).outcome == Outcome::nothing_fits);
}

TEST_CASE("sixteen machines with adapters take little more than a sixteenth of the time",
          "[training]") {
    const auto hours = [](const std::string& machines) {
        return answer({{"model", "llama-2-7b"},
                       {"fine_tune", "lora"},
                       {"seq_len", "1024"},
                       {"tokens", "1e9"},
                       {"instance", "g5.xlarge"},
                       {"region", "us-east-1"},
                       {"batch", "64"},
                       {"objective", "time"},
                       {"max_machines", machines}})
            .choices.front()
            .job->time.median.value();
    };
    // By hand: 15,259 steps of 2 * 15/16 * 4 * 39,845,888 bytes over 2.5e9 / 8 byte/s are 4.05 h on
    // the network; what one machine does in as many passes takes a sixteenth, and 16^0.02578 times
    // as long, as the slowest of 16 does (count in data/utilisation.yaml).
    CHECK(hours("16") == Approx(hours("1") / 16 * std::pow(16, 0.02578) + 4.05).epsilon(0.01));
}

TEST_CASE("a net whose time does not follow its FLOPs says so", "[training]") {
    const auto told = [](const Recommendation& r) {
        return std::any_of(r.warnings.begin(), r.warnings.end(), [](const std::string& w) {
            return w.find("are those of its FLOPs, which recurrent nets, recommenders") !=
                   std::string::npos;
        });
    };
    CHECK(told(answer({{"model", "ncf"}, {"samples", "1e9"}, {"region", "us-east-1"}})));
    CHECK_FALSE(told(answer({{"model", "ncf"},
                             {"samples", "1e9"},
                             {"measured", "1e6/s on g4dn.xlarge"},
                             {"region", "us-east-1"}})));
    CHECK_FALSE(told(answer({{"model", "resnet-50"}, {"epochs", "90"}, {"region", "us-east-1"}})));
}

TEST_CASE("methods that a GPU does not run are refused for that", "[training]") {
    const auto refused = [](const char* key,
                            const std::string& value,
                            const std::string& machine,
                            const std::string& model) {
        const auto r = answer({{"model", model},
                               {"fine_tune", "full"},
                               {"tokens", "1e7"},
                               {"seq_len", "512"},
                               {"instance", machine},
                               {"include_retired", "true"},
                               {key, value}});
        REQUIRE(r.outcome == Outcome::nothing_fits);
        return r.refusals.nearest.front();
    };
    Refusal r = refused("fine_tune", "qlora", "trn1.2xlarge", "llama-2-7b");
    CHECK(r.reasons == std::vector{Reason::other_method});
    CHECK(r.text == "4-bit adapters need CUDA, ROCm or SynapseAI; trn1 has Neuron");
    CHECK(r.relaxation == std::vector<Relaxation>{{"fine_tune", "lora"}}); // 13.5 of 2 * 17 GB
    r = refused("optimiser", "adam_8bit", "trn1.2xlarge", "bert-base");
    CHECK(r.text == "8-bit optimisers need CUDA or ROCm; trn1 has Neuron");
    CHECK(r.relaxation == std::vector<Relaxation>{{"optimiser", "adam"}});
    r = refused("fine_tune", "qlora", "p2.xlarge", "gpt2"); // compute capability 3.7, needs 6.0
    CHECK(r.text == "4-bit adapters need compute capability 6.0; nvidia-k80-gk210 has 3.7");
    // With lora, 2 bytes * 70.55e9 do not fit into 32 GiB: then no change is named.
    r = refused("fine_tune", "qlora", "trn1.2xlarge", "llama-3-70b");
    CHECK(r.reasons == std::vector{Reason::other_method, Reason::does_not_fit});
    CHECK(r.relaxation.empty());
    // Nor is what does not run a way to fit.
    const auto full = answer({{"model", "llama-2-7b"},
                              {"fine_tune", "full"},
                              {"tokens", "1e7"},
                              {"instance", "trn1.2xlarge"}});
    for (const Relaxation& change : full.refusals.nearest.front().relaxation)
        CHECK((change.value != decltype(change.value){"qlora"} &&
               change.value != decltype(change.value){"adam_8bit"}));
}

TEST_CASE("a card whose rates are derived is not counted in fp32", "[training]") {
    // The same net on a card of the same memory with published rates, g7.2xlarge and g6e of 48 GiB
    // apart: 2 bytes a weight, 13.5 GB of Llama-2-7B.
    const auto r = answer({{"model", "llama-2-7b"},
                           {"fine_tune", "lora"},
                           {"tokens", "1e7"},
                           {"seq_len", "1024"},
                           {"instance", "g7.2xlarge"}});
    REQUIRE(r.outcome == Outcome::found);
    CHECK(r.choices.front().job->precision == Precision::bf16);
}

TEST_CASE("after rates, a better GPU is never slower", "[training][property]") {
    const auto* const rates = GENERATE("T4=100", // far less and far more than predicted
                                       "T4=900",
                                       "V100=150,T4=900",
                                       "A10G=700,H100=9000",
                                       "p4d.24xlarge=500");
    INFO(rates);
    const auto hours = [](const Recommendation& r) {
        std::map<std::string, double> out;
        for (const Choice& c : r.choices)
            out[c.instance] = c.job->time.median.value();
        return out;
    };
    const auto before = hours(answer(
        {{"model", "resnet-50"}, {"region", "us-east-1"}, {"top", "1000"}, {"nearest", "0"}}));
    const auto r = answer({{"measured", rates},
                           {"model", "resnet-50"},
                           {"region", "us-east-1"},
                           {"top", "1000"},
                           {"nearest", "0"}});
    REQUIRE(r.choices.size() > 30);
    int pairs = 0;
    for (const Choice& a : r.choices)
        for (const Choice& b : r.choices) {
            if (a.gpu_count < b.gpu_count || a.gpu == b.gpu ||
                !beats(*catalog().find_gpu(a.gpu), b.gpu, Precision::fp32) ||
                before.at(a.instance) > before.at(b.instance)) // less of its memory is usable
                continue;
            ++pairs;
            INFO(a.instance << " and " << b.instance);
            CHECK(a.job->time.median.value() <= b.job->time.median.value() * (1 + 1e-9));
        }
    CHECK(pairs > 200);
}

TEST_CASE("several rates are one list", "[training]") {
    const auto hours = [](const std::string& rates) {
        const auto r = answer({{"measured", rates},
                               {"model", "resnet-50"},
                               {"epochs", "10"},
                               {"instance", "g4dn.xlarge"},
                               {"region", "us-east-1"}});
        REQUIRE(r.choices.size() == 1);
        const auto& factors = r.choices.front().job->factors;
        CHECK(factors.back().name == "all that was seen");
        return r.choices.front().job->time.median.value();
    };
    CHECK(hours("400/s on g4dn.xlarge") == hours("g4dn.xlarge=400"));
    CHECK(hours("T4=400") == Approx(hours("g4dn.xlarge=400")));
    CHECK(hours("g4dn.xlarge=400,p3.2xlarge=1000") ==
          Approx(hours("1000/s on p3.2xlarge, 400/s on g4dn.xlarge")));
    std::string many = "T4=1";
    for (int i = 0; i < 16; ++i)
        many += ",T4=1";
    CHECK_THROWS_WITH(hours(many), "measured: must be at most 16 rates, got 17");
}

TEST_CASE("a measured rate decides, and machines of its kind follow it", "[training]") {
    const auto r = answer({{"measured", "400/s on g4dn.xlarge"},
                           {"model", "resnet-50"},
                           {"epochs", "10"},
                           {"precision", "fp32"},
                           {"batch", "32"},
                           {"instance", "g4dn.xlarge,g5.xlarge"},
                           {"region", "us-east-1"}});
    REQUIRE(r.choices.size() == 2);
    for (const Choice& c : r.choices)
        if (c.instance == "g4dn.xlarge") // 1,281,167 * 10 / 400 / 3600, and a little of the model
            CHECK(c.job->time.median.value() ==
                  Approx(1'281'167 * 10 / 400.0 / 3600).epsilon(0.03));
        else
            CHECK(c.job->time.median.value() < 1'281'167 * 10 / 400.0 / 3600);
    CHECK_THROWS_WITH(answer({{"measured", "4/s on g4dn.xlarg"}, {"samples", "1e6"}}),
                      "measured: must name a machine of the catalog, got \"g4dn.xlarg\", did you "
                      "mean g4dn.xlarge?");
    CHECK_THROWS_WITH(answer({{"measured", "4/s on c5.large"}, {"samples", "1e6"}}),
                      "measured: must name a machine with a GPU that has mixed arithmetic, got "
                      "c5.large");
}

TEST_CASE("a dataset that cannot be read in time limits the hours", "[training]") {
    // 10,000 GiB over the EBS and network rates of g4dn.xlarge, of which the faster counts.
    const auto r = answer({{"model", "lenet-5"},
                           {"epochs", "1"},
                           {"dataset_gib", "10000"},
                           {"instance", "g4dn.xlarge"},
                           {"region", "us-east-1"}});
    REQUIRE(r.outcome == Outcome::found);
    const Choice& c = r.choices.front();
    CHECK(c.job->input_bound);
    double gbps = 0;
    for (const Instance& i : catalog().instances())
        if (i.name == "g4dn.xlarge")
            gbps = std::max(i.network->value(), i.ebs->value());
    CHECK(c.job->time.median.value() ==
          Approx(10'000 * 8 * 1.073741824 / gbps / 3600).epsilon(1e-9));
}

TEST_CASE("ties are said, and only of other GPUs", "[training]") {
    const auto r = answer(
        {{"model", "resnet-50"}, {"epochs", "90"}, {"region", "us-east-1"}, {"top", "1000"}});
    const Choice& best = r.choices.front();
    CHECK_FALSE(best.job->tied);
    for (const Choice& c : r.choices) {
        const double ratio = c.cost->total / best.cost->total;
        CHECK(c.job->tied == (c.gpu != best.gpu && !distinguishable(ratio, 1)));
        CHECK(c.tied == c.job->tied);
    }
}

TEST_CASE("what cannot be asked of a training job is refused", "[training][error]") {
    auto [key, text, message] = GENERATE(table<const char*, const char*, const char*>({
        {"days",
         "3",
         "days: must not come with a training job, whose hours are estimated: use `deadline`"},
        {"use_cv",
         "1",
         "use_cv: must not come with a training job, whose hours vary by its own estimate"},
        {"min_gpus",
         "0",
         "min_gpus: must not be 0 with a training job: its time is predicted for GPUs"},
        {"precision",
         "fp64",
         "precision: must be mixed, fp32, tf32, fp16, bf16 or fp8 with a training job"},
        {"deadline", "2026-12-31", "deadline: must come with `today`, if it is a date"},
        {"tokens", "1e9", "tokens: must not be given for a net over images: use `samples`"},
    }));
    CHECK_THROWS_WITH(answer({{"model", "resnet-50"}, {key, text}}), message);
}

TEST_CASE("a date as deadline counts to its end", "[training]") {
    const Request request = completed(
        asked({{"model", "resnet-50"}, {"deadline", "2026-11-25"}, {"today", "2026-11-23"}}));
    const JobTimes times{catalog(), request, [](std::size_t) { return 0.0; }};
    CHECK(*times.deadline() == Hours{72});
}

TEST_CASE("more tokens never make a machine qualify, nor cheaper", "[training][property]") {
    std::size_t before = catalog().size();
    double cost = 0;
    for (const char* tokens : {"1e7", "1e8", "1e9", "1e10", "1e11"}) {
        const auto r = answer({{"model", "llama-2-7b"},
                               {"tokens", tokens},
                               {"budget_usd", "3000"},
                               {"deadline", "100h"}});
        CHECK(r.admitted <= before);
        before = r.admitted;
        if (!r.choices.empty()) {
            CHECK(r.choices.front().cost->total.value() > cost);
            cost = r.choices.front().cost->total.value();
        }
    }
}

TEST_CASE("offers are counted once with a training job too", "[training][property]") {
    const auto r = answer(
        {{"model", "llama-2-7b"}, {"tokens", "2e9"}, {"budget_usd", "500"}, {"deadline", "48h"}});
    std::size_t sum = 0;
    for (const auto& [reason, count] : r.refusals.by_reason)
        sum += count;
    CHECK(sum == r.refusals.count);
    CHECK(r.admitted + r.refusals.count + r.out_of_scope == r.catalog_offers);
}

TEST_CASE("a machine with too little memory of its own is refused", "[training]") {
    // 70B with adapters on 4 bits: 35.6 GB of weights pass through the machine, and half a GiB for
    // the system and for each process: 34.15 GiB for one GPU.
    const Catalog clouds = Catalog::bundled("clouds-2026-11");
    const Request job = asked({{"provider", "any"},
                               {"model", "llama-2-70b"},
                               {"fine_tune", "qlora"},
                               {"lora_rank", "32"},
                               {"tokens", "1e6"},
                               {"seq_len", "512"},
                               {"nearest", "100000"}});
    const Recommendation r = recommend(clouds, job);
    REQUIRE(r.outcome == Outcome::found);
    for (const Choice& c : r.choices)
        if (c.memory)
            CHECK(*c.memory >= GiB{34.1});
    const auto& all = r.refusals.nearest;
    const auto small = std::find_if(all.begin(), all.end(), [](const Refusal& refusal) {
        return refusal.reasons == std::vector{Reason::little_host};
    });
    REQUIRE(small != all.end());
    CHECK(small->text.starts_with("needs at least "));
    CHECK(small->text.find("of its own memory to load the weights or to hold what is offloaded, "
                           "has ") != std::string::npos);
    REQUIRE(small->relaxation.size() == 1);
    CHECK(small->relaxation.front().key == "min_memory_gib");
    // Who says what must do is not refused.
    Request again = job;
    const double has = std::get<double>(small->relaxation.front().value);
    set(again, "min_memory_gib", std::vector{fmt::format("{}", has)});
    set(again, "instance", std::vector{small->instance});
    CHECK(recommend(clouds, again).outcome == Outcome::found);
}

TEST_CASE("a disk that holds neither dataset nor checkpoint is said", "[training]") {
    // 100 GiB and 2 bytes for each of 6.74e9 parameters, 12.6 GiB.
    const auto warns = [](const char* storage) {
        const auto r = answer({{"model", "llama-2-7b"},
                               {"tokens", "1e6"},
                               {"fine_tune", "lora"},
                               {"dataset_gib", "100"},
                               {"storage_gib", storage}});
        return std::any_of(r.warnings.begin(), r.warnings.end(), [](const std::string& warning) {
            return warning.find(
                       "is less than the dataset and one checkpoint of 2 bytes a parameter "
                       "take: 112.6 GiB") != std::string::npos;
        });
    };
    CHECK(warns("110"));
    CHECK_FALSE(warns("113"));
}
