"""The start plan: a script that bash and shellcheck accept, and that does what it says."""

import json
import os
import shutil
import subprocess

import pytest

ARTICLE = ["--budget", "2000", "--days", "365", "--hours-per-day", "2"]
T4 = ["--instance", "g4dn.xlarge", "--region", "us-east-1", "--launch"]

# Stands in for aws, ssh, scp and curl: writes down its arguments and answers as they would.
STUB = """\
#!/usr/bin/env python3
import json, os, sys
name, args = os.path.basename(sys.argv[0]), sys.argv[1:]
text = sys.stdin.read() if name == "ssh" and args[-2:] == ["bash", "-s"] else ""
with open(os.environ["STUB_LOG"], "a") as log:
    log.write(json.dumps([name, args, text]) + "\\n")
answers = {"get-parameter": "ami-1", "create-key-pair": "KEY", "describe-security-groups": "None",
           "create-security-group": "sg-1", "run-instances": "i-1",
           "describe-instances": "192.0.2.7", "authorize-security-group-ingress": "noise",
           "revoke-security-group-ingress": "noise"}
if os.path.exists("groups"):  # is there already; the file has what it lets in
    answers["describe-security-groups"] = "sg-0"
    if "--group-ids" in args:
        answers["describe-security-groups"] = open("groups").read()
if os.path.exists("fails") and open("fails").read() in args:
    sys.exit("told to fail")
if name == "curl":
    print(open("address").read() if os.path.exists("address") else "198.51.100.9")
for word in args:
    if name == "aws" and word in answers:
        print(answers[word])
"""


@pytest.fixture
def script(recommend):
    def write(*args):
        done = recommend(*args)
        assert (done.status, done.err) == (0, "")
        return done.out

    return write


@pytest.fixture
def plan(workdir):
    """Runs a plan with programs that stand in for those it calls, and returns their calls."""
    folder = workdir / "bin"
    folder.mkdir()
    for name in ("aws", "ssh", "scp", "curl"):
        (folder / name).write_text(STUB)
        (folder / name).chmod(0o755)
    log = workdir / "log"

    def run(text, *steps):
        (workdir / "plan.sh").write_text(text)
        log.write_text("")
        env = {"PATH": f"{folder}:{os.environ['PATH']}", "STUB_LOG": str(log),
               "HOME": str(workdir)}
        for step in steps:
            done = subprocess.run(["bash", "plan.sh", step], cwd=workdir, env=env, text=True,
                                  capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in log.read_text().splitlines()]

    return run


def options(args):
    """The values of the flags of one call."""
    return {args[i]: args[i + 1] for i in range(len(args) - 1) if args[i].startswith("--")}


def call(calls, verb):
    found = [args for name, args, _ in calls if name == "aws" and verb in args]
    assert len(found) == 1, found
    return options(found[0])


PLANS = [
    T4,
    [*T4, "--purchase", "spot"],
    [*T4, "--dataset-url", "kaggle:owner/name", "--dataset", "100"],
    [*T4, "--dataset-url", "https://example.org/a.tar.gz?x=1", "--key-name", "my.key_1-a"],
    [*T4, "--dataset-url", "s3://bucket/folder/", "--dataset", "7.5"],
    ["--instance", "g5g.xlarge", "--region", "us-east-1", "--launch"],
    ["--instance", "trn1.2xlarge", "--region", "us-east-1", "--launch"],
    [*T4, *ARTICLE],
    [*T4, *ARTICLE, "--purchase", "spot"],
    [*T4, *ARTICLE, "--keep-running"],
    ["--instance", "g6f.large", "--region", "us-east-1", "--launch"],
    ["--instance", "g5.xlarge", "--region", "us-east-1", "--launch", "--days", "365", "--purchase",
     "best", "--storage", "200", "--storage-type", "io2", "--storage-iops", "5000"],
    ["--min-gpus", "0", "--max-gpus", "0", "--region", "us-east-1", "--launch"],
]


