#include "recommend/disk.hpp"
#include "recommend/launch.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flopwise {

/// Source: Microsoft, Ubuntu-HPC images (github.com/Azure/azhpc-images), tested on these GPUs,
/// 2026.
std::string azure_image(const Choice& c) {
    static constexpr auto kGpus = std::to_array<std::string_view>(
        {"nvidia-t4", "nvidia-a100-", "nvidia-h100-", "nvidia-h200-"});
    const bool tested = std::any_of(
        kGpus.begin(), kGpus.end(), [&c](std::string_view gpu) { return c.gpu.starts_with(gpu); });
    const bool confidential = c.instance.starts_with("Standard_NCC");
    if (c.gpu.empty() && (c.arch == "x86_64" || c.arch == "arm64"))
        return c.arch == "arm64" ? "Canonical:ubuntu-24_04-lts:server-arm64:latest"
                                 : "Canonical:ubuntu-24_04-lts:server:latest";
    return tested && !confidential && c.arch == "x86_64" && c.gpu_count == std::floor(c.gpu_count)
               ? "microsoft-dsvm:ubuntu-hpc:2204:latest"
               : "";
}

/// A machine that only shuts down goes on costing, so it has Azure deallocate it.
constexpr std::string_view kDeallocate = R"sh(at=http://169.254.169.254/metadata
until
  token=$(curl -fsS -H Metadata:true "$at/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/" |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/') &&
    id=$(curl -fsS -H Metadata:true "$at/instance/compute/resourceId?api-version=2021-02-01&format=text") &&
    curl -fsS -X POST -d '' -H "Authorization: Bearer $token" "https://management.azure.com$id/deallocate?api-version=2024-07-01"
do
  sleep 60
done
sleep 600
)sh";

constexpr std::string_view kAzureText = R"sh(
cloud() { az "$@" --only-show-errors --output tsv; }
here() { # whether the resource group is there; it must be of this plan, as terminate deletes it
  local is tag
  is=$(cloud group exists --name "$key") || exit
  [ "$is" = true ] || return 1
  tag=$(cloud group show --name "$key" --query tags.flopwise)
  [ "$tag" = "$key" ] || fail "resource group $key: must be of this plan, is another: --key-name"
}
found() {
  if here; then cloud vm list --resource-group "$key" --query 'sort([].name)'; fi
}
addresses() {
  cloud vm list --resource-group "$key" --show-details \
    --query "sort_by([?powerState=='VM running'], &name)[].publicIps"
}
inside() {
  cloud vm list --resource-group "$key" --show-details --query 'sort_by([], &name)[0].privateIps'
}

