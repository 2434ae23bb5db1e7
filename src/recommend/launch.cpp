#include <flopwise/launch.hpp>

#include "recommend/disk.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

constexpr double kGbitPerGib = 8.589934592; // 2^33 / 10^9
constexpr GiB kDiskBeside{100};
constexpr double kCopies = 2;

Hours transfer_time(GiB size, Gbps rate) {
    require_not_negative("dataset_gib", size);
    require_positive("network_gbps", rate);
    return Hours{size.value() * kGbitPerGib / rate.value() / kSecondsPerHour};
}

GiB disk_needed(const Dataset& dataset) {
    return GiB{std::ceil((kDiskBeside + kCopies * dataset.size.value_or(GiB{})).value())};
}

GiB disk_size(const Request& request) {
    const GiB asked{std::ceil(request.usage.storage.value())};
    return asked > GiB{} ? asked : disk_needed(request.dataset);
}

std::optional<Hours> stops_after(const Request& request, const Choice& c) {
    constexpr double kMargin = 1.1;
    constexpr Hours kToPrepare{1};
    if (request.launch.keep_running)
        return std::nullopt;
    if (const double a_day = request.budget.hours_per_day.value(); a_day < kHoursPerDay)
        return Hours{a_day};
    return c.job ? std::optional{kMargin * c.job->p90 + kToPrepare} : std::nullopt;
}

static bool any_of(std::string_view name, std::span<const std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [name](std::string_view beginning) {
        return name.starts_with(beginning);
    });
}

std::string image_parameter(const Choice& c) {
    // Families whose machines the release notes of the image list, by processor.
    static constexpr std::array<std::string_view, 12> kNvidiaX86{
        "g4dn", "g5", "g6", "gr6", "g6e", "p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300"};
    static constexpr std::array<std::string_view, 1> kNvidiaArm{"g5g"};
    const auto in = [&c](std::span<const std::string_view> families) {
        return std::find(families.begin(), families.end(), c.family) != families.end();
    };
    if (c.provider != "aws")
        return "";
    if (c.gpu.empty() && (c.arch == "x86_64" || c.arch == "arm64"))
        return fmt::format(
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/{}/hvm/ebs-gp3/ami-id",
            c.arch == "arm64" ? "arm64" : "amd64");
    if (c.arch == "x86_64" && in(kNvidiaX86))
        return "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/"
               "latest/ami-id";
    // No PyTorch on PyPI computes on a T4G, so the image is one that brings its own.
    if (c.arch == "arm64" && in(kNvidiaArm))
        return "/aws/service/deeplearning/ami/arm64/"
               "oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04/"
               "latest/ami-id";
    return "";
}

/// Source: AWS Neuron documentation, release 2.32, 2026-08: its images have JAX and vLLM alone.
static bool is_neuron(const Choice& c) {
    static constexpr std::array<std::string_view, 2> kNeuron{"aws-trainium", "aws-inferentia"};
    return any_of(c.gpu, kNeuron);
}

// ---- the script ---------------------------------------------------------------------

/// For a comment: one line, whatever a catalog calls its machines.
static std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '?';
    return text;
}

static std::string no_script(const std::string& why) {
    return fmt::format("#!/usr/bin/env bash\necho {} >&2\nexit 1\n",
                       text::single_quoted("No start plan: " + why));
}

/// "reserved 1yr no upfront"
static std::string way(const Choice& c) {
    std::string out{to_string(c.purchase)};
    std::replace(out.begin(), out.end(), '_', ' ');
    return out;
}

static std::string head(const Choice& c) {
    std::string out = fmt::format("#!/usr/bin/env bash\n"
                                  "# Start plan: {} in {}, {}, {} USD for each hour.\n#\n",
                                  one_line(c.instance),
                                  one_line(c.region),
                                  way(c),
                                  c.price.value());
    if (market_of(c.purchase) == Market::savings_plan)
        out +=
            "# A savings plan is bought apart, once, and then lowers what this machine costs: see\n"
            "#   aws savingsplans describe-savings-plans-offerings help\n#\n";
    else if (term_of(c.purchase))
        out += "# A reservation is bought apart, once, and then serves this machine: see\n"
               "#   aws ec2 describe-reserved-instances-offerings help\n#\n";
    out += "#   rent         key pair, security group and machine; from here on it costs\n"
           "#   data         brings the dataset to the machine\n"
           "#   work         Jupyter at http://localhost:8888 until Ctrl-C\n"
           "#   keep [H]     keeps it on for H hours from now, or until it is stopped\n";
    out += c.purchase == PurchaseKind::spot
               ? "#   stop, start  a spot machine of this kind has neither\n"
               : "#   stop, start  while it is stopped, its disk goes on costing\n";
    return out +
           "#   terminate    ends machine and disk, and with them all cost\n#\n"
           "# Say one of these: bash FILE rent. Needs the AWS CLI with an account, ssh, curl.\n"
           "set -euo pipefail\n\n";
}

