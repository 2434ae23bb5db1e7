"""Stands in for aws, gcloud, az, ssh, scp, ssh-keygen, curl and sleep, under whose names it is copied.

It writes down each call, and answers from a cloud of its own: a JSON file with machines, doors and quotas.
"""

import json
import os
import sys
from pathlib import Path

NAME, ARGS = os.path.basename(sys.argv[0]), sys.argv[1:]
CLOUD = Path(os.environ["STUB_CLOUD"])


def value(flag):
    for i, arg in enumerate(ARGS):
        if arg == flag and i + 1 < len(ARGS):
            return ARGS[i + 1]
        if arg.startswith(flag + "="):
            return arg[len(flag) + 1:]
    return ""


def values(flag):
    """All that stands between a flag and the next."""
    out = []
    for arg in ARGS[ARGS.index(flag) + 1:]:
        if arg.startswith("--"):
            break
        out.append(arg)
    return out


def add(cloud, names):
    for name in names:
        n = len(cloud["machines"]) + 1
        cloud["machines"].append({"name": name, "state": "running", "public": f"192.0.2.{n}", "private": f"10.0.0.{n}"})


def aws(cloud):
    query = value("--query")
    verb = (ARGS[4:] if ARGS[0] == "--region" else ARGS)[1]
    ours = cloud["machines"]
    if verb == "wait":
        return ""
    if verb == "describe-instances":
        states = [f for f in ARGS if f.startswith("Name=instance-state-name")]
        if states:
            ours = [m for m in ours if m["state"] in states[0].partition("Values=")[2].split(",")]
        for word, key in (("InstanceId", "name"), ("PublicIpAddress", "public"), ("PrivateIpAddress", "private")):
            if query.endswith("." + word):
                return "\t".join(m[key] for m in ours)
        return "eni-" + value("--instance-ids")
    if verb == "run-instances":
        subnet = value("--subnet-id") or value("--network-interfaces").partition("SubnetId=")[2].split(",")[0]
        if subnet in cloud.get("full", []):
            sys.exit("InsufficientInstanceCapacity")
        add(cloud, [f"i-{n}" for n in range(1, int(value("--count")) + 1)])
        return "\t".join(m["name"] for m in cloud["machines"])
    if verb in ("stop-instances", "start-instances", "terminate-instances"):
        ids = values("--instance-ids")
        state = {"stop": "stopped", "start": "running", "terminate": "terminated"}[verb.split("-")[0]]
        for m in ours:
            if m["name"] in ids:
                m["state"] = state
        return "noise"
    if verb == "describe-instance-types":
        return cloud.get("efa", "None")
    if verb in ("get-service-quota", "get-aws-default-service-quota"):
        quota = cloud.get("quota", {}).get(value("--quota-code"), cloud.get("any quota", 1000.0))
        if quota is None:
            sys.exit("NoSuchResourceException")
        return quota
    if verb == "describe-vpcs":
        return cloud.get("vpc", "vpc-1")
    if verb == "describe-subnets":
        return "vpc-2" if "--subnet-ids" in ARGS else "subnet-a\tsubnet-b"
    if verb == "describe-instance-type-offerings":
        return "us-east-1a\tus-east-1b"
    if verb == "create-security-group":
        cloud["group"] = {"id": "sg-1", "door": []}
        return "sg-1"
    if verb == "describe-security-groups":
        if "--group-ids" in ARGS:
            return "\t".join(cloud["group"]["door"])
        return cloud["group"]["id"] if cloud.get("group") else "None"
    if verb == "authorize-security-group-ingress" and value("--cidr"):
        cloud["group"]["door"].append(value("--cidr"))
        return "noise"
    if verb == "revoke-security-group-ingress" and value("--cidr"):
        cloud["group"]["door"].remove(value("--cidr"))
        return "noise"
    if verb == "delete-security-group":
        cloud["group"] = None
        return "noise"
    for kind, word in (("key", "key-pair"), ("cluster", "placement-group")):
        if verb == f"describe-{word}s":
            return cloud.get(kind) or "None"
        if verb in (f"import-{word}", f"create-{word}"):
            cloud[kind] = value("--key-name") or value("--group-name")
            return ""
        if verb == f"delete-{word}":
            cloud[kind] = None
            return ""
    if verb in ("get-role", "get-instance-profile"):
        if not cloud.get(verb):
            sys.exit("NoSuchEntity")
        return "there"
    if verb in ("create-role", "delete-role"):
        cloud["get-role"] = verb == "create-role"
    if verb in ("create-instance-profile", "delete-instance-profile"):
        cloud["get-instance-profile"] = verb == "create-instance-profile"
    if verb == "allocate-address":
        cloud.setdefault("addresses", []).append(f"eip-{len(cloud.get('addresses', []))}")
        return cloud["addresses"][-1]
    if verb == "describe-addresses":
        return "\t".join(cloud.get("addresses", [])) or "None"
    if verb == "release-address":
        cloud["addresses"].remove(value("--allocation-id"))
    return {"get-parameter": "ami-1"}.get(verb, "noise" if verb.startswith("authorize") else "")


