#include <flopwise/recommend.hpp>

#include "catch.hpp"
#include "temporary.hpp"

#include <set>

using namespace flopwise;

static Request with(std::string_view key, std::vector<std::string> texts) {
    Request request;
    set(request, key, texts);
    return request;
}

TEST_CASE("every setting has a key, a flag and help of its own", "[request]") {
    std::set<std::string_view> keys;
    std::set<std::string_view> flags;
    for (const Setting& s : settings()) {
        CHECK(keys.insert(s.key).second);
        CHECK(flags.insert(s.flag).second);
        CHECK_FALSE(s.help.empty());
        CHECK_FALSE(s.group.empty());
        CHECK(s.get(Request{}) == Value{}); // nothing to show of a default
    }
}

TEST_CASE("what is set is shown, and set again from that gives the same request",
          "[request][property]") {
    auto [key, text] = GENERATE(table<const char*, const char*>({
        {"budget_usd", "2000"},
        {"days", "365"},
        {"hours_per_day", "2.5"},
        {"fixed_usd", "10"},
        {"max_price_usd_per_hour", "3.06"},
        {"gpu", "T4,nvidia-a100*"},
        {"vendor", "nvidia,amd"},
        {"stack", "CUDA"},
        {"min_gpus", "0"},
        {"max_gpus", "8"},
        {"min_gpu_memory_gib", "24"},
        {"max_gpu_memory_gib", "48"},
        {"min_memory_gib", "32"},
        {"max_memory_gib", "512"},
        {"min_vcpus", "8"},
        {"max_vcpus", "96"},
        {"min_network_gbps", "10"},
        {"arch", "x86_64"},
        {"family", "g4dn,g5"},
        {"instance", "p3.2xlarge"},
        {"exclude", "g4dn.xlarge"},
        {"provider", "aws"},
        {"region", "us-east-1,eu-*"},
        {"near", "10.82,106.63"},
        {"max_rtt_ms", "60"},
        {"purchase", "spot"},
        {"include_retired", "true"},
        {"profile", "hpc"},
        {"precision", "fp64"},
        {"speed", "peak"},
        {"weights", "cost=0.5,speed=0.3"},
        {"catalog", "aws-2020-04"},
        {"today", "2026-11-01T18:30"},
        {"top", "3"},
        {"nearest", "0"},
        {"by", "family"},
        {"sort", "price"},
        {"firmness", "true"},
        {"use_cv", "0.5"},
        {"currency", "EUR=0.92"},
        {"currency", "VND=26345.5@2026-11-30"},
        {"confidence", "0.95"},
        {"own_price_usd", "10000"},
        {"own_years", "4"},
        {"own_residual_usd", "500"},
        {"own_rate", "0.08"},
        {"own_gpu", "T4"},
        {"own_gpus", "2"},
        {"own_watts", "600"},
        {"own_pue", "1.5"},
        {"electricity", "0.12"},
        {"own_upkeep", "0.03"},
        {"own_staff_hours", "20"},
        {"own_staff_usd_per_hour", "50"},
        {"dataset_gib", "100"},
        {"dataset_region", "us-east-1"},
        {"dataset_url", "kaggle:owner/name"},
        {"launch", "true"},
        {"key_name", "mine"},
        {"keep_running", "true"},
        {"launch_format", "terraform"},
        {"idle_minutes", "15"},
        {"checkpoint_url", "s3://bucket/run-1"},
        {"model", "llama-2-7b"},
        {"tokens", "2e+09"},
        {"samples", "1.28e+06"},
        {"epochs", "90"},
        {"flops", "3e+20"},
        {"measured", "400/s on g4dn.xlarge"},
        {"batch", "256"},
        {"fine_tune", "qlora"},
        {"lora_rank", "8"},
        {"recompute", "full"},
        {"optimiser", "adam_8bit"},
        {"recipe", "bf16"},
        {"loss", "fused"},
        {"offload", "optimiser"},
        {"memory_confidence", "0.9"},
        {"rate", "true"},
        {"software_year", "2024.5"},
        {"program", "nvidia_examples"},
        {"sharding", "zero3"},
        {"tensor_parallel", "8"},
        {"pipeline_parallel", "4"},
        {"deadline", "48h"},
        {"deadline", "2026-12-31"},
        {"objective", "balanced"},
        {"max_machines", "4"},
        {"kind", "moe"},
        {"parameters", "7e+09"},
        {"active_parameters", "1e+09"},
        {"layers", "32"},
        {"hidden", "4096"},
        {"heads", "32"},
        {"head_dim", "256"},
        {"seq_len", "2048"},
        {"attention_window", "1024"},
        {"window_layers", "22"},
        {"vocab", "32000"},
        {"forward_gmacs", "4.1"},
        {"activations_m", "11.1"},
        {"image_px", "224"},
    }));
    const Request request = with(key, {text});
    CAPTURE(key);
    CHECK_FALSE(request == Request{});
    for (const Setting& s : settings()) {
        const Value value = s.get(request);
        CHECK((value == Value{}) == (s.key != key));
        if (s.key != key)
            continue;
        std::vector<std::string> texts;
        if (const auto* n = std::get_if<double>(&value))
            texts = {fmt::format("{}", *n)};
        else if (const auto* t = std::get_if<std::string>(&value))
            texts = {*t};
        else if (const auto* list = std::get_if<std::vector<std::string>>(&value))
            texts = *list;
        else if (const auto* map = std::get_if<std::vector<std::pair<std::string, double>>>(&value))
            for (const auto& [name, number] : *map)
                texts.push_back(fmt::format("{}={}", name, number));
        else
            texts = {"true"};
        CHECK(with(key, texts) == request);
    }
}

