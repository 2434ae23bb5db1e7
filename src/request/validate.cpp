#include <flopwise/settings.hpp>

#include "request/setting_text.hpp"
#include "text/durations.hpp"

#include <array>

namespace flopwise {

/// The texts that would have set a value.
static std::vector<std::string> texts_for(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value))
        return {*flag ? "true" : "false"};
    if (const auto* number = std::get_if<double>(&value))
        return {fmt::format("{}", *number)};
    if (const auto* one = std::get_if<std::string>(&value))
        return {*one};
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        return *list;
    std::vector<std::string> out;
    for (const auto& [name, number] : std::get<std::vector<std::pair<std::string, double>>>(value))
        out.push_back(fmt::format("{}={}", name, number));
    return out;
}

/// What model_from_config() gives.
constexpr std::array<std::optional<double> Model::*, 14> kConfigFigures{&Model::parameters,
                                                                        &Model::active_parameters,
                                                                        &Model::matmul_parameters,
                                                                        &Model::layers,
                                                                        &Model::hidden,
                                                                        &Model::heads,
                                                                        &Model::head_dim,
                                                                        &Model::seq_len,
                                                                        &Model::max_seq_len,
                                                                        &Model::attention_window,
                                                                        &Model::window_layers,
                                                                        &Model::vocab,
                                                                        &Model::forward_gmacs,
                                                                        &Model::image_px};

/// Figures that only code can give: no setting shows them.
static void validate_figures(const Request& request) {
    Request scratch;
    scratch.origin = request.origin;
    const auto figure = [&scratch](std::string_view key, std::optional<double> value, double most) {
        const std::vector<std::string> text{fmt::format("{}", value.value_or(0))};
        (void)SettingText{scratch, key, text}.number(most, "", true);
    };
    figure("dataset_gib", request.usage.moved_in.value(), kMostGib);
    const Model& net = job_of(request).net;
    figure("matmul_parameters", net.matmul_parameters, kMostFigure);
    figure("operations", net.operations, kMostFigure);
    figure("max_seq_len", net.max_seq_len, kMostFigure);
    if (const auto& config = job_of(request).config)
        for (const auto field : kConfigFigures)
            figure("model", (*config).*field, kMostFigure);
    figure("samples", net.samples, kMostFigure);
    figure("epochs", net.epochs, kMostFigure);
}

/// Dates of which the settings show no more than the year, or nothing.
static void validate_days(const Request& request) {
    const auto day = [&request](std::string_view key, Date date) {
        if (date != Date{} && (date.year == 0 || date.month == 0 || date.day == 0))
            request.refuse(key,
                           fmt::format("must be a date such as 2026-07-20, got {:04}-{:02}-{:02}",
                                       date.year,
                                       date.month,
                                       date.day));
    };
    day("today", request.today);
    if (const double hours = request.time_of_day.value(); !(hours >= 0 && hours < kHoursPerDay))
        request.refuse("today",
                       fmt::format("must have a time of day of [0, 24) h, got {} h", hours));
    day("as_of", request.as_of);
    day("against", request.against);
    const Date rate = request.currency.value_or(Currency{}).as_of;
    day("currency", rate);
    for (const auto& [key, date] : {std::pair{"as_of", request.as_of},
                                    std::pair{"against", request.against},
                                    std::pair{"currency", rate}})
        if (request.today != Date{} && date > request.today)
            request.refuse(key,
                           fmt::format("must not be after today, {}, got {}",
                                       to_string(request.today),
                                       to_string(date)));
    const Job& job = job_of(request);
    day("deadline", job.deadline_on);
    if (job.deadline && job.deadline_on != Date{})
        request.refuse("deadline",
                       fmt::format("must be hours or a date, got {}h and {}",
                                   job.deadline->value(),
                                   to_string(job.deadline_on)));
}

void validate(const Request& request) {
    Request scratch;
    scratch.origin = request.origin;
    for (const Setting& setting : settings()) {
        try {
            const Value value = setting.get(request);
            if (!std::holds_alternative<std::monostate>(value))
                setting.set(scratch, setting.key, texts_for(value));
        } catch (const text::NoName&) { // whose message does not know the key
            request.refuse(setting.key, "must be a value that has a name");
        }
    }
    validate_figures(request);
    validate_days(request);
}

} // namespace flopwise
