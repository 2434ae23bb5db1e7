#include "request/plan_settings.hpp"

#include "request/setting_text.hpp"

#include <array>

namespace flopwise {

namespace {

using Texts = std::span<const std::string>;
using Key = std::string_view;

constexpr double kMostRatio = 1e6; // of a figure without a unit
constexpr double kMostYears = 100;
constexpr double kMostWatts = 1e9;
constexpr double kWholeYear = 8760;
constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

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

/// One line of text.
std::string line(const SettingText& in) {
    std::string text = in.one();
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), control))
        in.request.refuse(in.key, "must be one line of text");
    return text;
}

/// A folder of a bucket. Letters, digits and '-._~/' alone, as it stands in policies and in YAML.
std::string checkpoint_url(const SettingText& in) {
    constexpr std::string_view kBlobs = ".blob.core.windows.net/";
    std::string url = line(in);
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"-._~/"}.find(c) != std::string_view::npos;
    };
    const std::size_t scheme = url.find("://");
    const std::string_view start = std::string_view{url}.substr(0, scheme);
    const std::string_view rest =
        scheme == std::string::npos ? "" : std::string_view{url}.substr(scheme + 3);
    const std::size_t blobs = rest.find(kBlobs);
    const bool azure = start == "https" && blobs != std::string_view::npos && blobs > 0 &&
                       blobs == rest.find('.') && rest.size() > blobs + kBlobs.size();
    if (!(azure || ((start == "s3" || start == "gs") && !rest.empty() && rest.front() != '/')) ||
        !std::all_of(rest.begin(), rest.end(), plain))
        in.request.refuse(in.key,
                          fmt::format("must be s3://BUCKET/..., gs://BUCKET/... or "
                                      "https://ACCOUNT.blob.core.windows.net/CONTAINER/..., of "
                                      "letters, digits and '-._~/', got {}",
                                      text::quoted(url)));
    return url;
}

std::string dataset_url(const SettingText& in) {
    std::string url = line(in);
    for (const std::string_view scheme : {"kaggle:", "https://", "s3://"})
        if (url.starts_with(scheme) && url.size() > scheme.size())
            return url;
    in.request.refuse(in.key,
                      fmt::format("must be kaggle:OWNER/NAME, https://... or s3://..., got {}",
                                  text::quoted(url)));
}

/// "EUR=0.92@2026-11-30"
Currency currency(const SettingText& in) {
    constexpr std::size_t kLetters = 3;
    const std::string written = in.one();
    const std::size_t equals = std::min(written.find('='), written.size());
    const std::size_t at = std::min(written.find('@', equals), written.size());
    Currency out{.code = written.substr(0, equals)};
    const bool is_code =
        out.code.size() == kLetters && out.code.find_first_not_of(kCapitals) == std::string::npos;
    if (!is_code || equals == written.size())
        in.request.refuse(in.key,
                          fmt::format("must be CODE=RATE or CODE=RATE@DATE with a code of three "
                                      "capital letters: EUR=0.92@2026-11-30, got {}",
                                      text::quoted(written)));
    if (out.code == "USD")
        in.request.refuse(in.key, "must be another currency than USD, in which all amounts are");
    const std::array<std::string, 1> rate{written.substr(equals + 1, at - equals - 1)};
    out.units_per_usd = SettingText{in.request, in.key, rate}.number(kMostOther, "");
    if (at < written.size()) {
        const std::array<std::string, 1> date{written.substr(at + 1)};
        out.as_of = SettingText{in.request, in.key, date}.day();
    }
    return out;
}

Value currency_value(const Request& request) {
    if (!request.currency)
        return {};
    const Currency& c = *request.currency;
    return fmt::format(
        "{}={}{}", c.code, c.units_per_usd, c.as_of.year == 0 ? "" : "@" + to_string(c.as_of));
}

// clang-format off
const auto kPlanSettings = std::to_array<Setting>({
    {"use_cv", "use-cv", kMoney, "RATIO", "standard deviation of a day's hours, divided by their mean (0)",
     [](Request& r, Key k, Texts t) { r.uncertainty.use_cv = SettingText{r, k, t, kShare}.number(kMostRatio, "", true); },
     [](const Request& r) { return value_unless(r.uncertainty.use_cv, 0); }},
    {"confidence", "confidence", kMoney, "P", "probability with which the money has to last, with --use-cv (0.9)",
     [](Request& r, Key k, Texts t) { r.uncertainty.confidence = SettingText{r, k, t, kShare}.number(kMostRatio, ""); },
     [](const Request& r) { return value_unless(r.uncertainty.confidence, Uncertainty{}.confidence); }},

    {"currency", "currency", kMoney, "CODE=RATE[@DATE]", "amounts in it too, at so many units for a USD: EUR=0.92@2026-11-30 (date: today)",
     [](Request& r, Key k, Texts t) { r.currency = currency({r, k, t}); },
     currency_value},

    {"speed", "speed", kWhatFor, "NAME", "predicted, or peak as published (predicted for training and inference)",
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
    {"launch_format", "launch-format", kData, "NAME", "script, sky, dstack or terraform (script)",
     [](Request& r, Key k, Texts t) { r.launch.format = SettingText{r, k, t}.enumerator<LaunchFormat>(kLaunchFormats); },
     [](const Request& r) { return value_if(r.launch.format != LaunchFormat::script, r.launch.format); }},
    {"idle_minutes", "idle-minutes", kData, "N", "without work, after which machines of the start plan stop (60; 0: never)",
     [](Request& r, Key k, Texts t) { r.launch.idle_minutes = SettingText{r, k, t}.whole_number(0); },
     [](const Request& r) { return value_unless(r.launch.idle_minutes, Launch{}.idle_minutes); }},
    {"checkpoint_url", "checkpoint-url", kData, "URL", "bucket in which the start plan saves checkpoints: s3://...",
     [](Request& r, Key k, Texts t) { r.launch.checkpoint_url = checkpoint_url({r, k, t}); },
     [](const Request& r) { return shown_text(r.launch.checkpoint_url); }},
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
