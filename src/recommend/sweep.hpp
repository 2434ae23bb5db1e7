// Many requests against few catalogs: requests that differ only in figures of the budget share
// one ranking, in which the answer to each is found by bisection.

#pragma once

#include <flopwise/sweep.hpp>

#include <atomic>
#include <exception>
#include <mutex>

namespace flopwise {

/// A request without its figures, or why it is none.
struct SweepGroup {
    const Catalog* catalog = nullptr; ///< lives as long as the sweep
    Request request{};
    std::optional<Error> error{};
    std::optional<Charges> charges{}; ///< absent: those of the request

    /// Whether one ranking serves all figures. Not if the region depends on what qualifies, or the
    /// ceiling on more than the rule.
    [[nodiscard]] bool request_is_plain() const;
};

/// The figures of each row; NaN where it is not given, an empty span where no row has it.
struct SweepFigures {
    std::span<const double> budget_usd{};
    std::span<const double> days{};
    std::span<const double> hours_per_day{};
    std::span<const double> fixed_usd{};
    std::span<const double> max_price_usd_per_hour{};
    /// Rows that are no question, as a value is missing; empty if there are none.
    std::span<const std::uint8_t> missing{};
};

/// What can be told of each row beside the best machine and its price.
enum class SweepFigure : std::uint8_t {
    hours,     ///< of the plan: the mean; the median of a job; expected on spot
    hours_p90, ///< enough in nine cases of ten, where the hours vary
    cost_p50,
    cost_p80,
    cost_p90,
    probability_within_budget,
    probability_in_time,
    machines,
    memory_needed,    ///< by one GPU for a job
    memory_available, ///< of one GPU
    memory_probability,
    charges, ///< beside the machine, in its region
    runner_up_price,
    runner_up_total,
    runner_up_score,
};
constexpr std::size_t kSweepFigures = 15;
/// As a column of an answer: "cost_p90_usd".
std::string_view to_string(SweepFigure figure);

constexpr std::int8_t kRefusedRow = -1; ///< the outcome of a row whose request is refused
constexpr std::int8_t kMissingRow = -2; ///< the outcome of a row that is no question

/// What recommend() would answer for each row. NaN and -1 where there is nothing.
struct SweepAnswers {
    std::span<std::int32_t> offer;   ///< in the catalog of the row's group
    std::span<std::int8_t> purchase; ///< of PurchaseKind: how it is paid for
    std::span<double> price_usd_per_hour;
    std::span<double> total_usd;
    std::span<double> score;
    std::span<double> price_ceiling_usd_per_hour;
    std::span<std::int8_t> outcome; ///< of Outcome, or one of the above
    /// Each of SweepFigure; empty where it is not wanted.
    std::array<std::span<double>, kSweepFigures> more{};
    /// The second choice; empty if it is not wanted, which saves a search in each row.
    std::span<std::int32_t> runner_up{};
    std::span<std::int8_t> runner_up_purchase{};

    [[nodiscard]] bool with_more() const; ///< of all that follows `outcome`
    [[nodiscard]] bool with_runner_up() const;
};

struct SweepError {
    std::size_t row;
    Error error;
};

class Sweep {
public:
    /// `group_of` has the group of each row. All spans outlive the sweep.
    Sweep(std::span<const SweepGroup> groups,
          std::span<const std::uint32_t> group_of,
          const SweepFigures& figures,
          const SweepAnswers& answers);
    ~Sweep();

    /// Takes pieces of work until there is none; called by each thread. Returns early once
    /// `cancelled`. Throws nothing; see failure().
    void work() noexcept;

    std::atomic<bool> cancelled = false;
    [[nodiscard]] std::size_t done() const { return done_; }
    /// Rows whose request is refused, in their order. After the work.
    [[nodiscard]] std::vector<SweepError> errors() const;
    /// What stopped the work: memory ran out, for one. Null if nothing did.
    [[nodiscard]] std::exception_ptr failure() const { return failure_; }

private:
    struct Steps;
    struct Prepared;
    struct Piece;
    static void
    rank(const Catalog& catalog, const Request& request, const Charges& charges, Steps& to);
    [[nodiscard]] Steps& steps(Prepared& prepared, std::size_t row) const;
    static void prepare(Prepared& prepared, const SweepGroup& group);
    void answer(const Piece& piece);
    void answer(Prepared& prepared, const SweepGroup& group, std::size_t row);
    void answer_slowly(const Prepared& prepared, const SweepGroup& group, std::size_t row);
    void refuse(std::size_t row, const Error& error);
    void clear(std::size_t row, std::int8_t outcome);
    void clear_more(std::size_t row);
    void tell(std::size_t row, SweepFigure figure, std::optional<double> value);
    void tell_more(std::size_t row, const Recommendation& answer);
    void tell_runner_up(std::size_t row, const Catalog& catalog, const Recommendation& answer);

    std::span<const SweepGroup> groups_;
    SweepFigures figures_;
    SweepAnswers answers_;
    bool more_;
    bool runner_up_;
    std::vector<std::uint32_t> rows_; ///< by group
    std::vector<Piece> pieces_;
    std::vector<Prepared> prepared_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> done_ = 0;
    std::mutex mutex_; ///< of what follows
    std::vector<SweepError> errors_;
    std::exception_ptr failure_;
};

} // namespace flopwise
