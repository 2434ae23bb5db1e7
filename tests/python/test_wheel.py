"""The wheel in a clean environment, with nothing of this machine but its base libraries."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile

import flopwise
import pytest

BASE = {"linux-vdso", "libc", "libm", "libgcc_s", "libstdc++", "libpthread", "ld-linux-x86-64",
        "libz"}  # of manylinux


@pytest.fixture(scope="module")
def wheel(root):
    wheels = sorted((root / "build" / "wheel").glob("*.whl"))
    assert len(wheels) == 1, "tests/python/run.sh builds it"
    return wheels[0]


@pytest.fixture(scope="module")
def clean(wheel, tmp_path_factory):
    """A virtual environment in which only the wheel and what it asks for are installed."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", wheel], check=True)
    return folder


def run(*command, **options):
    environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd="/", **options
    )


def test_the_wheel_has_what_it_should(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    package = {n for n in names if n.startswith("flopwise/")}
    assert {"flopwise/py.typed", "flopwise/_core.pyi", "flopwise/__main__.py"} <= package
    assert [n for n in package if n.endswith((".cpp", ".hpp", ".h", ".a", ".yaml"))] == []
    assert {n.split("/")[0] for n in names} == {"flopwise", f"flopwise-{flopwise.__version__}.dist-info"}
    assert wheel.stat().st_size < 4 << 20
    shared = [re.sub(r"\.so.*", "", n) for n in package if ".so." in n]
    assert len(shared) == len(set(shared))  # each once


def test_the_wheel_names_what_is_compiled_in(wheel, root):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        folder = f"flopwise-{flopwise.__version__}.dist-info"
        sbom = json.loads(archive.read(f"{folder}/sboms/flopwise.cdx.json"))
    licences = {n.removeprefix(f"{folder}/licenses/") for n in names if "/licenses/" in n}
    assert licences == {"LICENSE", *(f"licenses/{p.name}" for p in root.glob("licenses/*.txt"))}
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.5")
    pinned = re.findall(r"FetchContent_Declare\(([\w-]+)",
                        (root / "cmake" / "dependencies.cmake").read_text())
    names = {component["name"] for component in sbom["components"]}
    assert names == {*pinned, "pybind11", "GeoNames countries"}
    assert all(c["version"] not in ("", "unknown") for c in sbom["components"] if "purl" in c)
    assert all(c["licenses"] for c in sbom["components"])


def test_sources_are_pinned_to_whole_commits(root):
    for cmake in (root / "cmake" / "dependencies.cmake", root / "tests" / "CMakeLists.txt"):
        text = cmake.read_text()
        pins = re.findall(r"GIT_TAG (\S+)", text)
        assert len(pins) == text.count("GIT_REPOSITORY") > 0
        assert all(re.fullmatch("[0-9a-f]{40}", pin) for pin in pins)


@pytest.mark.skipif(sys.platform != "linux", reason="ldd")
def test_it_needs_only_base_libraries(clean):
    package = next(clean.glob("lib/python*/site-packages/flopwise"))
    modules = [p for p in package.iterdir() if ".so" in p.name]
    assert any(p.name.startswith("_core") for p in modules)
    for module in modules:
        linked = run("ldd", str(module)).stdout
        assert "not found" not in linked
        for line in linked.strip().splitlines():
            name, _, path = line.strip().partition(" => ")
            if path.startswith(str(package)):
                continue  # carried along
            assert re.sub(r"\.so.*", "", os.path.basename(name.split()[0])) in BASE, line


def test_it_runs_there(clean):
    python = str(clean / "bin" / "python")
    script = (
        "import flopwise, sys; a = flopwise.recommend(budget_usd=2000, days=365, hours_per_day=2, "
        "catalog='aws-2020-04', region='us-east-1', precision='fp64'); "
        "print(a.choices[0].instance, flopwise.sweep({'days': [3]})['outcome'][0]); a.plot_scores()"
    )
    result = run(python, "-I", "-c", script)
    assert result.stdout == "p2.xlarge found\n"
    assert "plots need matplotlib: pip install flopwise[plot]" in result.stderr


def test_extras_are_named_where_they_are_missing(clean):
    server = run(str(clean / "bin" / "flopwise"), "mcp")
    assert (server.returncode, server.stdout) == (2, "")
    assert server.stderr == "mcp: needs the package mcp: pip install flopwise[mcp]\n"
    script = "import flopwise; a = flopwise.recommend(); print(a.vega()['title']); a.explore()"
    panel = run(str(clean / "bin" / "python"), "-I", "-c", script)
    assert panel.stdout == "Cost against speed\n"
    assert "MissingExtraError: explore: needs ipywidgets: pip install flopwise[explore]" in panel.stderr


COMMANDS = [
    ["--help"],
    ["--version"],
    ["--budget", "2000", "--days", "365", "--hours-per-day", "2", "--explain"],
    ["--budget", "2000", "--days", "365", "--format", "json"],
    ["--gpu", "T4", "--format", "csv", "--top", "3"],
    ["--budget", "1", "--days", "365", "--format", "markdown"],
    ["--days", "0"],
    ["--dayz", "3"],
    ["/nowhere.yaml"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_both_scripts_are_the_command(clean, root, arguments):
    flopwise_script = run(str(clean / "bin" / "flopwise"), *arguments)
    module = run(str(clean / "bin" / "python"), "-m", "flopwise", *arguments)
    assert (flopwise_script.stdout, flopwise_script.stderr) == (module.stdout, module.stderr)
    assert flopwise_script.returncode == module.returncode
    assert flopwise_script.stdout or flopwise_script.stderr
    programs = [root / "build" / kind / "recommend" for kind in ("test", "release")]
    for program in filter(os.path.exists, programs[:1]):
        native = run(str(program), *arguments)
        assert native.stdout == module.stdout
        assert native.stderr == module.stderr
        assert native.returncode == module.returncode


CATALOG_COMMANDS = [
    ["--help"],
    ["--version"],
    [],
    ["list", "p2*", "--catalog", "aws-2020-04"],
    ["show", "p2.xlarge", "--catalog", "aws-2020-04"],
    ["diff", "aws-2020-04", "aws-2020-04"],
    ["check", "aws-2020-04"],
    ["history", "p3.2xlarge", "--region", "us-east-1"],
    ["history", "--region"],
    ["lost"],
]


@pytest.mark.parametrize("arguments", CATALOG_COMMANDS, ids=" ".join)
def test_the_command_catalog(clean, root, arguments):
    script = run(str(clean / "bin" / "catalog"), *arguments)
    assert script.returncode in (0, 1, 2) and (script.stdout or script.stderr)
    for kind in ("test", "release", "dev"):
        program = root / "build" / kind / "catalog"
        if program.exists():
            native = run(str(program), *arguments)
            assert (script.stdout, script.stderr, script.returncode) == (
                native.stdout, native.stderr, native.returncode)
            break


def test_the_command_catalog_imports_but_downloads_nothing(clean, tmp_path):
    (tmp_path / "mine.csv").write_text(
        "name,vcpus,memory_gib,gpu,gpu_count,region,price_usd_per_hour,date\n"
        "box,8,64,T4,1,oslo,0.4,2026-11-01\n")
    catalog = str(clean / "bin" / "catalog")
    made = run(catalog, "import", "table", str(tmp_path / "mine.csv"), "-o", str(tmp_path / "mine.yaml"))
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "mine.yaml").exists()
    update = run(catalog, "update", "aws", "--region", "us-east-1")
    assert update.returncode == 2
    assert update.stderr == "update: must be built with libcurl, which was not there\n"


def test_recommend_is_there_too(clean):
    scripts = [run(str(clean / "bin" / name), "--gpu", "T4", "--top", "2") for name in ("recommend", "flopwise")]
    assert scripts[0].stdout == scripts[1].stdout != ""


def test_the_page_of_the_package_has_no_link_into_a_folder(wheel):
    with zipfile.ZipFile(wheel) as archive:
        page = archive.read(f"flopwise-{flopwise.__version__}.dist-info/METADATA").decode()
    assert "Description-Content-Type: text/markdown" in page
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"```.*?```", "", page, flags=re.S))
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_the_tag_says_which_python(wheel):
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert f"-{tag}-{tag}-" in wheel.name
    assert sysconfig.get_platform().replace("-", "_").replace(".", "_") in wheel.name
