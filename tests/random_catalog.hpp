// Catalogs with random machines and prices, for what must hold of every catalog.

#pragma once

#include <flopwise/catalog.hpp>

#include <random>

/// Ranges that make ties, exact fits and refusals of every kind common.
struct CatalogSize {
    int types = 12;
    int regions = 3;
    double priced = 0.8; ///< share of machine, region and purchase option that has a price
};

inline flopwise::Tables random_tables(unsigned seed, CatalogSize size = {}) {
    using namespace flopwise;
    std::mt19937 random{seed}; // same numbers with every library; distributions are not
    const auto pick = [&random](int n) {
        return static_cast<int>(random() % static_cast<unsigned>(n));
    };
    Tables t{.name = "random", .as_of = {2026, 7, 1}};
    t.sources = {{"old", "an old table", {2022, 0, 0}, false},
                 {"new", "a table", {2026, 7, 1}, false}};
    const char* const gpus[] = {"x-one", "x-two", "y-three"};
    for (int g = 0; g < 3; ++g) {
        Gpu gpu{.name = gpus[g], .memory = GiB{8.0 * (1 << g)}, .source = "new"};
        gpu.fp32 = Tflops{4.0 + 6 * g};
        if (g > 0)
            gpu.fp16_tensor = Tflops{60.0 * g};
        if (g == 2)
            gpu.not_for = {Purpose::graphics};
        t.gpus.push_back(gpu);
    }
    for (const char* name : {"a", "b", "c"})
        t.families.push_back({"cloud", name, Purpose::training, 0, "", "new"});
    t.families[0].successor = "b";
    for (int r = 0; r < size.regions; ++r)
        t.regions.push_back({.provider = "cloud",
                             .code = fmt::format("r{}", r),
                             .place = flopwise::Place{static_cast<double>(pick(120) - 60),
                                                      static_cast<double>(pick(300) - 150)},
                             .source = "new"});
    for (int i = 0; i < size.types; ++i) {
        const int family = pick(3);
        Instance machine{
            .provider = "cloud",
            .name = fmt::format("{}.m{}", t.families[static_cast<std::size_t>(family)].name, i),
            .family = t.families[static_cast<std::size_t>(family)].name,
            .vcpus = static_cast<double>(1 << pick(7)),
            .memory = GiB{static_cast<double>(4 << pick(6))},
            .arch = pick(4) == 0 ? "arm64" : "x86_64",
            .source = "new"};
        if (pick(4) != 0) {
            machine.gpu = gpus[pick(3)];
            machine.gpu_count = pick(5) == 0 ? 0.25 : static_cast<double>(1 << pick(4));
        }
        if (pick(10) != 0)
            machine.network = Gbps{static_cast<double>(1 + pick(20))};
        machine.retired = pick(8) == 0;
        t.instances.push_back(machine);
        if (pick(3) == 0)
            t.offerings.push_back({"cloud", machine.name, {"r0"}, "new"});
        for (int r = 0; r < size.regions; ++r)
            for (const Purchase p : {Purchase::on_demand, Purchase::spot})
                if (pick(100) < 100 * size.priced)
                    t.prices.push_back({"cloud",
                                        machine.name,
                                        fmt::format("r{}", r),
                                        p,
                                        UsdPerHour{0.05 * (1 + pick(80))},
                                        pick(2) == 0 ? "old" : "new"});
    }
    if (t.prices.empty())
        t.prices.push_back(
            {"cloud", t.instances[0].name, "r0", Purchase::on_demand, UsdPerHour{1}, "new"});
    return t;
}

inline flopwise::Catalog random_catalog(unsigned seed, CatalogSize size = {}) {
    return flopwise::Catalog{random_tables(seed, size)};
}
