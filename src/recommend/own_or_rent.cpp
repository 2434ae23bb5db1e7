#include "recommend/own_or_rent.hpp"

#include "catalog/gpu_names.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"
#include "training/step_time.hpp"

#include <cmath>
#include <map>

namespace flopwise {

constexpr double kMonthsPerYear = 12;
constexpr std::size_t kSensitivities = 3;
constexpr double kRounding = 1 + 1e-12; // of hours that are equal but for their last bit

void require_valid_ownership(const Catalog& catalog, const Request& request) {
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
    if (!own.gpu.empty() && catalog.find_gpu(own.gpu) == nullptr)
        request.refuse("own_gpu", why_no_gpu(catalog.gpus(), own.gpu));
}

/// The GPU that is bought; null if it is not given.
static const Gpu* owned_gpu(const Catalog& catalog, const Request& request) {
    return request.own.gpu.empty() ? nullptr : catalog.find_gpu(request.own.gpu);
}

static std::optional<Tflops> peak_of(const Gpu& gpu, double gpus, const Request& request) {
    const auto rate = peak(gpu, *request.precision);
    return rate ? std::optional{*rate * gpus} : std::nullopt;
}

/// What is compared: as scores have it.
static std::optional<Tflops> speed(const Gpu& gpu, double gpus, const Request& request) {
    return request.speed == Speed::predicted ? predicted_tflops(gpu, gpus, *request.precision)
                                             : peak_of(gpu, gpus, request);
}

/// What programs for a GPU are built on; where no source says so, CUDA as for most.
static std::string_view stack_of(const Gpu& gpu) {
    return gpu.stack.empty() ? "CUDA" : std::string_view{gpu.stack};
}

/// The offer that does the same work for least, of those that qualify, are at least as fast and run
/// the same programs as the GPU that is bought, as a choice.
template <class IsAsFast>
static std::optional<Choice>
as_fast(const Catalog& catalog, const Request& request, Ranking& ranking, IsAsFast is_as_fast) {
    const std::string_view stack = stack_of(*catalog.find_gpu(request.own.gpu));
    const Ranked* cheapest = nullptr;
    for (const Ranked& row : ranking.rows()) {
        const Offer o = catalog.offer(row.offer);
        if (o.gpu != nullptr && stack_of(*o.gpu) == stack && is_as_fast(row, o) &&
            (cheapest == nullptr || row.spent < cheapest->spent))
            cheapest = &row;
    }
    return cheapest == nullptr ? std::nullopt : std::optional{ranking.choice(*cheapest)};
}

namespace {

/// Whether an offer's machine is as fast as that which is bought; each machine is looked at once.
struct FasterThan {
    const Request& request;
    Tflops needed;
    std::map<const Instance*, bool> known{};

    bool operator()(const Ranked& /*row*/, const Offer& o) {
        const auto [found, added] = known.try_emplace(&o.instance, false);
        if (added) {
            const auto rate = speed(*o.gpu, o.instance.gpu_count, request);
            found->second = rate && rate->value() * kRounding >= needed.value();
        }
        return found->second;
    }
};

} // namespace

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

/// The hours of a job on the machine to buy; empty if they are not known.
static std::optional<Hours> owned_hours(const Catalog& catalog, const Request& request) {
    const Gpu* gpu = owned_gpu(catalog, request);
    if (gpu == nullptr ||
        !job_of(request).measured.empty()) // a rate that was measured says nothing of this one
        return std::nullopt;
    const Job& job = job_of(request);
    const Work work = work_of(job, request.today);
    const int devices = std::max(1, gpu->devices); // that programs see in one
    if (!model_parallel(job).divides(request.own.gpus * devices))
        return std::nullopt;
    const auto fit = job_fit(job,
                             work.net,
                             precision_used(work, *gpu, *request.precision),
                             gpu->usable_memory.value_or(gpu->memory) / devices,
                             request.own.gpus * devices);
    if (!fit || !fit->memory.fits)
        return std::nullopt;
    const auto time = job_estimate(
        job, request.today, {.gpu = gpu, .gpus = request.own.gpus}, *request.precision);
    return time ? std::optional{time->median} : std::nullopt;
}

/// For its own hours: a finite piece of work is no use for years.
static OwnJob
own_job(const OwnOrRent& compared, Usd rented, std::optional<Hours> hours, double a_day) {
    const OwningCost& cost = compared.cost;
    const double idle = (cost.daily - cost.energy).value(); // USD a day, used or not
    OwnJob out{.rented = rented, .hours = hours};
    double energy = 0;
    if (hours) {
        const double days = hours->value() / a_day;
        energy = cost.energy.value() * days;
        out.share = Usd{idle * days + energy};
    }
    out.alone = Usd{idle * kDaysPerYear * compared.owned.life.value() + energy};
    const double saved = rented.value() - energy; // by each job
    const double jobs = idle * kDaysPerYear / saved;
    if (saved > 0 && (!hours || jobs * hours->value() <= a_day * kDaysPerYear)) {
        out.jobs_per_year = jobs;
        out.jobs_per_month = jobs / kMonthsPerYear;
    }
    return out;
}

std::optional<OwnOrRent> own_or_rent(const Catalog& catalog,
                                     const Request& request,
                                     Ranking& ranking,
                                     const Recommendation& answer) {
    if (!request.own.price)
        return std::nullopt;
    const HoursPerDay use = request.budget.hours_per_day;
    OwnOrRent out{.owned = request.own};
    const Gpu* own = owned_gpu(catalog, request);
    const double gpus = request.own.gpus;
    if (own != nullptr) {
        out.tflops = peak_of(*own, gpus, request);
        out.predicted = predicted_tflops(*own, gpus, *request.precision);
    }
    const auto needed = own == nullptr ? std::nullopt : speed(*own, gpus, request);
    const bool job = trains(request);
    const auto hours = job ? owned_hours(catalog, request) : std::nullopt;
    if (hours)
        out.rented = as_fast(catalog, request, ranking, [&](const Ranked& row, const Offer& /*o*/) {
            return row.hours <= *hours * kRounding;
        });
    else if (needed && !answer.on_vcpus && !job)
        out.rented = as_fast(catalog, request, ranking, FasterThan{request, *needed});
    else if (!answer.choices.empty())
        out.rented = answer.choices.front();
    out.owned.power = power_of(catalog, request.own, out.rented);
    if (out.owned.power && !out.owned.electricity)
        out.owned.electricity = electricity_of(kUsualTariff);
    out.cost = owning_cost(out.owned, use);
    if (!out.rented)
        return out;
    if (job) {
        if (out.rented->cost)
            out.job = own_job(out, out.rented->cost->total, hours, use.value());
        out.own_is_cheaper = out.job && out.job->hours && out.job->alone < out.job->rented;
        return out;
    }
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
