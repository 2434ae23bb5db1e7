#include "recommend/disk.hpp"
#include "recommend/launch.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

namespace flopwise {

// ---- on the machine -----------------------------------------------------------------

constexpr std::string_view kScratch = R"sh(cat >/usr/local/sbin/flopwise-scratch <<'END'
#!/bin/sh
# Local disks, which are empty after each stop, as ~/scratch.
set -- $(lsblk -dnpo NAME,MODEL | awk '/Instance Storage|nvme_card[0-9]* *$|NVMe Direct Disk/ {print $1}')
[ $# -gt 0 ] || exit 0
at=$(lsblk -nro MOUNTPOINT "$@" | grep -m1 /)
if [ -z "$at" ]; then
  at=/scratch
  [ -e /dev/scratch/all ] || {
    vgcreate -q -y scratch "$@" && lvcreate -q -y -n all -l 100%FREE -i $# scratch &&
      mkfs.ext4 -q /dev/scratch/all
  } || exit 1
  mkdir -p "$at" && mount /dev/scratch/all "$at" || exit 1
fi
chown ubuntu "$at" && ln -sfn "$at" /home/ubuntu/scratch
END
)sh";

constexpr std::string_view kWatch = R"sh(left=$idle n=0 before=0
flopwise-scratch
while sleep 60; do
  n=$((n + 1))
  if [ $((n % 5)) = 0 ]; then flopwise-save; fi
  up=$(($(cut -d. -f1 /proc/uptime) / 60))
  if [ -e /run/flopwise-until ]; then # what keep said, in minutes from the start
    until=$(cat /run/flopwise-until)
    if [ "$until" -gt 0 ] && [ "$up" -ge "$until" ]; then exec flopwise-end; fi
    left=$idle
    continue
  fi
  if [ "$limit" -gt 0 ] && [ "$up" -ge "$limit" ]; then exec flopwise-end; fi
  # Work: GPUs at 5 %, one processor, or 1 MiB/s of network.
  gpu=$(nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits 2>/dev/null | sort -n | tail -n 1)
  case $gpu in '' | *[!0-9]*) gpu=0 ;; esac
  moved=$(awk 'NR > 2 && $1 !~ /^lo:/ {sub(/.*:/, ""); n += $1 + $9} END {printf "%.0f", n / 1048576}' /proc/net/dev)
  left=$((left - 1))
  if [ "$gpu" -ge 5 ] || [ "$(cut -d. -f1 /proc/loadavg)" -ge 1 ] || [ $((moved - before)) -ge 60 ]; then left=$idle; fi
  before=$moved
  if [ "$idle" -gt 0 ] && [ "$left" -le 0 ]; then exec flopwise-end; fi
done
END
chmod 755 /usr/local/sbin/flopwise-*
cat >/etc/systemd/system/flopwise.service <<'END'
[Service]
Environment=HOME=/root
ExecStart=/usr/local/sbin/flopwise-watch
Restart=always
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable flopwise
systemctl restart flopwise
)sh";

/// A file of the machine that moves checkpoints; it does nothing if there is no bucket.
static std::string mover(std::string_view file, const std::string& url, std::string_view command) {
    const std::string body =
        url.empty() ? ":\n"
                    : fmt::format("url='{}'\ncd /home/ubuntu && mkdir -p checkpoints && "
                                  "chown ubuntu checkpoints &&\n  timeout 900 {}\n",
                                  url,
                                  command);
    return fmt::format("cat >/usr/local/sbin/{} <<'END'\n#!/bin/sh\n{}END\n", file, body);
}

