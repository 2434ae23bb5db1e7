"""Input made to do harm ends in one clear line, soon, and in little memory."""

import json
import resource
import subprocess
from pathlib import Path

import pytest

MEMORY = 600 << 20  # of address space, libraries and all
PAGE = b'{"FormatVersion":"aws_v1","PriceList":['


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.fixture
def limited(program, tmp_path):
    """Runs the command with little memory; `blocks` go to its standard input."""
    sanitized = b"__asan_init" in Path(program).read_bytes()  # takes terabytes of addresses

    def run(*args, blocks=()):
        with subprocess.Popen([program, *args], cwd=tmp_path, env={},
                              preexec_fn=None if sanitized else limit,
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as process:
            sent = 0
            try:
                for block in blocks:
                    process.stdin.write(block)
                    sent += len(block)
                process.stdin.close()
            except BrokenPipeError:
                pass
            said = process.stderr.read().decode(errors="surrogateescape")
            return process.wait(), said, sent

    return run


SKYPILOT = b"InstanceType,AcceleratorName,vCPUs,MemoryGiB,Price,Region\n"


def gigabyte_of(piece):
    return [piece * ((1 << 20) // len(piece))] * 1024


@pytest.mark.parametrize(("head", "piece", "message"), [
    (PAGE + b'{"a":"', b"x", "must have rows of at most 16 MiB"),
    (PAGE, b"[", "must have rows of at most 16 MiB"),
    (PAGE, b'{"a":', "must have rows of at most 16 MiB"),
    (b'{"offerCode":"', b"x", "must have names and facts of at most 64 KiB"),
    (b'{"offerCode":"AmazonEC2","products":{"', b"x", "must have rows of at most 16 MiB"),
    (SKYPILOT + b'"', b"x", "must have rows of at most 1 MiB"),
    (SKYPILOT, b",", "must have rows of at most 1 MiB"),
    (b"", b" ", "must be a price file, is empty"),
    (b"", b"\0", "must be of a known format"),
], ids=["text", "lists", "objects", "fact", "key", "quoted", "commas", "blanks", "zeros"])
def test_a_gigabyte_is_refused_at_its_begin(limited, head, piece, message):
    status, said, sent = limited("import", "auto", "/dev/stdin", "--provider", "aws",
                                 blocks=[head, *gigabyte_of(piece)])
    assert status == 2
    assert message in said
    assert said.count("\n") == 1
    assert sent < 64 << 20


def test_figures_beyond_all_measure_cost_their_row_only(limited, tmp_path):
    (tmp_path / "aws.csv").write_text(
        "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region\n"
        "a.large,,,1,1,1e300,,us-east-1\nb.large,,,1,1,1,1e308,us-east-1\n"
        "c.large,,,1,1e300,1,,us-east-1\nd.large,T4,1e-320,1,1,1,,us-east-1\n"
        ".large,,,1,1,1,,us-east-1\n")
    status, said, _ = limited("import", "auto", "aws.csv", "-o", "out.yaml", "--summary")
    assert status == 0
    assert "5 rows, 1 usable, 4 rejected" in said
    assert "gpu_count: must be in [1e-09, 1000000], got 1e-320" in said
    assert "aws.csv:2: Price: must be at most 1000000000, got 1e+300" in said


@pytest.mark.parametrize(("content", "message"), [
    (PAGE + b"[" * 1_000_000, "must be complete, ends early"),
    (PAGE + b'{"product":{"pro\0ductFamily":"x"}}]}', "must have no control characters"),
    (PAGE + b'{"product":{"productFamily":"\xff"}}]}', "must be UTF-8"),
    (PAGE + b'{"product":', "must be complete, ends early"),
], ids=["deep", "control", "utf-8", "short"])
def test_broken_json_is_refused_with_its_byte(limited, tmp_path, content, message):
    (tmp_path / "in.json").write_bytes(content)
    status, said, _ = limited("import", "auto", "in.json")
    assert status == 2
    assert said.startswith("in.json: byte 40: " + message)
    assert said.count("\n") == 1


def test_what_is_nested_deep_in_a_row_is_stepped_over(limited, tmp_path):
    deep = b"[" * 1_000_000 + b"]" * 1_000_000
    (tmp_path / "in.json").write_bytes(PAGE + b'{"product":{"attributes":{"a":' + deep + b"}}}]}")
    status, said, _ = limited("import", "auto", "in.json", "--summary")
    assert (status, "1 rows, 0 usable, 1 skipped: product family" in said) == (1, True)


@pytest.mark.parametrize(("content", "message"), [
    (b"catalog: " + b"[" * 1_000_000, "in.yaml:1: "),
    (b"catalog: " + b"{a: " * 200_000, "in.yaml:1: must be nested at most 16 levels deep"),
    (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "in.yaml:1: must not use anchors and aliases"),
    (b"catalog: {name: a\0b}\n", "in.yaml: must be text, has a NUL byte at offset 17"),
    (b"catalog: {name: \xff}\n", "in.yaml: must be UTF-8, is not at offset 16"),
    (b'catalog: {name: "a\\tb", as_of: 2026-01-15}\n',
     r'in.yaml: catalog.name: must have no control characters, got "a\x09b"'),
], ids=["lists", "mappings", "laughs", "zero", "utf-8", "control"])
def test_broken_yaml_is_refused_with_its_line(limited, tmp_path, content, message):
    (tmp_path / "in.yaml").write_bytes(content)
    status, said, _ = limited("check", "in.yaml")
    assert status == 2
    assert said.startswith(message)
    assert said.count("\n") == 1


def test_names_do_not_reach_the_terminal_as_they_are(limited, tmp_path):
    (tmp_path / "aws.csv").write_bytes(
        b"InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region\n"
        b"a\x1b[2Jb,,,1,1,1,us-east-1\n\xff\xfe,,,1,1,1,us-east-1\n"
        b"../../etc/passwd,,,1,1,1,us-east-1\n")
    status, said, _ = limited("import", "auto", "aws.csv", "-o", "out.yaml", "--summary")
    assert status == 0
    assert (r'aws.csv:2: InstanceType: must be a name of 1 to 128 printable characters, '
            r'got "a\x1b[2Jb"') in said
    assert "\x1b" not in said
    assert "aws.csv: skypilot, as of undated: 3 rows, 1 usable, 2 rejected" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["aws.csv", "out.yaml", "out.yaml.image"]


NAMES = """
catalog: {{name: small, as_of: 2026-08-15}}
provider: aws
sources: [{{name: made-up, title: Made up, as_of: 2026-08-15}}]
gpus: [{{name: nvidia-a10g, memory_gib: 24, fp16_tensor_tflops: 70, source: made-up}}]
families: [{{name: g5, purpose: graphics, source: made-up}}]
instances:
  - {{name: {name}, family: g5, vcpus: 4, memory_gib: 16, gpu: nvidia-a10g, gpu_count: 1, source: made-up}}
regions: [{{code: us-east-1, city: Ashburn, latitude: 39, longitude: -77.5, source: made-up}}]
prices: [{{instance: {name}, region: us-east-1, purchase: on_demand, usd_per_hour: 1.006, source: made-up}}]
"""


def test_no_output_turns_the_direction_of_writing(catalog, pytestconfig, tmp_path):
    name = "g5\x9b31m\u202eX\u200blarge"
    (tmp_path / "in.yaml").write_text(NAMES.format(name=name.encode("unicode_escape").join(
        [b'"', b'"']).decode()), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(NAMES.format(name="other"))
    shown = r"g5\xc2\x9b31m\xe2\x80\xaeX\xe2\x80\x8blarge"
    for args, as_shown in [
            (["list", "--catalog", "in.yaml"], True),
            (["show", name, "--catalog", "in.yaml"], True),
            (["export", "--catalog", "in.yaml"], True),
            (["diff", "in.yaml", "other.yaml"], True),
            (["export", "--format", "json", "--catalog", "in.yaml"], False),
            (["export", "--format", "yaml", "--catalog", "in.yaml"], False),
            (["diff", "in.yaml", "other.yaml", "--format", "json"], False)]:
        out = catalog(*args).out
        assert not set("\x9b\u202e\u200b") & set(out), args
        assert (shown in out) == as_shown, args
    exported = json.loads(catalog("export", "--format", "json", "--catalog", "in.yaml").out)
    assert exported[0]["instance"] == name
    (tmp_path / "again.yaml").write_text(
        catalog("export", "--format", "yaml", "--catalog", "in.yaml").out)
    assert catalog("diff", "in.yaml", "again.yaml").out == "no change\n"
    recommend = pytestconfig.getoption("--recommend")
    if not recommend:
        return
    recommend = pytestconfig.invocation_params.dir / recommend
    for form in ("table", "markdown", "csv", "json"):
        out = subprocess.run([recommend, "--catalog", "in.yaml", "--max-price", "5", "--explain",
                              "--format", form], cwd=tmp_path, env={}, capture_output=True,
                             text=True, check=True).stdout
        assert not set("\x9b\u202e\u200b") & set(out), form
        assert (shown in out) == (form != "json"), form


def test_a_name_is_no_formula(catalog, tmp_path):
    (tmp_path / "in.yaml").write_text(NAMES.format(name='"=cmd|\' /C calc\'!A0"'))
    assert ',"\'=cmd|\' /C calc\'!A0",' in catalog("export", "--catalog", "in.yaml").out


@pytest.mark.parametrize(("old", "new", "message"), [
    ("usd_per_hour: 1.006", "usd_per_hour: 1e-300", "must be at least 1e-09 USD/h, got 1e-300 USD/h"),
    ("usd_per_hour: 1.006", "usd_per_hour: 1e300", "must be at most 1000000000 USD/h, got 1e+300"),
    ("vcpus: 4", "vcpus: 1e9", "instances[0].vcpus: must be at most 1000000, got 1000000000"),
    ("memory_gib: 16", "memory_gib: 1e300", "memory_gib: must be at most 1000000000 GiB, got 1e+300"),
    ("gpu_count: 1", "gpu_count: 1e9", "gpu_count: must be at most 1000000, got 1000000000"),
    ("tflops: 70", "tflops: 1.7e308", "must be at most 1000000 TFLOPS, got 1.7e+308 TFLOPS"),
])
def test_figures_of_a_catalog_have_the_bounds_of_flags(catalog, tmp_path, old, new, message):
    (tmp_path / "in.yaml").write_text(NAMES.format(name="g5.xlarge").replace(old, new))
    done = catalog("check", "in.yaml")
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("args", [["check"], ["list", "--catalog"], ["export", "--catalog"]])
def test_many_machines_do_not_take_the_square_of_their_number(catalog, tmp_path, args):
    head, rows = NAMES.format(name="i0").split("instances:\n")
    machine, rest = rows.split("regions:")
    regions, price = rest.split("prices: [")
    (tmp_path / "in.yaml").write_text("".join(
        [head, "instances:\n", *(machine.replace("i0", f"i{i}") for i in range(40_000)),
         "regions:", regions, "prices:\n",
         *(f"  - {price.strip()[:-1]}\n".replace("i0", f"i{i}").replace("1.006", f"{1 + i / 1e6}")
           for i in range(40_000))]))
    assert catalog(*args, "in.yaml").status == 0


def test_brackets_are_refused_in_little_memory(limited, tmp_path):
    for byte in (b"{", b"[", b"[a,", b"{a: "):
        (tmp_path / "in.yaml").write_bytes(byte * ((32 << 20) // len(byte)))
        status, said, _ = limited("check", "in.yaml")
        assert status == 2
        assert said.startswith("in.yaml:1: must have no text, and no list or mapping in brackets, of "
                               "more than 256 KiB")


def test_many_families_and_places_do_not_take_the_square_of_their_number(limited, tmp_path):
    rows = [f"m{i}.large,,,1,1,1,r{i}\n" for i in range(50_000)]
    (tmp_path / "aws.csv").write_text(
        "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region\n" +
        "".join(rows))
    status, said, _ = limited("import", "auto", "aws.csv", "-o", "out.yaml", "--summary")
    assert status == 0
    assert "50000 rows, 50000 usable" in said
    regions = Path(__file__).parents[2] / "data" / "regions.yaml"
    placed = 32_767 - regions.read_text().count("code:")
    assert f"left out: {50_000 - placed} rows: price in a region more than a catalog can have" in said
