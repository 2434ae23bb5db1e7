"""The command `catalog` as its users meet it: arguments, files, two streams and a status.

Run with `pytest tests/catalog_command --catalog build/release/catalog --recommend
build/release/recommend`.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

FEEDS = Path(__file__).resolve().parents[1] / "feeds"

SMALL = """\
catalog: {{name: small, as_of: 2026-01-15}}
provider: aws
sources:
  - {{name: made-up, title: Made up, as_of: 2026-01-15}}
gpus:
  - {{name: nvidia-a10g, memory_gib: 24, fp16_tensor_tflops: 70, aliases: [A10G], source: made-up}}
families:
  - {{name: g5, purpose: graphics, source: made-up}}
instances:
  - {{name: g5.xlarge, family: g5, vcpus: 4, memory_gib: 16, gpu: nvidia-a10g, gpu_count: 1,
     network_gbps: 2.5, arch: x86_64, source: made-up}}
  - {{name: g5.2xlarge, family: g5, vcpus: 8, memory_gib: 32, gpu: nvidia-a10g, gpu_count: 1,
     source: made-up}}
regions:
  - {{code: us-east-1, name: US East (N. Virginia), latitude: 39, longitude: -77.5, source: made-up}}
prices:
  - {{instance: g5.xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: {xlarge},
     source: made-up}}
  - {{instance: g5.2xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: 1.212,
     source: made-up}}
{more}"""


class Run(NamedTuple):
    status: int
    out: str
    err: str


def pytest_addoption(parser):
    parser.addoption("--catalog", metavar="PATH", help="the program under test")
    parser.addoption("--recommend", metavar="PATH", help="the one that uses what it makes")


@pytest.fixture(scope="session")
def program(pytestconfig):
    path = pytestconfig.getoption("--catalog")
    if not path:
        pytest.exit("give --catalog PATH", returncode=2)
    path = pytestconfig.invocation_params.dir / path
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path}: must be a program that can be run", returncode=2)
    return str(path)


@pytest.fixture
def catalog(program, tmp_path):
    """Runs the command in a folder of its own that has the sample feeds and no environment."""
    for feed in FEEDS.iterdir():
        (tmp_path / feed.name).symlink_to(feed)

    def run(*args, **options):
        usual = {"cwd": tmp_path, "env": {}, "stdin": subprocess.DEVNULL}
        done = subprocess.run([program, *args], capture_output=True, check=False, timeout=60,
                              **usual | options)
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def small(tmp_path):
    """Writes a catalog of two machines and returns its name."""

    def write(name="small.yaml", xlarge="1.006", more=""):
        (tmp_path / name).write_text(SMALL.format(xlarge=xlarge, more=more))
        return name

    return write


@pytest.fixture
def recommend(pytestconfig, tmp_path):
    """Runs the other command and returns its JSON."""
    path = pytestconfig.getoption("--recommend")
    if not path:
        pytest.skip("needs --recommend PATH")
    path = pytestconfig.invocation_params.dir / path

    def run(*args, env):
        done = subprocess.run([path, *args], capture_output=True, check=True, timeout=60,
                              cwd=tmp_path, env=env)
        return json.loads(done.stdout)

    return run
