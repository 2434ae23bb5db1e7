#include <flopwise/estimate.hpp>
#include <flopwise/recommend.hpp>
#include <flopwise/settings.hpp>

#include "catch.hpp"
#include "solve/reference.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>
#include <map>

using namespace flopwise;

namespace {

const Catalog& newest() {
    static const Catalog one = Catalog::bundled();
    return one;
}

double predicted(const std::string& gpu, double gpus, Precision precision = Precision::mixed) {
    return predicted_tflops(*newest().find_gpu(gpu), gpus, precision)->value();
}

Recommendation ranked(std::initializer_list<std::pair<std::string, std::string>> settings) {
    Request request;
    for (const auto& [key, text] : settings)
        set(request, key, std::vector{text});
    return recommend(newest(), request);
}

/// Machines with one GPU or more, by how fast they are.
using Speeds = std::map<std::string, double>;

/// Kendall's tau: of the pairs of machines with different GPUs, those in the same order less those
/// in the other.
double tau(const Speeds& a, const Speeds& b) {
    double same = 0;
    double pairs = 0;
    for (const auto& [one, speed] : a)
        for (const auto& [other, other_speed] : a) {
            if (one >= other || !b.contains(one) || !b.contains(other) || speed == other_speed)
                continue;
            const bool agree = (speed < other_speed) == (b.at(one) < b.at(other));
            same += agree ? 1 : -1;
            pairs += 1;
        }
    REQUIRE(pairs > 1000);
    return same / pairs;
}

} // namespace

TEST_CASE("the predicted speed is that of the program that fitted the model", "[speed]") {
    // tests/calibration/speed.csv: test_calibration.py computes it in Python, by the same formulas
    // written a second time.
    const std::string content = text::read_file(
        std::string{FLOPWISE_SOURCE_DIR} + "/tests/calibration/speed.csv", 1U << 20U);
    std::size_t rows = 0;
    for (const std::string& line : text::split(content, '\n')) {
        const auto cells = text::split(line, ',');
        if (cells.size() != 4 || cells[0] == "gpu")
            continue;
        INFO(line);
        const Gpu* gpu = newest().find_gpu(cells[0]);
        REQUIRE(gpu != nullptr);
        const Precision precision = cells[2] == "fp32"   ? Precision::fp32
                                    : cells[2] == "tf32" ? Precision::tf32
                                    : cells[2] == "fp8"  ? Precision::fp8
                                    : cells[2] == "bf16" ? Precision::bf16
                                                         : Precision::mixed;
        const auto found = predicted_tflops(*gpu, *text::number(cells[1]), precision);
        REQUIRE(found);
        CHECK(found->value() == Approx(*text::number(cells[3])).epsilon(1e-6));
        ++rows;
    }
    CHECK(rows == 18);
}

TEST_CASE("without a net machines stand as with one of the nets behind their speed", "[speed]") {
    const auto speeds = [](const Recommendation& r, bool job) {
        Speeds out;
        for (const Choice& c : r.choices)
            out[c.instance] = job ? 1 / c.hours->value() : c.predicted->value();
        return out;
    };
    const Speeds without = speeds(ranked({{"weights", "speed=1"}, {"top", "1000"}}), false);
    const auto with = [&](const char* model) {
        return speeds(ranked({{"model", model},
                              {"samples", "1e6"},
                              {"fine_tune", "lora"},
                              {"objective", "time"},
                              {"top", "1000"}}),
                      true);
    };
    const auto peaks = ranked({{"weights", "speed=1"}, {"speed", "peak"}, {"top", "1000"}});
    Speeds published;
    for (const Choice& c : peaks.choices)
        published[c.instance] = c.tflops->value();
    double by_prediction = 0; // means over the nets
    double by_peaks = 0;
    for (const char* model : {"resnet-50", "bert-large", "llama-2-7b"}) {
        const bool image = std::string_view{model} == "resnet-50";
        const Speeds job = image ? speeds(ranked({{"model", model},
                                                  {"samples", "1e8"},
                                                  {"objective", "time"},
                                                  {"top", "1000"}}),
                                          true)
                                 : with(model);
        INFO(model << ": " << tau(without, job) << ", by peaks " << tau(published, job));
        CHECK(tau(without, job) > 0.85);
        by_prediction += tau(without, job) / 3;
        by_peaks += tau(published, job) / 3;
    }
    CHECK(by_prediction > 0.9);
    CHECK(by_prediction > by_peaks);
}

