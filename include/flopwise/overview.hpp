// flopwise: what there is to ask for: GPUs, regions, providers, nets, ways to pay

#pragma once

#include <flopwise/recommend.hpp>

namespace flopwise {

/// What is listed. GPUs, regions and providers are those of the offers that qualify, on demand and
/// on spot; nets and ways to pay are all there are.
enum class Overview : std::uint8_t { gpus, models, regions, providers, purchases };
constexpr std::size_t kOverviews = 5;
FLOPWISE_API std::string_view to_string(Overview what);

enum class OverviewForm : std::uint8_t { table, csv, json };
constexpr std::size_t kOverviewForms = 3;
FLOPWISE_API std::string_view to_string(OverviewForm form);

/// A row for each one whose name, or one of whose other names, matches a pattern of `*` and `?`; an
/// empty pattern matches all. Empty if there is none. The constraints of the request are those of
/// recommend(); what it asks beside them, such as a budget, counts too. Throws as recommend().
///
///     fmt::print("{}", overview(Overview::gpus, Catalog::bundled("clouds-2026-11"), {},
///     "*h100*"));
FLOPWISE_API std::string overview(Overview what,
                                  const Catalog& catalog,
                                  const Request& request = {},
                                  std::string_view pattern = {},
                                  OverviewForm form = OverviewForm::table);

} // namespace flopwise
