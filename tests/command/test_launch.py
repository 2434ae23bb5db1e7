"""The start plan: a script that bash and shellcheck accept, and that does what it says on the three clouds."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ARTICLE = ["--budget", "2000", "--days", "365", "--hours-per-day", "2"]
T4 = ["--instance", "g4dn.xlarge", "--region", "us-east-1", "--launch"]
CLOUDS = ["--catalog", "clouds-2026-11"]
GCP = [*CLOUDS, "--provider", "gcp", "--instance", "g2-standard-4", "--region", "us-central1", "--launch"]
AZURE = [*CLOUDS, "--provider", "azure", "--instance", "Standard_NC4as_T4_v3", "--region", "eastus", "--launch"]
JOB = ["--model", "llama-2-7b", "--tokens", "2e9", "--batch", "256"]
TWO = ["--max-machines", "2", "--deadline", "12h"]
P5 = [*JOB, *TWO, "--instance", "p5.48xlarge", "--region", "us-east-1", "--launch"]
STUB = Path(__file__).with_name("stub_cloud.py")
PROGRAMS = ("aws", "gcloud", "az", "ssh", "scp", "ssh-keygen", "curl", "sleep")


@pytest.fixture
def script(recommend):
    def write(*args):
        done = recommend(*args)
        assert (done.status, done.err) == (0, "")
        return done.out

    return write


class Plan:
    """A plan, run with programs that stand in for those it calls, in a cloud of their own."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        for name in PROGRAMS:
            (folder / "bin" / name).write_text(f"#!{sys.executable} -SE\n{STUB.read_text()}")
            (folder / "bin" / name).chmod(0o755)
        self.set(machines=[])

    @property
    def cloud(self):
        return json.loads((self.folder / "cloud.json").read_text())

    def set(self, **what):
        old = self.cloud if (self.folder / "cloud.json").exists() else {}
        (self.folder / "cloud.json").write_text(json.dumps({**old, **what}))

    def write(self, text):
        (self.folder / "plan.sh").write_text(text)
        return self

    def step(self, *words, **env):
        (self.folder / "log").write_text("")
        env = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder),
               "STUB_LOG": str(self.folder / "log"), "STUB_CLOUD": str(self.folder / "cloud.json"), **env}
        return subprocess.run(["bash", "plan.sh", *words], cwd=self.folder, env=env, text=True,
                              capture_output=True, check=False)

    def calls(self):
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    def run(self, *words, **env):
        """The calls of one step, which must go well."""
        done = self.step(*words, **env)
        assert done.returncode == 0, done.stderr
        self.out, self.err = done.stdout, done.stderr
        return self.calls()

    def fail(self, *words, **env):
        done = self.step(*words, **env)
        assert done.returncode == 1, (done.stdout, done.stderr)
        return done.stderr


@pytest.fixture
def plan(workdir):
    return Plan(workdir)


def options(args):
    """The values of the flags of one call."""
    out = {}
    for i, arg in enumerate(args):
        if arg.startswith("--"):
            name, equals, text = arg.partition("=")
            out[name] = text if equals else args[i + 1] if i + 1 < len(args) else ""
    return out


def verbs(calls, program):
    """What was asked of a cloud, in order: without what is only looked at."""
    out = []
    for name, args, _ in calls:
        if name != program:
            continue
        if program == "aws":
            words = (args[4:] if args[0] == "--region" else args)[1:2]
        elif program == "gcloud":
            words = [a for a in args if not a.startswith("-") and a != "compute"][:2]
        else:
            words = args[:next(i for i, a in enumerate(args) if a.startswith("-"))]
        word = " ".join(words)
        if not re.search(r"\b(describe|get|wait|list|show|exists)\b", word):
            out.append(word)
    return out


def call(calls, *words):
    found = [args for _, args, _ in calls if all(word in args for word in words)]
    assert len(found) == 1, found
    return options(found[0])


def remote(calls):
    """What was asked of machines by ssh: address, command, standard input."""
    out = []
    for name, args, text in calls:
        if name == "ssh":
            at = next(i for i, a in enumerate(args) if a.startswith("ubuntu@"))
            out.append((args[at].partition("@")[2], args[at + 1:], text))
    return out


PLANS = [
    T4,
    [*T4, "--purchase", "spot"],
    [*T4, "--dataset-url", "kaggle:owner/name", "--dataset", "100"],
    [*T4, "--dataset-url", "https://example.org/a.tar.gz?x=1", "--key-name", "my.key_1-a"],
    [*T4, "--dataset-url", "s3://bucket/folder/", "--dataset", "7.5", "--checkpoint-url", "s3://other/run"],
    ["--instance", "g5g.xlarge", "--region", "us-east-1", "--launch"],
    ["--instance", "trn1.2xlarge", "--region", "us-east-1", "--launch"],
    [*T4, *ARTICLE],
    [*T4, *ARTICLE, "--purchase", "spot"],
    [*T4, *ARTICLE, "--keep-running"],
    ["--instance", "g5.xlarge", "--region", "us-east-1", "--launch", "--days", "365", "--purchase",
     "best", "--storage", "200", "--storage-type", "io2", "--storage-iops", "5000"],
    ["--min-gpus", "0", "--max-gpus", "0", "--region", "us-east-1", "--launch"],
    P5,
    GCP,
    [*GCP, *ARTICLE, "--purchase", "spot", "--checkpoint-url", "gs://bucket/run"],
    AZURE,
    [*AZURE, *ARTICLE, "--purchase", "spot", "--checkpoint-url", "https://acc.blob.core.windows.net/c/run"],
]


def shellcheck(folder, texts):
    program = shutil.which("shellcheck")
    assert program, "shellcheck must be installed"
    for i, text in enumerate(texts):
        (folder / f"checked-{i}").write_text(text)
    done = subprocess.run([program, *(f"checked-{i}" for i in range(len(texts)))], cwd=folder, text=True,
                          capture_output=True, check=False)
    assert done.stdout == ""


def within(text, begin, end):
    return text.split(begin, 1)[1].split(end, 1)[0]


@pytest.mark.parametrize("args", PLANS, ids=" ".join)
def test_bash_and_shellcheck_accept_the_plan_and_what_the_machine_runs(script, workdir, args):
    text = script(*args)
    subprocess.run(["bash", "-n"], input=text, text=True, cwd=workdir, check=True)
    boot = within(text, "cat <<'BOOT'\n", "\nBOOT\n") + "\n"
    files = re.findall(r"<<'END'\n(#!/bin/sh\n.*?\n)END\n", boot, re.S)
    assert len(files) == 5
    files = [file.replace("set -- $(", "# shellcheck disable=SC2046\nset -- $(") for file in files]  # disks are words
    there = ["#!/bin/bash\n" + part for part in re.findall(r"<<'REMOTE'\n(.*?\n)REMOTE\n", text, re.S)]
    shellcheck(workdir, [text, boot, *files, *there])


