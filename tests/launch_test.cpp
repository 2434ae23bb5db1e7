#include <flopwise/launch.hpp>

#include "catch.hpp"
#include "recommend/disk.hpp"
#include "text/text.hpp"

#include <random>

using namespace flopwise;

/// g4dn.xlarge in Singapore, as a choice.
static Choice machine() {
    return {.provider = "aws",
            .instance = "g4dn.xlarge",
            .family = "g4dn",
            .region = "ap-southeast-1",
            .price = UsdPerHour{0.736},
            .gpu = "nvidia-t4",
            .gpu_count = 1,
            .gpu_memory = GiB{16},
            .arch = "x86_64",
            .network = Gbps{5}};
}

TEST_CASE("data takes its bits divided by the rate", "[launch]") {
    // 100 GiB are 858.99 Gbit; at 5 Gbps 171.8 s = 0.04772 h, at 0.736 USD/h 3.5 cents.
    CHECK(transfer_time(GiB{100}, Gbps{5}).value() == Approx(171.799 / 3600).epsilon(1e-5));
    Request request;
    request.dataset = {.size = GiB{100}, .url = "https://example.org/data.zip"};
    CHECK(
        launch_script(request, machine())
            .find("# 100 GiB at 5 Gbps take 2.9 minutes or more, and 0.04 USD for the machine.") !=
        std::string::npos);
    CHECK_THROWS_WITH(transfer_time(GiB{1}, Gbps{0}),
                      "network_gbps: must be positive and finite, got 0 Gbps");
    CHECK_THROWS_WITH(transfer_time(GiB{-1}, Gbps{1}),
                      "dataset_gib: must not be negative, got -1 GiB");
}

TEST_CASE("the disk holds the image and the data twice", "[launch]") {
    CHECK(disk_needed({}) == GiB{100});
    CHECK(disk_needed({.size = GiB{50.2}}) == GiB{201}); // 100 + 100.4, rounded up
    CHECK(disk_size({.dataset = {.size = GiB{50.2}}}) == GiB{201});
    CHECK(disk_size({.usage = {.storage = GiB{80.5}}, .dataset = {.size = GiB{50.2}}}) == GiB{81});
}

TEST_CASE("a dataset is moved only between regions", "[launch]") {
    Request request;
    CHECK(dataset_move_gib(request, "us-east-1") == GiB{});
    request.dataset = {.size = GiB{80}};
    CHECK(dataset_move_gib(request, "us-east-1") == GiB{}); // from outside: no such charge
    request.dataset.region = "us-east-1";
    CHECK(dataset_move_gib(request, "us-east-1") == GiB{});
    CHECK(dataset_move_gib(request, "ap-southeast-1") == GiB{80});
    request.dataset.size.reset();
    CHECK(dataset_move_gib(request, "ap-southeast-1") == GiB{});
}

TEST_CASE("the image has the drivers of the machine's processor and GPU", "[launch]") {
    const std::string pytorch = "/oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04/latest/ami-id";
    const std::string base = "/aws/service/deeplearning/ami/";
    Choice c = machine();
    CHECK(image_parameter(c) == base + "x86_64" + pytorch);
    c.family = "g5g";
    c.gpu = "nvidia-t4g";
    c.arch = "arm64";
    CHECK(image_parameter(c) == base + "arm64" + pytorch);
    c.arch = "x86_64";
    for (const char* family : {"trn1", "trn1n", "trn2", "inf2"}) {
        c.family = family;
        CHECK(image_parameter(c) ==
              "/aws/service/neuron/dlami/pytorch-2.9/ubuntu-24.04/latest/image_id");
    }
    c.family = "inf1";
    c.gpu = "aws-inferentia";
    CHECK(image_parameter(c).empty());
    c.gpu = "";
    CHECK(image_parameter(c) ==
          "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id");
    c.arch = "arm64";
    CHECK(image_parameter(c) ==
          "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id");
}