TEST_CASE("lists come by comma, by repetition, or both, and name nothing twice", "[request]") {
    const std::vector<std::string> expected{"g4dn", "g5", "p3"};
    CHECK(with("family", {"g4dn,g5,p3"}).constraints.family == expected);
    CHECK(with("family", {"g4dn", "g5", "p3"}).constraints.family == expected);
    CHECK(with("family", {"g4dn, g5", "p3", "g5"}).constraints.family == expected);
}

// Each by hand: 1 GB is 1e9 bytes, 1 GiB 2^30; a week has 7 days, a year 365.
TEST_CASE("a number is read with its unit, as people write it", "[request]") {
    auto [key, text, value] = GENERATE(table<const char*, const char*, double>({
        {"budget_usd", "$2000", 2000},
        {"budget_usd", "$2,000.50", 2000.5},
        {"budget_usd", "2k", 2000},
        {"budget_usd", "$1.5M", 1.5e6},
        {"budget_usd", "2000 USD", 2000},
        {"budget_usd", "2k USD", 2000},
        {"max_price_usd_per_hour", "$2.74/h", 2.74},
        {"days", "7d", 7},
        {"days", "2w", 14},
        {"days", "2 weeks", 14},
        {"days", "48h", 2},
        {"days", "1y", 365},
        {"days", "12 months", 365},
        {"hours_per_day", "90min", 1.5},
        {"hours_per_day", "2h", 2},
        {"min_memory_gib", "16GiB", 16},
        {"min_memory_gib", "16 gib", 16},
        {"min_memory_gib", "0.5TiB", 512},
        {"min_memory_gib", "16384MiB", 16},
        {"min_memory_gib", "64GB", 59.604644775390625}, // 64e9 / 2^30
        {"min_gpu_memory_gib", "80gb", 74.505805969238281},
        {"min_network_gbps", "100Gbps", 100},
        {"min_network_gbps", "12.5GB/s", 100},
        {"min_network_gbps", "500Mbps", .5},
        {"min_vcpus", "16 vCPUs", 16},
        {"startup_minutes", "90s", 1.5},
        {"checkpoint_minutes", "0.5h", 30},
        {"confidence", "95%", .95},
        {"discount_rate", "8 %", .08},
        {"own_years", "18 months", 1.5},
        {"tokens", "1,000", 1000},
        {"tokens", "1,234,567", 1'234'567},
        {"tokens", "2e9", 2e9},
        {"tokens", "15T", 15e12},
        {"tokens", "2B tokens", 2e9},
        {"parameters", "7B", 7e9},
        {"parameters", "350M", 350e6},
        {"flops", "3 ZFLOP", 3e21},
        {"seq_len", "8Ki", 8192},
        {"activations_m", "11.2M", 11.2},
        {"forward_gmacs", "4.1G", 4.1},
    }));
    INFO(key << " " << text);
    const Setting* setting = find_setting(key);
    REQUIRE(setting != nullptr);
    const Value shown = setting->get(with(key, {text}));
    REQUIRE(std::holds_alternative<double>(shown));
    CHECK(std::get<double>(shown) == Approx(value).epsilon(1e-12));
}