TEST_CASE("a rate is predicted whatever fits into memory", "[speed]") {
    // A T4 holds no net of 7 billion that is trained; an eighth of an L4 is an eighth as fast.
    CHECK(predicted("nvidia-t4", 1) > 0);
    CHECK(predicted("nvidia-l4", 0.125) == Approx(predicted("nvidia-l4", 1) / 8).epsilon(0.1));
}

TEST_CASE("more GPUs are faster, and by no more than their number", "[speed]") {
    for (const char* gpu : {"nvidia-rtx-4090", "nvidia-t4", "nvidia-h100-sxm5-80gb"})
        for (const double n : {2.0, 4.0, 8.0}) {
            INFO(gpu << " x " << n);
            CHECK(predicted(gpu, n) > predicted(gpu, n / 2));
            CHECK(predicted(gpu, n) <= n * predicted(gpu, 1));
        }
    // The link counts: NVLink of 900 GB/s against PCIe.
    CHECK(predicted("nvidia-h100-sxm5-80gb", 8) / predicted("nvidia-h100-sxm5-80gb", 1) >
          predicted("nvidia-rtx-4090", 8) / predicted("nvidia-rtx-4090", 1));
}

TEST_CASE("fp64 and int8, in which no training was measured, are peaks", "[speed]") {
    for (const Precision p : {Precision::fp64, Precision::int8}) {
        CHECK(speed_of(Profile::training, p) == Speed::peak);
        CHECK_FALSE(predicted_tflops(*newest().find_gpu("V100"), 1, p));
        CHECK(reference(p, Speed::predicted).rate == reference(p, Speed::peak).rate);
    }
    CHECK(speed_of(Profile::inference, Precision::fp32) == Speed::predicted);
    CHECK(speed_of(Profile::graphics, Precision::fp32) == Speed::peak);
    CHECK_THROWS_WITH(ranked({{"speed", "predicted"}, {"precision", "fp64"}}),
                      "speed: must be peak at fp64, in which no training was measured, got "
                      "predicted");
    CHECK_THROWS_WITH(ranked({{"speed", "peak"}, {"model", "resnet-50"}}),
                      "speed: must not come with a training job, whose hours are its speed");
}

TEST_CASE("the reference is as fast as it is predicted, and scores 100", "[speed]") {
    const auto r =
        ranked({{"instance", "p3.2xlarge"}, {"region", "us-east-1"}, {"include_retired", "true"}});
    REQUIRE(r.choices.size() == 1);
    const Choice& c = r.choices.front();
    CHECK(c.predicted->value() == reference(Precision::mixed, Speed::predicted).rate);
    CHECK(c.score.contributions[static_cast<std::size_t>(Criterion::speed)] ==
          Approx(0).margin(1e-12));
    CHECK(c.tflops == Tflops{125});
}

TEST_CASE("a score is the same whichever other machines there are", "[speed][property]") {
    std::map<std::string, double> all;
    for (const Choice& c : ranked({{"region", "us-east-1"}, {"top", "1000"}}).choices)
        all[c.instance] = c.score.value;
    const auto some = ranked({{"region", "us-east-1"}, {"family", "g4dn,g5"}, {"top", "1000"}});
    REQUIRE(some.choices.size() > 5);
    for (const Choice& c : some.choices)
        CHECK(c.score.value == all.at(c.instance));
}

TEST_CASE("a GPU without a published bandwidth is predicted as if it had the usual one, and said",
          "[speed]") {
    Tables t = newest().tables();
    for (Gpu& gpu : t.gpus)
        if (gpu.name == "nvidia-t4")
            gpu.memory_bandwidth.reset();
    Request request{.constraints = {.instance = {"g4dn.xlarge"}, .region = {"us-east-1"}}};
    const auto r = recommend(Catalog{t}, request);
    REQUIRE(r.choices.size() == 1);
    CHECK_FALSE(r.choices.front().predicted);
    const auto known = recommend(newest(), request);
    // T4: 320 GB/s. Not known is near it: neither the best nor the worst.
    CHECK(r.choices.front().score.value == Approx(known.choices.front().score.value).epsilon(0.25));
    CHECK(std::find(r.warnings.begin(),
                    r.warnings.end(),
                    "memory bandwidth not published, predicted as if it were usual for the rate: "
                    "g4dn.xlarge") != r.warnings.end());
    request.speed = Speed::peak;
    CHECK(recommend(Catalog{t}, request).choices.front().score ==
          recommend(newest(), request).choices.front().score);
}
