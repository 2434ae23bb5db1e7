#include "recommend/launch.hpp"

#include <flopwise/launch.hpp>

#include "recommend/disk.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

constexpr double kGbitPerGib = 8.589934592; // 2^33 / 10^9
constexpr GiB kDiskBeside{100};
constexpr double kCopies = 2;

Hours transfer_time(GiB size, Gbps rate) {
    require_not_negative("dataset_gib", size);
    require_positive("network_gbps", rate);
    return Hours{size.value() * kGbitPerGib / rate.value() / kSecondsPerHour};
}

GiB disk_needed(const Dataset& dataset) {
    return GiB{std::ceil((kDiskBeside + kCopies * dataset.size.value_or(GiB{})).value())};
}

GiB disk_size(const Request& request) {
    const GiB asked{std::ceil(request.usage.storage.value())};
    return asked > GiB{} ? asked : disk_needed(request.dataset);
}

std::optional<Hours> stops_after(const Request& request, const Choice& c) {
    constexpr double kMargin = 1.1;
    constexpr Hours kToPrepare{1};
    if (request.launch.keep_running)
        return std::nullopt;
    if (const double a_day = request.budget.hours_per_day.value(); a_day < kHoursPerDay)
        return Hours{a_day};
    if (c.job)
        return kMargin * c.job->p90 + kToPrepare;
    return request.budget.days ? std::optional{rented_hours(request.budget)} : std::nullopt;
}

bool is_neuron(const Choice& c) {
    static constexpr std::array<std::string_view, 3> kFamilies{"inf2", "trn1", "trn2"};
    return c.provider == "aws" &&
           std::any_of(kFamilies.begin(), kFamilies.end(), [&c](std::string_view family) {
               return c.family.starts_with(family);
           });
}

std::string image_parameter(const Choice& c) {
    // Families whose machines the release notes of the image list, by processor.
    static constexpr std::array<std::string_view, 12> kNvidiaX86{
        "g4dn", "g5", "g6", "gr6", "g6e", "p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300"};
    static constexpr std::array<std::string_view, 1> kNvidiaArm{"g5g"};
    const auto in = [&c](std::span<const std::string_view> families) {
        return std::find(families.begin(), families.end(), c.family) != families.end();
    };
    if (c.provider != "aws")
        return "";
    if (c.gpu.empty() && (c.arch == "x86_64" || c.arch == "arm64"))
        return fmt::format(
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/{}/hvm/ebs-gp3/ami-id",
            c.arch == "arm64" ? "arm64" : "amd64");
    if (is_neuron(c) && c.arch == "x86_64")
        return "/aws/service/neuron/dlami/pytorch-2.9/ubuntu-24.04/latest/image_id";
    const bool x86 = c.arch == "x86_64" && in(kNvidiaX86);
    if (x86 || (c.arch == "arm64" && in(kNvidiaArm)))
        return fmt::format("/aws/service/deeplearning/ami/{}/"
                           "oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04/latest/ami-id",
                           c.arch);
    return "";
}

// ---- what a plan needs --------------------------------------------------------------

std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '?';
    return text;
}

std::string with_prefix(std::string_view prefix, std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t line = std::min(text.size(), text.find('\n') + 1);
        out += prefix;
        out += text.substr(0, line);
        text.remove_prefix(line);
    }
    return out;
}

std::string gib(GiB size) {
    return fmt::format("{:.0f}", size.value());
}

std::string limits_of(const StartPlan& plan) {
    if (plan.minutes == 0 && plan.idle_minutes == 0)
        return "Nothing stops it but you.";
    const auto minutes = [](int n) { return fmt::format("{} minute{}", n, n == 1 ? "" : "s"); };
    std::string out = "It stops by itself";
    if (plan.minutes > 0)
        out += fmt::format(" {} after each start", minutes(plan.minutes));
    if (plan.minutes > 0 && plan.idle_minutes > 0)
        out += ", or";
    if (plan.idle_minutes > 0)
        out += fmt::format(" after {} without work", minutes(plan.idle_minutes));
    return out + ".";
}