TEST_CASE("a value that is not accepted is refused by key", "[request][error]") {
    auto [key, text, message] = GENERATE(table<const char*, const char*, const char*>({
        {"budget_usd", "-5", "budget_usd: must be positive, got -5 USD"},
        {"budget_usd", "0", "budget_usd: must be positive, got 0 USD"},
        {"budget_usd", "nan", "budget_usd: must be a number, got \"nan\""},
        {"budget_usd", "inf", "budget_usd: must be a number, got \"inf\""},
        {"budget_usd",
         "2GiB",
         "budget_usd: must be a number, alone or with k, M, B, T or USD, got \"2GiB\""},
        {"min_memory_gib",
         "16W",
         "min_memory_gib: must be a number, alone or with GiB, MiB, TiB, PiB, GB, MB, TB or PB, "
         "got \"16W\""},
        {"min_memory_gib",
         "16G",
         "min_memory_gib: must be a number, alone or with GiB, MiB, TiB, PiB, GB, MB, TB or PB, "
         "got \"16G\""},
        {"seq_len", "8k", "seq_len: must be a number, alone or with tokens or Ki, got \"8k\""},
        {"tokens", "1,00", "tokens: must be a number, got \"1,00\""},
        {"tokens", "1000,000", "tokens: must be a number, got \"1000,000\""},
        {"tokens", "1.000,000", "tokens: must be a number, got \"1.000,000\""},
        {"tokens",
         "7BB",
         "tokens: must be a number, alone or with k, M, B, T or tokens, got \"7BB\""},
        {"confidence", "90 $", "confidence: must be a number, alone or with %, got \"90 $\""},
        {"budget_usd", "", "budget_usd: must have a value"},
        {"days", "1e300", "days: must be at most 36525 d, got 1e+300 d"},
        {"days", "1e-300", "days: must be at least 1e-09 d, got 1e-300 d"},
        {"hours_per_day", "25", "hours_per_day: must be at most 24 h/d, got 25 h/d"},
        {"fixed_usd", "-1", "fixed_usd: must not be negative, got -1 USD"},
        {"min_gpus", "-1", "min_gpus: must not be negative, got -1"},
        {"min_vcpus", "0", "min_vcpus: must be positive, got 0 vCPUs"},
        {"gpu", "T4,,K80", "gpu: must not have an empty name"},
        {"model",
         "lama-2-7b",
         "model: must be a model of data/models.yaml, got \"lama-2-7b\", did you mean llama-2-7b?"},
        {"measured",
         "400",
         "measured: must be a rate and a machine such as \"400/s on g4dn.xlarge\", got \"400\""},
        {"deadline",
         "soon",
         "deadline: must be hours such as 48h, days such as 3d or a date such as 2026-12-31, got "
         "\"soon\""},
        {"deadline", "-2h", "deadline: must be positive, got -2 h"},
        {"fine_tune",
         "qLora",
         "fine_tune: must be none, full, lora or qlora, got \"qLora\", did you mean qlora?"},
        {"max_machines", "0", "max_machines: must be a whole number of at least 1, got 0"},
        {"tensor_parallel", "0", "tensor_parallel: must be a whole number of at least 1, got 0"},
        {"pipeline_parallel",
         "1.5",
         "pipeline_parallel: must be a whole number of at least 1, got 1.5"},
        {"purchase",
         "on-demand",
         "purchase: must be on_demand, spot, best or a reservation such as "
         "reserved_1yr_no_upfront, got \"on-demand\", did you mean on_demand?"},
        {"profile",
         "trainig",
         "profile: must be training, inference, graphics or hpc, got \"trainig\", did you mean "
         "training?"},
        {"precision",
         "fp63",
         "precision: must be mixed, fp64, fp32, tf32, fp16, bf16, fp8 or int8, got \"fp63\", did "
         "you "
         "mean fp64?"},
        {"weights",
         "cots=1",
         "weights: must be cost, speed, gpu_memory, memory, vcpus or network, got \"cots\", did "
         "you "
         "mean cost?"},
        {"weights", "cost", "weights: must be NAME=NUMBER, got \"cost\""},
        {"weights", "cost=x", "weights: must be NAME=NUMBER, got \"cost=x\""},
        {"weights", "cost=1=2", "weights: must be NAME=NUMBER, got \"cost=1=2\""},
        {"weights", "cost=1,cost=2", "weights: must not be given twice, got \"cost=2\""},
        {"weights", "cost=-1", "weights: must not be negative, got cost=-1"},
        {"weights", "cost=0", "weights: must not all be zero"},
        {"near",
         "nowhere",
         "near: must be LAT,LON in degrees, a country such as vn or Vietnam, or a city such as "
         "Hanoi or Valencia,es, got \"nowhere\""},
        {"today",
         "2026-07",
         "today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "
         "\"2026-07\""},
        {"today",
         "2026-07-20T24:00",
         "today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "
         "\"2026-07-20T24:00\""},
        {"today",
         "2026-07-20T9:30",
         "today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "
         "\"2026-07-20T9:30\""},
        {"today",
         "20/7/2026",
         "today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "
         "\"20/7/2026\""},
        {"top", "0", "top: must be a whole number of at least 1, got 0"},
        {"top", "2.5", "top: must be a whole number of at least 1, got 2.5"},
        {"currency",
         "eur=0.92",
         "currency: must be CODE=RATE or CODE=RATE@DATE with a code of three capital letters: "
         "EUR=0.92@2026-11-30, got \"eur=0.92\""},
        {"currency",
         "EUR",
         "currency: must be CODE=RATE or CODE=RATE@DATE with a code of three capital letters: "
         "EUR=0.92@2026-11-30, got \"EUR\""},
        {"currency",
         "EUR@2026-11-30",
         "currency: must be CODE=RATE or CODE=RATE@DATE with a code of three capital letters: "
         "EUR=0.92@2026-11-30, got \"EUR@2026-11-30\""},
        {"currency",
         "USD=1",
         "currency: must be another currency than USD, in which all amounts are"},
        {"currency", "EUR=0", "currency: must be positive, got 0"},
        {"currency", "EUR=-0.9", "currency: must be positive, got -0.9"},
        {"currency", "EUR=inf", "currency: must be a number, got \"inf\""},
        {"currency", "EUR=nan", "currency: must be a number, got \"nan\""},
        {"currency", "EUR=", "currency: must have a value"},
        {"currency",
         "EUR=0.92@2026-11",
         "currency: must be a date such as 2026-07-20, got \"2026-11\""},
        {"include_retired", "yes", "include_retired: must be true or false, got \"yes\""},
        {"by",
         "price",
         "by: must be instance, family, machine, gpu, provider or region, got \"price\""},
        {"budget", "5", "budget: must be a known key, did you mean budget_usd?"},
    }));
    CHECK_THROWS_WITH(with(key, {text}), message);
}