std::string boot_text(const StartPlan& plan, const OnMachine& on) {
    const std::string& url = plan.request.launch.checkpoint_url;
    return "#!/bin/sh\n" + mover("flopwise-save", url, on.save) +
           mover("flopwise-restore", url, on.restore) +
           fmt::format(
               "cat >/usr/local/sbin/flopwise-end <<'END'\n#!/bin/sh\nflopwise-save\n{}END\n",
               on.end) +
           std::string{kScratch} +
           fmt::format("cat >/usr/local/sbin/flopwise-watch <<'END'\n#!/bin/sh\n"
                       "# Minutes until this machine ends by itself, and without work; 0: never.\n"
                       "limit={} idle={}\n",
                       plan.minutes,
                       plan.idle_minutes) +
           std::string{kWatch};
}

// ---- the dataset --------------------------------------------------------------------

constexpr std::string_view kUnpack = R"sh(case $file in
*.zip) unzip -q -o "./$file" ;;
*.tar | *.tar.gz | *.tgz | *.tar.bz2 | *.tar.xz) tar -xf "./$file" ;;
esac
)sh";

std::string fetch_text(const Request& request) {
    constexpr std::string_view kKaggle = "kaggle:";
    const std::string& url = request.dataset.url;
    std::string out = "mkdir -p data\ncd data\n";
    if (url.starts_with(kKaggle))
        return out + "name=" + text::single_quoted(url.substr(kKaggle.size())) +
               "\nkaggle datasets download -d \"$name\" -p . --unzip\n";
    out += "url=" + text::single_quoted(url) + "\nfile=${url##*/}\nfile=${file%%\\?*}\n";
    if (url.starts_with("s3://")) // a name that ends in / is a folder
        return out +
               "if [ -z \"$file\" ]; then\n  aws s3 cp --recursive \"$url\" .\n  exit\nfi\n"
               "aws s3 cp \"$url\" \"./$file\"\n" +
               std::string{kUnpack};
    return out + "file=${file:-dataset}\nwget --continue --output-document=\"./$file\" \"$url\"\n" +
           std::string{kUnpack};
}

// ---- the script ---------------------------------------------------------------------

