// Tensor and pipeline parallelism: what each GPU holds, what it takes, and what may be split so.

#include <flopwise/estimate.hpp>
#include <flopwise/recommend.hpp>
#include <flopwise/settings.hpp>

#include "catch.hpp"
#include "training/step_time.hpp"

#include <cmath>

using namespace flopwise;

namespace {

constexpr double kBytesPerGib = 1024.0 * 1024 * 1024;

const Catalog& now() {
    static const Catalog one = Catalog::bundled();
    return one;
}

const Gpu& gpu_of(std::string_view name) {
    return *now().find_gpu(name);
}

/// GPT-3 of 175 billion as its papers train it, with a batch of 1,536 sequences of 2,048 tokens.
Work gpt3(int tensor, int pipeline) {
    return work_of({.model = "gpt3-175b",
                    .tokens = 3e11,
                    .batch = 1536,
                    .recompute = Recompute::full,
                    .tensor_parallel = tensor,
                    .pipeline_parallel = pipeline,
                    .rate = true,
                    .software_year = 2021});
}

Training trained(int tensor, int pipeline, Recompute recompute = Recompute::full) {
    return {.recompute = recompute, .tensor_parallel = tensor, .pipeline_parallel = pipeline};
}

double gib(double bytes) {
    return bytes / kBytesPerGib;
}

Recommendation answer(std::initializer_list<std::pair<const char*, std::string>> settings) {
    Request request;
    for (const auto& [key, value] : settings)
        set(request, key, std::vector{value});
    return recommend(now(), request);
}

/// Seconds of a token on one of the GPUs of so many machines of eight.
double seconds_of(const Work& work, const Gpu& gpu, double machines, double gbps) {
    return *seconds_per_unit(work,
                             {.gpu = &gpu, .gpus = 8, .machines = machines, .network = Gbps{gbps}},
                             Precision::bf16);
}

} // namespace

// ---- memory ---------------------------------------------------------------------------

TEST_CASE("GPT-3 over 8 x 8 GPUs has a 64th of its states on each, and a table", "[parallel]") {
    const Model gpt = find_model("gpt3-175b");
    // By hand: 174.6e9 parameters, of them 2 * 50,257 * 12,288 in the embedding and the head. A
    // stage has 12 of 96 layers, the first and the last one table each; eight GPUs share it.
    const double table = 50257.0 * 12288;
    const double here = ((174.6e9 - 2 * table) / 8 + table) / 8;
    CHECK(here == Approx(174.6e9 / 64).epsilon(0.03));
    const auto need = memory_need(gpt, trained(8, 8), Precision::mixed, Sharding::none, 64);
    REQUIRE(need);
    CHECK(need->weights.value() == Approx(gib(2 * here)));
    CHECK(need->gradients.value() == Approx(gib(2 * here)));
    CHECK(need->optimiser.value() == Approx(gib(12 * here)));
    // 16 bytes a parameter over 64 GPUs are 43.65 GB.
    CHECK((need->weights + need->gradients + need->optimiser).value() ==
          Approx(gib(174.6e9 * 16 / 64)).epsilon(0.03));
    // ZeRO splits over the two replicas of 128 GPUs, and over nothing else.
    const auto two = memory_need(gpt, trained(8, 8), Precision::mixed, Sharding::zero1, 128);
    CHECK(two->optimiser.value() == Approx(need->optimiser.value() / 2));
    CHECK(two->weights == need->weights);
}

TEST_CASE("a layer's activations and its logits are shared by the GPUs of the layer",
          "[parallel]") {
    Model net = find_model("llama-2-7b");
    for (const Recompute recompute : {Recompute::none, Recompute::selective, Recompute::full}) {
        const auto kept = [&](int tensor) {
            return memory_need(
                       net, trained(tensor, 1, recompute), Precision::mixed, Sharding::none, tensor)
                ->per_sample.value();
        };
        CHECK(kept(8) == Approx(kept(1) / 8));
    }
}

