// What was written for one setting of a request, read as a number, a name or a list.

#pragma once

#include <flopwise/settings.hpp>

#include "catalog/bounds.hpp"
#include "request/quantity_text.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

constexpr double kMinutesPerHour = 60;
constexpr double kMostRows = 1e9;
constexpr double kMostUsd = 1e12;
constexpr double kMostFigure = 1e15; // of a net

constexpr std::size_t kLargestRequest = std::size_t{1} << 20U; // of a request file
/// In a request file, what was chosen; no setting.
constexpr std::string_view kSavedPlan = "saved_plan";

/// Lays the settings of a request file over a request. Throws as parse_request().
void parse_over(Request& request, const std::string& yaml, const std::string& file);

// Groups of settings of two of the tables.
constexpr std::string_view kMoney = "Money and time";
constexpr std::string_view kWhatFor = "What for";

/// The texts given for one setting, and how to complain about them.
struct SettingText {
    Request& request;
    std::string_view key;
    std::span<const std::string> texts;
    std::string_view reads = {}; ///< what it is read in, where that is not the unit that is shown

    [[nodiscard]] std::string one() const {
        if (texts.size() != 1)
            request.refuse(key, fmt::format("must be given once, got {} values", texts.size()));
        if (texts.front().empty())
            request.refuse(key, "must have a value");
        return texts.front();
    }
    [[nodiscard]] std::vector<std::string> list() const {
        std::vector<std::string> out;
        for (const std::string& text : texts)
            for (std::string& part : text::split(text, ',')) {
                if (part.empty())
                    request.refuse(key, "must not have an empty name");
                if (std::find(out.begin(), out.end(), part) == out.end())
                    out.push_back(std::move(part));
            }
        return out;
    }
    /// A number in [kLeast, most], or in [0, most] if zero is allowed.
    [[nodiscard]] double number(double most, std::string_view unit, bool zero = false) const {
        const std::string written = one();
        const std::string_view read_in = reads.empty() ? unit : reads;
        const auto value = number_in(written, read_in);
        const std::string space = unit.empty() ? "" : " ";
        if (!value)
            request.refuse(
                key, fmt::format("{}, got {}", must_be(written, read_in), text::quoted(written)));
        const auto with_unit = [&](double n) { return fmt::format("{}{}{}", n, space, unit); };
        if (zero ? *value < 0 : *value <= 0)
            request.refuse(key,
                           fmt::format("must {}, got {}",
                                       zero ? "not be negative" : "be positive",
                                       with_unit(*value)));
        if (*value > most || (*value > 0 && *value < kLeast))
            request.refuse(key,
                           fmt::format("must be at {} {}, got {}",
                                       *value > most ? "most" : "least",
                                       with_unit(*value > most ? most : kLeast),
                                       with_unit(*value)));
        return *value;
    }
    template <class Quantity>
    [[nodiscard]] Quantity quantity(double most, bool zero = false) const {
        return Quantity{number(most, symbol(Quantity{}), zero)};
    }
    [[nodiscard]] int whole_number(int least) const {
        const double value = number(kMostRows, "", true);
        if (value != std::floor(value) || value < least)
            request.refuse(
                key, fmt::format("must be a whole number of at least {}, got {}", least, value));
        return static_cast<int>(value);
    }
    [[nodiscard]] bool yes() const {
        const std::string written = one();
        if (written != "true" && written != "false")
            request.refuse(key,
                           fmt::format("must be true or false, got {}", text::quoted(written)));
        return written == "true";
    }
    [[nodiscard]] Date day() const {
        const std::string written = one();
        const auto date = date_of(written);
        if (!date || date->day == 0)
            request.refuse(
                key,
                fmt::format("must be a date such as 2026-07-20, got {}", text::quoted(written)));
        return *date;
    }
    template <class E>
    [[nodiscard]] E enumerator(std::size_t count) const {
        return named<E>(one(), count);
    }
    template <class E>
    [[nodiscard]] E named(std::string_view written, std::size_t count) const {
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < count; ++i) {
            names.push_back(to_string(static_cast<E>(i)));
            if (names.back() == written)
                return static_cast<E>(i);
        }
        request.refuse(key,
                       fmt::format("must be {}, got {}{}",
                                   text::one_of(names),
                                   text::quoted(written),
                                   text::did_you_mean(written, names)));
    }

private:
    template <class Unit>
    static constexpr std::string_view symbol(Quantity<Unit> /*q*/) {
        return Unit::symbol;
    }
};

// ---- values to show -----------------------------------------------------------------

/// A figure, a quantity or a named value; nothing if it is absent.
template <class T>
Value value_of(const std::optional<T>& value) {
    if (!value)
        return {};
    if constexpr (std::is_same_v<T, double>)
        return *value;
    else if constexpr (requires { value->value(); })
        return value->value();
    else
        return std::string{to_string(*value)};
}
inline Value value_of(const std::vector<std::string>& list) {
    return list.empty() ? Value{} : Value{list};
}
inline Value shown_text(const std::string& text) {
    return text.empty() ? Value{} : Value{text};
}
/// A named value, where it differs from the usual one.
Value value_if(bool differs, auto value) {
    return differs ? Value{std::string{to_string(value)}} : Value{};
}
inline Value value_unless(double value, double usual) {
    return value == usual ? Value{} : Value{value};
}

} // namespace flopwise