std::optional<UsdPerHour> spot_cap(const Request& request, const Choice& c) {
    if (c.purchase != PurchaseKind::spot)
        return std::nullopt;
    std::optional<UsdPerHour> cap = request.constraints.max_price;
    std::optional<UsdPerHour> within;
    const Budget& budget = request.budget;
    if (budget.total && c.cost && c.hours && c.hours->value() > 0)
        within =
            c.price + (*budget.total - c.cost->total) / ((c.job ? c.job->machines : 1) * *c.hours);
    else if (budget.total && budget.days && !c.job)
        within = price_ceiling(budget);
    if (within)
        cap = cap ? std::min(*cap, *within) : within;
    return cap ? std::optional{std::max(*cap, c.price)} : std::nullopt;
}

/// At most five decimals, which is what Azure takes, rounded down.
static std::string cap_text(const Request& request, const Choice& c) {
    constexpr double kDecimals = 1e5;
    const auto cap = spot_cap(request, c);
    return cap ? fmt::format(
                     "{}",
                     std::max(std::floor(cap->value() * kDecimals) / kDecimals, 1 / kDecimals))
               : "";
}

/// In whole minutes; 0: it runs until it is stopped.
static int minutes_on(const Request& request, const Choice& c) {
    constexpr double kMinutes = 60;
    constexpr double kMost = 525'600; // a year
    const auto hours = stops_after(request, c);
    return hours ? static_cast<int>(std::min(std::ceil(hours->value() * kMinutes), kMost)) : 0;
}

/// Google's names: lower-case letters, digits and '-', beginning with a letter.
static std::string plain_name(const std::string& key_name) {
    constexpr std::size_t kLongest = 40;
    std::string out;
    for (const char c : text::lower(key_name).substr(0, kLongest - 2))
        out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
    while (!out.empty() && out.back() == '-')
        out.pop_back();
    return out.empty() || out.front() < 'a' ? "n-" + out : out;
}

/// "2 x p5.48xlarge in us-east-1, spot, 2 x 9.5 USD for each hour; price as of 2026-10-10"
static std::string title_of(const Request& request, const Choice& c, int machines) {
    constexpr int kOldAfterDays = 90;
    std::string way{to_string(c.purchase)};
    std::replace(way.begin(), way.end(), '_', ' ');
    const std::string times = machines > 1 ? fmt::format("{} x ", machines) : "";
    const bool dated = c.as_of != Date{};
    std::string out = fmt::format("{0}{1} in {2}, {3}, {0}{4} USD for each hour; {5}",
                                  times,
                                  one_line(c.instance),
                                  one_line(c.region),
                                  way,
                                  c.price.value(),
                                  dated ? "price as of " + to_string(c.as_of)
                                        : "of which day the price is, is not known");
    if (dated && request.today != Date{})
        if (const int age = days_between(c.as_of, request.today); age > kOldAfterDays)
            out += fmt::format(", {} days old", age);
    return out;
}

// ---- where there is none ------------------------------------------------------------

static bool has_script(std::string_view provider) {
    return provider == "aws" || provider == "azure" || provider == "gcp";
}

static bool has_format(const Choice& c, LaunchFormat format) {
    switch (format) {
    case LaunchFormat::sky:
        return in_sky(c.provider);
    case LaunchFormat::dstack:
        return in_dstack(c.provider) && !dstack_gpu(c).empty();
    case LaunchFormat::script:
    case LaunchFormat::terraform:
        break;
    }
    return has_script(c.provider);
}

static void require_format(const Request& request, const Choice& c) {
    if (has_format(c, request.launch.format))
        return;
    std::vector<std::string_view> formats;
    for (std::size_t i = 0; i < kLaunchFormats; ++i)
        if (const auto format = static_cast<LaunchFormat>(i); has_format(c, format))
            formats.push_back(to_string(format));
    const std::string machine = fmt::format("{} of {}", one_line(c.instance), one_line(c.provider));
    if (formats.empty())
        request.refuse("launch",
                       "must be for a machine that a start plan is known for, got " + machine);
    const std::string one = text::one_of(formats);
    if (request.launch.format == LaunchFormat::script)
        request.refuse("launch",
                       fmt::format("must come with launch_format {} for {}", one, machine));
    request.refuse(
        "launch_format",
        fmt::format("must be {} for {}, got {}", one, machine, to_string(request.launch.format)));
}