TEST_CASE("the first stage keeps as many micro-batches as there are stages, the last the logits",
          "[parallel]") {
    Model net = find_model("llama-2-7b"); // 32 layers, 4 stages of 8
    net.vocab.reset();                    // the tables are no part of this
    const auto need = [&net](int pipeline, std::optional<double> batch) {
        Training how = trained(1, pipeline, Recompute::selective);
        how.batch = batch;
        return *memory_need(net, how, Precision::mixed, Sharding::none, pipeline);
    };
    const auto kept = [](const MemoryNeed& n, double samples) {
        return n.activations(samples).value();
    };
    const MemoryNeed four = need(4, {});
    CHECK(four.in_flight == 4); // the first stage is the worse one
    CHECK(four.per_sample == four.waiting);
    CHECK(kept(four, 2) == Approx(4 * 2 * four.per_sample.value()));
    // As much as all layers keep for one sample, but for the logits.
    const double layers = kept(four, 1);
    CHECK(layers < kept(need(1, {}), 1));
    CHECK(layers == Approx(four.per_sample.value() * 4));
    // No more than the step has: three samples of one replica, two at once.
    CHECK(kept(need(4, 3), 2) == Approx(3 * four.per_sample.value()));
    CHECK(kept(need(4, 3), 1) == Approx(3 * four.per_sample.value()));
    CHECK(kept(need(4, 100), 2) == Approx(8 * four.per_sample.value()));
    CHECK(kept(need(4, 3), 5) == Approx(5 * four.per_sample.value()));
    // With a vocabulary of 2 million the last stage is the worse one, and nothing waits there.
    net.vocab = 2e6;
    net.parameters = 40e9;
    CHECK(need(4, {}).in_flight == 1);
}

TEST_CASE("more tensor or pipeline parallelism never raises the share of the weights",
          "[parallel][property]") {
    for (const Model& net : models()) {
        if (!is_text(net.kind) || !net.layers || !net.heads || !net.parameters)
            continue;
        INFO(net.name);
        const auto weights = [&net](int tensor, int pipeline) {
            const auto need = memory_need(net,
                                          trained(tensor, pipeline),
                                          Precision::mixed,
                                          Sharding::none,
                                          tensor * pipeline);
            return (need->weights + need->copies + need->gradients + need->optimiser).value();
        };
        double before = weights(1, 1);
        for (int tensor = 2; std::fmod(*net.heads, tensor) == 0; tensor *= 2) {
            CHECK(weights(tensor, 1) <= before / 2 * 1.000001);
            before = weights(tensor, 1);
        }
        before = weights(1, 1);
        for (int pipeline = 2; pipeline <= *net.layers; ++pipeline) {
            CHECK(weights(1, pipeline) <= before * 1.000001);
            before = weights(1, pipeline);
        }
        CHECK(before >= weights(1, 1) / *net.layers * 0.999999);
    }
}

TEST_CASE("what all GPUs hold together is no less than the net", "[parallel][property]") {
    for (const char* name : {"llama-2-7b", "llama-2-70b", "gpt3-175b", "gpt2", "mixtral-8x7b"})
        for (const int tensor : {1, 2, 4})
            for (const int pipeline : {1, 2, 3, 4, 8}) {
                const auto need = memory_need(find_model(name),
                                              trained(tensor, pipeline),
                                              Precision::mixed,
                                              Sharding::none,
                                              tensor * pipeline);
                CHECK(need->weights.value() * tensor * pipeline >=
                      gib(2 * *find_model(name).parameters) * 0.999999);
            }
}

// ---- time -----------------------------------------------------------------------------

