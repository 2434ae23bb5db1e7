#include "request/plan_settings.hpp"

#include "request/setting_text.hpp"

namespace flopwise {

namespace {

using Texts = std::span<const std::string>;
using Key = std::string_view;

constexpr double kMostRatio = 1e6; // of a figure without a unit
constexpr double kMostYears = 100;
constexpr double kMostWatts = 1e9;
constexpr double kWholeYear = 8760;

constexpr std::string_view kPlanFor = "What for";
constexpr std::string_view kOwn = "Own or rent";
constexpr std::string_view kData = "Data and start";

UsdPerKwh electricity(const SettingText& in) {
    try {
        return electricity_of(in.one());
    } catch (const ArgumentError& e) {
        in.request.refuse(in.key, e.reason());
    }
}

/// A name of letters, digits, '.', '_' and '-' that does not begin with '-' or '.': it is the name
/// of a file too.
std::string key_name(const SettingText& in) {
    constexpr std::size_t kLongest = 64;
    std::string name = in.one();
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    if (!std::all_of(name.begin(), name.end(), plain) || name.front() == '-' ||
        name.front() == '.' || name.size() > kLongest)
        in.request.refuse(in.key,
                          fmt::format("must be at most {} letters, digits, '.', '_' and '-', "
                                      "beginning with a letter or digit, got {}",
                                      kLongest,
                                      text::quoted(name)));
    return name;
}

std::string dataset_url(const SettingText& in) {
    std::string url = in.one();
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(url.begin(), url.end(), control))
        in.request.refuse(in.key, "must be one line of text");
    for (const std::string_view scheme : {"kaggle:", "https://", "s3://"})
        if (url.starts_with(scheme) && url.size() > scheme.size())
            return url;
    in.request.refuse(in.key,
                      fmt::format("must be kaggle:OWNER/NAME, https://... or s3://..., got {}",
                                  text::quoted(url)));
}

// clang-format off
const auto kPlanSettings = std::to_array<Setting>({
    {"use_cv", "use-cv", kMoney, "RATIO", "standard deviation of a day's hours, divided by their mean (0)",
     [](Request& r, Key k, Texts t) { r.uncertainty.use_cv = SettingText{r, k, t, kShare}.number(kMostRatio, "", true); },
     [](const Request& r) { return value_unless(r.uncertainty.use_cv, 0); }},
    {"confidence", "confidence", kMoney, "P", "probability with which the money has to last, with --use-cv (0.9)",
     [](Request& r, Key k, Texts t) { r.uncertainty.confidence = SettingText{r, k, t, kShare}.number(kMostRatio, ""); },
     [](const Request& r) { return value_unless(r.uncertainty.confidence, Uncertainty{}.confidence); }},

    {"speed", "speed", kPlanFor, "NAME", "predicted, or peak as published (predicted for training and inference)",
     [](Request& r, Key k, Texts t) { r.speed = SettingText{r, k, t}.enumerator<Speed>(kSpeeds); },
     [](const Request& r) { return value_if(r.speed.has_value(), r.speed.value_or(Speed::peak)); }},

    {"own_price_usd", "own-price", kOwn, "USD", "price of a machine to buy instead",
     [](Request& r, Key k, Texts t) { r.own.price = SettingText{r, k, t}.quantity<Usd>(kMostUsd); },
     [](const Request& r) { return value_of(r.own.price); }},
    {"own_years", "own-years", kOwn, "YEARS", "years it is used (5)",
     [](Request& r, Key k, Texts t) { r.own.life = SettingText{r, k, t}.quantity<Years>(kMostYears); },
     [](const Request& r) { return value_unless(r.own.life.value(), Ownership{}.life.value()); }},
    {"own_residual_usd", "own-residual", kOwn, "USD", "what it is then sold for (0)",
     [](Request& r, Key k, Texts t) { r.own.residual = SettingText{r, k, t}.quantity<Usd>(kMostUsd, true); },
     [](const Request& r) { return value_unless(r.own.residual.value(), 0); }},
    {"own_rate", "own-rate", kOwn, "RATIO", "cost of capital, a year: 0.08 (0)",
     [](Request& r, Key k, Texts t) { r.own.rate = SettingText{r, k, t, kShare}.number(kMostRatio, "", true); },
     [](const Request& r) { return value_unless(r.own.rate, 0); }},
    {"own_gpu", "own-gpu", kOwn, "NAME", "GPU that is in it: its speed and its power",
     [](Request& r, Key k, Texts t) { r.own.gpu = SettingText{r, k, t}.one(); },
     [](const Request& r) { return shown_text(r.own.gpu); }},
    {"own_gpus", "own-gpus", kOwn, "N", "how many of these (1)",
     [](Request& r, Key k, Texts t) { r.own.gpus = SettingText{r, k, t}.number(kMostGpus, ""); },
     [](const Request& r) { return value_unless(r.own.gpus, 1); }},
    {"own_watts", "own-watts", kOwn, "WATTS", "power it draws in use (that of its GPUs)",
     [](Request& r, Key k, Texts t) { r.own.power = SettingText{r, k, t}.quantity<Watts>(kMostWatts, true); },
     [](const Request& r) { return value_of(r.own.power); }},
    {"own_pue", "own-pue", kOwn, "RATIO", "power with cooling, divided by power (1)",
     [](Request& r, Key k, Texts t) { r.own.pue = SettingText{r, k, t}.number(kMostRatio, ""); },
     [](const Request& r) { return value_unless(r.own.pue, 1); }},
    {"electricity", "electricity", kOwn, "USD/KWH", "price of electricity, or where: vn, de-industry (world)",
     [](Request& r, Key k, Texts t) { r.own.electricity = electricity({r, k, t}); },
     [](const Request& r) { return value_of(r.own.electricity); }},
    {"own_upkeep", "own-upkeep", kOwn, "RATIO", "repairs a year, a share of the price (0)",
     [](Request& r, Key k, Texts t) { r.own.upkeep = SettingText{r, k, t, kShare}.number(kMostRatio, "", true); },
     [](const Request& r) { return value_unless(r.own.upkeep, 0); }},
    {"own_staff_hours", "own-staff-hours", kOwn, "HOURS", "hours of work on it in a year (0)",
     [](Request& r, Key k, Texts t) { r.own.staff = SettingText{r, k, t}.quantity<Hours>(kWholeYear, true); },
     [](const Request& r) { return value_unless(r.own.staff.value(), 0); }},
    {"own_staff_usd_per_hour", "own-staff-price", kOwn, "USD/H", "what an hour of that work costs (0)",
     [](Request& r, Key k, Texts t) { r.own.staff_price = SettingText{r, k, t}.quantity<UsdPerHour>(kMostUsdPerHour, true); },
     [](const Request& r) { return value_unless(r.own.staff_price.value(), 0); }},

    {"dataset_gib", "dataset", kData, "GIB", "size of the data to work on",
     [](Request& r, Key k, Texts t) { r.dataset.size = SettingText{r, k, t}.quantity<GiB>(kMostGib); },
     [](const Request& r) { return value_of(r.dataset.size); }},
    {"dataset_region", "dataset-region", kData, "CODE", "region in which the data lies",
     [](Request& r, Key k, Texts t) { r.dataset.region = SettingText{r, k, t}.one(); },
     [](const Request& r) { return shown_text(r.dataset.region); }},
    {"dataset_url", "dataset-url", kData, "URL", "kaggle:OWNER/NAME, https://... or s3://...",
     [](Request& r, Key k, Texts t) { r.dataset.url = dataset_url({r, k, t}); },
     [](const Request& r) { return shown_text(r.dataset.url); }},
    {"launch", "launch", kData, "", "write the commands that rent the best machine",
     [](Request& r, Key k, Texts t) { r.launch.wanted = SettingText{r, k, t}.yes(); },
     [](const Request& r) { return r.launch.wanted ? Value{true} : Value{}; }},
    {"key_name", "key-name", kData, "NAME", "key pair of the start plan (flopwise)",
     [](Request& r, Key k, Texts t) { r.launch.key_name = key_name({r, k, t}); },
     [](const Request& r) { return r.launch.key_name == Launch{}.key_name ? Value{} : Value{r.launch.key_name}; }},
    {"keep_running", "keep-running", kData, "", "the start plan does not stop the machine after its hours a day",
     [](Request& r, Key k, Texts t) { r.launch.keep_running = SettingText{r, k, t}.yes(); },
     [](const Request& r) { return r.launch.keep_running ? Value{true} : Value{}; }},
});
// clang-format on

} // namespace

std::span<const Setting> plan_settings() {
    return kPlanSettings;
}

} // namespace flopwise