constexpr std::string_view kCommon = R"sh(
fail() {
  echo "$*" >&2
  exit 1
}
address_here() { # of this computer, today
  local mine
  mine=$(curl -fsS https://checkip.amazonaws.com)
  [[ $mine =~ ^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$ ]] ||
    fail 'checkip.amazonaws.com: must say the IPv4 address of this computer'
  echo "$mine"
}
key_file() {
  if [ ! -s "./$key.pem" ]; then
    ssh-keygen -q -t ed25519 -N '' -C "$key" -f "./$key.pem"
  fi
}
flags=()
on() { # address [command...]: on that machine, which is trusted the first time
  local host=$1 remote=()
  shift
  [ $# = 0 ] || remote=("$(printf '%q ' "$@")")
  ssh -i "./$key.pem" -o "UserKnownHostsFile=./$key.hosts" -o StrictHostKeyChecking=accept-new \
    -o ConnectTimeout=10 -o ServerAliveInterval=30 ${flags[@]+"${flags[@]}"} "ubuntu@$host" \
    ${remote[@]+"${remote[@]}"}
}
copy() { # address file...: into its home folder
  local host=$1
  shift
  scp -q -r -i "./$key.pem" -o "UserKnownHostsFile=./$key.hosts" \
    -o StrictHostKeyChecking=accept-new "$@" "ubuntu@$host:"
}
running() { # their addresses, the first of which leads
  local all
  all=$(addresses)
  [ -n "$all" ] || fail "$key: must have machines that run: rent or start"
  echo "$all"
}
at_work() { # all of them, or it fails
  hosts=$(running)
  lead=${hosts%%[[:space:]]*}
}
ready() { # what was done
  local host try hosts lead
  rm -f "./$key.hosts"
  at_work
  for host in $hosts; do
    for ((try = 0; try < 60; try++)); do
      if on "$host" true 2>/dev/null; then break; fi
      [ "$try" -lt 59 ] || fail "$host: must answer by ssh, does not: it runs and costs until terminate"
      sleep 10
    done
  done
  echo "$1 $machines x $type at ${hosts//[[:space:]]/ }"
  echo "$limits"
}
left() { # rent ended too early: nothing may be left running in silence
  local status=$? there
  [ "$status" != 0 ] || return 0
  there=$(found) || there='nobody knows which, as they cannot be listed'
  [ -z "$there" ] ||
    echo "rented, and costing, though not all went well: ${there//[[:space:]]/ }: terminate ends it" >&2
}

rent() {
  local there
  there=$(found)
  [ -z "$there" ] || fail "$key: must have no machines, has ${there//[[:space:]]/ }: start, or terminate first"
  trap left EXIT
  echo "$title"
  quota
  key_file
  door
  create
  ready rented
}
status() {
  local there
  there=$(found)
  [ -n "$there" ] || { echo 'no machines are rented' && return; }
  echo "machines: ${there//[[:space:]]/ }"
  echo "addresses: $(addresses | tr '\n' ' ')"
}

prepare() { # once: a Python that computes on the machine
  local host
  for host in $hosts; do
    on "$host" bash -s <<'REMOTE'
set -euo pipefail
[ ! -e prepared ] || exit 0
cloud-init status --wait >/dev/null 2>&1 || true
sudo apt-get update -qq
sudo apt-get install -y -qq python3-venv unzip wget
)sh";

constexpr std::string_view kPython =
    R"sh(for python in /opt/pytorch/bin/python /opt/conda/bin/python \
  /opt/aws_neuronx_venv_pytorch_2_*/bin/python /usr/bin/python3 ''; do
  if [ -n "$python" ] && "$python" -c "$check" >/dev/null 2>&1; then break; fi
done
case $python in
/opt/*) ln -sfn "${python%/bin/*}" venv ;; # the image's own
*)
  python3 -m venv --system-site-packages venv
  [ -n "$python" ] || venv/bin/pip install --quiet torch
  ;;
esac
venv/bin/python -c "$check" >/dev/null ||
  { echo 'torch: must compute on the machine, does not' >&2 && exit 1; }
sudo venv/bin/python -m pip install --quiet jupyterlab kaggle
mkdir -p data checkpoints
)sh";

constexpr std::string_view kPrepared = R"sh(touch prepared
REMOTE
  done
}
run() { # file [argument...]: on all machines, until it ends, whatever becomes of ssh
  local host hosts lead first rank=0
  [ -f "${1:-}" ] || fail 'run: must be followed by a file of Python'
  at_work
  prepare
  first=$(inside)
  for host in $hosts; do
    copy "$host" "$1"
    on "$host" bash -s -- "$machines" "$rank" "$first:29500" "$key" "${1##*/}" "${@:2}" <<'REMOTE'
set -euo pipefail
processes=1
if command -v nvidia-smi >/dev/null; then processes=gpu; fi
if command -v neuron-ls >/dev/null; then
  processes=$(neuron-ls --json-output | python3 -c 'import json, sys; print(sum(d["nc_count"] for d in json.load(sys.stdin)))')
fi
# torchrun, with its own session
sudo systemd-run --quiet --collect --unit=flopwise-run --uid="$(id -u)" --working-directory="$HOME" \
  --setenv=HOME="$HOME" --setenv=NCCL_DEBUG=INFO --setenv=PYTHONUNBUFFERED=1 \
  --property=StandardOutput="append:$HOME/run.log" --property=StandardError="append:$HOME/run.log" \
  "$HOME/venv/bin/python" -m torch.distributed.run --nnodes="$1" --node-rank="$2" \
  --nproc-per-node="$processes" --rdzv-backend=c10d --rdzv-endpoint="$3" --rdzv-id="$4" "${@:5}"
REMOTE
    rank=$((rank + 1))
  done
  echo 'it runs; log shows how far it is, and ssh may end'
}
log() {
  local hosts lead
  at_work
  on "$lead" tail -n 100 -F run.log
}
shell() {
  local hosts lead
  at_work
  on "$lead"
}
work() {
  local hosts lead
  at_work
  prepare
  on "$lead" bash -s <<'REMOTE'
systemctl is-active --quiet flopwise-jupyter ||
  sudo systemd-run --quiet --collect --unit=flopwise-jupyter --uid="$(id -u)" \
    --working-directory="$HOME" --setenv=HOME="$HOME" \
    "$HOME/venv/bin/jupyter" lab --no-browser --port 8888
for ((i = 0; i < 30; i++)); do
  if venv/bin/jupyter server list 2>&1 | grep localhost:8888; then break; fi
  sleep 1
done
REMOTE
  echo 'reached until Ctrl-C; Jupyter goes on'
  flags=(-N -L 8888:localhost:8888)
  on "$lead"
}
keep() { # [hours]
  local host hosts lead
  [[ ${1:-} =~ ^([1-9][0-9]?[0-9]?)?$ ]] || {
    echo 'keep: must be followed by whole hours up to 999, or nothing' >&2
    exit 2
  }
  at_work
  for host in $hosts; do
    on "$host" sudo bash -s -- "${1:-0}" <<'REMOTE'
up=$(($(cut -d. -f1 /proc/uptime) / 60))
if [ "$1" = 0 ]; then up=0; fi
echo $((up + $1 * 60)) >/run/flopwise-until
REMOTE
  done
  if [ -n "${1:-}" ]; then
    echo "kept on for $1 hours, with or without work"
  else
    echo 'nothing stops it now but you, until it is started anew'
  fi
}
)sh";

