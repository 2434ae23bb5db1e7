#include "solve/job_times.hpp"

#include "catalog/offer_columns.hpp"
#include "catalog/stack_notes.hpp"
#include "cost/bill_lines.hpp"
#include "cost/rule.hpp"
#include "solve/greatest.hpp"
#include "solve/reference.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"
#include "training/memory_fit.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

using bundled::utilisation;

/// Of each machine, until it works on a job: what it takes to load an image, drivers and a model is
/// seldom published, and between a minute and half an hour.
constexpr Hours kStartup{10.0 / 60};

constexpr std::string_view kReferenceMachine = "p3.2xlarge";

static Work work_of(const Request& request) {
    try {
        return work_of(job_of(request), request.today);
    } catch (const ArgumentError& e) {
        request.refuse(e.where().field, e.reason());
    }
}

static Usage usage_of(const Request& request) {
    Usage out = request.usage;
    if (!out.startup)
        out.startup = kStartup;
    return out;
}

/// Quantile of a Student-t of scale 1.
static double student(double degrees_of_freedom, double p) {
    const Estimate e{.median = Hours{1}, .scale = 1, .degrees_of_freedom = degrees_of_freedom};
    return std::log(e.quantile(p).value());
}

JobTimes::JobTimes(const Catalog& catalog,
                   const Request& request,
                   const Cheapest& cheapest,
                   std::optional<std::size_t> only)
    : catalog_{catalog}, request_{request}, usage_{usage_of(request)}, work_{work_of(request)},
      unit_times_{work_}, net_{work_.net}, training_{training_of(job_of(request))},
      deadline_{deadline_of(request)} {
    const double p = request.uncertainty.confidence;
    sure_ = student(utilisation().degrees_of_freedom, p);
    timed_.resize(catalog.gpus().size());
    find_measured();
    types_.reserve(catalog.instances().size());
    for (std::size_t type = 0; type < catalog.instances().size(); ++type)
        types_.push_back(columns_of(catalog).gpu[type] < 0 || only.value_or(type) != type
                             ? Type{}
                             : best(type, cheapest));
}

// ---- one type -----------------------------------------------------------------------

GpuSet JobTimes::gpus(std::size_t type, int machines) const {
    const Instance& i = catalog_.instances()[type];
    const auto gpu = columns_of(catalog_).gpu[type];
    return {.gpu = &catalog_.gpus()[static_cast<std::size_t>(gpu)],
            .gpus = i.gpu_count,
            .machines = static_cast<double>(machines),
            .network = i.network};
}

GpuSet JobTimes::gpus(std::size_t type) const {
    GpuSet out = gpus(type, types_[type].machines);
    out.split_weights = types_[type].split;
    return out;
}

Work JobTimes::work(std::size_t type) const {
    Work out = work_;
    if (types_[type].longer)
        out.recompute = Recompute::full;
    if (types_[type].micro_batch > 0)
        out.micro_batch = types_[type].micro_batch;
    out.paged = types_[type].paged;
    return out;
}

Work JobTimes::paged(const Type& type) const {
    Work out = work_;
    out.paged = type.paged;
    return out;
}

Training JobTimes::training(std::size_t type) const {
    Training out = training_;
    if (types_[type].recomputed)
        out.recompute = Recompute::full;
    return out;
}

JobTimes::Timed JobTimes::timed(const Gpu& gpu) const {
    Timed out{.looked_up = true};
    const Precision asked = *request_.precision;
    double least = std::numeric_limits<double>::infinity();
    for (const Precision p : precisions_for(asked)) {
        if (!peak(gpu, p) || !is_choice(gpu, asked, p))
            continue; // what it does not have is no choice, and refused if it is asked for
        const auto pace = pace_of(gpu, p);
        if (!pace)
            continue;
        const UnitTime time = unit_times_.on(*pace, 1);
        if (!(time.seconds(1, 1, {}) < least))
            continue;
        least = time.seconds(1, 1, {});
        out.time = time;
        out.precision = p;
    }
    out.scale = scale_of(work_, {.gpu = &gpu});
    return out;
}

