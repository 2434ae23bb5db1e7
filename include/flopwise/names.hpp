// flopwise: enumerators by name
//
// to_string() of an enumerator is its name in YAML, JSON, Python and flags; from_name() is the way
// back.

#pragma once

#include <flopwise/diff.hpp>
#include <flopwise/feed.hpp>
#include <flopwise/overview.hpp>
#include <flopwise/saved_plan.hpp>

namespace flopwise {

/// How many enumerators an enum has; 0 for a type that is none of flopwise's.
template <class E>
constexpr std::size_t kEnumerators = 0;
template <>
inline constexpr std::size_t kEnumerators<By> = kBys;
template <>
inline constexpr std::size_t kEnumerators<ChangeKind> = kChangeKinds;
template <>
inline constexpr std::size_t kEnumerators<Commitment> = kCommitments;
template <>
inline constexpr std::size_t kEnumerators<Criterion> = kCriteria;
template <>
inline constexpr std::size_t kEnumerators<FineTune> = kFineTunes;
template <>
inline constexpr std::size_t kEnumerators<Format> = kFormats;
template <>
inline constexpr std::size_t kEnumerators<LaunchFormat> = kLaunchFormats;
template <>
inline constexpr std::size_t kEnumerators<Loss> = kLosses;
template <>
inline constexpr std::size_t kEnumerators<Market> = kMarkets;
template <>
inline constexpr std::size_t kEnumerators<ModelKind> = kModelKinds;
template <>
inline constexpr std::size_t kEnumerators<Objective> = kObjectives;
template <>
inline constexpr std::size_t kEnumerators<Offload> = kOffloads;
template <>
inline constexpr std::size_t kEnumerators<Optimiser> = kOptimisers;
template <>
inline constexpr std::size_t kEnumerators<Outcome> = 3;
template <>
inline constexpr std::size_t kEnumerators<Overview> = kOverviews;
template <>
inline constexpr std::size_t kEnumerators<OverviewForm> = kOverviewForms;
template <>
inline constexpr std::size_t kEnumerators<Payment> = kPayments;
template <>
inline constexpr std::size_t kEnumerators<PlanState> = kPlanStates;
template <>
inline constexpr std::size_t kEnumerators<Precision> = kPrecisions;
template <>
inline constexpr std::size_t kEnumerators<Profile> = kProfiles;
template <>
inline constexpr std::size_t kEnumerators<Purchase> = kPurchases;
template <>
inline constexpr std::size_t kEnumerators<PurchaseKind> = kPurchaseKinds;
template <>
inline constexpr std::size_t kEnumerators<Purpose> = kPurposes;
template <>
inline constexpr std::size_t kEnumerators<Reason> = kReasons;
template <>
inline constexpr std::size_t kEnumerators<Recipe> = kRecipes;
template <>
inline constexpr std::size_t kEnumerators<Program> = kPrograms;
template <>
inline constexpr std::size_t kEnumerators<Recompute> = kRecomputes;
template <>
inline constexpr std::size_t kEnumerators<Sharding> = kShardings;
template <>
inline constexpr std::size_t kEnumerators<Sold> = kSoldStates;
template <>
inline constexpr std::size_t kEnumerators<Sort> = kSorts;
template <>
inline constexpr std::size_t kEnumerators<Speed> = kSpeeds;

/// The enumerator of that name, `from_name<Precision>("bf16")`; empty if none has it.
template <class E>
std::optional<E> from_name(std::string_view name) {
    static_assert(kEnumerators<E> > 0, "an enum of flopwise");
    for (std::size_t i = 0; i < kEnumerators<E>; ++i)
        if (to_string(static_cast<E>(i)) == name)
            return static_cast<E>(i);
    return std::nullopt;
}

} // namespace flopwise