TEST_CASE("sums of the layers take the bytes of the papers over the link", "[parallel]") {
    // Eight GPUs of one machine share each layer: 4 all-reduces a layer and token, 2 more to
    // recompute, of 12,288 numbers of 2 bytes; 2 * 7/8 of them at 300 GB/s one way.
    const Gpu& a100 = gpu_of("nvidia-a100-sxm4-80gb");
    REQUIRE(a100.interconnect_bandwidth->value() == 600);
    const Work split = gpt3(8, 1);
    const auto time = *unit_time(split, a100, Precision::bf16, 1);
    CHECK(time.replicas(8) == 1);
    CHECK(time.waits(8) == 1);
    const double token = 6.0 * 96 * 12288 * 2 * 2 * 7 / 8 / 300e9; // of the replica
    CHECK(time.tensor_seconds(8, 1, {}) == Approx(8 * token));     // of one of its GPUs
    CHECK(time.stage_seconds(8, 1, {}) == 0);
    // Beyond a machine the line of the network is the slower one: 100 Gbps.
    const Wire wire{.bytes_per_second = 12.5e9};
    const auto wide = *unit_time(gpt3(16, 1), a100, Precision::bf16, 1);
    CHECK(wide.tensor_seconds(8, 2, wire) ==
          Approx(16 * 6.0 * 96 * 12288 * 2 * 2 * 15 / 16 / 12.5e9));
    Work kept = split;
    kept.recompute = Recompute::selective;
    CHECK(unit_time(kept, a100, Precision::bf16, 1)->tensor_seconds(8, 1, {}) ==
          Approx(8 * token * 4 / 6));
}

TEST_CASE("stages wait (p - 1) / m of the time, and for the longest of them", "[parallel]") {
    const Gpu& a100 = gpu_of("nvidia-a100-sxm4-80gb");
    Work work = gpt3(8, 8);
    work.micro_batch = 1;
    const auto time = *unit_time(work, a100, Precision::bf16, 1);
    UnitTime one = time; // one sample fits at once
    one.pass_units = 2048;
    // 512 GPUs are 8 replicas: 192 micro-batches each.
    CHECK(one.replicas(512) == 8);
    CHECK(one.passes(512) == Approx(192));
    CHECK(one.waits(512) == Approx(1 + 7.0 / 192));
    // Sums of layers wait as well; each stage hands on 12,288 numbers of 2 bytes and gets as many
    // back. Eight GPUs are one stage of one replica, which has the line of its machine.
    const Wire wire{.bytes_per_second = 200e9};
    CHECK(one.stage_seconds(8, 64, wire) == Approx(64 * 2 * 12288.0 * 2 / 200e9 * (1 + 7.0 / 192)));
    CHECK(one.tensor_seconds(8, 64, wire) ==
          Approx(64 * 6.0 * 96 / 8 * 12288 * 2 * 2 * 7 / 8 / 300e9 * (1 + 7.0 / 192)));
    // 96 layers over 10 stages: one has 10 of them, not 9.6.
    const auto uneven = *unit_time(gpt3(8, 10), a100, Precision::bf16, 1);
    CHECK(uneven.longest == Approx(10 / 9.6));
    CHECK(uneven.waits(480) == Approx((1 + 9 / uneven.passes(480)) * 10 / 9.6));
}

TEST_CASE("a pipeline takes the micro-batch of the least time that memory has room for",
          "[parallel]") {
    const Gpu& a100 = gpu_of("nvidia-a100-sxm4-80gb");
    const UnitTime time = *unit_time(gpt3(8, 8), a100, Precision::bf16, 1);
    const Wire wire{.bytes_per_second = 200e9};
    const auto with = [&](double samples) {
        UnitTime out = time;
        out.pass_units = samples * 2048;
        return out;
    };
    double least = std::numeric_limits<double>::infinity();
    for (const double samples : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0}) {
        CHECK(with(samples).seconds(8, 64, wire) <= least);
        least = with(samples).seconds(8, 64, wire);
    }
    const double best = with(64).pass(512);
    CHECK(best > 2048);
    CHECK(best < 64.0 * 2048);
    CHECK(with(100).pass(512) == best);
    CHECK(with(1).pass(512) == 2048);
    // A step of less than one sample for each replica is one pass.
    UnitTime little = with(64);
    little.step_units = 4 * 2048;
    CHECK(little.pass(512) == 1024);
    CHECK(little.passes(512) == 1);
}

