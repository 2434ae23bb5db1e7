#include "recommend/disk.hpp"
#include "recommend/launch.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

/// Source: SkyPilot's list of clouds (sky/skylet/constants.py), 2026-08; of these, those whose
/// machines have the same names in the catalogs of flopwise.
bool in_sky(std::string_view provider) {
    static constexpr auto kClouds =
        std::to_array<std::string_view>({"aws", "azure", "gcp", "lambda", "nebius", "runpod"});
    return std::find(kClouds.begin(), kClouds.end(), provider) != kClouds.end();
}

struct Backend {
    std::string_view provider;
    std::string_view name;
    bool same_names; ///< of machines; otherwise its GPUs are asked for
};
/// Source: dstack, BackendType, 2026-08.
constexpr auto kBackends = std::to_array<Backend>({{"aws", "aws", true},
                                                   {"azure", "azure", true},
                                                   {"gcp", "gcp", false},
                                                   {"lambda", "lambda", true},
                                                   {"nebius", "nebius", false},
                                                   {"runpod", "runpod", false},
                                                   {"vast", "vastai", false},
                                                   {"verda", "verda", false}});

static const Backend* backend_of(std::string_view provider) {
    const auto* const found =
        std::find_if(kBackends.begin(), kBackends.end(), [provider](const Backend& backend) {
            return backend.provider == provider;
        });
    return found == kBackends.end() ? nullptr : found;
}

bool in_dstack(std::string_view provider) {
    return backend_of(provider) != nullptr;
}

/// "A100" of "nvidia-a100-sxm4-80gb": one word of letters and a number, as lists of GPUs have it.
/// Empty where the model has several words, which each list writes in its own way.
static std::string short_name(std::string_view gpu) {
    const std::size_t maker = gpu.find('-');
    std::string_view word = gpu.substr(maker == std::string_view::npos ? gpu.size() : maker + 1);
    word = word.substr(0, word.find('-'));
    std::string out;
    for (const char c : word)
        out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const bool number = out.find_first_of("0123456789") != std::string::npos;
    return number && !out.empty() && out.front() >= 'A' ? out : "";
}

static std::string as_yaml(std::string_view text) {
    return "\"" + text::yaml_escaped(text) + "\"";
}

static std::string comments(const StartPlan& plan, std::string_view how) {
    return fmt::format("# Start plan: {}\n# {}\n# {}\n", plan.title, limits_of(plan), how);
}

static bool in_bucket(const std::string& url) {
    return url.starts_with("s3://") || url.starts_with("gs://");
}

static std::string sky_files(const Request& request) {
    std::string out;
    const auto add = [&](std::string_view at, const std::string& url, std::string_view mode) {
        out += fmt::format("  {}:\n    source: {}\n    mode: {}\n", at, as_yaml(url), mode);
    };
    if (in_bucket(request.dataset.url))
        add("~/data", request.dataset.url, "COPY");
    if (!request.launch.checkpoint_url.empty())
        add("~/checkpoints", request.launch.checkpoint_url, "MOUNT");
    return out.empty() ? "" : "file_mounts:\n" + out;
}