const JobTimes::Timed& JobTimes::timed(std::size_t type) {
    const auto gpu = static_cast<std::size_t>(columns_of(catalog_).gpu[type]);
    Timed& out = timed_[gpu];
    if (!out.looked_up)
        out = timed(catalog_.gpus()[gpu]);
    return out;
}

Precision JobTimes::precision(std::size_t type) const {
    return timed_[static_cast<std::size_t>(columns_of(catalog_).gpu[type])].precision;
}

GiB JobTimes::gpu_memory(std::size_t type) const {
    const auto gpu = static_cast<std::size_t>(columns_of(catalog_).gpu[type]);
    const Gpu& device = catalog_.gpus()[gpu];
    return usable_gpu_memory(catalog_.instances()[type], device) / std::max(1, device.devices);
}

double JobTimes::devices(std::size_t type, int machines) const {
    const OfferColumns& all = columns_of(catalog_);
    const Gpu& gpu = catalog_.gpus()[static_cast<std::size_t>(all.gpu[type])];
    return all.gpu_count[type] * std::max(1, gpu.devices) * machines;
}

bool JobTimes::is_whole(std::size_t type, int machines) const {
    return model_parallel(work_).divides(devices(type, machines));
}

Date JobTimes::software() const {
    return software_day(request_.today, catalog_.as_of());
}

JobTimes::Fit JobTimes::found_fit(Precision precision, GiB memory, double gpus) const {
    const auto found = job_fit(job_of(request_), net_, precision, memory, gpus);
    if (!found)
        return {};
    return {.fits = found->memory.fits,
            .recomputed = found->recompute != training_.recompute,
            .split = splits_weights(found->memory.sharding, training_.fine_tune),
            .memory = found->memory};
}

const JobTimes::Fit& JobTimes::fit(std::size_t type, int machines) {
    const Precision p = timed(type).precision;
    const double n = devices(type, machines);
    const bool wide = p == Precision::fp32 || p == Precision::tf32;
    const GiB memory = gpu_memory(type);
    const auto [known, added] = fits_.try_emplace({memory.value(), n, wide});
    if (added)
        known->second = found_fit(p, memory, n);
    return known->second;
}

/// Of work that does not state recomputation: as such work takes or, if that is longer and the net
/// does not fit otherwise, with full recomputation. So more GPUs never take longer.
double JobTimes::seconds(const UnitTime& time, const GpuSet& on, Type& to) const {
    const double usual = least_seconds(time, on);
    if (!to.recomputed)
        return usual;
    const double full = least_seconds(fully_recomputed(time, work_), on);
    to.longer = full > usual;
    return std::max(full, usual);
}

JobTimes::Type JobTimes::with(std::size_t type, int machines) {
    const Timed& gpu = timed(type);
    Type out{.machines = machines};
    if (!gpu.time || (machines > 1 && !catalog_.instances()[type].network))
        return out;
    out.broken = !is_whole(type, machines);
    if (out.broken)
        return out;
    const Fit& found = fit(type, machines);
    out.fits = found.fits;
    out.recomputed = found.recomputed;
    out.split = found.split;
    if (found.memory)
        out.host_needed = host_memory_need(
            net_, training_, gpu.precision, *found.memory, columns_of(catalog_).gpu_count[type]);
    GpuSet on = gpus(type, machines);
    on.split_weights = out.split;
    UnitTime time = on.gpus < 1 ? of_share(*gpu.time, on.gpus) : *gpu.time;
    if (found.memory) {
        out.micro_batch = found.memory->micro_batch;
        time.pass_units = samples_of_pass(*found.memory) * work_.units_per_sample();
        out.paged = paged_of(job_of(request_), *found.memory);
        time.paged = paged_seconds(*on.gpu, out.paged);
    }
    if (machines > 1 && out.fits && !(time.step(on.gpus * machines) > 0))
        return out; // how often they exchange gradients is not known
    const double seconds = this->seconds(time, on, out);
    constexpr double kFewGpus = 1000; // of one machine: all of these were seen
    out.known = true;
    out.model = predicted_of(catalog_.instances()[type].name, on, time, seconds);
    out.hours = Hours{work_.units * seconds / kSecondsPerHour};
    const bool usual = machines == 1 && on.gpus < kFewGpus && out.paged == GiB{};
    out.scale = usual ? gpu.scale : scale_of(paged(out), on);
    if (!seen_.empty()) {
        const Updated there = in_order(time, out.model);
        out.hours = Hours{work_.units * there.seconds / kSecondsPerHour};
        out.scale = there.scale;
    }
    out.hours = std::max(out.hours, input(type, machines));
    return out;
}