TEST_CASE("what is offloaded passes the links of all GPUs, and the hosts work together",
          "[parallel]") {
    // As in estimate_test: 28 bytes a parameter at 39.6 GB/s on the host of each machine, new
    // weights of 2 bytes over 63 GB/s of each GPU. Two machines, one step of eight samples.
    const Gpu& h100 = gpu_of("nvidia-h100-sxm5-80gb");
    for (const int tensor : {1, 8}) {
        Job job{.model = "llama-2-7b", .tokens = 1e9, .batch = 8, .tensor_parallel = tensor};
        const auto offload = [&](Offload what) {
            job.offload = what;
            const auto time = *unit_time(work_of(job), h100, Precision::bf16, 1);
            return time.offload_seconds(8, 2, 1e9) / 16 * 8 * 4096; // of a step
        };
        CHECK(offload(Offload::none) == 0);
        CHECK(offload(Offload::optimiser) == Approx(6.738e9 * (28 / 39.6e9 / 2 + 2.0 / 16 / 63e9)));
    }
}

TEST_CASE("gradients are summed by those that hold the same part", "[parallel]") {
    const Gpu& a100 = gpu_of("nvidia-a100-sxm4-80gb");
    const Work work = gpt3(8, 8);
    const auto time = *unit_time(work, a100, Precision::bf16, 1);
    const Wire wire{.bytes_per_second = 200e9};
    // 64 machines, 8 replicas. Each machine has eight 64ths of 174.6e9 gradients of 4 bytes, which
    // 8 machines sum: 2 * 7/8 of them in a step of 1,536 * 2,048 tokens.
    const double step = 2 * 7.0 / 8 * 174.6e9 / 8 * 4 / 200e9;
    CHECK(time.network_seconds(8, 64, wire) / 512 * 1536 * 2048 == Approx(step).epsilon(0.001));
    CHECK(time.together(8, 64) == 1);
    // Two GPUs share a layer: four replicas of a stage are in a machine, and half of the net's
    // gradients, as there are two stages.
    const auto four = *unit_time(gpt3(2, 2), a100, Precision::bf16, 1);
    CHECK(four.together(8, 8) == 4);
    CHECK(four.network_seconds(8, 8, wire) / 64 * 1536 * 2048 ==
          Approx(2 * 3.0 / 4 * 174.6e9 / 2 * 4 / 200e9).epsilon(0.001));
}

TEST_CASE("one GPU a replica is the same answer to the last bit", "[parallel]") {
    const Gpu& h100 = gpu_of("nvidia-h100-sxm5-80gb");
    Job job{.model = "llama-2-7b", .tokens = 1e9, .batch = 256};
    const auto plain = job_estimate(
        job, {}, {.gpu = &h100, .gpus = 8, .machines = 2, .network = Gbps{400}}, Precision::mixed);
    job.tensor_parallel = 1;
    job.pipeline_parallel = 1;
    const auto one = job_estimate(
        job, {}, {.gpu = &h100, .gpus = 8, .machines = 2, .network = Gbps{400}}, Precision::mixed);
    CHECK(plain == one);
    const UnitTime time = *unit_time(work_of(job), h100, Precision::bf16, 1);
    CHECK(time.replicas(3.5) == 3.5);
    CHECK(time.group(16) == 1);
    CHECK(time.waits(16) == 1);
    CHECK(time.tensor_seconds(8, 2, {}) == 0);
    CHECK(time.stage_seconds(8, 2, {}) == 0);
}

TEST_CASE("no split is below the floor, and more machines never take longer",
          "[parallel][property]") {
    for (const char* name :
         {"nvidia-h100-sxm5-80gb", "nvidia-a100-sxm4-40gb", "nvidia-v100-sxm2-32gb", "nvidia-t4"})
        for (const int tensor : {1, 2, 4, 8, 16})
            for (const int pipeline : {1, 2, 4, 6}) {
                Work work = gpt3(tensor, pipeline);
                work.micro_batch = 4;
                const auto time = *unit_time(work, gpu_of(name), Precision::fp16, 1);
                double before = std::numeric_limits<double>::infinity();
                for (const double machines : {12, 24, 48, 96, 192}) {
                    const GpuSet on{.gpu = &gpu_of(name),
                                    .gpus = 8,
                                    .machines = machines,
                                    .network = Gbps{200}};
                    INFO(name << " " << tensor << " " << pipeline << " " << machines);
                    const double n = 8 * machines;
                    const double seconds = time.seconds(8, machines, wire_of(on));
                    CHECK(seconds >= time.floor * time.waits(n));
                    const double least = least_seconds(time, on);
                    CHECK(least >= time.floor / n);
                    CHECK(least <= before * 1.000001);
                    before = least;
                }
            }
}