TEST_CASE("where there is no plan, an error says what there is", "[launch][error]") {
    const auto why = [](auto change, LaunchFormat format = LaunchFormat::script) {
        Choice c = machine();
        change(c);
        Request request;
        request.launch.format = format;
        const std::string out = why_no_launch(request, c);
        if (!out.empty())
            CHECK_THROWS_WITH(launch_script(request, c), out);
        return out;
    };
    CHECK(why([](Choice&) {}).empty());
    CHECK(why([](Choice& c) { c.provider = "runpod"; }) ==
          "launch: must come with launch_format sky or dstack for g4dn.xlarge of runpod");
    CHECK(why([](Choice& c) { c.provider = "vast"; }, LaunchFormat::terraform) ==
          "launch_format: must be dstack for g4dn.xlarge of vast, got terraform");
    CHECK(why([](Choice& c) { c.provider = "vast", c.gpu = "nvidia-rtx-6000-ada"; }) ==
          "launch: must be for a machine that a start plan is known for, got g4dn.xlarge of vast");
    CHECK(why([](Choice& c) { c.provider = "akash"; }) ==
          "launch: must be for a machine that a start plan is known for, got g4dn.xlarge of akash");
    CHECK(why([](Choice& c) { c.retired = true; }) ==
          "launch: must be for a machine that is offered, got g4dn.xlarge");
    const std::string no_image =
        "launch: must be for a machine whose drivers an image has, got g4dn.xlarge";
    CHECK(why([](Choice& c) { c.family = "g6f"; }) == no_image);
    CHECK(why([](Choice& c) { c.arch = "arm64"; }) == no_image);
    CHECK(why([](Choice& c) { c.gpu = "radeon-pro-v520", c.family = "g4ad"; }) == no_image);
    CHECK(why([](Choice& c) { c.provider = "azure", c.gpu_count = 0.5; }) == no_image);
    CHECK(why([](Choice& c) { c.provider = "gcp", c.gpu = "nvidia-v100-sxm2-16gb"; },
              LaunchFormat::terraform) == no_image);
    CHECK(why([](Choice& c) { c.provider = "gcp", c.gpu = "nvidia-v100-sxm2-16gb"; },
              LaunchFormat::sky)
              .empty());
}

TEST_CASE("a machine stops after its hours a day, or those of its job or its days", "[launch]") {
    Choice c = machine();
    Request request;
    CHECK_FALSE(stops_after(request, c)); // 24 h a day
    request.budget.days = Days{3};
    CHECK(stops_after(request, c) == Hours{72});
    c.job.emplace().p90 = Hours{10};
    CHECK(stops_after(request, c)->value() == Approx(12)); // 1.1 * 10 + 1
    request.budget.hours_per_day = HoursPerDay{2};
    CHECK(stops_after(request, c) == Hours{2});
    request.launch.keep_running = true;
    CHECK_FALSE(stops_after(request, c));
}

TEST_CASE("spot is capped at the price at which the plan costs its budget", "[launch]") {
    Choice c = machine();
    Request request;
    request.budget = {.total = Usd{100}, .days = Days{10}, .hours_per_day = HoursPerDay{2}};
    c.hours = Hours{20};
    c.cost = Bill{.total = Usd{20}};
    c.price = UsdPerHour{0.75}; // 15 USD for its hours, and 5 USD of charges
    CHECK_FALSE(spot_cap(request, c));
    c.purchase = PurchaseKind::spot;
    CHECK(spot_cap(request, c)->value() == Approx(4.75)); // (100 - 5) / 20
    c.job.emplace().machines = 4;
    CHECK(spot_cap(request, c)->value() == Approx(1.75)); // 0.75 + 80 / (4 * 20)
    request.constraints.max_price = UsdPerHour{1};
    CHECK(spot_cap(request, c) == UsdPerHour{1});
    request.constraints.max_price.reset();
    c.cost.reset(); // the work that is lost is not known: 100 / 20
    CHECK_FALSE(spot_cap(request, c));
    c.job.reset();
    CHECK(spot_cap(request, c) == UsdPerHour{5});
    request.constraints.max_price = UsdPerHour{1};
    request.budget.total.reset();
    CHECK(spot_cap(request, c) == UsdPerHour{1});
    request.constraints.max_price.reset();
    CHECK_FALSE(spot_cap(request, c));
}

