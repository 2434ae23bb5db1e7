// How a job fits into the memory of a type's machines, and what would make it fit.

#include <flopwise/stack.hpp>

#include "catalog/offer_columns.hpp"
#include "solve/job_times.hpp"
#include "text/text.hpp"

#include <cmath>

namespace flopwise {

std::optional<MemoryFit> JobTimes::fit(std::size_t type) const {
    return memory_fit(net_,
                      training(type),
                      precision(type),
                      job_of(request_).sharding,
                      gpu_memory(type),
                      devices(type, types_[type].machines),
                      job_of(request_).memory_confidence);
}

/// Who asks for so much memory of the machine has said how much must do.
bool JobTimes::lacks_host_memory(std::size_t type) const {
    const auto& needed = types_[type].host_needed;
    return needed && types_[type].fits && !request_.constraints.min_memory &&
           columns_of(catalog_).memory_gib[type] < needed->value(); // unknown is not less
}

std::optional<MemoryRemedy> JobTimes::remedy(std::size_t type) const {
    return memory_remedy(net_,
                         training(type),
                         precision(type),
                         job_of(request_).sharding,
                         gpu_memory(type),
                         devices(type, types_[type].machines),
                         unsupported_methods(*gpus(type).gpu, software()),
                         job_of(request_).memory_confidence);
}

bool JobTimes::fits_into(
    const Job& job, const Model& net, Precision precision, std::size_t type, int machines) const {
    if (!is_whole(type, machines))
        return false;
    const auto found = job_fit(job, net, precision, gpu_memory(type), devices(type, machines));
    return !found || found->memory.fits;
}

bool JobTimes::fits_without(std::size_t type, std::span<const std::string_view> methods) const {
    Job job = job_of(request_);
    for (const std::string_view method : methods)
        if (method == to_string(FineTune::qlora))
            job.fine_tune = FineTune::lora;
        else
            job.optimiser = Optimiser::adam;
    return fits_into(job, net_, precision(type), type, types_[type].machines);
}

/// The longest half, quarter and so on of the sequences that fits.
std::optional<double> JobTimes::shorter_sequences(std::size_t type) const {
    constexpr double kShortest = 64;
    if (!is_text(net_.kind))
        return std::nullopt;
    Model net = net_;
    double length = std::floor(work_.units_per_sample() / 2);
    while (length >= kShortest) {
        net.seq_len = length;
        if (fits_into(job_of(request_), net, precision(type), type, types_[type].machines))
            return length;
        length = std::floor(length / 2);
    }
    return std::nullopt;
}

/// The fewest of 2, 4, 8 and so on that are enough, where what passes between them is known.
std::optional<int> JobTimes::more_machines(std::size_t type) const {
    constexpr int kMost = 64;
    const Job& job = job_of(request_);
    if (!catalog_.instances()[type].network)
        return std::nullopt;
    for (int n = 2; n <= kMost; n *= 2)
        if (n > job.max_machines && fits_into(job, net_, precision(type), type, n))
            return n;
    return std::nullopt;
}

std::optional<int> JobTimes::whole_machines(std::size_t type) const {
    constexpr int kMost = 1024;
    const double replica = model_parallel(work_).gpus();
    const double here = devices(type, 1);
    if (!catalog_.instances()[type].network)
        return std::nullopt;
    for (int n = 1; n <= kMost && n <= replica; ++n)
        if (std::fmod(here * n, replica) == 0)
            return n;
    return std::nullopt;
}

std::vector<Relaxation> JobTimes::other_remedies(std::size_t type) const {
    std::vector<Relaxation> out;
    if (const auto length = shorter_sequences(type))
        out.push_back({"seq_len", *length});
    if (const auto machines = more_machines(type))
        out.push_back({"max_machines", static_cast<double>(*machines)});
    const Precision asked = *request_.precision;
    const bool wide = asked == Precision::fp32 || asked == Precision::tf32;
    if (wide && peak(*gpus(type).gpu, Precision::mixed) &&
        fits_into(job_of(request_), net_, Precision::mixed, type, types_[type].machines))
        out.push_back({"precision", std::string{to_string(Precision::mixed)}});
    return out;
}

} // namespace flopwise