TEST_CASE("a better GPU is no slower with a split net", "[parallel][property]") {
    const auto gpus = now().gpus();
    int pairs = 0;
    for (const auto& [tensor, pipeline] : {std::pair{8, 1}, std::pair{2, 4}, std::pair{8, 8}})
        for (const double micro_batch : {1.0, 6.0}) {
            Work work = gpt3(tensor, pipeline);
            work.micro_batch = micro_batch;
            const Wire wire{.bytes_per_second = 100e9};
            for (const Gpu& better : gpus)
                for (const Gpu& worse : gpus) {
                    const auto a = unit_time(work, better, Precision::fp16, 1);
                    const auto b = unit_time(work, worse, Precision::fp16, 1);
                    if (!a || !b || !beats(better, worse.name, Precision::fp16))
                        continue;
                    INFO(better.name << " and " << worse.name << " " << tensor << " " << pipeline);
                    CHECK(a->seconds(8, 8, wire) <= b->seconds(8, 8, wire) * 1.000001);
                    ++pairs;
                }
        }
    CHECK(pairs > 1000);
}

TEST_CASE("the interval of a split is wider, as no run was fitted to it", "[parallel]") {
    const GpuSet on{.gpu = &gpu_of("nvidia-a100-sxm4-80gb"), .gpus = 8};
    CHECK(scale_of(gpt3(8, 1), on) == Approx(std::hypot(scale_of(gpt3(1, 1), on), 0.3)));
    CHECK(scale_of(gpt3(1, 8), on) == scale_of(gpt3(8, 8), on));
}

TEST_CASE("an explanation has the terms of a split, and they make the time", "[parallel]") {
    Work work = gpt3(8, 8);
    work.micro_batch = 4;
    const GpuSet on{
        .gpu = &gpu_of("nvidia-a100-sxm4-80gb"), .gpus = 8, .machines = 64, .network = Gbps{1600}};
    const auto all = factors(work, on, Precision::bf16);
    const auto value = [&all](std::string_view name) {
        const auto found = std::ranges::find(all, name, &Factor::name);
        REQUIRE(found != all.end());
        return found->value;
    };
    CHECK(value("replicas") == 8);
    double busy = 0;
    for (const char* name : {"multiplications", "attention", "memory traffic", "launches"})
        busy += value(name);
    CHECK(busy * value("stages that wait for one another") +
              value("sums of each layer over its GPUs") + value("what stages hand on") +
              value("all-reduce over the network") ==
          Approx(*seconds_per_unit(work, on, Precision::bf16)));
    CHECK(seconds_of(gpt3(8, 8), *on.gpu, 64, 1600) > 0);
}

// ---- what may be ----------------------------------------------------------------------

TEST_CASE("a split that a net does not have is refused", "[parallel][error]") {
    const auto refuses = [](Job job, const std::string& message) {
        job.tokens = 1e9;
        CHECK_THROWS_WITH(work_of(job), message);
    };
    refuses({.model = "llama-2-7b", .tensor_parallel = 3},
            "tensor_parallel: must divide the 32 heads of attention, got 3");
    refuses({.model = "llama-2-7b", .tensor_parallel = 64},
            "tensor_parallel: must divide the 32 heads of attention, got 64");
    refuses({.model = "llama-2-7b", .tensor_parallel = 0},
            "tensor_parallel: must be a whole number of at least 1, got 0");
    refuses({.model = "llama-2-7b", .batch = 8, .pipeline_parallel = 33},
            "pipeline_parallel: must be at most the 32 layers, got 33");
    refuses({.model = "llama-2-7b", .pipeline_parallel = 2},
            "batch: must be given with `pipeline_parallel`: how long its stages wait for one "
            "another depends on it");
    Job shapeless{.batch = 8, .pipeline_parallel = 2};
    shapeless.net.parameters = 7e9;
    refuses(shapeless, "layers: must be given with `pipeline_parallel`, which splits them");
    Job images{.model = "resnet-50", .tensor_parallel = 2};
    CHECK_THROWS_WITH(work_of(images),
                      "tensor_parallel: must be 1 for a net that is no transformer over text, "
                      "got 2");
}