@pytest.mark.parametrize("args", PLANS, ids=" ".join)
def test_bash_and_shellcheck_accept_the_plan(script, workdir, args):
    (workdir / "plan.sh").write_text(script(*args))
    subprocess.run(["bash", "-n", "plan.sh"], cwd=workdir, check=True)
    shellcheck = shutil.which("shellcheck")
    assert shellcheck, "shellcheck must be installed"
    done = subprocess.run([shellcheck, "plan.sh"], cwd=workdir, text=True, capture_output=True,
                          check=False)
    assert done.stdout == ""


def test_the_plan_rents_the_machine_that_was_chosen(script, plan, workdir):
    calls = plan(script(*T4, "--dataset", "50"), "rent", "stop", "terminate")
    assert call(calls, "get-parameter")["--name"] == (
        "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id")
    run = call(calls, "run-instances")
    assert run["--image-id"] == "ami-1"
    assert run["--instance-type"] == "g4dn.xlarge"
    assert run["--key-name"] == "flopwise"
    assert run["--security-group-ids"] == "sg-1"
    assert "VolumeSize=200,VolumeType=gp3" in run["--block-device-mappings"]
    assert "--instance-market-options" not in run
    assert call(calls, "authorize-security-group-ingress")["--cidr"] == "198.51.100.9/32"
    assert call(calls, "stop-instances")["--instance-ids"] == "i-1"
    assert call(calls, "terminate-instances")["--instance-ids"] == "i-1"
    assert all(options(args)["--region"] == "us-east-1" for name, args, _ in calls if name == "aws")
    key = workdir / "flopwise.pem"
    assert key.read_text() == "KEY\n"
    assert key.stat().st_mode & 0o777 == 0o400
    assert not (workdir / "flopwise.instance").exists()


def test_today_s_address_is_let_in_and_no_other(script, plan, workdir):
    (workdir / "groups").write_text("203.0.113.1/32\t203.0.113.2/32\n")
    calls = plan(script(*T4), "rent", "stop", "start")
    let_in = [options(args) for name, args, _ in calls if "authorize-security-group-ingress" in args]
    assert [(o["--group-id"], o["--cidr"]) for o in let_in] == [("sg-0", "198.51.100.9/32")] * 2
    shut = [options(args)["--cidr"] for name, args, _ in calls
            if "revoke-security-group-ingress" in args]
    assert shut == ["203.0.113.1/32", "203.0.113.2/32"] * 2
    assert not any("create-security-group" in args for _, args, _ in calls)
    verbs = [args[5] for name, args, _ in calls if name == "aws"]
    assert verbs.index("authorize-security-group-ingress") < verbs.index("run-instances")
    assert "revoke-security-group-ingress" in verbs[verbs.index("stop-instances"):
                                                   verbs.index("start-instances")]


def test_an_address_that_is_let_in_stays(script, plan, workdir):
    (workdir / "groups").write_text("198.51.100.9/32\n")
    calls = plan(script(*T4), "rent")
    assert not any(args[5].endswith("-ingress") for name, args, _ in calls if name == "aws")


def test_what_is_no_address_is_not_let_in(script, plan, workdir):
    (workdir / "address").write_text("<html>Sign in</html>")
    with pytest.raises(AssertionError, match="must say the IPv4 address of this computer"):
        plan(script(*T4), "rent")
    assert "run-instances" not in (workdir / "log").read_text()


def test_a_door_that_stayed_shut_is_opened_by_the_next_rent(script, plan, workdir):
    text = script(*T4)
    (workdir / "fails").write_text("authorize-security-group-ingress")
    with pytest.raises(AssertionError, match="told to fail"):
        plan(text, "rent")
    (workdir / "fails").unlink()
    (workdir / "groups").write_text("\n")  # the first call left a group that lets nobody in
    calls = plan(text, "rent")
    assert call(calls, "authorize-security-group-ingress")["--cidr"] == "198.51.100.9/32"
    assert call(calls, "run-instances")["--security-group-ids"] == "sg-0"


