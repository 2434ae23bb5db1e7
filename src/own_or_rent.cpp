#include "own_or_rent.hpp"

#include "ask.hpp"
#include "text.hpp"

#include <cmath>

namespace flopwise {

constexpr double kMonthsPerYear = 12;
constexpr std::size_t kSensitivities = 3;

void check_ownership(const Catalog& catalog, const Request& request) {
    const Ownership& own = request.own;
    if (!own.price) {
        if (own != Ownership{})
            request.refuse("own_price_usd", "must be given with the other figures of owning");
        return;
    }
    try {
        (void)owning_cost(own, request.budget.hours_per_day);
    } catch (const ArgumentError& e) {
        request.refuse(e.where().field, e.reason());
    }
    if (!own.gpu.empty() && catalog.find_gpu(own.gpu) == nullptr) {
        std::vector<std::string_view> names;
        for (const Gpu& gpu : catalog.gpus())
            names.emplace_back(gpu.name);
        request.refuse("own_gpu",
                       fmt::format("must be a GPU of the catalog, got {}{}",
                                   text::quoted(own.gpu),
                                   text::did_you_mean(own.gpu, names)));
    }
}

static std::optional<Tflops> speed(const Catalog& catalog, const Request& request) {
    const Gpu* gpu = request.own.gpu.empty() ? nullptr : catalog.find_gpu(request.own.gpu);
    const auto rate = gpu == nullptr ? std::nullopt : peak(*gpu, *request.precision);
    return rate ? std::optional{*rate * request.own.gpus} : std::nullopt;
}

/// The cheapest offer that qualifies and is at least that fast, as a choice.
static std::optional<Choice>
as_fast(const Catalog& catalog, const Request& request, const Charges& charges, Tflops least) {
    std::optional<std::uint32_t> cheapest;
    for (const std::uint32_t offer : ranked(catalog, request, charges)) {
        const Offer o = catalog.offer(offer);
        const auto rate = o.gpu == nullptr ? std::nullopt : peak(*o.gpu, *request.precision);
        if (rate && *rate * o.instance.gpu_count >= least &&
            (!cheapest || o.price < catalog.offer(*cheapest).price))
            cheapest = offer;
    }
    if (!cheapest)
        return std::nullopt;
    const Offer o = catalog.offer(*cheapest);
    Request one = request;
    one.constraints.provider = {o.instance.provider};
    one.constraints.instance = {o.instance.name};
    one.constraints.region = {o.region.code};
    one.constraints.purchase = {o.purchase};
    one.top = 1;
    one.nearest = 0;
    const Recommendation r = solved(catalog, one, charges);
    return r.choices.empty() ? std::nullopt : std::optional{r.choices.front()};
}

/// Power of the GPUs: those that are bought, else those it is compared with if electricity counts.
static std::optional<Watts>
power_of(const Catalog& catalog, const Ownership& own, const std::optional<Choice>& rented) {
    if (own.power)
        return own.power;
    if (!own.gpu.empty()) {
        const Gpu* gpu = catalog.find_gpu(own.gpu);
        return gpu != nullptr && gpu->tdp ? std::optional{*gpu->tdp * own.gpus} : std::nullopt;
    }
    if (!own.electricity || !rented || rented->gpu.empty())
        return std::nullopt;
    const Gpu* gpu = catalog.find_gpu(rented->gpu);
    return gpu != nullptr && gpu->tdp ? std::optional{*gpu->tdp * rented->gpu_count} : std::nullopt;
}

std::optional<OwnOrRent> own_or_rent(const Catalog& catalog,
                                     const Request& request,
                                     const Charges& charges,
                                     const Recommendation& answer) {
    if (!request.own.price)
        return std::nullopt;
    const HoursPerDay use = request.budget.hours_per_day;
    OwnOrRent out{.owned = request.own, .tflops = speed(catalog, request)};
    if (out.tflops && !answer.on_vcpus)
        out.rented = as_fast(catalog, request, charges, *out.tflops);
    else if (!answer.choices.empty())
        out.rented = answer.choices.front();
    out.owned.power = power_of(catalog, request.own, out.rented);
    if (out.owned.power && !out.owned.electricity)
        out.owned.electricity = electricity_of(kUsualTariff);
    out.cost = owning_cost(out.owned, use);
    if (!out.rented)
        return out;
    // With charges, what the whole plan costs for a rented hour.
    const UsdPerHour price = out.rented->effective.value_or(out.rented->price);
    out.rent = UsdPerDay{price.value() * use.value()};
    out.own_is_cheaper = out.cost.daily < out.rent;
    out.break_even_use = break_even_use(out.owned, price);
    if (const auto time = break_even_time(out.owned, use, price))
        out.break_even_month = static_cast<int>(std::ceil(time->value() * kMonthsPerYear));
    out.sensitivities = sensitivities(out.owned, use, price);
    if (out.sensitivities.size() > kSensitivities)
        out.sensitivities.resize(kSensitivities);
    return out;
}

} // namespace flopwise