constexpr std::string_view kStop = R"sh(
stop() {
  [ -n "$(found)" ] || fail "$key: must have machines, has none: rent"
  halt
  echo "stopped; what goes on costing until terminate: $stopped"
}
start() {
  [ -n "$(found)" ] || fail "$key: must have machines, has none: rent"
  door
  up
  ready started
}
)sh";

constexpr std::string_view kNoStop = R"sh(
stop() { fail 'a spot machine of this kind cannot be stopped, only terminated'; }
start() { stop; }
)sh";

constexpr std::string_view kEnd = R"sh(
terminate() {
  destroy
  rm -f "./$key.hosts"
  echo 'ended, with all that costs; ./'"$key.pem stays here"
}

case ${1:-} in
rent | data | log | work | shell | status | stop | start | terminate) "$1" ;;
down) terminate ;;
run | keep) "$@" ;;
*)
  echo 'say one of: rent, data, run, log, work, shell, keep, status, stop, start, terminate' >&2
  exit 2
  ;;
esac
)sh";

static std::string time_comment(const StartPlan& plan) {
    constexpr double kMinutes = 60;
    const Dataset& d = plan.request.dataset;
    const Choice& c = plan.choice;
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

static std::string move_comment(const StartPlan& plan) {
    const GiB moved = dataset_move_gib(plan.request, plan.choice.region);
    return moved > GiB{}
               ? fmt::format("  # It lies in {}: moving {} between regions is charged too.\n",
                             one_line(plan.request.dataset.region),
                             moved)
               : "";
}

static std::string data(const StartPlan& plan) {
    const std::string& url = plan.request.dataset.url;
    if (url.empty())
        return "\ndata() { fail 'no dataset was given: --dataset-url'; }\n";
    std::string out = "\ndata() { # on each machine\n" + time_comment(plan) + move_comment(plan) +
                      "  local host hosts lead\n  at_work\n  prepare\n  for host in $hosts; do\n";
    if (url.starts_with("kaggle:"))
        out += "    copy \"$host\" ~/.kaggle # Kaggle's token, from your account there\n";
    return out +
           "    on \"$host\" bash -s <<'REMOTE'\nset -euo pipefail\nPATH=$PWD/venv/bin:$PATH\n" +
           fetch_text(plan.request) + "REMOTE\n  done\n}\n";
}

static std::string bought_apart(const Choice& c) {
    if (c.provider != "aws" || !term_of(c.purchase))
        return term_of(c.purchase) ? "# The commitment is bought apart, once, and then lowers what "
                                     "this machine costs.\n"
                                   : "";
    return market_of(c.purchase) == Market::savings_plan
               ? "# A savings plan is bought apart, once, and then lowers what this machine costs: "
                 "see\n#   aws savingsplans describe-savings-plans-offerings help\n"
               : "# A reservation is bought apart, once, and then serves this machine: see\n"
                 "#   aws ec2 describe-reserved-instances-offerings help\n";
}

/// What a machine is asked before work begins, as a line of Python between single quotes.
static std::string_view check_of(const Choice& c) {
    return is_neuron(c)    ? "import torch, torch_neuronx"
           : c.gpu.empty() ? "import torch"
                           : "import torch; print(torch.ones(1, device=\"cuda\").sum().item())";
}

static std::string stopped_of(const StartPlan& plan, const CloudScript& cloud) {
    return fmt::format("a disk of {} GiB{}{}",
                       gib(disk_size(plan.request)),
                       plan.machines > 1 ? " for each machine" : "",
                       cloud.stopped);
}

static std::string head(const StartPlan& plan, const CloudScript& cloud) {
    std::string out = "#!/usr/bin/env bash\n# Start plan: " + plan.title + "\n" +
                      bought_apart(plan.choice) + "# " + limits_of(plan) + "\n#\n";
    out += "#   rent         key, network and machines; from here on it costs\n"
           "#   data         brings the dataset\n"
           "#   run FILE     runs a Python file on all GPUs by torchrun; log shows what it says\n"
           "#   work         Jupyter at http://localhost:8888; shell: a shell\n"
           "#   keep [H]     keeps them on for H hours from now, or until they are stopped\n"
           "#   status       what is rented\n";
    out += cloud.stops ? "#   stop, start  while they are stopped, these go on costing: " +
                             stopped_of(plan, cloud) + "\n"
                       : "#   stop, start  a spot machine of this kind has neither\n";
    return out +
           "#   terminate    (or down) ends machines, disks and network, and with them all "
           "cost\n#\n# Say one of these: bash FILE rent. Needs " +
           std::string{cloud.tools} + ", ssh, curl.\nset -euo pipefail\n\n";
}

std::string script_text(const StartPlan& plan, const CloudScript& cloud) {
    const std::string& url = plan.request.launch.checkpoint_url;
    const auto quoted = [](std::string_view text) { return text::single_quoted(text); };
    std::string out = head(plan, cloud) +
                      fmt::format("title={}\nlimits={}\nregion={}\ntype={}\nmachines={}\n"
                                  "spot={}\n",
                                  quoted(plan.title),
                                  quoted(limits_of(plan)),
                                  quoted(plan.choice.region),
                                  quoted(plan.choice.instance),
                                  plan.machines,
                                  plan.spot ? "yes" : "no") +
                      cloud.variables;
    if (cloud.stops)
        out += "stopped=" + quoted(stopped_of(plan, cloud)) + "\n";
    out += kCommon;
    out += fmt::format("check='{}'\n", check_of(plan.choice));
    out += kPython;
    if (!url.empty() || plan.request.dataset.url.starts_with("s3://"))
        out += cloud.get_tool;
    if (!url.empty())
        out += fmt::format("touch checkpoints/.flopwise\n"
                           "{{ sudo flopwise-save && sudo flopwise-restore; }} ||\n"
                           "  {{ echo {} >&2 && exit 1; }}\n",
                           quoted(fmt::format("checkpoint_url: the machine must be able to write "
                                              "to {}, cannot: {}",
                                              url,
                                              cloud.how_to)));
    out += kPrepared;
    out += "\nboot() {\n  cat <<'BOOT'\n" + boot_text(plan, cloud.on) + "BOOT\n}\n";
    out += data(plan);
    out += cloud.text;
    out += cloud.stops ? kStop : kNoStop;
    return out += kEnd;
}

} // namespace flopwise
