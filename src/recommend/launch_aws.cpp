#include "recommend/disk.hpp"
#include "recommend/launch.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

/// Source: AWS Service Quotas, service ec2: running on-demand instances and spot requests, in
/// vCPUs, as listed by awslabs and others in 2026. Empty: the code is not known.
static std::string_view quota_code(const Choice& c, bool spot) {
    struct Code {
        std::string_view family; // begins with
        std::string_view on_demand;
        std::string_view spot;
    };
    static constexpr auto kCodes = std::to_array<Code>({
        {"vt", "L-DB2E81BA", "L-3819A6DF"},
        {"g", "L-DB2E81BA", "L-3819A6DF"},
        {"gr", "L-DB2E81BA", "L-3819A6DF"},
        {"p5", "L-417A185B", "L-C4BD4855"},
        {"p6", "L-417A185B", ""}, // which one counts P6 on spot is not published
        {"p", "L-417A185B", "L-7212CCBC"},
        {"inf", "L-1945791B", "L-B5D1601B"},
        {"trn", "L-2C3B7624", "L-6B0D517C"},
    });
    constexpr std::string_view kStandard = "acdhimrtz";
    for (const Code& code : kCodes)
        if (c.family.starts_with(code.family))
            return spot ? code.spot : code.on_demand;
    const bool other = c.family.starts_with("mac") || c.family.starts_with("dl") ||
                       c.family.starts_with("hpc") || c.family.empty() ||
                       kStandard.find(c.family.front()) == std::string_view::npos;
    return other ? "" : spot ? "L-34B43A08" : "L-1216C47A";
}

/// The usual type of disk of the AWS CLI's machines.
constexpr std::string_view kUsualDisk = "gp3";

/// The disk as the AWS CLI's shorthand has it, of the size and the rates that the bill counts.
static std::string disk(const Request& request) {
    const Usage& usage = request.usage;
    std::string out = fmt::format("VolumeSize={},VolumeType={}",
                                  gib(disk_size(request)),
                                  usage.storage_type.empty() ? kUsualDisk : usage.storage_type);
    if (usage.storage_iops > 0)
        out += fmt::format(",Iops={:.0f}", usage.storage_iops);
    if (usage.storage_throughput_mib_per_s > 0)
        out += fmt::format(",Throughput={:.0f}", usage.storage_throughput_mib_per_s);
    return out;
}

/// The bucket of "s3://BUCKET/..." if it has a name that S3 allows; else empty.
static std::string bucket(const std::string& url) {
    constexpr std::string_view kScheme = "s3://";
    if (!url.starts_with(kScheme))
        return "";
    std::string name = url.substr(kScheme.size());
    name.resize(std::min(name.size(), name.find('/')));
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
    return plain ? name : "";
}

constexpr std::string_view kAwsText = R"sh(
cloud() { aws --region "$region" --output text "$@"; }
machines_of() { # field, state: of each machine that there is, a line
  local all one
  all=$(cloud ec2 describe-instances --filters "Name=tag:flopwise,Values=$key" \
    "Name=instance-state-name,Values=$2" \
    --query "sort_by(Reservations[].Instances[], &AmiLaunchIndex)[].$1") || return
  for one in $all; do
    if [ "$one" != None ]; then echo "$one"; fi
  done
}
found() { machines_of InstanceId pending,running,stopping,stopped; }
addresses() { machines_of PublicIpAddress running; }
inside() { machines_of PrivateIpAddress running | sed -n 1p; }