Hours JobTimes::sure(const Type& type) const {
    return type.hours * std::exp(type.scale * sure_);
}

Hours JobTimes::sure(std::size_t type) const {
    return sure(types_[type]);
}

bool JobTimes::in_time(const Type& type) const {
    return !deadline_ || through(sure(type)) <= *deadline_;
}

bool JobTimes::in_time(std::size_t type) const {
    return in_time(types_[type]);
}

/// What of the budget is left at the confidence, at a price for an hour of one machine.
double JobTimes::spare(const Type& type, double price) const {
    return request_.budget.total->value() - request_.budget.fixed.value() -
           price * machine_hours(type, sure(type)).value();
}

/// How many times less several machines must be worth than one: networks are not in the fit, so a
/// gain within the spread that they add is none.
static double unsure(const auto& one, const auto& several) {
    constexpr double kNormal90 = 1.2816; // quantile of 0.9
    return one.machines == 1 && several.machines > 1
               ? std::exp(kNormal90 * utilisation().network_sd)
               : 1.0;
}

/// Whether more machines are better than what was best before them.
bool JobTimes::better(const Type& more,
                      const Type& before,
                      std::size_t type,
                      const Cheapest& cheapest) const {
    const bool fastest = job_of(request_).objective == Objective::time;
    const auto worth = [&](const Type& t) { // of those that fit and are in time; less is better
        return fastest ? t.hours.value() : t.machines * t.hours.value() * t.hours.value();
    };
    const auto good = [&](const Type& t) { return t.fits && in_time(t); };
    if (good(more) != good(before) || more.fits != before.fits)
        return good(more) || (!good(before) && more.fits);
    const bool less = good(before) ? worth(more) * unsure(before, more) < worth(before)
                                   : more.hours < before.hours;
    return less && (!fastest || !request_.budget.total || spare(more, cheapest(type)) >= 0);
}

/// How many machines are best: the fewest that fit and are in time; for the least time, the
/// fastest that can be paid for; else those of the least cost * hours.
JobTimes::Type JobTimes::best(std::size_t type, const Cheapest& cheapest) {
    Type out = with(type, 1);
    const Objective objective = job_of(request_).objective;
    for (int n = 2; n <= job_of(request_).max_machines; ++n) {
        if (objective == Objective::cost && out.fits && in_time(out))
            break;
        const Type more = with(type, n);
        if (more.broken)
            continue;
        if (!more.known)
            break;
        if (out.broken || better(more, out, type, cheapest))
            out = more;
    }
    return out;
}

// ---- what the solver asks -----------------------------------------------------------

Estimate JobTimes::estimate(std::size_t type) const {
    const Type& t = types_[type];
    return {.median = t.hours,
            .scale = t.scale,
            .degrees_of_freedom = utilisation().degrees_of_freedom};
}

Budget JobTimes::plan(Hours hours) const {
    Budget out = request_.budget;
    out.days = hours / out.hours_per_day;
    return out;
}