TEST_CASE("GPUs that are no whole number of replicas are refused", "[parallel][error]") {
    const std::string message =
        "tensor_parallel: must divide the GPUs, times `pipeline_parallel`: got 8 * 2 = 16 and 8 "
        "GPUs";
    const Gpu& h100 = gpu_of("nvidia-h100-sxm5-80gb");
    const Model net = find_model("llama-2-7b");
    const Job job{.model = "llama-2-7b",
                  .tokens = 1e9,
                  .batch = 64,
                  .tensor_parallel = 8,
                  .pipeline_parallel = 2};
    CHECK_THROWS_WITH(estimate(work_of(job), {.gpu = &h100, .gpus = 8}, Precision::mixed), message);
    CHECK_THROWS_WITH(job_estimate(job, {}, {.gpu = &h100, .gpus = 8}, Precision::mixed), message);
    CHECK_THROWS_WITH(memory_need(net, training_of(job), Precision::mixed, Sharding::none, 8),
                      message);
    CHECK_THROWS_WITH(
        memory_fit(net, training_of(job), Precision::mixed, Sharding::none, GiB{80}, 8), message);
    CHECK_THROWS_WITH(
        memory_remedy(net, training_of(job), Precision::mixed, Sharding::none, GiB{80}, 8),
        message);
    CHECK(memory_fit(net, training_of(job), Precision::mixed, {}, GiB{80}, 16)->fits);
}

TEST_CASE("a large net fits where it is split, and not where each GPU holds it", "[parallel]") {
    const auto ask = [](std::initializer_list<std::pair<const char*, std::string>> more) {
        Request request;
        for (const auto& [key, value] : {std::pair{"model", "llama-2-70b"},
                                         std::pair{"fine_tune", "full"},
                                         std::pair{"tokens", "1e8"},
                                         std::pair{"batch", "128"},
                                         std::pair{"recipe", "bf16"},
                                         std::pair{"instance", "p5.48xlarge"},
                                         std::pair{"region", "us-east-1"},
                                         std::pair{"sharding", "none"},
                                         std::pair{"max_machines", "2"}})
            set(request, key, std::vector<std::string>{value});
        for (const auto& [key, value] : more)
            set(request, key, std::vector{value});
        return recommend(now(), request);
    };
    const auto whole = ask({});
    CHECK(whole.outcome == Outcome::nothing_fits);
    CHECK(whole.refusals.nearest.front().reasons == std::vector{Reason::does_not_fit});
    const auto split = ask({{"tensor_parallel", "8"}, {"pipeline_parallel", "2"}});
    REQUIRE(split.outcome == Outcome::found);
    const JobChoice& job = *split.choices.front().job;
    CHECK(job.machines == 2);
    CHECK(job.memory->sharding == Sharding::none);
    // 8 bytes a parameter of 68.98e9 over 16 GPUs are 32.1 GiB, and the rest is not twice that.
    CHECK(job.memory->needed > GiB{gib(8 * 68.98e9 / 16)});
    CHECK(job.memory->needed < GiB{2 * gib(8 * 68.98e9 / 16)});
    CHECK(std::ranges::any_of(split.warnings, [](const std::string& w) {
        return w.find("published formulas") != std::string::npos;
    }));
}