def test_a_machine_that_was_rented_when_the_plan_ended_too_early_is_not_rented_again(
        script, plan, workdir):
    text = script(*T4)
    (workdir / "fails").write_text("run-instances")
    with pytest.raises(AssertionError, match="told to fail"):
        plan(text, "rent")
    assert not (workdir / "flopwise.instance").exists()
    (workdir / "fails").unlink()
    (workdir / "flopwise.instance.new").write_text("i-1\n")
    with pytest.raises(AssertionError, match="a machine is rented already"):
        plan(text, "rent")
    assert call(plan(text, "terminate"), "terminate-instances")["--instance-ids"] == "i-1"


def boot_of(calls):
    run = call(calls, "run-instances")
    return run["--instance-initiated-shutdown-behavior"], run["--user-data"]


@pytest.mark.parametrize("args, ends, minutes", [
    (ARTICLE, "stop", 120),
    ([*ARTICLE, "--purchase", "spot"], "terminate", 120),
    (["--hours-per-day", "0.51"], "stop", 31),  # 30.6 minutes
    ([*ARTICLE, "--keep-running"], "stop", 0),
    ([], "stop", 0),
])
def test_the_machine_stops_by_itself_after_its_hours_of_the_day(script, plan, workdir, args, ends,
                                                                minutes):
    calls = plan(script(*T4, *args), "rent")
    assert boot_of(calls)[0] == ends
    user_data = boot_of(calls)[1]
    assert user_data.count(f"shutdown -h +{minutes}\n") == (1 if minutes else 0)
    assert ("/var/lib/cloud/scripts/per-boot/" in user_data) == (minutes > 0)
    root = workdir / "root"  # runs as on the machine, with a shutdown that writes down its arguments
    (root / "per-boot").mkdir(parents=True)
    (root / "shutdown").write_text(f'#!/bin/sh\necho "$@" >>"{root}/said"\n')
    (root / "shutdown").chmod(0o755)
    env = {"PATH": f"{root}:{os.environ['PATH']}"}
    first = user_data.replace("/var/lib/cloud/scripts/per-boot", f"{root}/per-boot")
    subprocess.run(["sh", "-eu"], input=first, text=True, check=True, env=env)
    for each in (root / "per-boot").iterdir():
        subprocess.run([each], check=True, env=env)
    said = (root / "said").read_text() if minutes else ""
    assert said == f"-h +{minutes}\n" * (2 if minutes else 0)


def test_a_job_may_take_as_long_as_in_nine_cases_of_ten_and_a_tenth_more(recommend, plan):
    args = ["--model", "resnet-50", "--epochs", "1", *T4]
    answer = json.loads(recommend(*args, "--format", "json").out)
    hours = answer["choices"][0]["job"]["hours"]["p90"] * 1.1 + 1
    minutes = int(answer["launch"].split("\nminutes=")[1].split()[0])
    assert 0 <= minutes - hours * 60 < 1


@pytest.mark.parametrize("hours, said", [("", ["sudo", "shutdown", "-c"]),
                                         ("3", ["sudo", "shutdown", "-h", "+180"])])
def test_keep_keeps_the_machine_on(script, plan, workdir, hours, said):
    plan(script(*T4, *ARTICLE), "rent")
    env = {"PATH": f"{workdir}/bin:{os.environ['PATH']}", "STUB_LOG": str(workdir / "log"),
           "HOME": str(workdir)}
    steps = ["bash", "plan.sh", "keep", *hours.split()]
    subprocess.run(steps, cwd=workdir, env=env, check=True)
    assert json.loads((workdir / "log").read_text().splitlines()[-1])[1][-len(said):] == said
    bad = subprocess.run(["bash", "plan.sh", "keep", "3; x"], cwd=workdir, env=env, check=False,
                         capture_output=True, text=True)
    assert (bad.returncode, bad.stderr) == (
        2, "keep: must be followed by whole hours up to 999, or nothing\n")


def test_several_machines_are_refused(recommend, workdir):
    args = ["--model", "llama-2-7b", "--tokens", "2e9", "--batch", "256", "--instance", "p5.48xlarge",
            "--region", "us-east-1", "--max-machines", "2", "--deadline", "12h", "--launch"]
    answer = recommend(*args)
    assert "2 x p5.48xlarge" in answer.out
    done = subprocess.run(["bash", "-s", "rent"], input=answer.out, text=True, check=False,
                          capture_output=True)
    assert (done.returncode, done.stderr) == (
        1, "No start plan: a plan rents one machine, and the answer is 2 x p5.48xlarge: "
           "--max-machines 1 asks for one\n")