std::string sky_task(const StartPlan& plan) {
    const Choice& c = plan.choice;
    const Request& request = plan.request;
    const bool attached = c.provider == "gcp" && gcp_machine_type(c) != c.instance;
    const bool placed = c.provider != "runpod" && c.region != "all";
    // What SkyPilot cannot stop: spot but for Google's, and machines of Lambda and RunPod.
    const bool down =
        (plan.spot && c.provider != "gcp") || c.provider == "lambda" || c.provider == "runpod";
    std::string out =
        comments(plan,
                 fmt::format("sky launch -c {0} FILE; sky logs {0}; sky down {0} ends it. SkyPilot "
                             "does not cap the price of spot.",
                             plan.name)) +
        fmt::format("name: {}\nnum_nodes: {}\nworkdir: .\nresources:\n  infra: {}\n"
                    "  instance_type: {}\n{}  use_spot: {}\n  disk_size: {}\n{}",
                    plan.name,
                    plan.machines,
                    as_yaml(placed ? c.provider + "/" + c.region : c.provider),
                    as_yaml(c.provider == "gcp" ? gcp_machine_type(c) : c.instance),
                    attached ? fmt::format("  accelerators: \"T4:{:.0f}\"\n", c.gpu_count) : "",
                    plan.spot,
                    gib(disk_size(request)),
                    plan.machines > 1 ? "  network_tier: best\n" : "");
    out += plan.idle_minutes > 0 ? fmt::format("  autostop:\n    idle_minutes: {}\n    down: {}\n",
                                               plan.idle_minutes,
                                               down)
                                 : "  autostop: false\n";
    out += "envs:\n  FILE: train.py\n" + sky_files(request) + "setup: |\n";
    out += with_prefix("  ", "set -e\npip install --quiet torch kaggle jupyterlab\n");
    if (const std::string& url = request.dataset.url; !url.empty() && !in_bucket(url))
        out += with_prefix("  ", "(\n" + fetch_text(request) + ")\n");
    return out + "run: |\n" +
           with_prefix(
               "  ",
               fmt::format("{}torchrun --nnodes=\"$SKYPILOT_NUM_NODES\" "
                           "--node-rank=\"$SKYPILOT_NODE_RANK\" \\\n"
                           "  --nproc-per-node=\"{}\" \\\n  --master-addr=\"$(echo "
                           "\"$SKYPILOT_NODE_IPS\" | head -n 1)\" --master-port=29500 "
                           "\"$FILE\"\n",
                           plan.minutes > 0 ? fmt::format("timeout {}m ", plan.minutes) : "",
                           c.gpu.empty() ? "1" : "$SKYPILOT_NUM_GPUS_PER_NODE"));
}

std::string dstack_gpu(const Choice& c) {
    const Backend* backend = backend_of(c.provider);
    if (c.gpu.empty() || (backend != nullptr && backend->same_names))
        return fmt::format("count: {:.0f}", c.gpu_count);
    const std::string name = short_name(c.gpu);
    if (name.empty() || !c.gpu_memory)
        return "";
    return fmt::format("name: {}\n    memory: {:.0f}GB\n    count: {:.0f}",
                       name,
                       c.gpu_memory->value(),
                       c.gpu_count);
}

std::string dstack_task(const StartPlan& plan) {
    constexpr int kLeastWindow = 5; // minutes
    const Choice& c = plan.choice;
    const Request& request = plan.request;
    const Backend& backend = *backend_of(c.provider);
    std::string out =
        comments(plan, "dstack apply -f FILE; dstack logs NAME; dstack stop NAME ends it.") +
        fmt::format("type: task\nname: {}\nnodes: {}\npython: \"3.12\"\nbackends: [{}]\n",
                    plan.name,
                    plan.machines,
                    backend.name);
    if (c.region != "all")
        out += fmt::format("regions: [{}]\n", as_yaml(c.region));
    if (backend.same_names)
        out += fmt::format("instance_types: [{}]\n", as_yaml(c.instance));
    out += fmt::format("spot_policy: {}\n", plan.spot ? "spot" : "on-demand");
    if (!plan.cap.empty())
        out += fmt::format("max_price: {}\n", plan.cap);
    out +=
        plan.minutes > 0 ? fmt::format("max_duration: {}m\n", plan.minutes) : "max_duration: off\n";
    out += "idle_duration: 5m\n";
    if (plan.idle_minutes > 0 && !c.gpu.empty())
        out += fmt::format("utilization_policy:\n  min_gpu_utilization: 5\n  time_window: {}m\n",
                           std::max(plan.idle_minutes, kLeastWindow));
    out += fmt::format("resources:\n  gpu:\n    {}\n  disk: {}GB..\n  shm_size: 16GB\n",
                       dstack_gpu(c),
                       gib(disk_size(request)));
    out += "env:\n  - NCCL_DEBUG=INFO\n  - FILE=train.py\nfiles:\n  - train.py\ncommands:\n"
           "  - uv pip install torch kaggle awscli\n";
    if (!request.dataset.url.empty())
        out += "  - |\n" + with_prefix("    ", "(\n" + fetch_text(request) + ")\n");
    return out + "  - |\n" +
           with_prefix("    ",
                       fmt::format("torchrun --nnodes=\"$DSTACK_NODES_NUM\" "
                                   "--node-rank=\"$DSTACK_NODE_RANK\" \\\n"
                                   "  --nproc-per-node=\"{}\" \\\n"
                                   "  --master-addr=\"$DSTACK_MASTER_NODE_IP\" "
                                   "--master-port=29500 \"$FILE\"\n",
                                   c.gpu.empty() ? "1" : "$DSTACK_GPUS_PER_NODE"));
}

} // namespace flopwise