TEST_CASE("a machine loads its part of a replica", "[parallel]") {
    const Model gpt = find_model("gpt3-175b");
    Training how = trained(8, 8);
    how.fine_tune = FineTune::full;
    // 2 bytes a weight; an eighth of them on each of eight machines of eight GPUs.
    const auto needed = host_memory_need(gpt, how, Precision::mixed, {}, 8);
    CHECK(needed->value() == Approx(0.5 + 8 * 0.5 + gib(2 * 174.6e9 / 8)));
    how.pipeline_parallel = 1;
    CHECK(host_memory_need(gpt, how, Precision::mixed, {}, 8)->value() ==
          Approx(4.5 + gib(2 * 174.6e9)));
}

TEST_CASE("where whole replicas are and do not fit, that is the reason", "[parallel]") {
    const auto r = answer({{"model", "llama-2-70b"},
                           {"tokens", "1e8"},
                           {"batch", "64"},
                           {"fine_tune", "full"},
                           {"instance", "p5.48xlarge"},
                           {"region", "us-east-1"},
                           {"tensor_parallel", "8"},
                           {"pipeline_parallel", "2"},
                           {"max_machines", "2"}});
    CHECK(r.outcome == Outcome::nothing_fits);
    CHECK(r.refusals.nearest.front().reasons == std::vector{Reason::does_not_fit});
}

TEST_CASE("machines with a part of a replica are refused, with how many would do", "[parallel]") {
    const auto ask = [](const char* machines, const char* tensor, const char* pipeline) {
        return answer({{"model", "llama-2-7b"},
                       {"tokens", "1e9"},
                       {"batch", "64"},
                       {"instance", "p5.48xlarge"},
                       {"region", "us-east-1"},
                       {"tensor_parallel", tensor},
                       {"pipeline_parallel", pipeline},
                       {"max_machines", machines}});
    };
    const auto r = ask("1", "8", "2");
    CHECK(r.outcome == Outcome::nothing_fits);
    const Refusal& refusal = r.refusals.nearest.front();
    CHECK(refusal.reasons == std::vector{Reason::broken_replica});
    CHECK(refusal.text ==
          "needs a multiple of 16 GPUs, for tensor_parallel 8 * pipeline_parallel 2, has 8");
    CHECK(refusal.alternatives == std::vector<std::vector<Relaxation>>{
                                      {{"max_machines", 2.0}}, {{"pipeline_parallel", 1.0}}});
    // Each of these is enough.
    CHECK(ask("2", "8", "2").outcome == Outcome::found);
    CHECK(ask("1", "8", "1").outcome == Outcome::found);
    // Three machines are not: their 24 GPUs are one and a half.
    CHECK(ask("3", "8", "2").choices.front().job->machines == 2);
}

TEST_CASE("a machine to buy that has a part of a replica has no hours", "[parallel]") {
    const auto hours = [](const char* gpus) {
        const auto r = answer({{"model", "llama-2-7b"},
                               {"tokens", "1e9"},
                               {"batch", "64"},
                               {"instance", "p5.48xlarge"},
                               {"region", "us-east-1"},
                               {"tensor_parallel", "8"},
                               {"own_price_usd", "300000"},
                               {"own_gpu", "H100"},
                               {"own_gpus", gpus}});
        return r.ownership->job->hours;
    };
    CHECK(hours("8"));
    CHECK_FALSE(hours("4"));
}

TEST_CASE("what is between machines is warned of where a layer goes beyond one", "[parallel]") {
    const auto warned = [](const char* tensor) {
        const auto r = answer({{"model", "llama-2-70b"},
                               {"tokens", "1e8"},
                               {"batch", "64"},
                               {"fine_tune", "lora"},
                               {"instance", "p5.48xlarge"},
                               {"region", "us-east-1"},
                               {"tensor_parallel", tensor},
                               {"max_machines", "2"},
                               {"objective", "time"}});
        REQUIRE(r.outcome == Outcome::found);
        return std::ranges::any_of(r.warnings, [](const std::string& w) {
            return w == "`tensor_parallel` 16 goes beyond one machine, so each layer waits for the "
                        "network: p5.48xlarge";
        });
    };
    CHECK(warned("16"));
    CHECK_FALSE(warned("8"));
}