quota_of() { # code, needed, what
  local has
  has=$(cloud service-quotas get-service-quota --service-code ec2 --quota-code "$1" \
    --query Quota.Value 2>/dev/null) ||
    has=$(cloud service-quotas get-aws-default-service-quota --service-code ec2 \
      --quota-code "$1" --query Quota.Value 2>/dev/null) || has=
  has=${has%%.*}
  if [[ ! $has =~ ^[0-9]+$ ]]; then
    echo "the quota of $3 is not known: if renting fails, that may be why" >&2
  elif [ "$has" -lt "$2" ]; then
    fail "quota of $3 in $region: must be at least $2, is $has; ask for more, which may take days:
  aws service-quotas request-service-quota-increase --region $region --service-code ec2 \
--quota-code $1 --desired-value $2"
  fi
}
quota() {
  if [ -n "$quota_code" ]; then
    quota_of "$quota_code" "$vcpus" "vCPUs for $type"
  else
    echo "the quota of $type is not known: if renting fails, that may be why" >&2
  fi
  interfaces
  if [ "$efa" -gt 1 ]; then
    quota_of L-0263D0A3 "$machines" 'elastic addresses'
  fi
}
interfaces() { # of EFA, where several machines work together
  efa=0
  if [ "$machines" -gt 1 ]; then
    efa=$(cloud ec2 describe-instance-types --instance-types "$type" \
      --query 'InstanceTypes[0].NetworkInfo.EfaInfo.MaximumEfaInterfaces')
    if [[ ! $efa =~ ^[0-9]+$ ]]; then efa=0; fi
  fi
}