/// The usual type of disk of the AWS CLI's machines, which all that have a script are.
constexpr std::string_view kUsualDisk = "gp3";

/// The disk as the AWS CLI's shorthand has it, of the size and the rates that the bill counts.
static std::string disk(const Request& request) {
    const Usage& usage = request.usage;
    std::string out = fmt::format("VolumeSize={:.0f},VolumeType={}",
                                  disk_size(request).value(),
                                  usage.storage_type.empty() ? kUsualDisk : usage.storage_type);
    if (usage.storage_iops > 0)
        out += fmt::format(",Iops={:.0f}", usage.storage_iops);
    if (usage.storage_throughput_mib_per_s > 0)
        out += fmt::format(",Throughput={:.0f}", usage.storage_throughput_mib_per_s);
    return out;
}

/// In whole minutes; 0: it runs until it is stopped.
static int minutes_on(const Request& request, const Choice& c) {
    constexpr double kMinutes = 60;
    constexpr double kMost = 525'600; // a year
    const auto hours = stops_after(request, c);
    return hours ? static_cast<int>(std::min(std::ceil(hours->value() * kMinutes), kMost)) : 0;
}

static std::string variables(const Request& request, const Choice& c) {
    return fmt::format(
        "region={}\ntype={}\nkey={}\nimage={}\ndisk={}\nminutes={} # it stays on\nends={}\n",
        text::single_quoted(c.region),
        text::single_quoted(c.instance),
        text::single_quoted(request.launch.key_name),
        text::single_quoted(image_parameter(c)),
        text::single_quoted(disk(request)),
        minutes_on(request, c),
        c.purchase == PurchaseKind::spot ? "terminate" : "stop");
}

constexpr std::string_view kConnect = R"sh(
cloud() { aws --region "$region" --output text "$@"; }
machine() { cat "./$key.instance"; }
address() {
  cloud ec2 describe-instances --instance-ids "$(machine)" \
    --query 'Reservations[0].Instances[0].PublicIpAddress'
}
remote=(bash -s)
connect() { # flag...: ssh, which trusts the machine the first time
  ssh -i "./$key.pem" -o StrictHostKeyChecking=accept-new "$@" "ubuntu@$(address)" "${remote[@]}"
}

