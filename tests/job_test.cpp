#include <flopwise/job.hpp>

#include "catch.hpp"

#include <cmath>

using namespace flopwise;

TEST_CASE("units are tokens, samples or FLOPs, times epochs", "[job]") {
    CHECK(work_of({.model = "llama-2-7b", .tokens = 2e9}).units == 2e9);
    CHECK(work_of({.model = "llama-2-7b", .tokens = 2e9, .epochs = 3}).units == 6e9);
    // 1000 sequences of 4096 tokens, Llama 2's length.
    CHECK(work_of({.model = "llama-2-7b", .samples = 1000}).units == 4'096'000);
    CHECK(work_of({.model = "resnet-50", .samples = 1.28e6, .epochs = 90}).units == 90 * 1.28e6);
    CHECK(work_of({.model = "resnet-50", .epochs = 90}).units == 90.0 * 1'281'167); // ImageNet
    CHECK(work_of({.flops = 1e20}).units == 1e20);
    const Work gpt3 = work_of({.model = "gpt3-175b", .flops = 3.14e23});
    CHECK(gpt3.units == Approx(300e9).epsilon(0.06)); // attention is in it
}

TEST_CASE("sequences of fine-tuning are 2,048 tokens long, unless the net's own are shorter",
          "[job]") {
    const auto length = [](const Job& job) { return work_of(job).units_per_sample(); };
    Job llama{.model = "llama-3.1-8b", .fine_tune = FineTune::qlora, .samples = 1000};
    CHECK(length(llama) == kFineTuneSeqLen);
    CHECK(work_of(llama).units == 1000 * 2048);
    CHECK(work_of(llama).seq_len_assumed);
    CHECK(model_of(llama).seq_len == kFineTuneSeqLen); // memory counts the same
    llama.net.seq_len = 4096;
    CHECK(length(llama) == 4096);
    CHECK_FALSE(work_of(llama).seq_len_assumed);
    CHECK(length({.model = "llama-3.1-8b", .tokens = 1e9}) == 8192); // its own, from the start
    CHECK(length({.model = "bert-large", .fine_tune = FineTune::full, .tokens = 1e6}) == 512);
    Job own{.tokens = 1e9};
    own.net.parameters = 7e9;
    CHECK(length(own) == kAssumedSeqLen);
    CHECK(work_of(own).seq_len_assumed);
    own.fine_tune = FineTune::lora;
    CHECK(length(own) == kFineTuneSeqLen);
    CHECK_FALSE(work_of({.model = "resnet-50"}).seq_len_assumed);
}

TEST_CASE("adapters go with transformers over images and nets of diffusion", "[job]") {
    CHECK(work_of({.model = "sdxl", .fine_tune = FineTune::lora, .samples = 1000}).unit.flops ==
          Approx(4 * 3380e9).epsilon(0.01));
    CHECK_NOTHROW(work_of({.model = "vit-b-16", .fine_tune = FineTune::qlora, .samples = 1000}));
}