quota() {
  local name=lowPriorityCores both most used
  if [ "$spot" = no ]; then
    name=$(cloud vm list-skus --location "$region" --size "$type" --resource-type virtualMachines \
      --query '[0].family')
  fi
  both=$(cloud vm list-usage --location "$region" --query "[?name.value=='$name'].[limit,currentValue]")
  read -r most used <<<"$both" || true
  if [[ ! $most =~ ^[0-9]+$ || ! $used =~ ^[0-9]+$ || $vcpus = 0 ]]; then
    echo "the quota of $type is not known: if renting fails, that may be why" >&2
  elif [ $((most - used)) -lt "$vcpus" ]; then
    fail "quota $name in $region: must have $vcpus vCPUs free, has $((most - used)) of $most; ask for more, which may take days:
  https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade/~/myQuotas"
  fi
}
door() { # ssh from the address that this computer has today, and from no other
  local mine
  mine=$(address_here)
  if ! here; then
    cloud group create --name "$key" --location "$region" --tags "flopwise=$key" >/dev/null
  fi
  cloud network nsg create --resource-group "$key" --name "$key" >/dev/null
  cloud network nsg rule create --resource-group "$key" --nsg-name "$key" --name ssh \
    --priority 100 --protocol Tcp --destination-port-ranges 22 --access Allow \
    --source-address-prefixes "$mine/32" >/dev/null
}
create() {
  local i scope identity options=()
  cloud network vnet create --resource-group "$key" --name "$key" --subnet-name "$key" \
    --address-prefixes 10.0.0.0/16 --subnet-prefixes 10.0.0.0/24 >/dev/null
  if [ "$machines" -gt 1 ]; then # near to one another
    cloud ppg create --resource-group "$key" --name "$key" --type Standard >/dev/null
    options+=(--ppg "$key")
  fi
  if [ "$machines" -gt 1 ] && [ "$spot" = no ]; then # on one InfiniBand; spot cannot be in a set
    cloud vm availability-set create --resource-group "$key" --name "$key" --ppg "$key" \
      --platform-fault-domain-count 1 --platform-update-domain-count 1 >/dev/null
    options+=(--availability-set "$key")
  fi
  if [ "$spot" = yes ]; then
    options+=(--priority Spot --eviction-policy Deallocate --max-price "${cap:--1}")
  fi
  scope=$(cloud group show --name "$key" --query id)
  boot >"./$key.boot"
  for ((i = 0; i < machines; i++)); do
    cloud vm create --resource-group "$key" --name "$key-$i" --size "$type" --image "$image" \
      --admin-username ubuntu --ssh-key-values "./$key.pem.pub" --security-type Standard \
      --vnet-name "$key" --subnet "$key" --nsg "$key" --public-ip-sku Standard \
      --os-disk-size-gb "$disk" --storage-sku "$disk_type" --os-disk-delete-option Delete \
      --nic-delete-option Delete --custom-data "./$key.boot" --assign-identity '[system]' \
      --role 'Virtual Machine Contributor' --scope "$scope" \
      ${options[@]+"${options[@]}"} >/dev/null || {
      destroy # all machines or none
      fail "$machines x $type: must be had in $region today, cannot"
    }
    if [ -n "$account" ]; then # to which it saves
      identity=$(cloud vm show --resource-group "$key" --name "$key-$i" --query identity.principalId)
      cloud role assignment create --assignee-object-id "$identity" \
        --assignee-principal-type ServicePrincipal --role 'Storage Blob Data Contributor' \
        --scope "$(cloud storage account show --name "$account" --query id)" >/dev/null
    fi
  done
}
halt() {
  local one
  for one in $(found); do cloud vm deallocate --resource-group "$key" --name "$one"; done
}
up() {
  local one
  for one in $(found); do cloud vm start --resource-group "$key" --name "$one"; done
}
destroy() {
  if here; then cloud group delete --name "$key" --yes; fi
  rm -f "./$key.boot"
}
)sh";

/// "ACCOUNT" of "https://ACCOUNT.blob.core.windows.net/...".
static std::string account_of(const std::string& url) {
    const std::size_t begin = url.find("//");
    return begin == std::string::npos ? "" : url.substr(begin + 2, url.find('.') - begin - 2);
}

CloudScript azure_script(const StartPlan& plan) {
    const Choice& c = plan.choice;
    const Request& request = plan.request;
    return {
        .tools = "the Azure CLI with a subscription",
        .variables = fmt::format(
            "key={}\nimage={}\ncap={} # USD/h of spot; empty: none\ndisk={} disk_type={}\n"
            "vcpus={:.0f}\naccount={}\n",
            text::single_quoted(plan.name),
            text::single_quoted(azure_image(c)),
            text::single_quoted(plan.cap),
            gib(disk_size(request)),
            text::single_quoted(request.usage.storage_type.empty() ? "Premium_LRS"
                                                                   : request.usage.storage_type),
            std::ceil(c.vcpus.value_or(0) * plan.machines),
            text::single_quoted(account_of(request.launch.checkpoint_url))),
        .text = kAzureText,
        .stopped = plan.machines > 1 ? ", and a public address" : " and a public address",
        .get_tool = "command -v azcopy >/dev/null ||\n"
                    "  wget -qO- https://aka.ms/downloadazcopy-v10-linux |\n"
                    "  sudo tar -xz -C /usr/local/bin --strip-components=1 --wildcards "
                    "'*/azcopy'\n",
        .how_to = "give its identity the role Storage Blob Data Contributor of the account",
        .on = {.end = kDeallocate,
               .save = "env AZCOPY_AUTO_LOGIN_TYPE=MSI azcopy sync checkpoints \"$url\" >/dev/null",
               .restore =
                   "env AZCOPY_AUTO_LOGIN_TYPE=MSI azcopy sync \"$url\" checkpoints >/dev/null"}};
}

} // namespace flopwise