TEST_CASE("a single value is given once", "[request][error]") {
    CHECK_THROWS_WITH(with("days", {"1", "2"}), "days: must be given once, got 2 values");
}

TEST_CASE("an error points at where the setting was written", "[request][error]") {
    Request request;
    const std::vector<std::string> texts{"-1"};
    CHECK_THROWS_WITH(set(request, "days", texts, {.field = "--days"}),
                      "--days: must be positive, got -1 d");
    CHECK_THROWS_AS(set(request, "days", texts, {"r.yaml", 3, "days"}), InputError);
    CHECK_THROWS_WITH(set(request, "days", texts, {"r.yaml", 3, "days"}),
                      "r.yaml:3: days: must be positive, got -1 d");
}

TEST_CASE("a request file is read through the same table", "[request]") {
    const Temporary folder;
    const Request request = read_request(folder.file("r.yaml", R"(budget_usd: 2000
days: 365
hours_per_day: 2
region: [us-east-1, eu-west-1]
family: g*
near: [10.8, 106.7]
weights: {cost: 0.5, speed: 0.5}
include_retired: true
)"));
    CHECK(request.budget.total == Usd{2000});
    CHECK(request.constraints.region == std::vector<std::string>{"us-east-1", "eu-west-1"});
    CHECK(request.constraints.family == std::vector<std::string>{"g*"});
    CHECK(request.constraints.near == Place{10.8, 106.7});
    CHECK(request.weights == Weights{.cost = 0.5, .speed = 0.5});
    CHECK(request.constraints.include_retired);
    CHECK(request.origin.at("family").line == 5);
}

TEST_CASE("a bad request file is refused with file, line and key", "[request][error]") {
    auto [content, message] = GENERATE(table<const char*, const char*>({
        {"", "must be a request, is empty"},
        {"days: 1\ndays: 2\n", ":2: days: must not be given twice"},
        {"days: 1\nbuget_usd: 2\n", ":2: buget_usd: must be a known key, did you mean budget_usd?"},
        {"days:\n  - 1\n  - 2\n", ":2: days: must be given once, got 2 values"},
        {"days: .inf\n", ":1: days: must be a number, got \".inf\""},
        {"region: [[a]]\n", ":1: region: must be text, a number or a list of these"},
        {"region: []\n", ":1: region: must have a value, got nothing"},
        {"region:\n", ":1: region: must have a value, got nothing"},
        {"- days\n", ":1: must be a mapping of keys to values, got a list"},
    }));
    const Temporary folder;
    const auto file = folder.file("r.yaml", content);
    const std::string reason{message};
    CHECK_THROWS_WITH(read_request(file),
                      file.string() + (reason.front() == ':' ? "" : ": ") + reason);
}

/// What recommend() says of a request; empty if it answers.
static std::string refusal_of(const Request& request) {
    static const Catalog catalog = Catalog::bundled("aws-2020-04");
    try {
        (void)recommend(catalog, request);
    } catch (const ArgumentError& e) {
        return e.what();
    }
    return "";
}

// Ranges and messages are those of the table of settings, as in the tests above.
TEST_CASE("a request made in code meets the rules of the table", "[request][error]") {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const auto [request, message] = GENERATE_COPY(table<Request, std::string>({
        {{.constraints = {.min_gpus = kNan}}, "min_gpus: must be a number, got \"nan\""},
        {{.constraints = {.max_price = UsdPerHour{kNan}}},
         "max_price_usd_per_hour: must be a number, got \"nan\""},
        {{.constraints = {.max_price = UsdPerHour{-1}}},
         "max_price_usd_per_hour: must be positive, got -1 USD/h"},
        {{.constraints = {.near = Place{1000, 1000}}},
         "near: must be LAT,LON with LAT in [-90, 90] and LON in [-180, 180], got \"1000,1000\""},
        {{.constraints = {.purchase = {static_cast<Purchase>(9)}}},
         "purchase: must be a value that has a name"},
        {{.ways = {static_cast<PurchaseKind>(99)}}, "purchase: must be a value that has a name"},
        {{.precision = static_cast<Precision>(77)}, "precision: must be a value that has a name"},
        {{.weights = Weights{.cost = kNan}}, "weights: must be NAME=NUMBER, got \"cost=nan\""},
        {{.today = {2026, 13, 45}},
         "today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "
         "\"2026-13-45\""},
        {{.top = 0}, "top: must be a whole number of at least 1, got 0"},
    }));
    CHECK(refusal_of(request) == message);
    CHECK_THROWS_WITH(why_not(Catalog::bundled("aws-2020-04"), request, 0), message);
}

TEST_CASE("what the table accepts is accepted again, and a limit is a limit", "[request]") {
    const auto texts = std::to_array<std::string>({"0",
                                                   "1e-9",
                                                   "0.1",
                                                   "1",
                                                   "3",
                                                   "24",
                                                   "100",
                                                   "8760",
                                                   "36525",
                                                   "876600",
                                                   "1e6",
                                                   "999999.9",
                                                   "1e9",
                                                   "1e12",
                                                   "1e15",
                                                   "1e18",
                                                   "1e32",
                                                   "true",
                                                   "best",
                                                   "on_demand,spot",
                                                   "spot,convertible_3yr_all_upfront",
                                                   "vn",
                                                   "-10.8,106.7",
                                                   "any",
                                                   "us-*,eu-west-1",
                                                   "2028-02-29",
                                                   "0.7h",
                                                   "de-industry",
                                                   "400 images/s on g4dn.xlarge",
                                                   "s3://bucket/x",
                                                   "standard",
                                                   "cost=1e300,vcpus=0.1",
                                                   "hpc",
                                                   "int8",
                                                   "full",
                                                   "adam_8bit",
                                                   "zero3",
                                                   "time",
                                                   "moe",
                                                   "family",
                                                   "llama-2-7b"});
    for (const Setting& setting : settings())
        for (const std::string& text : texts) {
            Request request;
            try {
                set(request, setting.key, std::array{text});
            } catch (const ArgumentError&) {
                continue;
            }
            INFO(setting.key << " " << text);
            CHECK_NOTHROW(validate(request));
        }
}

TEST_CASE("a deadline that is a day ends with it, counted from the moment of the question",
          "[request]") {
    Request request{.goal = Job{.model = "resnet-50", .deadline_on = {2026, 12, 4}},
                    .today = {2026, 11, 30}};
    CHECK(*deadline_of(request) == Hours{5 * 24}); // the 30th, and four days
    set(request, "today", std::to_array<std::string>({"2026-11-30T18:30"}));
    CHECK(*deadline_of(request) == Hours{4 * 24 + 5.5});
    for (const char* moment : {"2026-11-30T18:30Z", "2026-11-30T18:30:00", "2026-11-30 18:30"}) {
        set(request, "today", std::to_array<std::string>({moment}));
        CHECK(deadline_of(request)->value() == Approx{4 * 24 + 5.5});
    }
    request.time_of_day = Hours{24 - 1e-5}; // it is shown as what can be read again
    CHECK(std::get<std::string>(find_setting("today")->get(request)) == "2026-11-30T23:59:59");
    request.time_of_day = Hours{18.5};
    training(request).deadline_on = {2026, 11, 30};
    CHECK(deadline_of(request)->value() == Approx{5.5}); // the rest of today
    training(request).deadline_on = {2026, 11, 29};
    CHECK_THROWS_WITH(deadline_of(request),
                      "deadline: must not be before today, 2026-11-30, got 2026-11-29");
    request.today = {};
    CHECK_THROWS_WITH(deadline_of(request), "deadline: must come with `today`, if it is a date");
}