TEST_CASE("a net of no kind is counted by its operations", "[job]") {
    // NVIDIA's NCF: 106,688 multiply-adds for a pair.
    const Work ncf = work_of({.model = "ncf", .samples = 1e6});
    CHECK(ncf.net.kind == ModelKind::other);
    CHECK(ncf.unit.flops == Approx(6 * 106'688).epsilon(1e-4));
    CHECK(ncf.units == 1e6);
    CHECK_FALSE(ncf.in_flops());
    CHECK(work_of({.flops = 1e20}).in_flops());
}

TEST_CASE("an image net sees its data set as often as in its published recipe", "[job]") {
    // torchvision's references/classification/README.md: 90 epochs except otherwise noted, 300 for
    // MobileNetV2; DenseNet is not in it.
    const auto epochs = [](const Job& job) { return work_of(job).epochs; };
    CHECK(epochs({.model = "resnet-50"}) == 90);
    CHECK(work_of({.model = "resnet-50"}).units == 90.0 * 1'281'167);
    CHECK(epochs({.model = "mobilenet-v2"}) == 300);
    CHECK(epochs({.model = "densenet-121"}) == 1);
    CHECK(epochs({.model = "resnet-50", .epochs = 3}) == 3);
    // Of other data, and of a net that is trained already, it says nothing.
    CHECK(epochs({.model = "resnet-50", .samples = 1e6}) == 1);
    CHECK(epochs({.model = "resnet-50", .fine_tune = FineTune::full}) == 1);
    CHECK(epochs({.model = "resnet-50", .flops = 1e18}) == 1);
    for (const Model& net : models()) {
        INFO(net.name);
        CHECK(net.epochs.has_value() == !net.recipe.empty());
        CHECK((!net.epochs || net.samples));
    }
}

TEST_CASE("own figures stand above those of a named net", "[job]") {
    Job job{.model = "resnet-50", .epochs = 1};
    job.net.image_px = 448;
    CHECK(*work_of(job).net.forward_gmacs == Approx(4 * *find_model("resnet-50").forward_gmacs));
    Job longer{.model = "llama-2-7b", .tokens = 1e9};
    longer.net.seq_len = 8192;
    const double once = work_of({.model = "llama-2-7b", .tokens = 1e9}).unit.attention_flops;
    CHECK(work_of(longer).unit.attention_flops == 2 * once);
    Job own{.tokens = 1e9};
    own.net.parameters = 1e9;
    CHECK(work_of(own).net.kind == ModelKind::transformer_decoder);
    CHECK(work_of(own).unit.flops == 6e9);
    own.net.active_parameters = 0.2e9;
    CHECK(work_of(own).net.kind == ModelKind::moe);
    Job images{.samples = 1e6};
    images.net.forward_gmacs = 4;
    CHECK(work_of(images).net.kind == ModelKind::cnn);
    Job other{.model = "resnet-50"}; // 3 epochs of 1,000 images; without the recipe, one
    other.net.samples = 1000;
    CHECK(work_of(other).units == 1000);
    other.net.epochs = 3;
    CHECK(work_of(other).units == 3000);
    CHECK(work_of(other).net.recipe.empty());
    other.net.epochs = 0;
    CHECK_THROWS_WITH(work_of(other), "epochs: must be positive and finite, got 0");
}

TEST_CASE("a measured rate is read with or without the name of what is counted", "[job]") {
    CHECK(measured_of("400/s on g4dn.xlarge") == Measured{400, "g4dn.xlarge"});
    CHECK(measured_of("2.5e3 tokens/s on p4d.24xlarge") == Measured{2500, "p4d.24xlarge"});
    CHECK(measured_of("V100=2.5e3") == Measured{2500, "V100"});
    CHECK(to_string(Measured{400, "g4dn.xlarge"}) == "400/s on g4dn.xlarge");
    const auto* wrong = GENERATE("400",
                                 "400/s",
                                 "fast/s on g4dn.xlarge",
                                 "0/s on g4dn.xlarge",
                                 "4/s on ",
                                 "4/s on a b",
                                 "4 /h on g4dn.xlarge",
                                 "g4dn.xlarge=",
                                 "g4dn.xlarge=-4",
                                 "=4");
    CHECK_THROWS_WITH(measured_of(wrong),
                      fmt::format("measured: must be a rate and a machine such as \"400/s on "
                                  "g4dn.xlarge\", got \"{}\"",
                                  wrong));
}

TEST_CASE("a job that says too little or contradicts itself is refused", "[job][error]") {
    const auto refuses = [](const Job& job, const std::string& message) {
        CHECK_THROWS_WITH(work_of(job), message);
    };
    refuses({.model = "llama-2-7b"}, "tokens: must be given, to say how much is trained");
    refuses({.model = "llama-2-7b", .epochs = 2},
            "tokens: must be given, to say how much is trained");
    refuses({.model = "clip-vit-b-16"}, "samples: must be given, to say how much is trained");
    refuses({.model = "resnet-50", .tokens = 1e9},
            "tokens: must not be given for a net over images: use `samples`");
    refuses(
        {.model = "llama-2-7b", .tokens = 1e9, .samples = 1e6},
        "tokens: must come alone: `tokens`, `samples` and `flops` each say how much is trained");
    refuses({.epochs = 2, .flops = 1e18},
            "epochs: must not come with `flops`, which are the whole work");
    refuses({.tokens = 1e9},
            "model: must be given, or the figures of a net, or flops, or what was measured");
    refuses(
        {.model = "resnet-50", .fine_tune = FineTune::lora},
        "fine_tune: must be none or full for a net that is no transformer and no diffusion net, "
        "got lora");
    refuses(
        {.net = {.kind = ModelKind::cnn, .forward_gmacs = 4}, .samples = 1e6, .max_machines = 4},
        "parameters: must be given with more than one machine: the time on the network depends "
        "on it");
    Job moe{.tokens = 1e9};
    moe.net.parameters = 1e9;
    moe.net.active_parameters = 2e9;
    refuses(moe, "active_parameters: must be at most the parameters, got 2e+09 and 1e+09");
    refuses({.model = "llama-2-7b", .tokens = -1}, "tokens: must be positive and finite, got -1");
    refuses({.model = "llama-2-7b", .tokens = std::nan("")},
            "tokens: must be positive and finite, got nan");
    refuses({.model = "llama-2-7b", .tokens = 1, .max_machines = 2000},
            "max_machines: must be from 1 to 1024, got 2000");
    CHECK_FALSE(wanted(Job{}));
    CHECK(wanted(Job{.model = "gpt2"}));
}

TEST_CASE("a job that does not state recomputation uses it where nothing else fits", "[job]") {
    // Dettmers et al. 2023: a net of 7e9 parameters is tuned by QLoRA in less than 16 GB.
    Job named{.model = "llama-2-7b", .fine_tune = FineTune::qlora};
    named.net.seq_len = 4096;
    const auto fit = [](const Job& job) {
        return job_fit(job, model_of(job), Precision::bf16, GiB{16}, 1);
    };
    REQUIRE(fit(named));
    CHECK(fit(named)->memory.fits);
    CHECK(fit(named)->recompute == Recompute::full);
    Job own{.fine_tune = FineTune::qlora}; // that it is over text follows from its parameters
    own.net.parameters = 7e9;
    own.net.seq_len = 4096;
    CHECK(fit(own)->memory.fits);
    CHECK(fit(own)->recompute == Recompute::full);
    named.recompute = Recompute::selective;
    CHECK_FALSE(fit(named)->memory.fits);
    CHECK(fit(named)->recompute == Recompute::selective);
}
