#include "feed/outliers.hpp"

#include <algorithm>

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

/// GPUs, or vCPUs of a machine without.
static std::optional<double> size_of(const Instance& i) {
    return i.gpu.empty() ? i.vcpus : std::optional{i.gpu_count};
}

Plausible::Plausible(const Catalog& known) : known_{known} {
    const auto machines = known.instances();
    std::vector<std::vector<double>> prices(machines.size() * kPurchases);
    for (std::size_t i = 0; i < known.size(); ++i) {
        const Offer o = known.offer(i);
        const auto row = static_cast<std::size_t>(&o.instance - machines.data());
        if (o.region.provider == o.instance.provider)
            prices[row * kPurchases + static_cast<std::size_t>(o.purchase)].push_back(
                o.price.value());
    }
    std::map<Key, std::vector<double>> of_size;
    for (std::size_t at = 0; at < prices.size(); ++at) {
        const Instance& machine = machines[at / kPurchases];
        const auto purchase = static_cast<Purchase>(at % kPurchases);
        std::vector<double>& own = prices[at];
        if (own.empty())
            continue;
        if (const auto size = size_of(machine)) {
            auto& alike = of_size[{machine.provider, machine.gpu, purchase}];
            for (const double price : own)
                alike.push_back(price / *size);
        }
        of_machine_.emplace(Key{machine.provider, machine.name, purchase}, middle(own));
    }
    for (auto& [key, figures] : of_size)
        of_size_.emplace(key, middle(figures));
    for (const Instance& i : known.instances()) {
        Largest& of = largest_[i.provider];
        of.vcpus = std::max(of.vcpus, i.vcpus.value_or(0));
        of.memory = std::max(of.memory, i.memory.value_or(GiB{}).value());
        of.gpus = std::max(of.gpus, i.gpu_count);
    }
}

/// What a price is looked at beside; empty if it has no like. `machine` is null if it is not known.
std::optional<double> Plausible::like(const Price& p, const Instance* machine) const {
    if (const auto there = known_.find_offer(p.provider, p.instance, p.region, p.purchase))
        return known_.offer(*there).price.value();
    if (const auto found = of_machine_.find({p.provider, p.instance, p.purchase});
        found != of_machine_.end())
        return found->second;
    if (machine == nullptr)
        return std::nullopt;
    const auto found = of_size_.find({p.provider, machine->gpu, p.purchase});
    const auto size = size_of(*machine);
    return size && found != of_size_.end() ? std::optional{found->second * *size} : std::nullopt;
}

/// What of a machine is beyond belief; empty if nothing is.
std::string Plausible::unbelievable(const Instance& i) const {
    const auto provider = largest_.find(i.provider);
    if (provider == largest_.end())
        return {};
    const Largest& largest = provider->second;
    const Instance* known = known_.find_instance(i.provider, i.name);
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

Outliers Plausible::outliers_of(const Import& import) const {
    Outliers out;
    const auto add = [&](const std::string& machine, std::string what) {
        out.concerned.insert(machine);
        out.descriptions.push_back({{.file = import.file}, std::move(what)});
    };
    std::map<std::string_view, const Instance*> described;
    for (std::size_t row = 0; row < import.tables.instances.size(); ++row) {
        const Instance& i = import.tables.instances[row];
        std::string what = unbelievable(i);
        if (what.empty()) {
            described.emplace(i.name, &i);
            continue;
        }
        out.machines.insert(row);
        add(i.name, std::move(what));
    }
    for (std::size_t row = 0; row < import.tables.prices.size(); ++row) {
        const Price& p = import.tables.prices[row];
        const auto machine = described.find(p.instance);
        const Instance* of = machine == described.end()
                                 ? known_.find_instance(p.provider, p.instance)
                                 : machine->second;
        const auto like_usd = like(p, of);
        if (!like_usd || !far(p.hourly.value(), *like_usd))
            continue;
        out.prices.insert(row);
        add(p.instance,
            fmt::format(
                "{} at {}, its like costs {}", p.instance, p.hourly, UsdPerHour{*like_usd}));
    }
    return out;
}

} // namespace flopwise