Hours JobTimes::through(Hours work) const {
    const HoursPerDay use = request_.budget.hours_per_day;
    return use == HoursPerDay{kHoursPerDay} ? work : work / use * HoursPerDay{kHoursPerDay};
}

std::optional<Hours> JobTimes::work_deadline() const {
    const HoursPerDay use = request_.budget.hours_per_day;
    return !deadline_ || use == HoursPerDay{kHoursPerDay}
               ? deadline_
               : std::optional{*deadline_ / HoursPerDay{kHoursPerDay} * use};
}

Hours JobTimes::paid_hours(Hours work) const {
    const PlanTime time = plan_time(plan(work), usage_);
    return time.billed + time.startup;
}

Hours JobTimes::machine_hours(const Type& type, Hours work) const {
    return paid_hours(work) * type.machines;
}

Hours JobTimes::machine_hours(std::size_t type, Hours work) const {
    return machine_hours(types_[type], work);
}

Budget JobTimes::budget(std::size_t type) const {
    Budget out = request_.budget;
    out.hours_per_day = HoursPerDay{kHoursPerDay};
    out.days = machine_hours(type, sure(type)) / out.hours_per_day;
    return out;
}

Hours JobTimes::affordable(std::size_t type, UsdPerHour price) const {
    constexpr double kMostHours = 1e9;
    return Hours{greatest(kMostHours, [&](double hours) {
        return flopwise::affordable(request_.budget, price * machine_hours(type, Hours{hours}));
    })};
}

double JobTimes::price_limit(std::size_t type) const {
    return request_.budget.total ? affordable_limit(budget(type)).value()
                                 : std::numeric_limits<double>::infinity();
}

std::string JobTimes::title(const std::string& source) const {
    for (const Source& s : catalog_.sources())
        if (s.name == source)
            return fmt::format(
                "{}, {}{}", s.title, to_string(s.as_of), s.recalled ? ", recalled" : "");
    return source;
}

Hours JobTimes::reference() const {
    const Gpu& gpu = reference_gpu();
    const GpuSet on{.gpu = &gpu};
    const Precision p = peak(gpu, *request_.precision) && timed_tflops(gpu, *request_.precision)
                            ? *request_.precision
                            : Precision::mixed;
    Work whole = work_; // one GPU holds the net
    whole.tensor_parallel = 1;
    whole.pipeline_parallel = 1;
    const Hours plain = flopwise::estimate(whole, on, p)->median;
    if (seen_.empty())
        return plain;
    const Predicted model{.on = {.instance = kReferenceMachine, .gpus = on},
                          .seconds = plain.value() * kSecondsPerHour / work_.units};
    return Hours{work_.units * with_rates(model).seconds / kSecondsPerHour};
}

Hours JobTimes::input(std::size_t type) const {
    return input(type, types_[type].machines);
}

/// Once to the machines; each epoch again where they cannot keep it.
Hours JobTimes::input(std::size_t type, int machines) const {
    constexpr double kBitsPerGib = 8.0 * 1024 * 1024 * 1024;
    constexpr double kBytesPerGib = 1024.0 * 1024 * 1024;
    constexpr double kGiga = 1e9;
    const auto& size = request_.dataset.size;
    const Instance& i = catalog_.instances()[type];
    const double gbps = std::max(i.network ? i.network->value() : 0, i.ebs ? i.ebs->value() : 0);
    if (!size || gbps == 0)
        return Hours{};
    const double part = size->value() / machines;
    const bool kept = (i.memory && i.memory->value() >= part) ||
                      (i.local_storage && i.local_storage->value() * kGiga >= part * kBytesPerGib);
    const double reads = kept ? 1 : std::max(1.0, work_.epochs);
    return Hours{part * reads * kBitsPerGib / (gbps * kGiga) / kSecondsPerHour};
}

} // namespace flopwise
