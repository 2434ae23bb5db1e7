"""The command as its users meet it: a program with arguments, files, two streams and a status.

Run with `pytest tests/command --recommend build/release/recommend`, or name the program in the
environment variable FLOPWISE_RECOMMEND.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

SMALL_CATALOG = """\
catalog: {name: small, as_of: 2024-01-15}
provider: aws
sources:
  - {name: made-up, title: Made up, as_of: 2024-01-15}
gpus:
  - {name: nvidia-t4, memory_gib: 16, memory_bandwidth_gb_per_s: 300, fp16_tensor_tflops: 65, aliases: [T4], source: made-up}
families:
  - {name: g4dn, purpose: graphics, source: made-up}
instances:
  - {name: g4dn.xlarge, family: g4dn, vcpus: 4, memory_gib: 64, gpu: nvidia-t4, gpu_count: 1,
     network_gbps: 5, arch: x86_64, source: made-up}
regions:
  - {code: us-east-1, latitude: 39, longitude: -77.5, source: made-up}
prices:
  - {instance: g4dn.xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: 0.10,
     source: made-up}
"""


class Run(NamedTuple):
    status: int
    out: str
    err: str


def pytest_addoption(parser):
    parser.addoption("--recommend", metavar="PATH", help="the program under test")


@pytest.fixture(scope="session")
def program(pytestconfig):
    path = pytestconfig.getoption("--recommend") or os.environ.get("FLOPWISE_RECOMMEND")
    if not path:
        pytest.exit("give --recommend PATH or set FLOPWISE_RECOMMEND", returncode=2)
    path = pytestconfig.invocation_params.dir / path
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path}: must be a program that can be run", returncode=2)
    return str(path)


@pytest.fixture
def workdir():
    """The directory in which the command runs, gone after the test."""
    with tempfile.TemporaryDirectory() as folder:  # tmp_path looks at those of all other tests
        yield Path(folder)


def day_of(args, workdir):
    """The flag that fixes the day of a run, unless it or a request file has one: 2026-07-20, on
    which no price on demand of the bundled catalog is old."""
    words = [os.fsdecode(arg) for arg in args]
    if words[:1] == ["help"]:
        return ()
    files = [workdir / word for word in words if word.endswith(".yaml") and len(word) < 100]
    given = any(word.startswith("--today") for word in words) or any(
        re.search(rb'today"?:', file.read_bytes()) for file in files if file.is_file())
    return () if given else ("--today", "2026-07-20")


@pytest.fixture
def recommend(program, workdir):
    """Runs the command in a directory of its own, with no environment but what is given."""

    def run(*args, env=None, **options):
        args = (*day_of(args, workdir), *args)
        usual = {
            "cwd": workdir,
            "env": env or {},
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        done = subprocess.run([program, *map(os.fsencode, args)], **usual | options)
        return Run(done.returncode, *((s or b"").decode() for s in (done.stdout, done.stderr)))

    return run


@pytest.fixture
def report(recommend):
    """The text of an answer. It says nothing on the side."""

    def run(*args, status=0, **options):
        done = recommend(*args, **options)
        assert (done.status, done.err) == (status, "")
        return done.out

    return run


@pytest.fixture
def answer(report):
    """The JSON of an answer with all its choices."""

    def run(*args, status=0, **options):
        top = () if "--top" in args else ("--top", "100000")
        return json.loads(report(*args, *top, "--format", "json", status=status, **options))

    return run


@pytest.fixture
def complaint(recommend):
    """The one line on stderr, without its end, with which bad input is refused."""

    def run(*args, **options):
        done = recommend(*args, **options)
        assert (done.status, done.out) == (2, "")
        assert done.err.endswith("\n") and done.err.count("\n") == 1
        return done.err[:-1]

    return run


@pytest.fixture
def write(workdir):
    """Writes a file to where the command runs, and gives its name."""

    def to(name, content):
        content = content if isinstance(content, bytes) else content.encode()
        (workdir / name).write_bytes(content)
        return name

    return to


@pytest.fixture(scope="session")
def data():
    """The folder of the facts that the bundled catalogs are made of."""
    return Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="session")
def newest_catalog(data):
    """The name of the catalog that is used when none is asked for."""
    return re.search(r"^catalog: \{name: ([^,]+),", (data / "aws.yaml").read_text(), re.M).group(1)


@pytest.fixture
def small_catalog():
    """A catalog that stands on its own: one machine, at 0.10 USD/h."""
    return SMALL_CATALOG


@pytest.fixture
def article():
    """The question of the article that flopwise starts from."""
    question = "--catalog aws-2020-04 --budget 2000 --days 365 --hours-per-day 2"
    return (*question.split(), "--region", "us-east-1")


@pytest.fixture
def machines():
    """The names of the chosen machines, best first."""
    return lambda found: [choice["instance"] for choice in found["choices"]]
