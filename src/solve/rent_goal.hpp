#pragma once

#include "solve/goal.hpp"

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

private:
    const Catalog& catalog_;
    const Request& request_;
    const OfferColumns& columns_;
    bool without_gpu_;
    Budget usual_; ///< for a month if no days are given
    Budget sure_;
    std::vector<double> rate_by_gpu_; ///< of one GPU
    double limit_ = 0;                ///< USD/h
};

} // namespace flopwise