TEST_CASE("a spot machine of AWS is asked for as such and cannot be stopped", "[launch]") {
    Choice c = machine();
    CHECK(launch_script({}, c).find("\nspot=no\n") != std::string::npos);
    CHECK(launch_script({}, c).find("\nends=stop ") != std::string::npos);
    c.purchase = PurchaseKind::spot;
    const std::string script = launch_script({}, c);
    CHECK(script.find("\nspot=yes\n") != std::string::npos);
    CHECK(script.find("\nends=terminate ") != std::string::npos);
    CHECK(script.find("cannot be stopped, only terminated") != std::string::npos);
}

TEST_CASE("a plan has as many machines as the choice, and says its price and how old it is",
          "[launch]") {
    Choice c = machine();
    Request request;
    const auto first = [&] {
        const std::string script = launch_script(request, c);
        const std::size_t begin = script.find("# Start plan: ");
        return script.substr(begin, script.find('\n', begin) - begin);
    };
    CHECK(first() == "# Start plan: g4dn.xlarge in ap-southeast-1, on demand, 0.736 USD for each "
                     "hour; of which day the price is, is not known");
    c.as_of = {2026, 8, 1};
    request.today = {2026, 10, 30}; // 90 days
    CHECK(first().ends_with(" for each hour; price as of 2026-08-01"));
    request.today = {2026, 10, 31};
    CHECK(first().ends_with(" for each hour; price as of 2026-08-01, 91 days old"));
    c.job.emplace().machines = 2;
    CHECK(first().starts_with(
        "# Start plan: 2 x g4dn.xlarge in ap-southeast-1, on demand, 2 x 0.736"));
    CHECK(launch_script(request, c).find("\nmachines=2\n") != std::string::npos);
}

TEST_CASE("the disk is the one that the bill counts", "[launch]") {
    Request request;
    CHECK(launch_script(request, machine()).find("disk='VolumeSize=100,VolumeType=gp3'\n") !=
          std::string::npos);
    request.usage = {.storage = GiB{200},
                     .storage_type = "io2",
                     .storage_iops = 5000,
                     .storage_throughput_mib_per_s = 250};
    CHECK(launch_script(request, machine())
              .find("disk='VolumeSize=200,VolumeType=io2,Iops=5000,Throughput=250'\n") !=
          std::string::npos);
    request.usage.storage_type = "st1";
    CHECK_THROWS_WITH(launch_script(request, machine()),
                      "storage_type: must be a disk from which a machine starts, got st1");
    request.usage.storage_type = "gp3,Encrypted=false";
    CHECK_THROWS_AS(launch_script(request, machine()), ArgumentError);
}

TEST_CASE("a reservation is bought apart, and the script says so", "[launch]") {
    Choice c = machine();
    CHECK(launch_script({}, c).find("reserv") == std::string::npos);
    c.purchase = PurchaseKind::reserved_1yr_no_upfront;
    CHECK(launch_script({}, c).find("\n# A reservation is bought apart") != std::string::npos);
    c.purchase = PurchaseKind::compute_savings_1yr_no_upfront;
    CHECK(launch_script({}, c).find("\n# A savings plan is bought apart") != std::string::npos);
    c.purchase = PurchaseKind::capacity_block; // a machine outside of it would cost on demand
    CHECK(why_no_launch({}, c) ==
          "launch: must not be for a capacity block, within which g4dn.xlarge starts: see aws ec2 "
          "describe-capacity-block-offerings help");
}

TEST_CASE("checkpoints go where the machine can reach them", "[launch][error]") {
    Request request;
    request.launch.checkpoint_url = "s3://bucket/run";
    CHECK(why_no_launch(request, machine()).empty());
    request.launch.checkpoint_url = "gs://bucket/run";
    CHECK(why_no_launch(request, machine()) ==
          "checkpoint_url: must be s3://... for machines of aws, got \"gs://bucket/run\"");
    request.launch.checkpoint_url = "s3://bucket/'; id";
    CHECK_THROWS_AS(launch_script(request, machine()), ArgumentError);
}

