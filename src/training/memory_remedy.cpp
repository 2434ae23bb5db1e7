// What would make a net fit that does not, and why it does not in words.

#include "text/text.hpp"
#include "training/memory_fit.hpp"
#include "training/parallel.hpp"

#include <algorithm>
#include <cmath>

namespace flopwise {

namespace {

/// Ways to train, each tried until one fits.
class Remedies {
public:
    Remedies(const Model& net, const Training& now) : now_{now} {
        const bool text = is_text(net.kind);
        const bool adapters = has_adapters(now.fine_tune);
        less_is_kept(text);
        if (!adapters)
            smaller_states(text);
        if (now.fine_tune == FineTune::full && text) // adapters of a net that is not trained yet,
            add([](Training& t) { t.fine_tune = FineTune::lora; }); // or of images, are no use
        if (now.fine_tune != FineTune::none && text)
            four_bits();
        add([](Training& t) { t.offload = Offload::parameters; });
    }

    struct Remedy {
        Training training{};
        std::vector<std::pair<std::string, std::string>> settings{};
    };
    std::vector<Remedy> all{};

private:
    template <class Change>
    void add(Change change) {
        Remedy remedy{.training = now_};
        change(remedy.training);
        const Training& then = remedy.training;
        const auto put = [&](std::string_view key, auto before, auto after) {
            if (before != after)
                remedy.settings.emplace_back(key, to_string(after));
        };
        put("recompute", now_.recompute, then.recompute);
        put("loss", now_.loss, then.loss);
        put("recipe", now_.recipe, then.recipe);
        put("optimiser", now_.optimiser, then.optimiser);
        put("offload", now_.offload, then.offload);
        put("fine_tune", now_.fine_tune, then.fine_tune);
        if (!remedy.settings.empty())
            all.push_back(std::move(remedy));
    }

    void less_is_kept(bool text) {
        if (!text)
            return;
        add([](Training& t) { t.recompute = Recompute::full; });
        add([](Training& t) { keep_less(t); });
    }

    void smaller_states(bool text) {
        const auto in_16_bits = [](Training& t) { t.recipe = Recipe::bf16; };
        const auto in_8_bits = [](Training& t) { in_bytes(t); };
        add(in_16_bits);
        add(in_8_bits);
        if (text)
            add([](Training& t) {
                t.recompute = Recompute::full;
                in_bytes(t);
            });
        add([&](Training& t) {
            in_16_bits(t);
            in_8_bits(t);
        });
        if (text)
            add([&](Training& t) {
                in_16_bits(t);
                in_8_bits(t);
                keep_less(t);
            });
        add([](Training& t) { off(t); });
        if (text)
            add([](Training& t) {
                off(t);
                keep_less(t);
            });
    }

    void four_bits() {
        add([](Training& t) { t.fine_tune = FineTune::qlora; });
        add([](Training& t) {
            t.fine_tune = FineTune::qlora;
            t.recompute = Recompute::full;
        });
        add([](Training& t) {
            t.fine_tune = FineTune::qlora;
            keep_less(t);
        });
    }

    static void keep_less(Training& t) {
        t.recompute = Recompute::full;
        if (t.loss == Loss::plain)
            t.loss = Loss::chunked;
    }
    static void in_bytes(Training& t) {
        if (t.optimiser == Optimiser::adam)
            t.optimiser = Optimiser::adam_8bit;
    }
    static void off(Training& t) {
        if (t.offload == Offload::none)
            t.offload = Offload::optimiser;
    }

    Training now_;
};

} // namespace

/// The name under which a GPU says that it does not run an optimiser: pages are of 8 bits too.
static std::string_view method_of(Optimiser optimiser) {
    return to_string(optimiser == Optimiser::paged_adam_8bit ? Optimiser::adam_8bit : optimiser);
}

std::optional<MemoryRemedy> memory_remedy(const Model& given,
                                          const Training& training,
                                          Precision precision,
                                          std::optional<Sharding> sharding,
                                          GiB available,
                                          double gpus,
                                          std::span<const std::string> unsupported,
                                          double confidence) {
    const Model net = completed(given);
    require_whole_replicas(model_parallel(training), gpus);
    const MemoryAsked asked{available, confidence};
    const auto runs = [&](std::string_view method) {
        return std::find(unsupported.begin(), unsupported.end(), method) == unsupported.end();
    };
    const auto fits = [&](const Training& t, std::optional<Sharding> s, double n) {
        const auto fit = memory_fit_of(net, activations_derived(given), t, precision, s, asked, n);
        return fit && fit->fits;
    };
    if (sharding)
        for (auto s = static_cast<std::size_t>(*sharding) + 1; s < kShardings; ++s)
            if (const auto more = static_cast<Sharding>(s); fits(training, more, gpus))
                return MemoryRemedy{.settings = {{"sharding", std::string{to_string(more)}}}};
    for (auto& remedy : Remedies{net, training}.all)
        if (runs(to_string(remedy.training.fine_tune)) &&
            runs(method_of(remedy.training.optimiser)) && fits(remedy.training, sharding, gpus))
            return MemoryRemedy{.settings = std::move(remedy.settings)};
    constexpr int kDoublings = 16;
    double more = std::max(1.0, gpus);
    for (int i = 0; i < kDoublings; ++i) {
        more *= 2;
        if (fits(training, sharding, more))
            return MemoryRemedy{.gpus = more};
    }
    return std::nullopt;
}

/// What is wrong, in figures.
static std::string shortage(const MemoryFit& fit) {
    if (fit.needed > fit.available) {
        const GiB lacks = fit.needed - fit.available;
        const int decimals = lacks < GiB{0.05} ? 3 : 1; // not "needs 22.4, has 22.4"
        return fmt::format("needs {}{:.{}f} of memory on each GPU{}, has {:.{}f}: lacks {:.{}f}",
                           fit.partial ? "at least " : "",
                           fit.needed,
                           decimals,
                           fit.partial ? " before activations" : "",
                           fit.available,
                           decimals,
                           lacks,
                           decimals);
    }
    return fmt::format("needs {:.1f} of memory on each GPU, {:.1f} to {:.1f} in 8 of 10 such runs, "
                       "has {:.1f}: fits with probability {:.2f}, not {:g}",
                       fit.needed,
                       fit.p10,
                       fit.p90,
                       fit.available,
                       fit.probability,
                       fit.confidence);
}

std::string explanation(const MemoryFit& fit, const std::optional<MemoryRemedy>& remedy) {
    std::string out = shortage(fit);
    if (!remedy)
        return out;
    if (remedy->settings.empty())
        return out + fmt::format("; {:.0f} such GPUs would do", remedy->gpus);
    std::string settings;
    for (const auto& [key, value] : remedy->settings)
        settings += fmt::format("{}{} {}", settings.empty() ? "" : " and ", key, value);
    return out + fmt::format("; {} would fit", settings);
}

} // namespace flopwise
