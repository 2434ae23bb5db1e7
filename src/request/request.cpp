#include <flopwise/request.hpp>

#include "text/durations.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise {

std::string_view to_string(By by) {
    constexpr std::array<std::string_view, kBys> kNames{
        "instance", "family", "machine", "gpu", "provider", "region"};
    return text::name_of(kNames, by);
}

std::string_view to_string(Sort sort) {
    constexpr std::array<std::string_view, kSorts> kNames{"score", "cost", "price", "speed"};
    return text::name_of(kNames, sort);
}

std::string_view to_string(LaunchFormat format) {
    constexpr std::array<std::string_view, kLaunchFormats> kNames{
        "script", "sky", "dstack", "terraform"};
    return text::name_of(kNames, format);
}

void Request::refuse(std::string_view key, std::string_view reason) const {
    const auto found = origin.find(key);
    const Where where = found == origin.end() ? Where{.field = std::string{key}} : found->second;
    if (where.file.empty())
        throw ArgumentError{where, reason};
    throw InputError{where, reason};
}

bool trains(const Request& request) {
    return wanted(job_of(request));
}

const Job& job_of(const Request& request) {
    static const Job none;
    const Job* job = std::get_if<Job>(&request.goal);
    return job != nullptr ? *job : none;
}

Job& training(Request& request) {
    Job* job = std::get_if<Job>(&request.goal);
    return job != nullptr ? *job : request.goal.emplace<Job>();
}

std::optional<Hours> deadline_of(const Request& request) {
    const Job& job = job_of(request);
    if (job.deadline_on.year == 0)
        return job.deadline;
    if (request.today.year == 0)
        request.refuse("deadline", "must come with `today`, if it is a date");
    const int days = days_between(request.today, job.deadline_on) + 1; // its end
    if (days < 1)
        request.refuse("deadline",
                       fmt::format("must not be before today, {}, got {}",
                                   to_string(request.today),
                                   to_string(job.deadline_on)));
    return Hours{days * kHoursPerDay} - request.time_of_day;
}

GiB dataset_move_gib(const Request& request, std::string_view region) {
    const Dataset& d = request.dataset;
    return d.region.empty() || d.region == region ? GiB{} : d.size.value_or(GiB{});
}

} // namespace flopwise
