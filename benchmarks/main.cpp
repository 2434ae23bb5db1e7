#include "measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <iterator>
#include <vector>

namespace flopwise::bench {

namespace {

double milliseconds(const benchmark::BenchmarkReporter::Run& run) {
    return 1e3 * run.real_accumulated_time / static_cast<double>(run.iterations);
}

/// A counter, or 0 where it is not set.
double counter(const benchmark::UserCounters& counters, const char* name) {
    const auto found = counters.find(name);
    return found == counters.end() ? 0 : found->second.value;
}

std::string millions(double number) {
    return number > 0 ? fmt::format("{:.1f}", number / 1e6) : "";
}

/// One line for each benchmark, with the best of its repetitions: on a machine that does other
/// work too, the best says most about the code and the median about the machine. What reads bytes
/// is compared with reading memory from one end to the other, if that was run before.
class Lines : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context& context) override {
        PrintBasicContext(&GetErrorStream(), context);
        line("benchmark", "best ms", "median ms", "limit ms", "M offers/s", "MB/s", "of memory");
        return true;
    }

    void ReportRuns(const std::vector<Run>& all) override {
        std::vector<Run> runs;
        std::copy_if(all.begin(), all.end(), std::back_inserter(runs), [](const Run& run) {
            return run.run_type == Run::RT_Iteration; // not Google Benchmark's own means
        });
        if (runs.empty())
            return;
        std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
            return milliseconds(a) < milliseconds(b);
        });
        const auto& counters = runs.front().counters;
        const std::string name = runs.front().run_name.function_name;
        const double limit = counter(counters, "limit_ms");
        const double bytes = counter(counters, "bytes_per_second");
        if (name == kMemory)
            memory_ = bytes;
        line(name,
             fmt::format("{:.4f}", milliseconds(runs.front())),
             fmt::format("{:.4f}", milliseconds(runs[runs.size() / 2])),
             limit > 0 ? fmt::format("{}", limit) : "",
             millions(counter(counters, "items_per_second")),
             millions(bytes),
             bytes > 0 && memory_ > 0 ? fmt::format("{:.0f} %", 100 * bytes / memory_) : "");
    }

private:
    template <class... Cells>
    void line(std::string_view name, const Cells&... cells) {
        GetOutputStream() << fmt::format("{:<32}", name);
        ((GetOutputStream() << fmt::format(" {:>10}", cells)), ...);
        GetOutputStream() << std::endl;
    }

    double memory_ = 0; ///< bytes a second that pass from memory; 0 where it is not measured
};

} // namespace

void add(Measure measure) {
    constexpr int kRepetitions = 9;
    constexpr double kSeconds = 0.05;
    const std::string name = measure.name;
    const auto body = [m = std::move(measure), ready = false](benchmark::State& state) mutable {
        if (!ready)
            m.prepare();
        ready = true;
        for (auto _ : state)
            m.timed();
        if (m.limit_ms > 0)
            state.counters["limit_ms"] = m.limit_ms;
        if (m.offers > 0)
            state.SetItemsProcessed(state.iterations() * m.offers);
        if (m.bytes > 0)
            state.SetBytesProcessed(state.iterations() * m.bytes);
    };
    benchmark::RegisterBenchmark(name.c_str(), body)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->MinTime(kSeconds)
        ->Repetitions(kRepetitions);
}

void must(bool right, std::string_view complaint) {
    if (right)
        return;
    fmt::print(stderr, "{}\n", complaint);
    std::exit(EXIT_FAILURE);
}

#ifndef FLOPWISE_RECOMMEND
void add_start() {} // the command is not built
#endif

} // namespace flopwise::bench

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return EXIT_FAILURE;
    flopwise::bench::add_catalog();
    flopwise::bench::add_start();
    flopwise::bench::add_recommend();
    flopwise::bench::add_feed();
    flopwise::bench::add_firmness();
    flopwise::bench::add_plans();
    flopwise::bench::add_training();
    flopwise::bench::Lines lines;
    benchmark::RunSpecifiedBenchmarks(&lines);
    benchmark::Shutdown();
}