# ---- AWS ----------------------------------------------------------------------------


def test_the_plan_rents_the_machine_that_was_chosen_and_ends_all_of_it(script, plan, workdir):
    calls = plan.write(script(*T4, "--dataset", "50")).run("rent")
    assert verbs(calls, "aws") == ["create-security-group", "authorize-security-group-ingress", "import-key-pair",
                                   "run-instances"]
    assert call(calls, "get-parameter")["--name"] == (
        "/aws/service/deeplearning/ami/x86_64/oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04/latest/ami-id")
    run = call(calls, "run-instances")
    assert run["--count"] == "1"
    assert run["--image-id"] == "ami-1"
    assert run["--instance-type"] == "g4dn.xlarge"
    assert run["--key-name"] == "flopwise"
    assert run["--security-group-ids"] == "sg-1"
    assert run["--subnet-id"] == "subnet-a"
    assert run["--block-device-mappings"] == (
        "DeviceName=/dev/sda1,Ebs={VolumeSize=200,VolumeType=gp3,DeleteOnTermination=true}")
    assert run["--instance-initiated-shutdown-behavior"] == "stop"
    assert not {"--instance-market-options", "--placement", "--network-interfaces", "--iam-instance-profile"} & {*run}
    assert call(calls, "authorize-security-group-ingress")["--cidr"] == "198.51.100.9/32"
    assert call(calls, "import-key-pair")["--public-key-material"] == "fileb://./flopwise.pem.pub"
    assert all(options(args)["--region"] == "us-east-1" for name, args, _ in calls
               if name == "aws" and args[0] != "iam")
    assert "g4dn.xlarge in us-east-1, on demand, 0.526 USD for each hour; price as of 20" in plan.out
    assert "rented 1 x g4dn.xlarge at 192.0.2.1\n" in plan.out
    assert verbs(plan.run("stop"), "aws") == ["stop-instances"]
    assert plan.out == "stopped; what goes on costing until terminate: a disk of 200 GiB\n"
    assert verbs(plan.run("start"), "aws") == ["start-instances"]
    assert verbs(plan.run("terminate"), "aws") == ["terminate-instances", "delete-security-group", "delete-key-pair"]
    assert plan.cloud["machines"][0]["state"] == "terminated"
    assert (plan.cloud["group"], plan.cloud["key"]) == (None, None)


def test_each_verb_can_be_said_twice(script, plan):
    plan.write(script(*T4)).run("rent")
    assert "has i-1: start, or terminate first" in plan.fail("rent")
    assert [m["state"] for m in plan.cloud["machines"]] == ["running"]
    for word in ("stop", "stop", "start", "start", "status", "down", "terminate"):
        plan.run(word)
    assert plan.run("status") and plan.out == "no machines are rented\n"
    assert "must have machines, has none: rent" in plan.fail("start")
    assert "must have machines, has none: rent" in plan.fail("stop")
    plan.run("rent")  # anew, with the key that is there


def test_today_s_address_is_let_in_and_no_other(script, plan):
    plan.write(script(*T4)).run("rent")
    assert plan.cloud["group"]["door"] == ["198.51.100.9/32"]
    plan.run("stop")
    plan.set(address="203.0.113.1")
    calls = plan.run("start")
    assert plan.cloud["group"]["door"] == ["203.0.113.1/32"]
    assert verbs(calls, "aws") == ["authorize-security-group-ingress", "revoke-security-group-ingress",
                                   "start-instances"]
    assert "authorize-security-group-ingress" not in verbs(plan.run("start"), "aws")


def test_what_is_no_address_is_not_let_in(script, plan):
    plan.set(address="<html>Sign in</html>")
    assert "must say the IPv4 address of this computer" in plan.write(script(*T4)).fail("rent")
    assert "run-instances" not in verbs(plan.calls(), "aws")


@pytest.mark.parametrize("word", ["create-security-group", "authorize-security-group-ingress", "import-key-pair",
                                  "get-parameter", "describe-vpcs", "describe-instances"])
def test_what_fails_before_a_machine_is_rented_rents_none_and_may_be_tried_again(script, plan, word):
    plan.write(script(*T4)).set(fails=word)
    assert "told to fail" in plan.fail("rent")
    assert plan.cloud["machines"] == []
    plan.set(fails="")
    plan.run("rent")
    assert plan.cloud["group"]["door"] == ["198.51.100.9/32"]


def test_machines_that_are_left_when_something_fails_are_named(script, plan):
    plan.write(script(*T4)).set(fails="instance-running")
    assert "rented, and costing, though not all went well: i-1: terminate ends it" in plan.fail("rent")
    plan.set(fails="terminate-instances")
    assert "ended" not in plan.fail("terminate")
    plan.set(fails="")
    plan.run("terminate")


def test_another_zone_is_tried_where_one_is_full(script, plan):
    plan.write(script(*T4)).set(full=["subnet-a"])
    plan.run("rent")
    assert len(plan.cloud["machines"]) == 1
    plan.run("terminate")
    plan.set(full=["subnet-a", "subnet-b"], machines=[])
    assert "1 x g4dn.xlarge: must be had in us-east-1 today, cannot" in plan.fail("rent")
    assert plan.cloud["machines"] == []


def test_a_quota_that_is_too_low_is_told_before_renting(script, plan):
    plan.write(script(*T4)).set(quota={"L-DB2E81BA": 3.0})
    assert plan.fail("rent") == (
        "quota of vCPUs for g4dn.xlarge in us-east-1: must be at least 4, is 3; ask for more, which may take days:\n"
        "  aws service-quotas request-service-quota-increase --region us-east-1 --service-code ec2 "
        "--quota-code L-DB2E81BA --desired-value 4\n")
    assert verbs(plan.calls(), "aws") == []
    plan.set(quota={"L-DB2E81BA": None})
    plan.run("rent")
    assert "the quota of vCPUs for g4dn.xlarge is not known" in plan.err


