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
    const std::string base = "/aws/service/deeplearning/ami/";
    const std::string cuda = "/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id";
    Choice c = machine();
    CHECK(image_parameter(c) == base + "x86_64" + cuda);
    c.family = "g5g";
    c.gpu = "nvidia-t4g";
    c.arch = "arm64";
    CHECK(image_parameter(c) == base + "arm64/oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04"
                                       "/latest/ami-id");
    c.family = "trn1";
    c.gpu = "aws-trainium";
    c.arch = "x86_64";
    CHECK(image_parameter(c).empty());
    c.gpu = "";
    CHECK(image_parameter(c) ==
          "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id");
    c.arch = "arm64";
    CHECK(image_parameter(c) ==
          "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id");
}

TEST_CASE("where there is no plan, the script says so and fails", "[launch]") {
    const auto plan = [](auto change) {
        Choice c = machine();
        change(c);
        return launch_script({}, c);
    };
    const auto says = [](const std::string& why) {
        return "#!/usr/bin/env bash\necho 'No start plan: " + why + "' >&2\nexit 1\n";
    };
    CHECK(plan([](Choice& c) { c.provider = "gcp"; }) ==
          says("there is one for machines of aws only, and g4dn.xlarge is rented out by gcp"));
    CHECK(plan([](Choice& c) { c.retired = true; }) == says("g4dn.xlarge is no longer offered"));
    CHECK(plan([](Choice& c) { c.family = "g6f"; }) ==
          says("no image with drivers is known for g4dn.xlarge"));
    CHECK(plan([](Choice& c) { c.arch = "arm64"; }) ==
          says("no image with drivers is known for g4dn.xlarge"));
    CHECK(plan([](Choice& c) { c.gpu = "radeon-pro-v520", c.family = "g4ad"; }) ==
          says("no image with drivers is known for g4dn.xlarge"));
}

TEST_CASE("a plan for several machines is refused, and one without PyTorch", "[launch]") {
    Choice c = machine();
    c.job.emplace().machines = 2;
    CHECK(
        launch_script({}, c) ==
        "#!/usr/bin/env bash\necho 'No start plan: a plan rents one machine, and the answer is 2 x "
        "g4dn.xlarge: --max-machines 1 asks for one' >&2\nexit 1\n");
    c.job->machines = 1;
    CHECK(launch_script({}, c).find("run-instances") != std::string::npos);
    c.gpu = "aws-inferentia2";
    CHECK(launch_script({}, c).find("has no PyTorch since Neuron 2.32") != std::string::npos);
}

TEST_CASE("a machine stops after its hours a day, or those of its job", "[launch]") {
    Choice c = machine();
    Request request;
    CHECK_FALSE(stops_after(request, c)); // 24 h a day
    c.job.emplace().p90 = Hours{10};
    CHECK(stops_after(request, c)->value() == Approx(12)); // 1.1 * 10 + 1
    request.budget.hours_per_day = HoursPerDay{2};
    CHECK(stops_after(request, c) == Hours{2});
    request.launch.keep_running = true;
    CHECK_FALSE(stops_after(request, c));
}

TEST_CASE("a spot machine is asked for as such and cannot be stopped", "[launch]") {
    Choice c = machine();
    CHECK(launch_script({}, c).find("spot") == std::string::npos);
    c.purchase = PurchaseKind::spot;
    const std::string script = launch_script({}, c);
    CHECK(script.find("--instance-market-options MarketType=spot") != std::string::npos);
    CHECK(script.find("stop-instances") == std::string::npos);
    CHECK(script.find("terminate-instances") != std::string::npos);
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
    CHECK(launch_script(request, machine()).find("cannot start from a disk of type st1") !=
          std::string::npos);
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
    CHECK(launch_script({}, c).find("of a capacity block starts within what was bought") !=
          std::string::npos);
    CHECK(launch_script({}, c).find("run-instances") == std::string::npos);
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