TEST_CASE("what is no name or address is refused, also in a request made in code",
          "[launch][error]") {
    auto [key, url, message] = GENERATE(table<const char*, const char*, const char*>({
        {"a b",
         "",
         "key_name: must be at most 64 letters, digits, '.', '_' and '-', beginning with a letter "
         "or digit, got \"a b\""},
        {"-k",
         "",
         "key_name: must be at most 64 letters, digits, '.', '_' and '-', beginning with a letter "
         "or digit, got \"-k\""},
        {"../k",
         "",
         "key_name: must be at most 64 letters, digits, '.', '_' and '-', beginning with a letter "
         "or digit, got \"../k\""},
        {"k",
         "ftp://x",
         "dataset_url: must be kaggle:OWNER/NAME, https://... or s3://..., got \"ftp://x\""},
        {"k",
         "s3://",
         "dataset_url: must be kaggle:OWNER/NAME, https://... or s3://..., got \"s3://\""},
        {"k", "https://x\nREMOTE\nid", "dataset_url: must be one line of text"},
    }));
    Request request;
    request.launch.key_name = key;
    request.dataset.url = url;
    CHECK_THROWS_WITH(launch_script(request, machine()), message);
}

TEST_CASE("names of a catalog cannot end a comment", "[launch]") {
    Choice c = machine();
    c.instance = "x\nrm -rf /";
    const std::string script = launch_script({}, c);
    CHECK(script.find("# Start plan: x?rm -rf / in") != std::string::npos);
    CHECK(script.find("type='x\nrm -rf /'\n") != std::string::npos); // text between quotes
}

/// What a POSIX shell reads from a word: quotes removed; empty if it is not one word of text.
static std::optional<std::string> read_by_shell(std::string_view word) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '\'')
            quoted = !quoted;
        else if (quoted)
            out += word[i];
        else if (word[i] == '\\' && i + 1 < word.size())
            out += word[++i];
        else
            return std::nullopt; // a character with a meaning for the shell may stand here
    }
    return quoted ? std::nullopt : std::optional{out};
}

TEST_CASE("whatever is quoted is read as it was", "[launch][property]") {
    std::mt19937 engine{GENERATE(take(200, random(1U, 1'000'000U)))};
    constexpr std::string_view kHostile = "'\"\\$`();|&<> \t\n*?[]{}!#~%=a0-";
    std::string text;
    for (std::size_t n = engine() % 40; n > 0; --n)
        text += engine() % 8 == 0 ? static_cast<char>(1 + engine() % 255)
                                  : kHostile[engine() % kHostile.size()];
    CHECK(read_by_shell(text::single_quoted(text)) == text);
    CHECK_THROWS_WITH(text::single_quoted(std::string_view{"\0", 1}),
                      "text: must not have a NUL byte");
}

TEST_CASE("each cloud and each format has a plan, of one machine and of several", "[launch]") {
    const std::string provider = GENERATE("aws", "gcp", "azure");
    const auto format = GENERATE(
        LaunchFormat::script, LaunchFormat::sky, LaunchFormat::dstack, LaunchFormat::terraform);
    const bool spot = GENERATE(false, true);
    Choice c = machine();
    c.provider = provider;
    c.region = provider == "aws" ? "us-east-1" : provider == "gcp" ? "us-central1" : "eastus";
    c.instance = provider == "azure" ? "Standard_NC4as_T4_v3" : c.instance;
    c.family = provider == "azure" ? "NCasT4_v3" : provider == "gcp" ? "n1" : c.family;
    c.purchase = spot ? PurchaseKind::spot : PurchaseKind::on_demand;
    Request request;
    request.budget = {.total = Usd{500}, .days = Days{30}, .hours_per_day = HoursPerDay{2}};
    request.launch.format = format;
    if (!why_no_launch(request, c).empty())
        return;
    const std::string plan = launch_script(request, c);
    CHECK(plan.find(c.instance) != std::string::npos);
    CHECK(plan.find(c.region) != std::string::npos);
    if (format == LaunchFormat::script)
        CHECK(plan.find(provider == "aws"   ? "aws --region"
                        : provider == "gcp" ? "gcloud "
                                            : "az ") != std::string::npos);
    if (format == LaunchFormat::terraform)
        CHECK(std::count(plan.begin(), plan.end(), '{') ==
              std::count(plan.begin(), plan.end(), '}'));
    c.job.emplace().machines = 2;
    if (why_no_launch(request, c).empty())
        CHECK(launch_script(request, c) != plan);
}