def test_an_account_without_a_usual_network_is_told_what_it_needs(script, plan):
    plan.write(script(*T4)).set(vpc="None")
    assert plan.fail("rent") == (
        "us-east-1: must have a default VPC, has none: say\n  aws ec2 create-default-vpc --region us-east-1\n"
        "or name a public subnet: subnet=subnet-... bash FILE rent\n")
    calls = plan.run("rent", subnet="subnet-9")
    assert call(calls, "create-security-group")["--vpc-id"] == "vpc-2"
    assert call(calls, "run-instances")["--subnet-id"] == "subnet-9"


def test_spot_is_capped_at_what_the_budget_carries(script, plan, recommend):
    calls = plan.write(script(*T4, *ARTICLE, "--purchase", "spot")).run("rent")
    run = call(calls, "run-instances")
    best = json.loads(recommend(*T4, *ARTICLE, "--purchase", "spot", "--format", "json").out)["choices"][0]
    carried = 2000 / best["hours"]  # with the work that is lost
    assert 2.7 < carried < 2000 / 730
    kind, cap = run["--instance-market-options"].split(",SpotOptions=")
    assert kind == "MarketType=spot"
    assert 0 <= carried - float(cap.removeprefix("{MaxPrice=").removesuffix("}")) < 1e-5
    assert run["--instance-initiated-shutdown-behavior"] == "terminate"
    assert call(calls, "get-service-quota")["--quota-code"] == "L-3819A6DF"
    assert "cannot be stopped, only terminated" in plan.fail("stop")
    plan.run("terminate")
    plan.set(machines=[])
    calls = plan.write(script(*T4, "--purchase", "spot")).run("rent")
    assert call(calls, "run-instances")["--instance-market-options"] == "MarketType=spot"
    below = script(*T4, "--purchase", "spot", "--max-price", "1.5")
    assert "\ncap='1.5' #" in below


def test_as_many_machines_are_rented_as_the_answer_has(script, plan):
    plan.set(efa="4")
    calls = plan.write(script(*P5)).run("rent")
    run = call(calls, "run-instances")
    assert run["--count"] == "2"
    assert run["--placement"] == "GroupName=flopwise"
    assert verbs(calls, "aws") == [
        "create-security-group", "authorize-security-group-ingress", "authorize-security-group-egress",
        "authorize-security-group-ingress", "import-key-pair", "create-placement-group", "run-instances",
        "allocate-address", "associate-address", "allocate-address", "associate-address"]
    (args,) = [args for _, args, _ in calls if "run-instances" in args]
    at = args.index("--network-interfaces") + 1
    assert args[at:at + 4] == [
        "NetworkCardIndex=0,DeviceIndex=0,InterfaceType=efa,SubnetId=subnet-a,Groups=sg-1",
        *[f"NetworkCardIndex={i},DeviceIndex=1,InterfaceType=efa-only,SubnetId=subnet-a,Groups=sg-1" for i in (1, 2, 3)]]
    assert "--associate-public-ip-address" not in args
    quotas = {options(args)["--quota-code"] for _, args, _ in calls if "get-service-quota" in args}
    assert quotas == {"L-417A185B", "L-0263D0A3"}
    assert "2 x p5.48xlarge in us-east-1, on demand, 2 x 55.04 USD" in plan.out
    plan.run("stop")
    assert "a disk of 100 GiB for each machine, elastic addresses" in plan.out
    plan.run("start")
    ended = verbs(plan.run("down"), "aws")
    assert ended == ["terminate-instances", "release-address", "release-address", "revoke-security-group-ingress",
                     "delete-security-group", "delete-placement-group", "delete-key-pair"]
    assert plan.cloud["addresses"] == []


def test_two_machines_of_which_the_quota_has_room_for_one(script, plan):
    plan.write(script(*P5)).set(quota={"L-417A185B": 192.0})  # 192 vCPUs each
    assert "must be at least 384, is 192" in plan.fail("rent")


@pytest.mark.parametrize("efa, address", [("1", True), ("None", None)])
def test_machines_of_one_interface_have_an_address_by_themselves(script, plan, efa, address):
    plan.set(efa=efa)
    calls = plan.write(script(*P5)).run("rent")
    run = call(calls, "run-instances")
    assert "allocate-address" not in verbs(calls, "aws")
    if address:
        assert run["--network-interfaces"].endswith(",AssociatePublicIpAddress=true")
    else:
        assert run["--subnet-id"] == "subnet-a"


