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

    /// Whether one ranking serves all figures. Not if the region depends on what qualifies, or the
    /// ceiling on more than the rule.
    [[nodiscard]] bool request_is_plain() const;
};

/// The figures of each row; NaN where a row does not have it, an empty span where no row has.
struct SweepFigures {
    std::span<const double> budget_usd{};
    std::span<const double> days{};
    std::span<const double> hours_per_day{};
    std::span<const double> fixed_usd{};
    std::span<const double> max_price_usd_per_hour{};
};

/// What recommend() would answer for each row. NaN and -1 where there is nothing.
struct SweepAnswers {
    std::span<std::int32_t> offer;   ///< in the catalog of the row's group
    std::span<std::int8_t> purchase; ///< of PurchaseKind: how it is paid for
    std::span<double> price_usd_per_hour;
    std::span<double> total_usd;
    std::span<double> score;
    std::span<double> price_ceiling_usd_per_hour;
    std::span<std::int8_t> outcome; ///< of Outcome; -1 for a row that is refused
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
    struct Prepared;
    struct Piece;
    static void prepare(Prepared& prepared, const SweepGroup& group);
    void answer(const Piece& piece);
    void answer(const Prepared& prepared, const SweepGroup& group, std::size_t row);
    void answer_slowly(const Prepared& prepared, const SweepGroup& group, std::size_t row);
    void refuse(std::size_t row, const Error& error);

    std::span<const SweepGroup> groups_;
    SweepFigures figures_;
    SweepAnswers answers_;
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