def gcloud(cloud):
    words = [arg for arg in ARGS if not arg.startswith("-") and arg != "compute"]
    kind, verb, names = words[0], words[1], words[2:]
    ours = cloud["machines"]
    made = cloud.setdefault("made", {})
    if kind == "instances":
        if verb == "list":
            if "status=RUNNING" in value("--filter"):
                ours = [m for m in ours if m["state"] == "running"]
            form = value("--format")
            keys = {"name": "name", "natIP": "public", "networkIP": "private", "zone": "zone"}
            key = next(key for word, key in keys.items() if word in form)
            return "\n".join(m[key] for m in ours)
        if verb == "create":
            if value("--zone") in cloud.get("full", []):
                add(cloud, names[:1])
                ours[-1]["zone"] = value("--zone")
                sys.exit("ZONE_RESOURCE_POOL_EXHAUSTED")
            add(cloud, names)
            for m in ours:
                m["zone"] = value("--zone")
            cloud["boot"] = Path(value("--metadata-from-file").partition("=")[2]).read_text()
        for m in list(ours):
            if m["name"] in names:
                if verb == "delete":
                    ours.remove(m)
                m["state"] = {"stop": "stopped", "start": "running"}.get(verb, m["state"])
        return ""
    if kind == "regions":
        return "\n".join(cloud.get("quotas", ["CPUS,24.0,0.0", "NVIDIA_T4_GPUS,4.0,1.0"]))
    if kind == "images":
        return cloud.get("image", "pytorch-2-9-v20261001")
    if kind == "machine-types":
        return "us-central1-a\nus-central1-b"
    if verb == "list":
        name = value("--filter").partition("name=")[2]
        return name if name in made.get(kind, []) else ""
    if verb == "describe":
        if names[0] not in made.get(kind, []):
            sys.exit("not found")
        return ""
    if verb == "create":
        made.setdefault(kind, []).append(names[-1])
        if kind == "firewall-rules" and names[-1].endswith("-ssh"):
            cloud["door"] = value("--source-ranges")
    if verb == "update":
        cloud["door"] = value("--source-ranges")
    if verb == "delete":
        made[kind].remove(names[0])
    return ""


def az(cloud):
    text = " ".join(ARGS)
    ours = cloud["machines"]
    if text.startswith("group exists"):
        return "true" if cloud.get("group") else "false"
    if text.startswith("group create"):
        cloud["group"] = value("--tags").partition("=")[2]
    if text.startswith("group show"):
        return "/subscriptions/s/resourceGroups/g" if value("--query") == "id" else cloud["group"]
    if text.startswith("group delete"):
        cloud["group"], cloud["machines"] = None, []
    if text.startswith("vm list-skus"):
        return "standardNCASv3_T4Family"
    if text.startswith("vm list-usage"):
        return cloud.get("usage", "100\t4")
    if text.startswith("vm list "):
        if "publicIps" in text:
            return "\n".join(m["public"] for m in ours if m["state"] == "running")
        return ours[0]["private"] if "privateIps" in text else "\n".join(m["name"] for m in ours)
    if text.startswith("vm create"):
        if len(ours) + 1 == cloud.get("room for"):
            sys.exit("AllocationFailed")
        add(cloud, [value("--name")])
        cloud["boot"] = Path(value("--custom-data")).read_text()
    if text.startswith("vm show"):
        return "principal-" + value("--name")
    if text.startswith("storage account show"):
        return "/storage"
    if text.startswith("network nsg rule create"):
        cloud["door"] = value("--source-address-prefixes")
    for verb, state in (("deallocate", "stopped"), ("start", "running")):
        if text.startswith(f"vm {verb} "):
            for m in ours:
                if m["name"] == value("--name"):
                    m["state"] = state
    return ""


def main():
    cloud = json.loads(CLOUD.read_text())
    reads = NAME == "ssh" and any("bash" in arg for arg in ARGS[-1:])
    text = sys.stdin.read() if reads else ""
    with open(os.environ["STUB_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps([NAME, ARGS, text]) + "\n")
    if cloud.get("fails") and cloud["fails"] in ARGS:
        sys.exit("told to fail")
    if NAME == "curl":
        print(cloud.get("address", "198.51.100.9"))
    if NAME == "ssh-keygen":
        Path(value("-f")).write_text("SECRET\n")
        Path(value("-f") + ".pub").write_text("ssh-ed25519 AAAA mine\n")
    answer = {"aws": aws, "gcloud": gcloud, "az": az}.get(NAME, lambda _: None)(cloud)
    CLOUD.write_text(json.dumps(cloud))
    if answer:
        print(answer)


main()