admit() { # group: lets in ssh from the address that this computer has today, and from no other
  local mine known old
  mine=$(curl -fsS https://checkip.amazonaws.com)
  if [[ ! $mine =~ ^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$ ]]; then
    echo "checkip.amazonaws.com: must say the IPv4 address of this computer" >&2
    exit 1
  fi
  known=$(cloud ec2 describe-security-groups --group-ids "$1" \
    --query "SecurityGroups[0].IpPermissions[?FromPort==\`22\`].IpRanges[].CidrIp")
  if [[ " ${known//[[:space:]]/ } " != *" $mine/32 "* ]]; then
    cloud ec2 authorize-security-group-ingress --group-id "$1" --protocol tcp \
      --port 22 --cidr "$mine/32" >/dev/null
  fi
  for old in $known; do
    if [[ $old == */* && $old != "$mine/32" ]]; then
      cloud ec2 revoke-security-group-ingress --group-id "$1" --protocol tcp \
        --port 22 --cidr "$old" >/dev/null
    fi
  done
}
group() {
  cloud ec2 describe-security-groups --filters "Name=group-name,Values=$key" \
    --query 'SecurityGroups[0].GroupId'
}

boot() { # what the machine runs at its first start: it stops by itself, at each start anew
  if [ "$minutes" = 0 ]; then
    echo '#!/bin/sh'
    return
  fi
  cat <<BOOT
#!/bin/sh
cat >/var/lib/cloud/scripts/per-boot/stop-by-itself <<'EACH'
#!/bin/sh
shutdown -h +$minutes
EACH
chmod 755 /var/lib/cloud/scripts/per-boot/stop-by-itself
shutdown -h +$minutes
BOOT
}
ready() {
  cloud ec2 wait instance-status-ok --instance-ids "$(machine)"
  if [ "$minutes" = 0 ]; then
    echo "$1 at $(address); nothing stops it but you"
  else
    echo "$1 at $(address); it will $ends by itself $minutes minutes after its start: keep 3" \
      'keeps it on for 3 hours from now, keep alone until you end it'
  fi
}

rent() {
  if [ -s "./$key.instance.new" ]; then # rented, when this ended too early
    mv "./$key.instance.new" "./$key.instance"
  fi
  if [ -e "./$key.instance" ]; then
    echo "$key.instance: a machine is rented already" >&2
    exit 1
  fi
  local ami group
  ami=$(cloud ssm get-parameter --name "$image" --query Parameter.Value)
  if [ ! -e "./$key.pem" ]; then
    (umask 077 && cloud ec2 create-key-pair --key-name "$key" --key-type ed25519 \
      --query KeyMaterial >"./$key.pem.new")
    mv "./$key.pem.new" "./$key.pem"
    chmod 400 "./$key.pem"
  fi
  # A group of its own that lets in ssh, from the address of this computer alone.
  group=$(group)
  if [ "$group" = None ]; then
    group=$(cloud ec2 create-security-group --group-name "$key" \
      --description 'ssh from one address' --query GroupId)
  fi
  admit "$group"
  cloud ec2 run-instances --image-id "$ami" --instance-type "$type" --key-name "$key" \
    --security-group-ids "$group" --associate-public-ip-address \
    --block-device-mappings \
    "DeviceName=/dev/sda1,Ebs={$disk,DeleteOnTermination=true}" \
    --instance-initiated-shutdown-behavior "$ends" --user-data "$(boot)" \
)sh";

constexpr std::string_view kSpotOption = R"sh(    --instance-market-options MarketType=spot \
)sh";

constexpr std::string_view kRented =
    R"sh(    --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=$key}]" \
    --query 'Instances[0].InstanceId' >"./$key.instance.new"
  mv "./$key.instance.new" "./$key.instance"
  ready "rented $(machine)"
}

prepare() { # Python of its own on the machine, once
  connect <<'REMOTE'
set -euo pipefail
if [ ! -e prepared ]; then
  sudo apt-get update -qq
  sudo apt-get install -y -qq python3-venv unzip wget
)sh";

constexpr std::string_view kOwnTorch = R"sh(  python3 -m venv venv
  venv/bin/pip install --quiet jupyterlab kaggle torch
)sh";

/// The environment of the image, as its release notes name it.
constexpr std::string_view kTorchOfImage = R"sh(  ln -sfn /opt/pytorch venv
  sudo venv/bin/python -m pip install --quiet jupyterlab kaggle
)sh";

constexpr std::string_view kSeesGpu =
    R"sh(  venv/bin/python -c 'import torch; print(torch.ones(1, device="cuda").sum().item())' >/dev/null ||
    { echo 'torch must compute on the GPU, does not' >&2; exit 1; }
)sh";

constexpr std::string_view kPrepared = R"sh(  touch prepared
fi
mkdir -p data
REMOTE
}
keep() { # [hours]
  if [ -z "$1" ]; then
    remote=(sudo shutdown -c)
  elif [[ $1 =~ ^[1-9][0-9]?[0-9]?$ ]]; then
    remote=(sudo shutdown -h "+$(($1 * 60))")
  else
    echo 'keep: must be followed by whole hours up to 999, or nothing' >&2
    exit 2
  fi
  connect
}
)sh";

constexpr std::string_view kUnpack = R"sh(case $file in
*.zip) unzip -q -o "./$file" ;;
*.tar | *.tar.gz | *.tgz | *.tar.bz2 | *.tar.xz) tar -xf "./$file" ;;
esac
)sh";

/// What brings the dataset, as a script for the machine.
static std::string fetch(const std::string& url) {
    constexpr std::string_view kKaggle = "kaggle:";
    std::string out = "set -euo pipefail\ncd data\n";
    if (url.starts_with(kKaggle))
        return out + "name=" + text::single_quoted(url.substr(kKaggle.size())) +
               "\n../venv/bin/kaggle datasets download -d \"$name\" -p . --unzip\n";
    out += "url=" + text::single_quoted(url) + "\nfile=${url##*/}\nfile=${file%%\\?*}\n";
    if (url.starts_with("s3://")) // a name that ends in / is a folder
        return out +
               "if [ -z \"$file\" ]; then\n  aws s3 cp --recursive \"$url\" .\n  exit\nfi\n"
               "aws s3 cp \"$url\" \"./$file\"\n" +
               std::string{kUnpack};
    return out + "file=${file:-dataset}\nwget --continue --output-document=\"./$file\" \"$url\"\n" +
           std::string{kUnpack};
}

static std::string time_comment(const Request& request, const Choice& c) {
    constexpr double kMinutes = 60;
    const Dataset& d = request.dataset;
    if (!d.size || !c.network)
        return "  # How long it takes is not known without the size of the dataset and a rate.\n";
    const Hours time = transfer_time(*d.size, *c.network);
    return fmt::format(
        "  # {} at {} take {:.1f} minutes or more, and {:.2f} USD for the machine.\n",
        *d.size,
        *c.network,
        time.value() * kMinutes,
        (c.price * time).value());
}

static std::string move_comment(const Request& request, const Choice& c) {
    const GiB moved = dataset_move_gib(request, c.region);
    return moved > GiB{}
               ? fmt::format("  # It lies in {}: moving {} between regions is charged too.\n",
                             one_line(request.dataset.region),
                             moved)
               : "";
}

static std::string data(const Request& request, const Choice& c) {
    const std::string& url = request.dataset.url;
    if (url.empty())
        return "\ndata() {\n  echo 'no dataset was given: --dataset-url' >&2\n  exit 1\n}\n";
    std::string out =
        "\ndata() {\n" + time_comment(request, c) + move_comment(request, c) + "  prepare\n";
    if (url.starts_with("kaggle:"))
        out += "  # Kaggle's token, from the settings of your account there.\n"
               "  scp -q -i \"./$key.pem\" -r ~/.kaggle \"ubuntu@$(address):\"\n";
    return out + "  connect <<'REMOTE'\n" + fetch(url) + "REMOTE\n}\n";
}

constexpr std::string_view kWork = R"sh(
work() {
  prepare
  remote=(venv/bin/jupyter lab --no-browser --port 8888)
  connect -t -L 8888:localhost:8888
}
)sh";

constexpr std::string_view kStop = R"sh(
stop() {
  cloud ec2 stop-instances --instance-ids "$(machine)" >/dev/null
  echo 'stopped; the disk is billed until it is terminated'
}
start() {
  admit "$(group)"
  cloud ec2 start-instances --instance-ids "$(machine)" >/dev/null
  ready "started $(machine)"
}
)sh";

