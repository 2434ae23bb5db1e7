// flopwise: what is asked

#pragma once

#include <flopwise/budget.hpp>
#include <flopwise/constraints.hpp>
#include <flopwise/job.hpp>
#include <flopwise/ownership.hpp>
#include <flopwise/profile.hpp>
#include <flopwise/purchase.hpp>
#include <flopwise/uncertainty.hpp>

#include <map>
#include <variant>

namespace flopwise {

/// What the families or the machines of an answer are listed by.
enum class By : std::uint8_t {
    instance, ///< each machine and region a row
    family,   ///< each family a row, with its best machine
    machine,  ///< each machine a row, in its best region
    gpu,      ///< each GPU a row, with its best machine
    provider, ///< each provider a row, with its best machine
    region,   ///< each region a row, with its best machine
};
constexpr std::size_t kBys = 6;
FLOPWISE_API std::string_view to_string(By by);

/// What the choices of an answer are ordered by, best first. Equal ones stand by price, score, and
/// as recommend() says.
enum class Sort : std::uint8_t {
    score, ///< all that counts, by the weights
    cost,  ///< what the plan costs, or all that is paid for an hour where hours are not known
    price, ///< of an hour of all machines that work together
    speed, ///< work an hour: as Speed says, or of a job
};
constexpr std::size_t kSorts = 4;
FLOPWISE_API std::string_view to_string(Sort sort);

/// The data to work on.
struct Dataset {
    std::optional<GiB> size{};
    std::string region{}; ///< where it lies; empty: not in a region of the provider
    std::string url{};    ///< "kaggle:OWNER/NAME", "https://…" or "s3://…"

    bool operator==(const Dataset&) const = default;
};

/// In what form the start plan is written.
enum class LaunchFormat : std::uint8_t {
    script,    ///< for bash, with the provider's own command line
    sky,       ///< a task of SkyPilot
    dstack,    ///< a task of dstack
    terraform, ///< a module of Terraform or OpenTofu
};
constexpr std::size_t kLaunchFormats = 4;
FLOPWISE_API std::string_view to_string(LaunchFormat format);

/// How the start plan is to be written.
struct Launch {
    bool wanted = false;
    std::string key_name = "flopwise"; ///< of the key pair; letters, digits, '.', '_' and '-'
    bool keep_running = false;         ///< otherwise machines stop by themselves: stops_after()
    LaunchFormat format = LaunchFormat::script;
    int idle_minutes = 60; ///< without work, after which machines stop; 0: they do not; <= 525,600
    std::string
        checkpoint_url{}; ///< "s3://…", "gs://…" or "https://ACCOUNT.blob.core.windows.net/…"

    bool operator==(const Launch&) const = default;
};

/// A currency in which amounts are shown beside US dollars, which all is reckoned in.
struct Currency {
    std::string code{};       ///< of ISO 4217: "EUR"; not USD
    double units_per_usd = 0; ///< positive, up to 1e9
    Date as_of{};             ///< of the rate, not after Request::today; absent: that day

    bool operator==(const Currency&) const = default;
};

/// Machines for the days of the budget, or as long as it lasts, whatever runs on them.
struct Rent {
    bool operator==(const Rent&) const = default;
};

/// A question for recommend().
struct Request {
    Budget budget{};
    Uncertainty uncertainty{};          ///< of the hours of a day; none if not given
    std::optional<Currency> currency{}; ///< of reports; absent: US dollars alone
    Constraints constraints{};
    Usage usage{};       ///< what is charged beside the machine
    Recovery recovery{}; ///< what an interruption costs, where spot is priced with lost work
    /// Each machine is paid for in the cheapest of these ways, with all that they cost. Empty:
    /// each offer of Constraints::purchase stands for itself. Spot has its lost work in it either
    /// way, where there are days, a budget or a job.
    std::vector<PurchaseKind> ways{};
    /// A year's, on what is paid after the start: machines and ways to pay are compared by what
    /// they are worth then. Bills and the budget are in the money that is paid. Not negative.
    double discount_rate = 0;
    Ownership own{}; ///< the machine to buy instead
    Dataset dataset{};
    std::variant<Rent, Job> goal{}; ///< what must run; for a job, machines are judged by its time
                                    ///< and cost
    Launch launch{};
    Profile profile = Profile::training;
    std::optional<Precision> precision{}; ///< absent: that of the profile
    std::optional<Speed> speed{};     ///< absent: speed_of() these; a job and vCPUs have their own
    std::optional<Weights> weights{}; ///< absent: those of the profile
    Date today{};                     ///< prices are old 90 days before it; absent: not looked at
    /// Of `today`, what is past of it, in [0, 24): a deadline that is a date is counted from there.
    Hours time_of_day{};
    Date as_of{};    ///< answer as on this day, with its prices; absent: with the newest
    Date against{};  ///< another day, whose answer is compared; absent: none
    int top = 10;    ///< most choices in the answer; at least 1
    int nearest = 3; ///< most refusals that are spelled out; at least 0
    By by = By::instance;
    /// Absent: score, where a budget, a highest price, a job or weights are given; else cost, as
    /// nothing says how much may be spent.
    std::optional<Sort> sort{};
    bool firmness = false; ///< say how firm the answer is: Recommendation::firmness
    std::string
        catalog{}; ///< name or file that recommend(request) opens; given with a catalog, refused
    std::vector<std::string> charges{}; ///< files that charges_of() reads; empty: the bundled ones

    /// Where each setting was written, by key, for messages. Empty for a request made in code.
    std::map<std::string, Where, std::less<>> origin{};

    /// Throws ArgumentError (or InputError, if the setting stands in a file) that points at
    /// where `key` was written.
    [[noreturn]] FLOPWISE_API void refuse(std::string_view key, std::string_view reason) const;

    bool operator==(const Request&) const = default;
};

/// Hours until the deadline of its job, from `today` and its time of day to the end of a day;
/// empty without one. Throws as Request::refuse() does: a date without `today`, or before it.
FLOPWISE_API std::optional<Hours> deadline_of(const Request& request);

/// Whether its goal is a job of which anything is asked for.
FLOPWISE_API bool trains(const Request& request);
/// The job that is its goal; one of which nothing is asked for, if it is to rent.
FLOPWISE_API const Job& job_of(const Request& request);
/// The job of a request, to be filled in: it becomes its goal, if it is none.
FLOPWISE_API Job& training(Request& request);

/// Data that has to be moved between regions to work on it in `region`: all of it, or none if it
/// lies there, lies outside of the provider, or is of unknown size.
FLOPWISE_API GiB dataset_move_gib(const Request& request, std::string_view region);

} // namespace flopwise
