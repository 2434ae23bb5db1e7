#pragma once

#include "solve/goal.hpp"
#include "training/workload.hpp"

namespace flopwise {

class RentGoal final : public Goal {
public:
    RentGoal(const Catalog& catalog, const Request& request);

    [[nodiscard]] double rate(std::size_t type) const override;
    [[nodiscard]] double memory_compared(std::size_t type) const override;
    [[nodiscard]] bool has_hours(std::size_t /*type*/) const override {
        return request_.budget.days.has_value();
    }
    [[nodiscard]] std::optional<HoursDistribution> hours(std::size_t type) const override;
    [[nodiscard]] Budget usual_plan(std::size_t /*type*/) const override { return usual_; }
    [[nodiscard]] Budget sure_plan(std::size_t /*type*/) const override { return sure_; }
    [[nodiscard]] Budget plan(Hours hours) const override;
    [[nodiscard]] double price_limit(std::size_t /*type*/) const override { return limit_; }
    [[nodiscard]] ReasonSet reasons(std::size_t type) const override;
    void explain(Reason reason, std::size_t type, Refusal& to) const override;
    [[nodiscard]] std::string cost_in_words(std::size_t type, UsdPerHour price) const override;
    void relax_budget(std::size_t type, UsdPerHour price, Refusal& to) const override;
    void relax_budget(std::size_t type,
                      Usd needed,
                      const std::function<bool(const Budget&)>& affordable,
                      Refusal& to) const override;
    [[nodiscard]] const Usage& usage() const override { return request_.usage; }
    [[nodiscard]] Figures reference() const override;
    void compare(std::vector<Choice>& choices) const override;

private:
    const Catalog& catalog_;
    const Request& request_;
    const OfferColumns& columns_;
    bool without_gpu_;
    Budget usual_; ///< for a month if no days are given
    Budget sure_;
    /// A GPU of the catalog, as far as it was asked about.
    struct Timed {
        bool known = false; ///< whether it has a rate
        bool looked_up = false;
        WorkloadTimes times{};
    };
    [[nodiscard]] double tflops(std::size_t gpu, double gpus) const;

    mutable std::vector<Timed> timed_;
    mutable std::vector<double> rate_by_type_; ///< negative: not asked for yet
    double limit_ = 0;                         ///< USD/h
};

} // namespace flopwise
