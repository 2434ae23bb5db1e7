// A goal of its own, put to the solver: what must run is told apart from where and at what price.

#include <flopwise/catalog.hpp>

#include "catch.hpp"
#include "request/completed.hpp"
#include "solve/solver.hpp"

using namespace flopwise;

namespace {

/// So many frames, of which each vCPU renders one in an hour; machines with a GPU may not.
class FramesGoal final : public Goal {
public:
    FramesGoal(const Catalog& catalog, const Request& request, double frames)
        : catalog_{catalog}, request_{request}, frames_{frames} {}

    [[nodiscard]] int machines(std::size_t /*type*/) const override { return 2; }
    [[nodiscard]] double rate(std::size_t type) const override {
        return 2 * *catalog_.instances()[type].vcpus;
    }
    [[nodiscard]] double hours_compared(std::size_t type) const override {
        return frames_ / rate(type);
    }
    [[nodiscard]] double memory_compared(std::size_t /*type*/) const override { return 0; }
    [[nodiscard]] bool has_hours(std::size_t /*type*/) const override { return true; }
    [[nodiscard]] std::optional<HoursDistribution> hours(std::size_t type) const override {
        return HoursDistribution::certain(Hours{hours_compared(type)});
    }
    [[nodiscard]] Budget usual_plan(std::size_t type) const override {
        return plan(Hours{hours_compared(type)});
    }
    [[nodiscard]] Budget sure_plan(std::size_t type) const override { return usual_plan(type); }
    [[nodiscard]] Budget plan(Hours hours) const override {
        Budget out = request_.budget;
        out.days = hours / out.hours_per_day;
        return out;
    }
    [[nodiscard]] Budget through(const Budget& /*plan*/, Hours hours) const override {
        return plan(hours);
    }
    [[nodiscard]] double price_limit(std::size_t type) const override {
        return request_.budget.total->value() / (2 * hours_compared(type));
    }
    [[nodiscard]] ReasonSet reasons(std::size_t type) const override {
        return catalog_.instances()[type].gpu.empty() ? 0 : bit(Reason::does_not_fit);
    }
    void explain(Reason /*reason*/, std::size_t /*type*/, Refusal& to) const override {
        say("does not render", to);
    }
    [[nodiscard]] std::string cost_in_words(std::size_t type, UsdPerHour price) const override {
        return fmt::format("renders for {:.2f}", price * Hours{2 * hours_compared(type)});
    }
    void relax_budget(std::size_t type, UsdPerHour price, Refusal& to) const override {
        add_alternative("budget_usd", price.value() * 2 * hours_compared(type), to);
    }
    void relax_budget(std::size_t /*type*/,
                      Usd needed,
                      const std::function<bool(const Budget&)>& /*affordable*/,
                      Refusal& to) const override {
        add_alternative("budget_usd", needed.value(), to);
    }
    [[nodiscard]] const Usage& usage() const override { return request_.usage; }
    [[nodiscard]] Figures reference() const override {
        return {.price = UsdPerHour{1},
                .rate = 1,
                .gpu_memory = GiB{1},
                .memory = GiB{1},
                .vcpus = 1,
                .network = Gbps{1}};
    }

private:
    const Catalog& catalog_;
    const Request& request_;
    double frames_;
};

Catalog farm() {
    Tables t{.name = "farm", .as_of = {2026, 7, 1}};
    t.sources = {{"s", "a table", {2026, 7, 1}, false}};
    t.gpus = {{.name = "gpu", .memory = GiB{16}, .fp32 = Tflops{10}, .source = "s"}};
    t.families = {{"aws", "f", Purpose::training, 0, "", "s"}};
    t.regions = {{.provider = "aws", .code = "us-east-1", .source = "s"}};
    const auto machine = [&t](const char* name, double vcpus, double price, const char* gpu = "") {
        t.instances.push_back({.provider = "aws",
                               .name = name,
                               .family = "f",
                               .vcpus = vcpus,
                               .memory = GiB{64},
                               .gpu = gpu,
                               .gpu_count = gpu[0] == '\0' ? 0.0 : 1.0,
                               .network = Gbps{10},
                               .source = "s"});
        t.prices.push_back({"aws", name, "us-east-1", Purchase::on_demand, UsdPerHour{price}, "s"});
    };
    machine("f.big", 32, 4);
    machine("f.gpu", 64, 1, "gpu");
    machine("f.small", 4, 1);
    return Catalog{t};
}

Recommendation rendered(Request request, double frames) {
    const Catalog catalog = farm();
    request.constraints.min_gpus = 0;
    request.weights = Weights{.cost = 1};
    const Request full = completed(request);
    const Charges charges = Charges::none();
    const Sites sites{catalog, full};
    const FramesGoal goal{catalog, full, frames};
    const auto pricing = pricing_of(catalog, full, goal, charges);
    return Solver{catalog, full, sites, goal, *pricing}.solve();
}

} // namespace

TEST_CASE("a goal of one's own needs neither another solver nor another filter", "[goal]") {
    // 640 frames on two machines: of 32 vCPUs 640 / 64 = 10 h, 2 * 10 * 4 = 80 USD; of 4 vCPUs
    // 640 / 8 = 80 h, 2 * 80 * 1 = 160 USD, above the budget of 100.
    const Recommendation r = rendered({.budget = {.total = Usd{100}}}, 640);
    REQUIRE(r.choices.size() == 1);
    CHECK(r.choices[0].instance == "f.big");
    CHECK(r.choices[0].cost->total == Usd{80});
    REQUIRE(r.refusals.nearest.size() == 2);
    CHECK(r.refusals.nearest[1].text == "renders for 160.00 USD");
    CHECK(std::get<double>(r.refusals.nearest[1].relaxation.at(0).value) == 160);
    CHECK(r.refusals.nearest[0].text == "does not render");
    CHECK(rendered({.budget = {.total = Usd{160}}}, 640).choices.size() == 2);
}

TEST_CASE("charges follow the goal's hours and machines", "[goal]") {
    // Without a rate the disk is unknown: the bill says so and has the hours of both machines.
    Request request{.budget = {.total = Usd{100}}};
    request.usage.storage = GiB{100};
    const Recommendation r = rendered(request, 640);
    REQUIRE(r.choices.size() == 1);
    const Bill& bill = *r.choices[0].cost;
    CHECK(bill.items[0].quantity == 20);                           // hours
    CHECK(bill.items[1].quantity == Approx(2 * 100 * 10 / 730.0)); // GiB-months
    CHECK_FALSE(complete(bill));
    CHECK(bill.total == Usd{80});
}
