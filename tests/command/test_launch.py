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
           "describe-instances": "192.0.2.7", "authorize-security-group-ingress": "noise"}
if name == "curl":
    print("198.51.100.9")
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
    ["--instance", "g6f.large", "--region", "us-east-1", "--launch"],
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
    calls = plan(script(*T4, "--dataset", "50"), "rent", "stop", "start", "terminate")
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
    text = recommend(*args).out
    assert json.loads(recommend(*args, "--format", "json").out)["launch"] == text
    assert f"## Start plan\n\n```bash\n{text}```\n" in recommend(*args, "--format", "markdown").out
    done = recommend(*args, "--format", "csv")
    assert (done.status, done.err) == (2, "--launch: must not come with the format csv\n")


def test_without_a_choice_there_is_no_plan(recommend):
    done = recommend("--budget", "1", "--days", "365", "--launch")
    assert done.status == 1
    assert "Nothing qualifies" in done.out
