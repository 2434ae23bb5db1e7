#include "command/recommend_flags.hpp"

#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

constexpr std::string_view kExamples = R"(Examples:
  recommend --budget 2000 --days 365 --hours-per-day 2
      the article's question, asked of today's machines
  recommend --catalog aws-2020-04 --budget 2000 --days 365 --hours-per-day 2 \
            --region us-east-1 --precision fp64
      the same as it stood in April 2020
  recommend --gpu A100,H100 --min-gpus 8 --purchase spot --explain
      big machines at spot prices, with the reasons for their scores
  recommend --near vn --max-rtt 60 --min-gpu-memory 24 --format json | jq .
      close to Vietnam, for a program
  recommend --model llama-2-7b --tokens 2e9 --deadline 48h --budget 1000
      what training a model costs, how long it takes, and how sure that is
  recommend --budget 2000 --days 90 --format html --output report.html
      a page to hand on
  recommend request.yaml --top 3
      a request from a file, with one setting overridden

  recommend --budget 2000 --days 365 --hours-per-day 2 --save plan.yaml
  recommend plan.yaml --check --tolerance 5%
      what was chosen, and by another day whether it costs more

Exit status: 0 an answer, 1 nothing qualifies (and what would), 2 bad input, 3 a saved plan costs
more than its tolerance allows.
)";

namespace {

/// A flag that is no setting of a request.
struct OwnFlag {
    std::string_view flag;
    std::string_view value; ///< what to write; empty for a switch
    std::string_view help;
    std::string_view group;
    Texts RecommendFlags::*texts;
    bool RecommendFlags::*on = nullptr; ///< of a switch
};

constexpr std::string_view kOutput = "Output";
constexpr std::string_view kSaved = "Saved plans";
// clang-format off
constexpr auto kOwnFlags = std::to_array<OwnFlag>({
    {"format", "NAME", "table, json, csv, markdown or html (table)", kOutput, &RecommendFlags::format},
    {"output", "FILE", "write to a file, whole or not at all", kOutput, &RecommendFlags::file},
    {"color", "WHEN", "auto, always or never (auto, with NO_COLOR)", kOutput, &RecommendFlags::colour},
    {"config", "FILE", "your defaults; none for none (the usual file)", kOutput, &RecommendFlags::config},
    {"save", "FILE", "write the question and the first choice as a request file", kSaved, &RecommendFlags::save},
    {"check", "", "what the choice of a saved plan costs by now", kSaved, nullptr, &RecommendFlags::check},
    {"tolerance", "SHARE", "by which it may cost more: 5% (0)", kSaved, &RecommendFlags::tolerance},
    {"vary", "KEY=FROM:TO[:N]", "the first choice at N values (8) of a setting, or of two and their pairs", kOutput,
     &RecommendFlags::vary},
    {"compare", "NAME,...", "machines side by side, the best of days, or saved plans: g5.xlarge,2025-04-04", kOutput,
     &RecommendFlags::compare},
    {"explain", "", "show what made each score", kOutput, nullptr, &RecommendFlags::explain},
    {"wide", "", "160 columns, with the date of each price and more", kOutput, nullptr, &RecommendFlags::wide},
    {"columns", "NAME,...", "these columns of the choices, as csv calls them", kOutput, &RecommendFlags::columns},
});
// clang-format on

bool is_flag(std::string_view name) {
    return std::ranges::find(settings(), name, &Setting::flag) != settings().end() ||
           std::ranges::find(kOwnFlags, name, &OwnFlag::flag) != kOwnFlags.end();
}

/// Those that are worth adding: CLI11 compares each flag with all before it, which takes longer
/// than an answer. All, where an argument looks like a flag and is none: help and complaints know
/// all.
class Wanted {
public:
    explicit Wanted(std::span<const char* const> arguments) : all_{arguments.empty()} {
        for (const std::string_view argument : arguments) {
            if (!argument.starts_with('-'))
                continue;
            const std::string_view name = argument.substr(0, argument.find('='));
            all_ = all_ || !name.starts_with("--") || !is_flag(name.substr(2));
            named_.push_back(name);
        }
    }
    [[nodiscard]] bool contains(std::string_view flag) const {
        return all_ || std::ranges::any_of(named_, [flag](std::string_view name) {
                   return name.substr(2) == flag;
               });
    }

private:
    bool all_;
    std::vector<std::string_view> named_;
};

void add(CLI::App& app,
         std::string_view flag,
         Texts& to,
         std::string_view value,
         std::string_view help,
         std::string_view group) {
    app.add_option(fmt::format("--{}", flag), to, std::string{help})
        ->type_name(std::string{value})
        ->expected(1)
        ->allow_extra_args(false) // what follows the value is the request file
        ->take_all()
        ->group(std::string{group});
}

void add_switch(
    CLI::App& app, std::string_view flag, auto& to, std::string_view help, std::string_view group) {
    app.add_flag(fmt::format("--{}", flag), to, std::string{help})->group(std::string{group});
}

} // namespace

void add_flags(CLI::App& app, RecommendFlags& to, std::span<const char* const> arguments) {
    const Wanted wanted{arguments};
    app.footer(std::string{kExamples});
    app.add_option("REQUEST", to.request_file, "a request file (YAML); flags override it")
        ->type_name("");
    const auto all = settings();
    to.settings.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Setting& s = all[i];
        if (!wanted.contains(s.flag))
            continue;
        if (s.value.empty())
            add_switch(app, s.flag, to.settings[i], s.help, s.group);
        else
            add(app, s.flag, to.settings[i], s.value, s.help, s.group);
    }
    for (const OwnFlag& f : kOwnFlags) {
        if (!wanted.contains(f.flag))
            continue;
        if (f.on != nullptr)
            add_switch(app, f.flag, to.*f.on, f.help, f.group);
        else
            add(app, f.flag, to.*f.texts, f.value, f.help, f.group);
    }
}

std::string one(std::string_view flag, const Texts& texts, std::string_view otherwise) {
    if (texts.size() > 1)
        throw ArgumentError{flag, fmt::format("must be given once, got {} values", texts.size())};
    if (!texts.empty() && texts.front().empty())
        throw ArgumentError{flag, "must have a value"};
    return texts.empty() ? std::string{otherwise} : texts.front();
}

std::string complaint(const CLI::ParseError& error, const CLI::App& app) {
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        std::vector<std::string> names;
        for (const CLI::Option* option : app.get_options())
            names.push_back(option->get_name());
        const std::vector<std::string_view> flags{names.begin(), names.end()};
        const auto extras = app.remaining();
        const std::string extra = extras.empty() ? "" : extras.front();
        if (!extra.starts_with('-'))
            return fmt::format("{}: must be a flag, there is a request file already",
                               text::shortened(extra));
        return fmt::format(
            "{}: must be a known flag{}", text::shortened(extra), text::did_you_mean(extra, flags));
    }
    std::string message = error.what();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return fmt::format("{}: must have a value", message.substr(0, message.find(':')));
    return message;
}

void refuse_empty(std::span<const char* const> args) {
    std::string_view before = "REQUEST";
    for (const std::string_view arg : args) {
        if (arg.empty())
            throw ArgumentError{before, "must have a value"};
        if (arg.starts_with("--") && arg.find('=') == arg.size() - 1)
            throw ArgumentError{arg.substr(0, arg.size() - 1), "must have a value"};
        before = arg.starts_with("--") ? arg : "REQUEST";
    }
}

} // namespace flopwise