@pytest.mark.parametrize("machine, chip", [("trn1.2xlarge", "aws-trainium"),
                                           ("inf2.xlarge", "aws-inferentia2")])
def test_machines_whose_image_has_no_pytorch_are_refused(script, machine, chip):
    text = script("--instance", machine, "--region", "us-east-1", "--profile", "inference",
                  "--launch")
    assert (f"No start plan: Amazon'\\''s image for {machine} has no PyTorch since Neuron 2.32, and "
            f"the usual PyTorch does not use {chip}") in text


def test_what_is_prepared_computes_on_the_gpu(script, plan):
    def prepared(machine, *more):
        calls = plan(script("--instance", machine, "--region", "us-east-1", "--launch", *more),
                     "rent", "work", "terminate")
        return call(calls, "get-parameter")["--name"], next(
            text for name, _, text in calls if name == "ssh")

    image, arm = prepared("g5g.xlarge")
    assert image.endswith("/arm64/oss-nvidia-driver-gpu-pytorch-2.12-ubuntu-24.04/latest/ami-id")
    assert "ln -sfn /opt/pytorch venv\n" in arm
    assert "install --quiet jupyterlab kaggle\n" in arm  # and no other torch
    assert 'device="cuda"' in arm
    assert "install --quiet jupyterlab kaggle torch\n" in prepared("g4dn.xlarge")[1]
    assert 'device="cuda"' not in prepared("m7i.large", "--min-gpus", "0")[1]


def test_a_machine_is_not_rented_twice(script, plan, workdir):
    text = script(*T4)
    plan(text, "rent")
    done = subprocess.run(["bash", "plan.sh", "rent"], cwd=workdir, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "flopwise.instance: a machine is rented already\n"


def test_jupyter_is_reached_through_ssh(script, plan):
    calls = plan(script(*T4, "--key-name", "mine"), "rent", "work")
    name, args, _ = calls[-1]
    assert name == "ssh"
    assert args[:2] == ["-i", "./mine.pem"]
    assert args[args.index("-L") + 1] == "8888:localhost:8888"
    assert args[-6:] == ["ubuntu@192.0.2.7", "venv/bin/jupyter", "lab", "--no-browser", "--port",
                         "8888"]


def test_spot_machines_are_asked_for_as_spot(script, plan):
    calls = plan(script(*T4, "--purchase", "spot"), "rent")
    assert call(calls, "run-instances")["--instance-market-options"] == "MarketType=spot"


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


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("scheme, tool", [("https://h/", "wget"), ("s3://", "aws"),
                                             ("kaggle:", "kaggle")])
def test_what_a_user_wrote_is_text_and_never_a_command(script, plan, workdir, scheme, tool,
                                                       text):
    calls = plan(script(*T4, "--dataset-url", scheme + text), "rent", "data")
    remote = [text for name, _, text in calls if name == "ssh"][-1]
    machine = workdir / "machine"  # what runs there: with the same stand-ins
    (machine / "data").mkdir(parents=True)
    (machine / "venv/bin").mkdir(parents=True)
    tools = workdir / "tools"
    tools.mkdir()
    for path in (tools / "wget", tools / "aws", machine / "venv/bin/kaggle"):
        path.write_text(STUB)
        path.chmod(0o755)
    log = workdir / "remote.log"
    subprocess.run(["bash", "-s"], input=remote, text=True, cwd=machine, check=True,
                   env={"PATH": f"{tools}:{os.environ['PATH']}", "STUB_LOG": str(log)})
    seen = [json.loads(line) for line in log.read_text().splitlines()]
    assert [name for name, *_ in seen] == [tool]
    given = text if scheme == "kaggle:" else scheme + text
    assert given in seen[0][1]
    assert not list(workdir.rglob("pwned"))


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