static std::string image_of(const Choice& c) {
    return c.provider == "aws"   ? image_parameter(c)
           : c.provider == "gcp" ? gcp_image(c)
                                 : azure_image(c);
}

static void require_bucket(const Request& request, const Choice& c) {
    const std::string& url = request.launch.checkpoint_url;
    const std::string_view scheme = c.provider == "aws"   ? "s3://"
                                    : c.provider == "gcp" ? "gs://"
                                                          : "https://";
    if (request.launch.format == LaunchFormat::dstack && !url.empty())
        request.refuse("checkpoint_url", "must not come with dstack, which has volumes");
    const bool own = request.launch.format == LaunchFormat::script ||
                     request.launch.format == LaunchFormat::terraform;
    if (own && !url.empty() && !url.starts_with(scheme))
        request.refuse(
            "checkpoint_url",
            fmt::format(
                "must be {}... for machines of {}, got {}", scheme, c.provider, text::quoted(url)));
    if (request.launch.format == LaunchFormat::terraform && c.provider == "azure" && !url.empty())
        request.refuse("checkpoint_url", "must not come with terraform for machines of azure");
}

/// Throws ArgumentError if there is no start plan.
static void require_launch(const Request& request, const Choice& c) {
    const std::string name = one_line(c.instance);
    require_format(request, c);
    require_bucket(request, c);
    if (c.retired)
        request.refuse("launch", "must be for a machine that is offered, got " + name);
    if (c.purchase == PurchaseKind::capacity_block)
        request.refuse("launch",
                       fmt::format("must not be for a capacity block, within which {} starts: see "
                                   "aws ec2 describe-capacity-block-offerings help",
                                   name));
    const bool own_image = request.launch.format == LaunchFormat::script ||
                           request.launch.format == LaunchFormat::terraform;
    if (own_image && image_of(c).empty())
        request.refuse("launch", "must be for a machine whose drivers an image has, got " + name);
    if (const std::string& type = request.usage.storage_type; type == "st1" || type == "sc1")
        request.refuse("storage_type",
                       fmt::format("must be a disk from which a machine starts, got {}", type));
}

std::string why_no_launch(const Request& request, const Choice& c) {
    try {
        require_launch(request, c);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

std::string launch_script(const Request& request, const Choice& c) {
    require_launch(request, c);
    Request checked; // what the settings refuse is no text for a script either
    set(checked, "key_name", std::array{request.launch.key_name});
    if (!request.usage.storage_type.empty())
        set(checked, "storage_type", std::array{request.usage.storage_type});
    if (!request.dataset.url.empty())
        set(checked, "dataset_url", std::array{request.dataset.url});
    if (!request.launch.checkpoint_url.empty())
        set(checked, "checkpoint_url", std::array{request.launch.checkpoint_url});
    const int machines = c.job ? c.job->machines : 1;
    const StartPlan plan{.request = request,
                         .choice = c,
                         .machines = machines,
                         .minutes = minutes_on(request, c),
                         .idle_minutes =
                             request.launch.keep_running ? 0 : request.launch.idle_minutes,
                         .spot = c.purchase == PurchaseKind::spot,
                         .cap = cap_text(request, c),
                         .name = plain_name(request.launch.key_name),
                         .title = title_of(request, c, machines)};
    switch (request.launch.format) {
    case LaunchFormat::sky:
        return text::printable_lines(sky_task(plan));
    case LaunchFormat::dstack:
        return text::printable_lines(dstack_task(plan));
    case LaunchFormat::terraform:
        return text::printable_lines(terraform_module(plan));
    case LaunchFormat::script:
        break;
    }
    const CloudScript cloud = c.provider == "aws"   ? aws_script(plan)
                              : c.provider == "gcp" ? gcp_script(plan)
                                                    : azure_script(plan);
    return text::printable_lines(script_text(plan, cloud));
}

} // namespace flopwise
