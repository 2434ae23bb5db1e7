#include "recommend/disk.hpp"
#include "recommend/launch.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

static bool begins_with_any(std::string_view name, std::span<const std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [name](std::string_view beginning) {
        return name.starts_with(beginning);
    });
}

std::string gcp_machine_type(const Choice& c) {
    const std::size_t gpus = c.instance.rfind("-t4x");
    return gpus == std::string::npos ? c.instance : c.instance.substr(0, gpus);
}

/// Source: Google Cloud, Deep Learning VM images of 2026 with driver 580 and PyTorch 2.9 of CUDA
/// 12.9, which computes from Turing on.
std::string gcp_image(const Choice& c) {
    static constexpr auto kGpus = std::to_array<std::string_view>({"nvidia-t4",
                                                                   "nvidia-l4",
                                                                   "nvidia-a100-",
                                                                   "nvidia-h100-",
                                                                   "nvidia-h200-",
                                                                   "nvidia-b200",
                                                                   "nvidia-rtx-pro-6000"});
    if (c.gpu.empty() && (c.arch == "x86_64" || c.arch == "arm64"))
        return fmt::format("ubuntu-os-cloud ubuntu-2404-lts-{}",
                           c.arch == "arm64" ? "arm64" : "amd64");
    if (c.arch == "x86_64" && begins_with_any(c.gpu, kGpus) &&
        c.gpu_count == std::floor(c.gpu_count))
        return "deeplearning-platform-release pytorch-.*-ubuntu-.*-nvidia-.*";
    return "";
}

/// Of the region, as `gcloud compute regions describe` has it; those of newer GPUs are kept
/// elsewhere and are not known here.
static std::string quota_metric(const StartPlan& plan) {
    const Choice& c = plan.choice;
    const std::string preemptible = plan.spot ? "PREEMPTIBLE_" : "";
    if (c.gpu.empty() && !c.vcpus)
        return "";
    if (c.gpu.empty())
        return plan.spot ? "PREEMPTIBLE_CPUS" : "CPUS";
    if (c.gpu == "nvidia-t4" || c.gpu == "nvidia-l4")
        return preemptible + (c.gpu == "nvidia-t4" ? "NVIDIA_T4_GPUS" : "NVIDIA_L4_GPUS");
    if (c.gpu.starts_with("nvidia-a100-"))
        return preemptible +
               (c.gpu.ends_with("80gb") ? "NVIDIA_A100_80GB_GPUS" : "NVIDIA_A100_GPUS");
    if (c.gpu.starts_with("nvidia-h100-"))
        return preemptible + "NVIDIA_H100_GPUS";
    return "";
}

constexpr std::string_view kGcpText = R"sh(
cloud() { gcloud compute --quiet "$@"; }
listed() { # field: of each machine that there is, a line
  cloud instances list --filter="labels.flopwise=$key" --sort-by=name --format="value($1)"
}
found() { listed name; }
addresses() {
  cloud instances list --filter="labels.flopwise=$key AND status=RUNNING" --sort-by=name \
    --format='value(networkInterfaces[0].accessConfigs[0].natIP)'
}
inside() { listed 'networkInterfaces[0].networkIP' | sed -n 1p; }
zone_of() { listed 'zone.basename()' | sed -n 1p; }
has() { # kind name
  [ -n "$(cloud "$1" list --filter="name=$2" --format='value(name)')" ]
}

