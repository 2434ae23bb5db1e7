#pragma once

#include "solve/goal.hpp"
#include "solve/job_times.hpp"

namespace flopwise {

class TrainingGoal final : public Goal {
public:
    TrainingGoal(const Catalog& catalog,
                 const Request& request,
                 const Sites& sites,
                 std::optional<std::size_t> only = {});

    [[nodiscard]] int machines(std::size_t type) const override { return times_.machines(type); }
    [[nodiscard]] double rate(std::size_t type) const override { return 1 / paid_hours_[type]; }
    [[nodiscard]] double hours_compared(std::size_t type) const override {
        return paid_hours_[type];
    }
    [[nodiscard]] double memory_compared(std::size_t /*type*/) const override { return 0; }
    [[nodiscard]] bool has_hours(std::size_t type) const override { return times_.known(type); }
    [[nodiscard]] std::optional<HoursDistribution> hours(std::size_t type) const override;
    [[nodiscard]] Budget usual_plan(std::size_t type) const override;
    [[nodiscard]] Budget sure_plan(std::size_t type) const override;
    [[nodiscard]] Budget plan(Hours hours) const override { return times_.plan(hours); }
    [[nodiscard]] Budget through(const Budget& /*plan*/, Hours hours) const override {
        return plan(hours);
    }
    [[nodiscard]] double price_limit(std::size_t type) const override { return limit_[type]; }
    [[nodiscard]] ReasonSet reasons(std::size_t type) const override;
    [[nodiscard]] double distance(std::size_t type) const override;
    void explain(Reason reason, std::size_t type, Refusal& to) const override;
    [[nodiscard]] std::string cost_in_words(std::size_t type, UsdPerHour price) const override;
    void relax_budget(std::size_t type, UsdPerHour price, Refusal& to) const override;
    void relax_budget(std::size_t type,
                      Usd needed,
                      const std::function<bool(const Budget&)>& affordable,
                      Refusal& to) const override;
    [[nodiscard]] const Usage& usage() const override { return times_.usage(); }
    [[nodiscard]] bool ends_with_work() const override { return true; }
    [[nodiscard]] bool can_do_without_gpu() const override { return false; }
    [[nodiscard]] std::optional<Hours> deadline() const override { return times_.work_deadline(); }
    [[nodiscard]] Figures reference() const override;
    void describe(std::size_t type, const Outlook& outlook, Choice& to) const override;
    void compare(std::vector<Choice>& choices) const override;
    [[nodiscard]] std::vector<FrontPoint> front(const Points& points) const override;

private:
    void explain_rate(std::size_t type, Refusal& to) const;
    void explain_method(std::size_t type, Refusal& to) const;
    void explain_split(std::size_t type, Refusal& to) const;
    void explain_memory(std::size_t type, Refusal& to) const;
    void explain_host(std::size_t type, Refusal& to) const;
    void explain_deadline(std::size_t type, Refusal& to) const;
    [[nodiscard]] const Gpu& gpu(std::size_t type) const;

    const Catalog& catalog_;
    const Request& request_;
    const OfferColumns& columns_;
    JobTimes times_;
    std::vector<bool> able_;         ///< by GPU, for the methods of the job
    std::vector<double> paid_hours_; ///< by type, of each machine, its start included; or unknown
    std::vector<double> limit_;      ///< by type: highest price that the budget admits
};

} // namespace flopwise