def test_work_runs_on_all_machines_and_outlives_ssh(script, plan, workdir):
    (workdir / "train.py").write_text("print(1)\n")
    plan.write(script(*P5)).run("rent")
    calls = plan.run("run", "train.py", "--lr", "1e-3; touch pwned")
    asked = [(host, command[0]) for host, command, text in remote(calls) if "torch.distributed.run" in text]
    assert asked == [
        ("192.0.2.1", r"bash -s -- 2 0 10.0.0.1:29500 flopwise train.py --lr 1e-3\;\ touch\ pwned "),
        ("192.0.2.2", r"bash -s -- 2 1 10.0.0.1:29500 flopwise train.py --lr 1e-3\;\ touch\ pwned ")]
    copied = [args for name, args, _ in calls if name == "scp"]
    assert [args[-2:] for args in copied] == [["train.py", "ubuntu@192.0.2.1:"], ["train.py", "ubuntu@192.0.2.2:"]]
    # What the machine does then, with a systemd-run that writes down its arguments.
    text = next(text for _, _, text in remote(calls) if "torch.distributed.run" in text)
    tools = workdir / "tools"
    tools.mkdir()
    for name, body in (("sudo", 'exec "$@"'), ("systemd-run", 'printf "%s\\n" "$@" >said'), ("nvidia-smi", ":")):
        (tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (tools / name).chmod(0o755)
    subprocess.run(["bash", "-s", "--", "2", "1", "10.0.0.1:29500", "flopwise", "train.py", "--lr", "a b"],
                   input=text, text=True, cwd=workdir, check=True,
                   env={"PATH": f"{tools}:{os.environ['PATH']}", "HOME": "/home/ubuntu"})
    said = (workdir / "said").read_text().splitlines()
    assert said[said.index("/home/ubuntu/venv/bin/python"):] == [
        "/home/ubuntu/venv/bin/python", "-m", "torch.distributed.run", "--nnodes=2", "--node-rank=1",
        "--nproc-per-node=gpu", "--rdzv-backend=c10d", "--rdzv-endpoint=10.0.0.1:29500", "--rdzv-id=flopwise",
        "train.py", "--lr", "a b"]
    assert "must be followed by a file" in plan.fail("run", "missing.py")
    log = remote(plan.run("log"))
    assert log[-1][:2] == ("192.0.2.1", ["tail -n 100 -F run.log "])


@pytest.mark.parametrize("asked", [T4, P5, GCP, AZURE])
def test_no_step_of_a_plan_is_ended_by_who_reads_it(script, asked):
    # `| head` ends while what is before it may still write: SIGPIPE, which pipefail makes the plan's own status.
    assert "| head" not in script(*asked)


def test_checkpoints_go_to_the_bucket_and_to_no_other(script, plan):
    text = script(*T4, "--checkpoint-url", "s3://mine/run-1", "--dataset-url", "s3://data/set.tar")
    calls = plan.write(text).run("rent")
    assert call(calls, "run-instances")["--iam-instance-profile"] == "Name=flopwise-machine"
    policy = json.loads(call(calls, "put-role-policy")["--policy-document"])["Statement"]
    assert policy["Resource"] == ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*", "arn:aws:s3:::data", "arn:aws:s3:::data/*"]
    assert policy["Action"] == ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    assert json.loads(call(calls, "create-role")["--assume-role-policy-document"])["Statement"]["Effect"] == "Allow"
    boot = call(calls, "run-instances")["--user-data"]
    assert "url='s3://mine/run-1'\n" in boot
    assert 'aws s3 sync --only-show-errors checkpoints "$url"' in boot
    prepared = remote(plan.run("data"))[0][2]
    assert "sudo flopwise-save && sudo flopwise-restore" in prepared
    ended = verbs(plan.run("terminate"), "aws")
    assert ended[-4:] == ["remove-role-from-instance-profile", "delete-instance-profile", "delete-role-policy",
                          "delete-role"]


# ---- on the machine -----------------------------------------------------------------


def boot_files(text, folder):
    """What the machine runs at its first start, as on the machine, with stand-ins for what changes it."""
    root = folder / "root"
    tools = root / "tools"
    tools.mkdir(parents=True)
    (root / "run").mkdir()
    boot = within(text, "cat <<'BOOT'\n", "\nBOOT\n") + "\n"
    for path in ("/usr/local/sbin", "/etc/systemd/system", "/run/flopwise-until", "/proc/uptime", "/proc/loadavg",
                 "/proc/net/dev"):
        boot = boot.replace(path, f"{root}{path}")
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
    for path in ("usr/local/sbin", "etc/systemd/system"):
        (root / path).mkdir(parents=True, exist_ok=True)
    for name in ("systemctl", "shutdown", "sleep", "nvidia-smi"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{root}/said\n')
        (tools / name).chmod(0o755)
    subprocess.run(["sh", "-eu"], input=boot, text=True, check=True, env={"PATH": f"{tools}:{os.environ['PATH']}"})
    return root


def minutes_until_the_end(root, load="0.10", gpu="0", moved=0, until=None, most=400):
    """How long the watch lets a machine run that always does the same; None: longer than it was looked at."""
    for name, text in (("uptime", "30.0 1.0"), ("loadavg", f"{load} 0 0 1/1 1"), ("minute", "0")):
        (root / "proc" / name).write_text(text + "\n")
    if until is not None:
        (root / "run/flopwise-until").write_text(f"{until}\n")
    elif (root / "run/flopwise-until").exists():
        (root / "run/flopwise-until").unlink()
    tools = root / "tools"
    # Each sleep of a minute moves the clock, and the counters of the network.
    (tools / "sleep").write_text(f"""#!/bin/sh
n=$(($(cat {root}/proc/minute) + 1))
[ $n -le {most} ] || kill $PPID
echo $n >{root}/proc/minute
echo $((n * 60 + 30)).0 1 >{root}/proc/uptime
printf 'a\\nb\\n  lo: 9999999999 0 0 0 0 0 0 0 9 0\\n  eth0: %d 0 0 0 0 0 0 0 0 0\\n' $((n * {moved} * 1048576)) >{root}/proc/net/dev
""")
    (tools / "nvidia-smi").write_text(f"#!/bin/sh\necho {gpu}\n")
    for name in ("flopwise-scratch", "flopwise-save"):
        (tools / name).write_text(f"#!/bin/sh\necho {name} >>{root}/said\n")
        (tools / name).chmod(0o755)
    (root / "said").write_text("")
    env = {"PATH": f"{tools}:{root}/usr/local/sbin:{os.environ['PATH']}"}
    subprocess.run([root / "usr/local/sbin/flopwise-watch"], env=env, check=False, capture_output=True)
    said = (root / "said").read_text().splitlines()
    minute = int((root / "proc/minute").read_text())
    assert said[0] == "flopwise-scratch"
    if "shutdown -h now" not in said:
        return None
    assert said[-2:] == ["flopwise-save", "shutdown -h now"]  # what there is is saved before
    assert said.count("flopwise-save") == minute // 5 + 1 - (minute % 5 == 0 and said[-3] != "flopwise-save")
    return minute


def test_the_machine_stops_by_itself_after_its_hours_and_without_work(script, workdir):
    root = boot_files(script(*T4, *ARTICLE), workdir)
    assert "systemctl enable flopwise" in (root / "said").read_text()
    assert minutes_until_the_end(root, load="1.00") == 120
    assert minutes_until_the_end(root) == 60
    # What is work: a GPU at 5 %, a processor, 1 MiB a second; and what is not.
    assert minutes_until_the_end(root, gpu="5") == 120
    assert minutes_until_the_end(root, gpu="4") == 60
    assert minutes_until_the_end(root, moved=60) == 120
    assert minutes_until_the_end(root, moved=59) == 60
    assert minutes_until_the_end(root, gpu="[N/A]") == 60
    # What keep said counts, with or without work.
    assert minutes_until_the_end(root, until=180) == 180
    assert minutes_until_the_end(root, until=0) is None


@pytest.mark.parametrize("args, minutes, idle", [
    (ARTICLE, 120, 60),
    (["--hours-per-day", "0.51"], 31, 60),  # 30.6 minutes
    ([*ARTICLE, "--idle-minutes", "15"], 120, 15),
    ([*ARTICLE, "--idle-minutes", "0"], 120, 0),
    ([*ARTICLE, "--keep-running"], 0, 0),
    ([], 0, 60),
    (["--days", "3"], 4320, 60),  # day and night
])
def test_the_limits_are_those_of_the_plan(script, args, minutes, idle):
    text = script(*T4, *args)
    assert f"\nlimit={minutes} idle={idle}\n" in text
    said = within(text, "\nlimits='", "'\n")
    assert (f"{minutes} minutes after each start" in said) == (minutes > 0)
    assert (f"{idle} minutes without work" in said) == (idle > 0)
    assert (said == "Nothing stops it but you.") == (minutes == idle == 0)


def test_a_job_may_take_as_long_as_in_nine_cases_of_ten_and_a_tenth_more(recommend):
    args = ["--model", "resnet-50", "--epochs", "1", *T4]
    answer = json.loads(recommend(*args, "--format", "json").out)
    hours = answer["choices"][0]["job"]["hours"]["p90"] * 1.1 + 1
    minutes = int(answer["launch"].split("\nlimit=")[1].split()[0])
    assert 0 <= minutes - hours * 60 < 1


@pytest.mark.parametrize("hours, until", [("", "0"), ("3", "187")])
def test_keep_keeps_machines_on(script, plan, workdir, hours, until):
    plan.write(script(*T4, *ARTICLE)).run("rent")
    host, command, text = remote(plan.run("keep", *hours.split()))[-1]
    assert (host, command) == ("192.0.2.1", [f"sudo bash -s -- {hours or 0} "])
    (workdir / "uptime").write_text("425.5 1\n")  # the 8th minute
    text = text.replace("/proc/uptime", "uptime").replace("/run/", "")
    subprocess.run(["bash", "-s", "--", hours or "0"], input=text, text=True, cwd=workdir, check=True)
    assert (workdir / "flopwise-until").read_text() == until + "\n"
    bad = plan.step("keep", "3; x")
    assert (bad.returncode, bad.stderr) == (2, "keep: must be followed by whole hours up to 999, or nothing\n")


def test_what_is_prepared_computes_on_the_machine(script, plan):
    def prepared(machine, *more):
        plan.write(script("--instance", machine, "--region", "us-east-1", "--launch", *more))
        image = call(plan.run("rent"), "get-parameter")["--name"]
        text = next(text for _, _, text in remote(plan.run("work")) if "venv" in text)
        plan.run("terminate")
        plan.set(machines=[])
        return image, within(text, "check='", "'\n")

    cuda = 'import torch; print(torch.ones(1, device="cuda").sum().item())'
    pytorch = "/oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04/latest/ami-id"
    assert prepared("g5g.xlarge") == ("/aws/service/deeplearning/ami/arm64" + pytorch, cuda)
    assert prepared("g4dn.xlarge") == ("/aws/service/deeplearning/ami/x86_64" + pytorch, cuda)
    assert prepared("trn1.2xlarge") == ("/aws/service/neuron/dlami/pytorch-2.9/ubuntu-24.04/latest/image_id",
                                        "import torch, torch_neuronx")
    assert prepared("m7i.large", "--min-gpus", "0")[1] == "import torch"


def test_the_image_s_own_environment_is_used_where_it_computes(script, plan, workdir):
    plan.write(script(*T4)).run("rent")
    text = next(text for _, _, text in remote(plan.run("work")) if "venv" in text)
    machine, opt = workdir / "machine", workdir / "opt"
    tools = workdir / "tools"
    for folder in (machine, opt / "pytorch/bin", tools):
        folder.mkdir(parents=True)
    (tools / "sudo").write_text('#!/bin/bash\nexec "$@"\n')
    (opt / "pytorch/bin/python").write_text(f'#!/bin/bash\necho "$@" >>{workdir}/said\n')
    for name in ("apt-get", "cloud-init"):
        (tools / name).write_text("#!/bin/bash\n")
    for path in (*tools.iterdir(), opt / "pytorch/bin/python"):
        path.chmod(0o755)
    text = text.replace("/opt/", f"{opt}/")
    subprocess.run(["bash", "-s"], input=text, text=True, cwd=machine, check=True,
                   env={"PATH": f"{tools}:{os.environ['PATH']}"})
    assert (machine / "venv").resolve() == opt / "pytorch"
    assert (workdir / "said").read_text().splitlines()[-1] == "-m pip install --quiet jupyterlab kaggle"
    assert (machine / "prepared").exists()


def test_jupyter_is_reached_through_ssh_and_goes_on_without(script, plan):
    plan.write(script(*T4, "--key-name", "mine")).run("rent")
    calls = plan.run("work")
    name, args, _ = calls[-1]
    assert name == "ssh"
    assert args[:2] == ["-i", "./mine.pem"]
    assert args[-4:] == ["-N", "-L", "8888:localhost:8888", "ubuntu@192.0.2.1"]
    assert any("systemd-run" in text and "jupyter" in text for _, _, text in remote(calls))


HOSTILE = [
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "\"; touch pwned; \"",
    "a'$(touch pwned)'b",
    "\\'; touch pwned #",
    "x && touch pwned",
    "x | touch pwned",
    "REMOTE",
    "'\\''; touch pwned",
    "${IFS}touch${IFS}pwned",
    "a b\u00e9*?[x]{y}!~#%",
]
RECORD = f"#!{sys.executable} -SE\n" + """\
import json, os, sys
with open(os.environ["STUB_LOG"], "a") as log:
    log.write(json.dumps([os.path.basename(sys.argv[0]), sys.argv[1:]]) + "\\n")
"""


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("scheme, tool", [("https://h/", "wget"), ("s3://", "aws"),
                                             ("kaggle:", "kaggle")])
def test_what_a_user_wrote_is_text_and_never_a_command(script, plan, workdir, scheme, tool,
                                                       text):
    plan.write(script(*T4, "--dataset-url", scheme + text)).run("rent")
    there = remote(plan.run("data"))[-1][2]
    machine = workdir / "machine"  # what runs there, with stand-ins
    tools = workdir / "tools"
    for folder in (machine, tools):
        folder.mkdir()
    for name in ("wget", "aws", "kaggle"):
        (tools / name).write_text(RECORD)
        (tools / name).chmod(0o755)
    log = workdir / "remote.log"
    subprocess.run(["bash", "-s"], input=there, text=True, cwd=machine, check=True,
                   env={"PATH": f"{tools}:{os.environ['PATH']}", "STUB_LOG": str(log)})
    seen = [json.loads(line) for line in log.read_text().splitlines()]
    assert [name for name, _ in seen] == [tool]
    given = text if scheme == "kaggle:" else scheme + text
    assert given in seen[0][1]
    assert not list(workdir.rglob("pwned"))


# ---- Google Cloud and Azure ---------------------------------------------------------


def test_google_cloud_rents_stops_starts_and_ends(script, plan):
    plan.set(quotas=["CPUS,24.0,0.0", "NVIDIA_L4_GPUS,1.0,0.0"])
    calls = plan.write(script(*GCP, *ARTICLE)).run("rent")
    assert verbs(calls, "gcloud") == ["networks create", "firewall-rules create", "instances create"]
    run = call(calls, "instances", "create")
    assert run["--machine-type"] == "g2-standard-4"
    assert run["--zone"] == "us-central1-a"
    assert run["--image"] == "pytorch-2-9-v20261001"
    assert run["--image-project"] == "deeplearning-platform-release"
    assert (run["--boot-disk-size"], run["--boot-disk-type"]) == ("100GB", "pd-balanced")
    assert run["--metadata"].endswith("ssh-keys=ubuntu:ssh-ed25519 AAAA mine")
    assert not {"--provisioning-model", "--accelerator", "--scopes"} & {*run}
    assert "limit=120 idle=60" in plan.cloud["boot"]
    assert plan.cloud["door"] == "198.51.100.9/32"
    assert all("--quiet" in args for name, args, _ in calls if name == "gcloud")
    assert "has flopwise-0" in plan.fail("rent")
    assert verbs(plan.run("stop"), "gcloud") == ["instances stop"]
    assert plan.out == "stopped; what goes on costing until terminate: a disk of 100 GiB\n"
    plan.set(address="203.0.113.1")
    assert verbs(plan.run("start"), "gcloud") == ["firewall-rules update", "instances start"]
    assert plan.cloud["door"] == "203.0.113.1/32"
    assert verbs(plan.run("down"), "gcloud") == ["instances delete", "firewall-rules delete", "networks delete"]
    assert (plan.cloud["machines"], plan.cloud["made"]) == ([], {"networks": [], "firewall-rules": []})
    assert verbs(plan.run("down"), "gcloud") == []


def test_google_cloud_on_spot_with_checkpoints(script, plan):
    args = [*GCP, *ARTICLE, "--purchase", "spot", "--checkpoint-url", "gs://mine/run"]
    plan.set(quotas=["PREEMPTIBLE_NVIDIA_L4_GPUS,1.0,0.0"])
    run = call(plan.write(script(*args)).run("rent"), "instances", "create")
    assert (run["--provisioning-model"], run["--instance-termination-action"]) == ("SPOT", "STOP")
    assert run["--scopes"] == "storage-rw"
    assert 'gcloud --quiet storage rsync --recursive checkpoints "$url"' in plan.cloud["boot"]
    plan.run("stop")


def test_google_cloud_says_which_quota_is_too_low(script, plan):
    plan.write(script(*GCP)).set(quotas=["NVIDIA_L4_GPUS,1.0,1.0"])
    assert plan.fail("rent") == (
        "quota NVIDIA_L4_GPUS in us-central1: must have 1 free, has 0 of 1; ask for more, which may take days:\n"
        "  https://console.cloud.google.com/iam-admin/quotas\n")
    assert verbs(plan.calls(), "gcloud") == []
    plan.set(quotas=["CPUS,1.0,1.0"])
    plan.run("rent")
    assert "the quota of g2-standard-4 is not known" in plan.err


def test_google_cloud_has_all_machines_or_none(script, plan):
    args = [*CLOUDS, "--provider", "gcp", *JOB, *TWO, "--instance", "a3-megagpu-8g", "--launch"]
    text = script(*args)
    assert "\nmachines=2\n" in text
    plan.write(text).set(full=["us-central1-a"], quotas=["NVIDIA_H100_GPUS,16.0,0.0"])
    calls = plan.run("rent")
    made = [a for _, a, _ in calls if "instances" in a and "create" in a]
    assert [options(a)["--zone"] for a in made] == ["us-central1-a", "us-central1-b"]
    assert [m["name"] for m in plan.cloud["machines"]] == ["flopwise-0", "flopwise-1"]
    assert options(made[1])["--resource-policies"] == "flopwise"
    assert call(calls, "resource-policies", "create")["--vm-count"] == "2"
    assert call(calls, "firewall-rules", "flopwise-inside", "create")["--source-tags"] == "flopwise"
    plan.run("terminate")
    plan.set(full=["us-central1-a", "us-central1-b"])
    assert "2 x a3-megagpu-8g: must be had in" in plan.fail("rent")
    assert plan.cloud["machines"] == []


def test_google_s_t4_is_attached_to_a_machine(script, plan):
    args = [*CLOUDS, "--provider", "gcp", "--instance", "n1-standard-8-t4x1", "--region", "us-central1", "--launch"]
    run = call(plan.write(script(*args)).run("rent"), "instances", "create")
    assert (run["--machine-type"], run["--accelerator"]) == ("n1-standard-8", "type=nvidia-tesla-t4,count=1")


def test_azure_rents_stops_starts_and_ends(script, plan):
    calls = plan.write(script(*AZURE, *ARTICLE)).run("rent")
    assert verbs(calls, "az") == ["group create", "network nsg create", "network nsg rule create",
                                  "network vnet create", "vm create"]
    run = call(calls, "vm", "create")
    assert run["--name"] == "flopwise-0"
    assert run["--size"] == "Standard_NC4as_T4_v3"
    assert run["--image"] == "microsoft-dsvm:ubuntu-hpc:2204:latest"
    assert run["--os-disk-size-gb"] == "100"
    assert (run["--role"], run["--scope"]) == ("Virtual Machine Contributor", "/subscriptions/s/resourceGroups/g")
    assert not {"--priority", "--availability-set"} & {*run}
    assert plan.cloud["door"] == "198.51.100.9/32"
    assert "limit=120 idle=60" in plan.cloud["boot"]
    # A machine that only shuts down goes on costing.
    assert "/deallocate?api-version=" in plan.cloud["boot"]
    assert "shutdown" not in plan.cloud["boot"]
    assert verbs(plan.run("stop"), "az") == ["vm deallocate"]
    assert plan.out.endswith("a disk of 100 GiB and a public address\n")
    plan.set(address="203.0.113.1")
    assert verbs(plan.run("start"), "az") == ["network nsg create", "network nsg rule create", "vm start"]
    assert plan.cloud["door"] == "203.0.113.1/32"
    assert verbs(plan.run("terminate"), "az") == ["group delete"]
    assert plan.cloud["machines"] == []
    assert verbs(plan.run("terminate"), "az") == []


def test_azure_on_spot_with_a_cap_and_checkpoints(script, plan):
    url = "https://acc.blob.core.windows.net/c/run"
    calls = plan.write(script(*AZURE, *ARTICLE, "--purchase", "spot", "--checkpoint-url", url)).run("rent")
    run = call(calls, "vm", "create")
    assert (run["--priority"], run["--eviction-policy"], run["--max-price"]) == ("Spot", "Deallocate", "2.73972")
    role = call(calls, "role", "assignment", "create")
    assert role["--assignee-object-id"] == "principal-flopwise-0"
    assert (role["--role"], role["--scope"]) == ("Storage Blob Data Contributor", "/storage")
    assert call(calls, "storage", "account")["--name"] == "acc"
    assert call(calls, "list-usage")["--query"] == "[?name.value=='lowPriorityCores'].[limit,currentValue]"


def test_azure_says_which_quota_is_too_low(script, plan):
    plan.write(script(*AZURE)).set(usage="6\t4")
    assert "quota standardNCASv3_T4Family in eastus: must have 4 vCPUs free, has 2 of 6" in plan.fail("rent")
    assert verbs(plan.calls(), "az") == []


def test_azure_has_all_machines_or_none(script, plan):
    # No answer has several machines of Azure, whose rates of InfiniBand are not in the catalog.
    text = script(*AZURE).replace("\nmachines=1\n", "\nmachines=2\n")
    plan.write(text).set(**{"room for": 2, "usage": "1000\t0"})
    assert "2 x Standard_NC4as_T4_v3: must be had in" in plan.fail("rent")
    assert (plan.cloud["machines"], plan.cloud["group"]) == ([], None)
    plan.set(**{"room for": 9})
    calls = plan.run("rent")
    made = [options(a) for _, a, _ in calls if a[:2] == ["vm", "create"]]
    assert [(m["--name"], m["--ppg"], m["--availability-set"]) for m in made] == [
        ("flopwise-0", "flopwise", "flopwise"), ("flopwise-1", "flopwise", "flopwise")]


def test_azure_leaves_a_group_alone_that_is_not_its_own(script, plan):
    plan.write(script(*AZURE)).set(group="theirs")
    for word in ("rent", "terminate"):
        assert "resource group flopwise: must be of this plan, is another: --key-name" in plan.fail(word)
    assert plan.cloud["group"] == "theirs"


@pytest.mark.parametrize("args, unanswered", [(T4, "describe-instances"), (GCP, "instances"), (AZURE, "group")])
@pytest.mark.parametrize("word", ["terminate", "stop", "start", "rent"])
def test_nothing_is_said_to_be_done_where_the_cloud_does_not_answer(script, plan, args, unanswered, word):
    plan.write(script(*args)).run("rent")
    plan.set(fails=unanswered)
    done = plan.step(word)
    assert done.returncode != 0
    assert "ended" not in done.stdout and "stopped" not in done.stdout
    assert len(plan.cloud["machines"]) == 1


# ---- other forms --------------------------------------------------------------------


def test_sky_has_a_task(script):
    # Fields of SkyPilot's schema of tasks and resources, 2026-08 (sky/utils/schemas.py).
    task_fields = {"name", "workdir", "num_nodes", "resources", "envs", "file_mounts", "setup", "run"}
    resource_fields = {"infra", "instance_type", "accelerators", "use_spot", "disk_size", "network_tier", "autostop"}
    task = yaml.safe_load(script(*P5, "--launch-format", "sky", "--checkpoint-url", "s3://mine/run"))
    assert {*task} <= task_fields and {*task["resources"]} <= resource_fields
    assert (task["num_nodes"], task["resources"]["instance_type"]) == (2, "p5.48xlarge")
    assert task["resources"]["infra"] == "aws/us-east-1"
    assert task["resources"]["use_spot"] is False
    assert task["resources"]["autostop"] == {"idle_minutes": 60, "down": False}
    assert task["file_mounts"] == {"~/checkpoints": {"source": "s3://mine/run", "mode": "MOUNT"}}
    assert re.match(r'timeout \d+m torchrun --nnodes="\$SKYPILOT_NUM_NODES"', task["run"])
    for args in (GCP, AZURE, [*T4, "--purchase", "spot"]):
        other = yaml.safe_load(script(*args, "--launch-format", "sky", "--dataset-url", "kaggle:a/b"))
        assert {*other} <= task_fields and {*other["resources"]} <= resource_fields
        assert "kaggle datasets download" in other["setup"]
        subprocess.run(["bash", "-n"], input=other["setup"] + other["run"], text=True, check=True)
    assert other["resources"]["use_spot"] is True
    assert other["resources"]["autostop"]["down"] is True
    rented = yaml.safe_load(script(*CLOUDS, "--provider", "lambda", "--gpu", "H100", "--launch", "--launch-format", "sky"))
    assert rented["resources"]["infra"] == "lambda"
    assert rented["resources"]["autostop"]["down"] is True  # Lambda's cannot be stopped
    t4 = [*CLOUDS, "--provider", "gcp", "--instance", "n1-standard-8-t4x1", "--launch", "--launch-format", "sky"]
    resources = yaml.safe_load(script(*t4, "--keep-running"))["resources"]
    assert (resources["instance_type"], resources["accelerators"]) == ("n1-standard-8", "T4:1")
    assert resources["autostop"] is False


def test_dstack_has_a_task(script):
    # Fields of dstack's TaskConfiguration, ProfileParams and ResourcesSpec, 2026-08.
    fields = {"type", "name", "nodes", "python", "env", "files", "commands", "backends", "regions", "instance_types",
              "spot_policy", "max_price", "max_duration", "idle_duration", "utilization_policy", "resources"}
    task = yaml.safe_load(script(*T4, *ARTICLE, "--purchase", "spot", "--launch-format", "dstack"))
    assert {*task} <= fields
    assert (task["type"], task["nodes"], task["backends"]) == ("task", 1, ["aws"])
    assert (task["regions"], task["instance_types"]) == (["us-east-1"], ["g4dn.xlarge"])
    assert task["spot_policy"] == "spot" and 2.7 < task["max_price"] < 2000 / 730
    assert task["max_duration"] == "120m"
    assert task["utilization_policy"] == {"min_gpu_utilization": 5, "time_window": "60m"}
    assert task["resources"] == {"gpu": {"count": 1}, "disk": "100GB..", "shm_size": "16GB"}
    other = yaml.safe_load(script(*CLOUDS, "--provider", "verda", "--gpu", "H100", "--launch", "--launch-format",
                                  "dstack", "--dataset-url", "https://h/a'b"))
    assert {*other} <= fields
    assert other["resources"]["gpu"]["name"] == "H100"
    assert other["resources"]["gpu"]["memory"] == "80GB"
    assert "max_price" not in other and "instance_types" not in other
    for command in other["commands"]:
        subprocess.run(["bash", "-n"], input=command, text=True, check=True)


def hcl_blocks(text):
    """The heads of the blocks of a module; it fails where braces, brackets, quotes or heredocs do not match."""
    heads, stack, line = [], [], ""
    lines = iter(text.splitlines())
    for line in lines:
        here = re.search(r"<<-?(\w+)$", line)
        if here:
            for inner in lines:
                assert not re.search(r"(?<![$%])[$%]\{", inner), inner
                if inner == here[1]:
                    break
            else:
                raise AssertionError("a heredoc without end")
            continue
        code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"^\s*#.*", "", line))
        assert '"' not in code.replace('""', ""), line
        if not stack and code.endswith("{"):
            heads.append(line.removesuffix("{").strip())
        for c in code:
            if c in "{[(":
                stack.append(c)
            elif c in "}])":
                assert stack and stack.pop() + c in ("{}", "[]", "()"), line
    assert stack == []
    return heads


@pytest.mark.parametrize("args, machine", [
    ([*T4, *ARTICLE], "aws_instance"),
    ([*T4, *ARTICLE, "--purchase", "spot", "--checkpoint-url", "s3://b/r", "--storage", "50", "--storage-iops", "4000"],
     "aws_instance"),
    ([*GCP, *ARTICLE, "--purchase", "spot", "--checkpoint-url", "gs://b/r"], "google_compute_instance"),
    ([*CLOUDS, "--provider", "gcp", "--instance", "n1-standard-8-t4x1", "--launch"], "google_compute_instance"),
    ([*AZURE, *ARTICLE, "--purchase", "spot"], "azurerm_linux_virtual_machine"),
], ids=" ".join)
def test_terraform_has_a_module(script, args, machine):
    text = script(*args, "--launch-format", "terraform")
    heads = hcl_blocks(text)
    assert heads.count(f'resource "{machine}" "this"') == 1
    assert len(heads) == len(set(heads))
    # What is referred to is there.
    declared = {".".join(re.findall(r'"(\w+)"', head)) for head in heads}
    body = text.split("<<EOT\n")[0] + text.split("\nEOT\n")[1]
    for data, kind, name in re.findall(r"(data\.)?\b((?:aws|google|azurerm)_\w+)\.(\w+)", body):
        assert f"{kind}.{name}" in declared, (data, kind, name)
    local = within(text, "\nlocals {\n", "\n}\n")
    for name in re.findall(r"\blocal\.(\w+)", body):
        assert re.search(rf"^  {name} +=", local, re.M), name
    for name in re.findall(r"\bvar\.(\w+)", body):
        assert f'variable "{name}"' in heads
    assert "flopwise-watch" in text
    if "spot" in args:
        assert re.search(r"^  spot = true$", local, re.M)
        assert re.search(r"^  cap = 2\.[567]\d+$", local, re.M)


@pytest.mark.parametrize("args, message", [
    (["--provider", "runpod", "--gpu", "A100"], "--launch: must come with launch_format sky or dstack for "),
    (["--provider", "vast", "--gpu", "T4"], "--launch: must come with launch_format dstack for "),
    (["--provider", "akash"], "--launch: must be for a machine that a start plan is known for, got "),
    (["--provider", "gcp", "--instance", "n1-standard-8-v100x1"], "--launch: must be for a machine whose drivers an image has"),
    (["--provider", "azure", "--instance", "Standard_NV6ads_A10_v5"], "--launch: must be for a machine whose drivers an"),
])
def test_what_has_no_plan_is_an_error_that_says_what_there_is(recommend, args, message):
    done = recommend(*CLOUDS, *args, "--launch")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(message), done.err
    report = json.loads(recommend(*CLOUDS, *args, "--launch", "--format", "json").out)
    assert report["launch"] is None
    assert any(w.startswith("there is no start plan: " + message) for w in report["warnings"])


@pytest.mark.parametrize("args, message", [
    ([*T4, "--checkpoint-url", "gs://b/r"], "--checkpoint-url: must be s3://... for machines of aws, got \"gs://b/r\"\n"),
    ([*GCP, "--checkpoint-url", "s3://b/r"], "--checkpoint-url: must be gs://... for machines of gcp, got \"s3://b/r\"\n"),
    ([*T4, "--launch-format", "dstack", "--checkpoint-url", "s3://b/r"],
     "--checkpoint-url: must not come with dstack, which has volumes\n"),
    ([*T4, "--checkpoint-url", "s3://b/$(x)"],
     "--checkpoint-url: must be s3://BUCKET/..., gs://BUCKET/... or https://ACCOUNT.blob.core.windows.net/CONTAINER/..., "
     "of letters, digits and '-._~/', got \"s3://b/$(x)\"\n"),
    ([*T4, "--launch-format", "pulumi"],
     "--launch-format: must be script, sky, dstack or terraform, got \"pulumi\"\n"),
    ([*T4, "--storage", "500", "--storage-type", "st1"],
     "--storage-type: must be a disk from which a machine starts, got st1\n"),
])
def test_what_does_not_go_together_is_refused(recommend, args, message):
    done = recommend(*args)
    assert (done.status, done.err) == (2, message)


def test_the_plan_says_how_old_its_price_is(script):
    old = script(*T4, "--today", "2027-06-01")
    assert re.search(r"^# Start plan: .*; price as of 20\d\d-\d\d-\d\d, \d+ days old$", old, re.M)


def test_the_plan_stands_in_the_reports(recommend):
    args = [*T4, *ARTICLE]
    text = json.loads(recommend(*args, "--format", "json").out)["launch"]
    shebang, rest = text.split("\n", 1)
    without = [arg for arg in args if arg != "--launch"]
    answer = recommend(*without).out.splitlines()
    lines = recommend(*args).out.splitlines()
    assert lines[0] == shebang
    assert [line for line in answer if f"# {line}" not in lines] == []
    assert recommend(*args).out.endswith(rest)
    assert f"## Start plan\n\n```bash\n{text}```\n" in recommend(*args, "--format", "markdown").out
    done = recommend(*args, "--format", "csv")
    assert (done.status, done.err) == (2, "--launch: must not come with the format csv\n")


def test_without_a_choice_there_is_no_plan(recommend):
    done = recommend("--budget", "1", "--days", "365", "--launch")
    assert done.status == 1
    assert "Nothing qualifies" in done.out
