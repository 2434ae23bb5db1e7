#include "command/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace flopwise {

static double middle(std::vector<double>& of) {
    const auto at = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::nth_element(of.begin(), at, of.end());
    return *at;
}

static bool far(double figure, double like) {
    constexpr double kTimes = 100;
    return !(figure <= like * kTimes && figure * kTimes >= like);
}

namespace {

/// What machines of a catalog cost.
class Likes {
public:
    explicit Likes(const Catalog& known) : known_{known} {
        for (std::size_t i = 0; i < known.size(); ++i) {
            const Offer o = known.offer(i);
            if (o.region.provider != o.instance.provider)
                continue;
            of_machine_[{o.instance.provider, o.instance.name, o.purchase}].push_back(
                o.price.value());
            if (const auto size = size_of(o.instance))
                of_size_[{o.instance.provider, o.instance.gpu, o.purchase}].push_back(
                    o.price.value() / *size);
        }
    }

    /// What a price is looked at beside; empty if it has no like. `machine` is null if it is not
    /// known.
    std::optional<double> like(const Price& p, const Instance* machine) {
        if (const auto there = known_.find_offer(p.provider, p.instance, p.region, p.purchase))
            return known_.offer(*there).price.value();
        if (const auto found = of_machine_.find({p.provider, p.instance, p.purchase});
            found != of_machine_.end())
            return middle(found->second);
        if (machine == nullptr)
            return std::nullopt;
        const auto found = of_size_.find({p.provider, machine->gpu, p.purchase});
        const auto size = size_of(*machine);
        return size && found != of_size_.end() ? std::optional{middle(found->second) * *size}
                                               : std::nullopt;
    }

private:
    using Key = std::tuple<std::string, std::string, Purchase>;

    /// GPUs, or vCPUs of a machine without.
    static std::optional<double> size_of(const Instance& i) {
        return i.gpu.empty() ? i.vcpus : std::optional{i.gpu_count};
    }

    const Catalog& known_;
    std::map<Key, std::vector<double>> of_machine_;
    std::map<Key, std::vector<double>> of_size_;
};

/// The most of a provider's machines that are known, and what is said of one that is not.
struct Largest {
    double vcpus = 0;
    double memory = 0;
    double gpus = 0;
};

} // namespace

/// What of a machine is beyond belief; empty if nothing is.
static std::string unbelievable(const Instance& i, const Instance* known, const Largest& largest) {
    std::string out;
    const auto look = [&](std::string_view what, double figure, double same, double most) {
        constexpr double kTimes = 100;
        const bool wrong = same > 0 ? far(figure, same) : most > 0 && figure > kTimes * most;
        if (figure > 0 && wrong && out.empty())
            out = fmt::format("{} with {} {}", i.name, figure, what);
    };
    look("vCPUs",
         i.vcpus.value_or(0),
         known != nullptr ? known->vcpus.value_or(0) : 0,
         largest.vcpus);
    look("GiB",
         i.memory.value_or(GiB{}).value(),
         known != nullptr ? known->memory.value_or(GiB{}).value() : 0,
         largest.memory);
    look("GPUs", i.gpu_count, known != nullptr ? known->gpu_count : 0, largest.gpus);
    return out;
}

static void set_machines_apart(Import& import,
                               const Catalog& known,
                               Outliers& to,
                               std::set<std::string>& concerned) {
    std::map<std::string_view, Largest> largest;
    for (const Instance& i : known.instances()) {
        Largest& of = largest[i.provider];
        of.vcpus = std::max(of.vcpus, i.vcpus.value_or(0));
        of.memory = std::max(of.memory, i.memory.value_or(GiB{}).value());
        of.gpus = std::max(of.gpus, i.gpu_count);
    }
    std::erase_if(import.tables.instances, [&](const Instance& i) {
        const std::string what =
            unbelievable(i, known.find_instance(i.provider, i.name), largest[i.provider]);
        if (what.empty())
            return false;
        ++to.count;
        to.named.add(what);
        concerned.insert(i.name);
        return true;
    });
}

Outliers set_apart(Import& import, const Catalog& known) {
    Outliers out;
    std::set<std::string> concerned;
    set_machines_apart(import, known, out, concerned);
    std::map<std::string_view, const Instance*> described;
    for (const Instance& i : import.tables.instances)
        described.emplace(i.name, &i);
    Likes likes{known};
    std::erase_if(import.tables.prices, [&](const Price& p) {
        const auto machine = described.find(p.instance);
        const Instance* of = machine == described.end()
                                 ? known.find_instance(p.provider, p.instance)
                                 : machine->second;
        const auto like = likes.like(p, of);
        if (!like || !far(p.hourly.value(), *like))
            return false;
        ++out.count;
        out.named.add(
            fmt::format("{} at {}, its like costs {}", p.instance, p.hourly, UsdPerHour{*like}));
        concerned.insert(p.instance);
        return true;
    });
    concerned.insert(import.unread.begin(), import.unread.end());
    import.unread.assign(concerned.begin(), concerned.end());
    return out;
}

} // namespace flopwise