constexpr std::string_view kNoStop = R"sh(
stop() {
  echo 'a spot machine of this kind cannot be stopped, only terminated' >&2
  exit 1
}
start() { stop; }
)sh";

constexpr std::string_view kEnd = R"sh(
terminate() {
  cloud ec2 terminate-instances --instance-ids "$(machine)" >/dev/null
  rm "./$key.instance"
  echo 'terminated, with its disk'
}

case ${1:-} in
rent | data | work | stop | start | terminate) "$1" ;;
keep) keep "${2:-}" ;;
*)
  echo 'say one of: rent, data, work, keep, stop, start, terminate' >&2
  exit 2
  ;;
esac
)sh";

/// Why there is no plan; empty if there is one.
static std::string why_no_script(const Request& request, const Choice& c) {
    const std::string name = one_line(c.instance);
    if (c.provider != "aws")
        return fmt::format("there is one for machines of aws only, and {} is rented out by {}",
                           name,
                           one_line(c.provider));
    if (c.retired)
        return name + " is no longer offered";
    if (c.purchase == PurchaseKind::capacity_block)
        return fmt::format("{} of a capacity block starts within what was bought: see aws ec2 "
                           "describe-capacity-block-offerings help",
                           name);
    if (c.job && c.job->machines > 1)
        return fmt::format("a plan rents one machine, and the answer is {} x {}: --max-machines 1 "
                           "asks for one",
                           c.job->machines,
                           name);
    if (is_neuron(c))
        return fmt::format("Amazon's image for {} has no PyTorch since Neuron 2.32, and the usual "
                           "PyTorch does not use {}",
                           name,
                           one_line(c.gpu));
    if (image_parameter(c).empty())
        return "no image with drivers is known for " + name;
    if (const std::string& type = request.usage.storage_type; type == "st1" || type == "sc1")
        return fmt::format("a machine cannot start from a disk of type {}", type);
    return "";
}

std::string launch_script(const Request& request, const Choice& c) {
    if (const std::string why = why_no_script(request, c); !why.empty())
        return no_script(why);
    Request checked; // what the settings refuse is no text for a script either
    set(checked, "key_name", std::array{request.launch.key_name});
    if (!request.usage.storage_type.empty())
        set(checked, "storage_type", std::array{request.usage.storage_type});
    if (!request.dataset.url.empty())
        set(checked, "dataset_url", std::array{request.dataset.url});
    const bool spot = c.purchase == PurchaseKind::spot;
    std::string out = head(c) + variables(request, c);
    out += kConnect;
    out += spot ? kSpotOption : "";
    out += kRented;
    out += c.arch == "arm64" && !c.gpu.empty() ? kTorchOfImage : kOwnTorch;
    out += c.gpu.empty() ? "" : kSeesGpu;
    out += kPrepared;
    out += data(request, c);
    out += kWork;
    out += spot ? kNoStop : kStop;
    return text::printable_lines(out += kEnd);
}

} // namespace flopwise