quota() {
  local all most='' used='' name limit usage
  if [ -n "$metric" ]; then
    all=$(cloud regions describe "$region" --flatten='quotas[]' \
      --format='csv[no-heading](quotas.metric,quotas.limit,quotas.usage)')
    while IFS=, read -r name limit usage; do
      if [ "$name" = "$metric" ]; then most=${limit%%.*} used=${usage%%.*}; fi
    done <<<"$all"
  fi
  if [[ ! $most =~ ^[0-9]+$ || ! $used =~ ^[0-9]+$ ]]; then
    echo "the quota of $type is not known: if renting fails, that may be why" >&2
  elif [ $((most - used)) -lt "$needed" ]; then
    fail "quota $metric in $region: must have $needed free, has $((most - used)) of $most; ask for more, which may take days:
  https://console.cloud.google.com/iam-admin/quotas"
  fi
}
door() { # ssh from the address that this computer has today, and from no other
  local mine
  mine=$(address_here)
  # A network of its own: the usual one lets in ssh from everywhere.
  has networks "$key" || cloud networks create "$key" --subnet-mode=auto >/dev/null
  if has firewall-rules "$key-ssh"; then
    cloud firewall-rules update "$key-ssh" --source-ranges="$mine/32" >/dev/null
  else
    cloud firewall-rules create "$key-ssh" --network="$key" --allow=tcp:22 \
      --source-ranges="$mine/32" --target-tags="$key" >/dev/null
  fi
  if [ "$machines" -gt 1 ] && ! has firewall-rules "$key-inside"; then
    cloud firewall-rules create "$key-inside" --network="$key" --allow=all --source-tags="$key" \
      --target-tags="$key" >/dev/null
  fi
}
create() {
  local newest zones zone i names=() options=()
  newest=$(cloud images list --project="$project" --no-standard-images --sort-by=~creationTimestamp \
    --filter="family~^$family\$ AND $arch" --limit=1 --format='value(name)')
  [ -n "$newest" ] || fail "$project: must have an image of $family, has none"
  zones=$(cloud machine-types list --filter="name=$machine AND zone~^$region-" --format='value(zone)')
  for ((i = 0; i < machines; i++)); do names+=("$key-$i"); done
  if [ -n "$gpus" ]; then options+=(--accelerator="$gpus"); fi
  if [ "$spot" = yes ]; then
    options+=(--provisioning-model=SPOT --instance-termination-action=STOP)
  fi
  if [ "$machines" -gt 1 ] && [[ $machine != n1-* && $machine != e2-* ]]; then # near to one another
    cloud resource-policies describe "$key" --region="$region" >/dev/null 2>&1 ||
      cloud resource-policies create group-placement "$key" --region="$region" \
        --collocation=collocated --vm-count="$machines" >/dev/null
    options+=(--resource-policies="$key")
  fi
  if [ "$bucket" = yes ]; then
    options+=(--scopes=storage-rw)
  else
    options+=(--no-service-account --no-scopes)
  fi
  boot >"./$key.boot"
  for zone in $zones; do
    if cloud instances create "${names[@]}" --zone="$zone" --machine-type="$machine" \
      --image="$newest" --image-project="$project" --boot-disk-size="$disk" \
      --boot-disk-type="$disk_type" --network-interface="network=$key,nic-type=GVNIC" \
      --tags="$key" --labels="flopwise=$key" --maintenance-policy=TERMINATE \
      --metadata="enable-oslogin=FALSE,block-project-ssh-keys=TRUE,ssh-keys=ubuntu:$(cat "./$key.pem.pub")" \
      --metadata-from-file=startup-script="./$key.boot" ${options[@]+"${options[@]}"} >/dev/null; then
      return
    fi
    erase # all machines or none
  done
  fail "$machines x $machine: must be had in $region today, cannot"
}
collect() { # names, zone
  local all one
  all=$(found)
  ids=()
  for one in $all; do ids+=("$one"); done
  zone=$(zone_of)
}
halt() {
  local ids zone
  collect
  cloud instances stop "${ids[@]}" --zone="$zone" --discard-local-ssd=true
}
up() {
  local ids zone
  collect
  cloud instances start "${ids[@]}" --zone="$zone"
}
erase() {
  local ids zone
  collect
  if [ "${#ids[@]}" -gt 0 ]; then
    cloud instances delete "${ids[@]}" --zone="$zone" --delete-disks=all
  fi
}
destroy() {
  local one
  erase
  if cloud resource-policies describe "$key" --region="$region" >/dev/null 2>&1; then
    cloud resource-policies delete "$key" --region="$region"
  fi
  for one in "$key-ssh" "$key-inside"; do
    if has firewall-rules "$one"; then cloud firewall-rules delete "$one"; fi
  done
  if has networks "$key"; then cloud networks delete "$key"; fi
  rm -f "./$key.boot"
}
)sh";

/// The usual type of disk: newer families start from Hyperdisk alone.
/// Source: Google Cloud, disk types by machine series, 2026.
static std::string_view usual_disk(const Choice& c) {
    static constexpr auto kHyperdisk = std::to_array<std::string_view>(
        {"a3-ultragpu", "a4", "g4-", "c4", "n4", "m4", "x4", "h4d", "z4d"});
    return begins_with_any(c.instance, kHyperdisk) ? "hyperdisk-balanced" : "pd-balanced";
}

CloudScript gcp_script(const StartPlan& plan) {
    const Choice& c = plan.choice;
    const Request& request = plan.request;
    const std::string image = gcp_image(c);
    const std::size_t space = image.find(' ');
    const bool attached = gcp_machine_type(c) != c.instance;
    const double each = c.gpu.empty() ? c.vcpus.value_or(0) : c.gpu_count;
    return {
        .tools = "gcloud with a project",
        .variables = fmt::format(
            "key={}\nmachine={}\ngpus={}\nproject={}\nfamily={}\narch={}\ndisk={}GB disk_type={}\n"
            "metric={} needed={:.0f}\nbucket={}\n",
            text::single_quoted(plan.name),
            text::single_quoted(gcp_machine_type(c)),
            attached ? fmt::format("'type=nvidia-tesla-t4,count={:.0f}'", c.gpu_count) : "''",
            text::single_quoted(image.substr(0, space)),
            text::single_quoted(image.substr(space + 1)),
            c.arch == "arm64" ? "'architecture=ARM64'" : "'NOT architecture=ARM64'",
            gib(disk_size(request)),
            text::single_quoted(request.usage.storage_type.empty() ? std::string{usual_disk(c)}
                                                                   : request.usage.storage_type),
            text::single_quoted(quota_metric(plan)),
            std::ceil(each * plan.machines),
            request.launch.checkpoint_url.empty() ? "no" : "yes"),
        .text = kGcpText,
        .stopped = "",
        .get_tool = "",
        .how_to = "gcloud storage buckets add-iam-policy-binding gs://BUCKET "
                  "--role=roles/storage.objectUser --member=serviceAccount:EMAIL, the email of "
                  "gcloud compute instances describe",
        .on = {.end = "shutdown -h now\n",
               .save = "gcloud --quiet storage rsync --recursive checkpoints \"$url\" >/dev/null",
               .restore =
                   "gcloud --quiet storage rsync --recursive \"$url\" checkpoints >/dev/null"}};
}

} // namespace flopwise