vpc() {
  local id
  if [ -n "$subnet" ]; then
    cloud ec2 describe-subnets --subnet-ids "$subnet" --query 'Subnets[0].VpcId'
    return
  fi
  id=$(cloud ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId')
  [[ $id == vpc-* ]] || fail "$region: must have a default VPC, has none: say
  aws ec2 create-default-vpc --region $region
or name a public subnet: subnet=subnet-... bash FILE rent"
  echo "$id"
}
group() {
  cloud ec2 describe-security-groups --filters "Name=tag:flopwise,Values=$key" \
    --query 'SecurityGroups[0].GroupId'
}
door() { # ssh from the address that this computer has today, and from no other
  local mine id old known home
  mine=$(address_here)
  id=$(group)
  if [ "$id" = None ]; then
    home=$(vpc)
    id=$(cloud ec2 create-security-group --group-name "$key" --vpc-id "$home" \
      --description 'ssh from one address' --query GroupId \
      --tag-specifications "ResourceType=security-group,Tags=[{Key=flopwise,Value=$key}]")
    if [ "$machines" -gt 1 ]; then # among themselves everything, as EFA asks for
      cloud ec2 authorize-security-group-ingress --group-id "$id" \
        --protocol=-1 --source-group "$id" >/dev/null
      cloud ec2 authorize-security-group-egress --group-id "$id" \
        --ip-permissions "IpProtocol=-1,UserIdGroupPairs=[{GroupId=$id}]" >/dev/null
    fi
  fi
  known=$(cloud ec2 describe-security-groups --group-ids "$id" \
    --query "SecurityGroups[0].IpPermissions[?FromPort==\`22\`].IpRanges[].CidrIp")
  if [[ " ${known//[[:space:]]/ } " != *" $mine/32 "* ]]; then
    cloud ec2 authorize-security-group-ingress --group-id "$id" --protocol tcp --port 22 \
      --cidr "$mine/32" >/dev/null
  fi
  for old in $known; do
    if [[ $old == */* && $old != "$mine/32" ]]; then
      cloud ec2 revoke-security-group-ingress --group-id "$id" --protocol tcp --port 22 \
        --cidr "$old" >/dev/null
    fi
  done
}

known_key() {
  cloud ec2 describe-key-pairs --filters "Name=tag:flopwise,Values=$key" \
    --query 'KeyPairs[0].KeyName'
}
cluster() { # near to one another
  cloud ec2 describe-placement-groups --filters "Name=tag:flopwise,Values=$key" \
    --query 'PlacementGroups[0].GroupName'
}
access() { # lets the machines use the buckets that are named, and no other
  local one arns=''
  for one in $buckets; do
    arns+="${arns:+,}\"arn:aws:s3:::$one\",\"arn:aws:s3:::$one/*\""
  done
  aws iam get-role --role-name "$key-machine" >/dev/null 2>&1 ||
    aws iam create-role --role-name "$key-machine" --assume-role-policy-document \
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}' >/dev/null
  aws iam put-role-policy --role-name "$key-machine" --policy-name buckets --policy-document \
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject","s3:PutObject"],"Resource":['"$arns"']}}'
  aws iam get-instance-profile --instance-profile-name "$key-machine" >/dev/null 2>&1 || {
    aws iam create-instance-profile --instance-profile-name "$key-machine" >/dev/null
    aws iam add-role-to-instance-profile --instance-profile-name "$key-machine" \
      --role-name "$key-machine"
    sleep 15 # until EC2 knows of it
  }
}
places() { # subnets to try, in zones that have the machine
  local id zones
  if [ -n "$subnet" ]; then
    echo "$subnet"
    return
  fi
  id=$(vpc)
  zones=$(cloud ec2 describe-instance-type-offerings --location-type availability-zone \
    --filters "Name=instance-type,Values=$type" --query 'InstanceTypeOfferings[].Location')
  cloud ec2 describe-subnets --filters "Name=vpc-id,Values=$id" Name=default-for-az,Values=true \
    "Name=availability-zone,Values=${zones//[[:space:]]/,}" --query 'Subnets[].SubnetId'
}
create() {
  local ami id subnets one card done='' market options=() network
  ami=$(cloud ssm get-parameter --name "$image" --query Parameter.Value)
  id=$(group)
  subnets=$(places)
  if [ "$(known_key)" != None ]; then
    cloud ec2 delete-key-pair --key-name "$key" >/dev/null
  fi
  cloud ec2 import-key-pair --key-name "$key" --public-key-material "fileb://./$key.pem.pub" \
    --tag-specifications "ResourceType=key-pair,Tags=[{Key=flopwise,Value=$key}]" >/dev/null
  if [ "$machines" -gt 1 ]; then
    if [ "$(cluster)" = None ]; then
      cloud ec2 create-placement-group --group-name "$key" --strategy cluster \
        --tag-specifications "ResourceType=placement-group,Tags=[{Key=flopwise,Value=$key}]" >/dev/null
    fi
    options+=(--placement "GroupName=$key")
  fi
  if [ "$spot" = yes ]; then
    market=MarketType=spot
    if [ -n "$cap" ]; then market+=",SpotOptions={MaxPrice=$cap}"; fi
    options+=(--instance-market-options "$market")
  fi
  if [ -n "$buckets" ]; then
    access
    options+=(--iam-instance-profile "Name=$key-machine")
  fi
  for one in $subnets; do
    if [ "$efa" = 0 ]; then
      network=(--subnet-id "$one" --security-group-ids "$id" --associate-public-ip-address)
    else
      network=(--network-interfaces
        "NetworkCardIndex=0,DeviceIndex=0,InterfaceType=efa,SubnetId=$one,Groups=$id")
      if [ "$efa" = 1 ]; then network[1]+=,AssociatePublicIpAddress=true; fi
      for ((card = 1; card < efa; card++)); do
        network+=("NetworkCardIndex=$card,DeviceIndex=1,InterfaceType=efa-only,SubnetId=$one,Groups=$id")
      done
    fi
    # All machines or none; should the answer be lost, they are there all the same.
    if cloud ec2 run-instances --count "$machines" --image-id "$ami" --instance-type "$type" \
      --key-name "$key" "${network[@]}" ${options[@]+"${options[@]}"} \
      --block-device-mappings "DeviceName=/dev/sda1,Ebs={$disk,DeleteOnTermination=true}" \
      --instance-initiated-shutdown-behavior "$ends" --user-data "$(boot)" \
      --tag-specifications \
      "ResourceType=instance,Tags=[{Key=Name,Value=$key},{Key=flopwise,Value=$key}]" \
      "ResourceType=volume,Tags=[{Key=flopwise,Value=$key}]" \
      --query 'Instances[].InstanceId' >/dev/null || [ -n "$(found)" ]; then
      done=yes
      break
    fi
  done
  [ -n "$done" ] || fail "$machines x $type: must be had in $region today, cannot"
  settle
  if [ "$efa" -gt 1 ]; then elastic; fi
}
collect() { # ids
  local all one
  all=$(found)
  ids=()
  for one in $all; do ids+=("$one"); done
}
settle() {
  local ids
  collect
  cloud ec2 wait instance-running --instance-ids "${ids[@]}"
}
elastic() { # addresses, as none are given by themselves to machines of several interfaces
  local ids one card address
  collect
  for one in "${ids[@]}"; do
    card=$(cloud ec2 describe-instances --instance-ids "$one" --query \
      "Reservations[0].Instances[0].NetworkInterfaces[?Attachment.DeviceIndex==\`0\`]|[0].NetworkInterfaceId")
    address=$(cloud ec2 allocate-address --query AllocationId \
      --tag-specifications "ResourceType=elastic-ip,Tags=[{Key=flopwise,Value=$key}]")
    cloud ec2 associate-address --allocation-id "$address" --network-interface-id "$card" >/dev/null
  done
}
halt() {
  local ids
  collect
  cloud ec2 stop-instances --instance-ids "${ids[@]}" >/dev/null
}
up() {
  local ids all one
  collect
  all=$(machines_of InstanceId stopping)
  for one in $all; do cloud ec2 wait instance-stopped --instance-ids "$one"; done
  cloud ec2 start-instances --instance-ids "${ids[@]}" >/dev/null
  settle
}
destroy() {
  local ids all one
  collect
  if [ "${#ids[@]}" -gt 0 ]; then
    cloud ec2 terminate-instances --instance-ids "${ids[@]}" >/dev/null
    cloud ec2 wait instance-terminated --instance-ids "${ids[@]}"
  fi
  all=$(cloud ec2 describe-addresses --filters "Name=tag:flopwise,Values=$key" \
    --query 'Addresses[].AllocationId')
  for one in $all; do
    if [ "$one" != None ]; then cloud ec2 release-address --allocation-id "$one"; fi
  done
  one=$(group)
  if [ "$one" != None ]; then
    if [ "$machines" -gt 1 ]; then # it names itself
      cloud ec2 revoke-security-group-ingress --group-id "$one" --protocol=-1 \
        --source-group "$one" >/dev/null
    fi
    cloud ec2 delete-security-group --group-id "$one" >/dev/null
  fi
  if [ "$(cluster)" != None ]; then cloud ec2 delete-placement-group --group-name "$key"; fi
  if [ "$(known_key)" != None ]; then cloud ec2 delete-key-pair --key-name "$key" >/dev/null; fi
  if [ -n "$buckets" ] && aws iam get-instance-profile --instance-profile-name "$key-machine" >/dev/null 2>&1; then
    aws iam remove-role-from-instance-profile --instance-profile-name "$key-machine" --role-name "$key-machine"
    aws iam delete-instance-profile --instance-profile-name "$key-machine"
    aws iam delete-role-policy --role-name "$key-machine" --policy-name buckets
    aws iam delete-role --role-name "$key-machine"
  fi
}
)sh";

CloudScript aws_script(const StartPlan& plan) {
    const Request& request = plan.request;
    std::string buckets = bucket(request.launch.checkpoint_url);
    if (const std::string data = bucket(request.dataset.url); !data.empty() && data != buckets)
        buckets += (buckets.empty() ? "" : " ") + data;
    const double vcpus = plan.choice.vcpus.value_or(0) * plan.machines;
    return {.tools = "the AWS CLI with an account",
            .variables = fmt::format(
                "key={}\nimage={}\ndisk={}\nends={} # when a machine shuts itself down\n"
                "cap={} # USD/h of spot; empty: none\nquota_code={} "
                "vcpus={:.0f}\nbuckets={}\nsubnet=${{subnet:-}} # of yours; empty: "
                "of the default VPC\n",
                text::single_quoted(request.launch.key_name),
                text::single_quoted(image_parameter(plan.choice)),
                text::single_quoted(disk(request)),
                plan.spot ? "terminate" : "stop",
                text::single_quoted(plan.cap),
                text::single_quoted(plan.choice.vcpus ? quota_code(plan.choice, plan.spot) : ""),
                std::ceil(vcpus),
                text::single_quoted(buckets)),
            .text = kAwsText,
            .stopped = plan.machines > 1 ? ", elastic addresses if EFA needed them" : "",
            .get_tool = "command -v aws >/dev/null || sudo snap install aws-cli --classic\n",
            .how_to = "see aws iam get-role-policy --policy-name buckets --role-name KEY-machine",
            .on = {.end = "shutdown -h now\n",
                   .save = "aws s3 sync --only-show-errors checkpoints \"$url\"",
                   .restore = "aws s3 sync --only-show-errors \"$url\" checkpoints"},
            .stops = !plan.spot};
}

} // namespace flopwise
