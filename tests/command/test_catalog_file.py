"""A catalog of the user's own, and what may be wrong in it."""

import os

import pytest

# ---- a catalog that extends a bundled one --------------------------------------------

CHEAPER_P3 = """\
extends: aws-2020-04
provider: aws
sources:
  - {name: quote, title: A quote, as_of: 2020-05-01}
prices:
  - {instance: p3.2xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: 2.50,
     source: quote}
"""


def test_a_catalog_may_extend_a_bundled_one(answer, write, article):
    write("own.yaml", CHEAPER_P3)
    own = ("--catalog", "own.yaml", *article[2:])
    usual, found = answer(*article), answer(*own)
    assert found["admitted"] == usual["admitted"] + 1  # 2.50 is below the ceiling of 2.74
    assert found["catalog"]["offers"] == usual["catalog"]["offers"]
    new = next(c for c in found["choices"] if c["instance"] == "p3.2xlarge")
    assert new["price_usd_per_hour"] == 2.5
    assert (new["price_source"], new["price_as_of"]) == ("A quote", "2020-05-01")
    rest = {c["instance"]: c["score"] for c in found["choices"] if c is not new}
    assert rest == {c["instance"]: c["score"] for c in usual["choices"]}


def test_the_catalog_of_a_request_file_is_found_where_the_command_runs(
    answer, write, small_catalog
):
    write("own.yaml", small_catalog)
    write("request.yaml", "catalog: own.yaml\n")
    assert answer("request.yaml")["catalog"]["name"] == "small"


# ---- one wrong row -------------------------------------------------------------------

PRICE = "usd_per_hour: 0.10"
WRONG = {
    # name: what is replaced in the small catalog, by what, and the message
    "price-0": (PRICE, "usd_per_hour: 0", "must be positive and finite, got 0"),
    "price-negative": (PRICE, "usd_per_hour: -3", "must be positive and finite, got -3"),
    "price-with-unit": (PRICE, "usd_per_hour: 3 USD", 'must be a number, got "3 USD"'),
    "price-nan": (PRICE, "usd_per_hour: .nan", 'must be a number, got ".nan"'),
    "price-inf": (PRICE, "usd_per_hour: .inf", 'must be a number, got ".inf"'),
    "price-1e400": (PRICE, "usd_per_hour: 1e400", 'must be a number, got "1e400"'),
    "price-quoted": (PRICE, 'usd_per_hour: "0.1"', 'must be a number without quotes, got "0.1"'),
    "price-not-available": (PRICE, "usd_per_hour: N/A", 'must be a number, got "N/A"'),
    "price-list": (PRICE, "usd_per_hour: [1]", "must be a number, got a list"),
    "price-empty": (PRICE, "usd_per_hour:", "must have a value, got nothing"),
    "price-absent": (f", {PRICE}", "", "must be given"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_a_price_is_a_positive_number(complaint, write, small_catalog, old, new, message):
    write("own.yaml", small_catalog.replace(old, new))
    assert complaint("--catalog", "own.yaml") == f"own.yaml:15: prices[0].usd_per_hour: {message}"


def test_a_price_that_no_bill_can_hold_is_refused(complaint, write, small_catalog):
    write("own.yaml", small_catalog.replace(PRICE, "usd_per_hour: 1e308"))
    message = complaint("--catalog", "own.yaml", "--days", "365")
    assert message.startswith("own.yaml:15: prices[0].usd_per_hour: must be ")


REPEATED = "must not be given twice"
NO_SOURCE = "must be given: a figure without a source is not accepted"
EDITS = {
    # references
    "unknown-machine": (
        "instance: g4dn.xlarge",
        "instance: g4dn.xlrage",
        '15: prices[0].instance: must be the name of an instance, got "g4dn.xlrage", '
        "did you mean g4dn.xlarge?",
    ),
    "unknown-region": (
        "region: us-east-1",
        "region: us-esat-1",
        '15: prices[0].region: must be the code of a region, got "us-esat-1", '
        "did you mean us-east-1?",
    ),
    "unknown-family": (
        "family: g4dn",
        "family: p3",
        '10: instances[0].family: must be the name of a family, got "p3"',
    ),
    "unknown-gpu": (
        "gpu: nvidia-t4",
        "gpu: nvidia-t5",
        '10: instances[0].gpu: must be the name of a GPU, got "nvidia-t5", did you mean nvidia-t4?',
    ),
    "unknown-source": (
        "usd_per_hour: 0.10,\n     source: made-up",
        "usd_per_hour: 0.10,\n     source: made-upp",
        '15: prices[0].source: must be the name of a source, got "made-upp", did you mean made-up?',
    ),
    # sources
    "price-without-source": (
        ",\n     source: made-up}\n",
        "}\n",
        f"15: prices[0].source: {NO_SOURCE}",
    ),
    "gpu-without-source": (
        "aliases: [T4], source: made-up",
        "aliases: [T4]",
        f"6: gpus[0].source: {NO_SOURCE}",
    ),
    "source-without-title": ("title: Made up, ", "", "4: sources[0].title: must be given"),
    "source-without-date": (
        "title: Made up, as_of: 2024-01-15",
        "title: Made up",
        "4: sources[0].as_of: must be given",
    ),
    "source-of-no-day": (
        "title: Made up, as_of: 2024-01-15",
        "title: Made up, as_of: 2024-02-30",
        "4: sources[0].as_of: must be a date such as 2026-07-20, 2026-07, 2026 or undated, "
        'got "2024-02-30"',
    ),
    # keys
    "duplicate-key": (PRICE, f"{PRICE}, {PRICE}", f"15: usd_per_hour: {REPEATED}"),
    "duplicate-section": ("prices:\n", "regions: []\nprices:\n", f"14: regions: {REPEATED}"),
    "unknown-key": (
        "network_gbps: 5",
        "network_gbp: 5",
        "11: instances[0].network_gbp: must be a known key, did you mean network_gbps?",
    ),
    "misspelt-key": (
        "usd_per_hour",
        "usd_per_hours",
        "15: prices[0].usd_per_hours: must be a known key, did you mean usd_per_hour?",
    ),
    "unknown-section": (
        "regions:\n",
        "regoins:\n",
        "13: regoins: must be a known key, did you mean regions?",
    ),
    "key-without-value": (
        "arch: x86_64",
        "arch:",
        "11: instances[0].arch: must have a value, got nothing",
    ),
    # other figures
    "negative-memory": (
        "memory_gib: 64",
        "memory_gib: -64",
        "10: instances[0].memory_gib: must be positive and finite, got -64",
    ),
    "infinite-vcpus": (
        "vcpus: 4",
        "vcpus: .inf",
        '10: instances[0].vcpus: must be a number, got ".inf"',
    ),
    "no-gpus": (
        "gpu_count: 1",
        "gpu_count: 0",
        "10: instances[0].gpu_count: must be positive and finite, got 0",
    ),
    "latitude": (
        "latitude: 39",
        "latitude: 91",
        "13: regions[0].latitude: must be in [-90, 90], got 91",
    ),
    "purchase": (
        "purchase: on_demand",
        "purchase: on-demand",
        '15: prices[0].purchase: must be on_demand or spot, got "on-demand", '
        "did you mean on_demand?",
    ),
    "switch": (
        "network_gbps: 5",
        "retired: yes",
        '11: instances[0].retired: must be true or false, got "yes"',
    ),
    # forms
    "row-is-text": (
        "  - {code: us-east-1, latitude: 39, longitude: -77.5, source: made-up}\n",
        "  - us-east-1\n",
        "13: regions[0]: must be a mapping of keys to values, got text",
    ),
    "section-is-text": (
        "provider: aws\n",
        "provider: aws\nofferings: none\n",
        "3: offerings: must be a list of rows",
    ),
    "section-is-empty": (
        "prices:\n",
        "offerings:\nprices:\n",
        "14: offerings: must have a value, got nothing",
    ),
    "anchor": ("gpu: nvidia-t4", "gpu: &t4 nvidia-t4", "10: must not use anchors and aliases"),
    "tag": ("vcpus: 4", "vcpus: !!int 4", "10: must not use tags"),
}


@pytest.mark.parametrize(("old", "new", "message"), EDITS.values(), ids=EDITS)
def test_what_is_wrong_is_told_with_its_line_and_field(
    complaint, write, small_catalog, old, new, message
):
    assert old in small_catalog
    write("own.yaml", small_catalog.replace(old, new))
    assert complaint("--catalog", "own.yaml") == f"own.yaml:{message}"


TWICE = {
    "source": ("sources", 5, "sources[1].name", "made-up"),
    "gpu": ("gpus", 7, "gpus[1].name", "nvidia-t4"),
    "family": ("families", 9, "families[1].name", "g4dn"),
    "instance": ("instances", 12, "instances[1].name", "g4dn.xlarge"),
    "region": ("regions", 14, "regions[1].code", "us-east-1"),
}


@pytest.mark.parametrize(("section", "line", "field", "name"), TWICE.values(), ids=TWICE)
def test_no_name_is_given_twice(complaint, write, small_catalog, section, line, field, name):
    head, rest = small_catalog.split(f"{section}:\n", 1)
    rows = rest[: rest.index("}\n") + 2]
    write("own.yaml", f"{head}{section}:\n{rows}{rest}")
    message = f'own.yaml:{line}: {field}: must not be given twice, got "{name}"'
    assert complaint("--catalog", "own.yaml") == message


def test_no_price_is_given_twice(complaint, write, small_catalog):
    row = small_catalog[small_catalog.index("  - {instance:") :]
    write("own.yaml", small_catalog + row.replace("0.10", "0.20"))
    assert complaint("--catalog", "own.yaml") == (
        "own.yaml:17: prices[1]: must not be given twice, got g4dn.xlarge in us-east-1, on_demand"
    )


def test_a_row_at_odds_with_the_extended_catalog_is_told(complaint, write):
    gpu = "{name: mine, memory_gib: 16, aliases: [T4], source: quote}"
    write("own.yaml", CHEAPER_P3.replace("prices:\n", f"gpus:\n  - {gpu}\nprices:\n"))
    message = complaint("--catalog", "own.yaml")
    assert message.startswith("own.yaml") and 'must not be given twice, got "T4"' in message


@pytest.mark.parametrize("code, shown", [("\\n", "\\x0a"), ("\\e[31m", "\\x1b[31m")])
def test_a_name_that_would_break_a_line_or_colour_it_is_refused(
    complaint, write, small_catalog, code, shown
):
    write("own.yaml", small_catalog.replace("name: g4dn.xlarge", f'name: "a{code}b"'))
    assert complaint("--catalog", "own.yaml") == (
        f'own.yaml:10: instances[0].name: must have no control characters, got "a{shown}b"'
    )


def test_a_catalog_extends_only_what_there_is(complaint, write, newest_catalog):
    write("own.yaml", CHEAPER_P3.replace("aws-2020-04", "aws-2020-05"))
    assert complaint("--catalog", "own.yaml") == (
        f"own.yaml:1: extends: must be bundled, {newest_catalog}, clouds-2026-11 or aws-2020-04, "
        'got "aws-2020-05", did you mean aws-2020-04?'
    )


# ---- no catalog at all ---------------------------------------------------------------


def test_a_catalog_cut_off_anywhere_is_refused(complaint, write, small_catalog):
    whole = small_catalog.rstrip()
    for length in range(0, len(whole), 7):
        write("own.yaml", whole[:length])
        assert complaint("--catalog", "own.yaml").startswith("own.yaml:")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "must be a catalog, is empty", id="empty"),
        pytest.param(b"# soon\n", "must be a catalog, is empty", id="only-a-comment"),
        pytest.param(b"prices:\0\n", "must be text, has a NUL byte at offset 7", id="binary"),
        pytest.param(
            b"catalog: {name: none, as_of: 2024}\n",
            "prices: must have at least one price",
            id="no-prices",
        ),
        pytest.param(
            b"prices: []\n", "prices: must have at least one price", id="empty-list-of-prices"
        ),
    ],
)
def test_a_file_that_is_no_catalog_is_refused(complaint, write, content, message):
    write("own.yaml", content)
    assert complaint("--catalog", "own.yaml") == f"own.yaml: {message}"


@pytest.mark.parametrize("content", ["{}", "[]", "prices", "]", "prices: ["])
def test_a_file_of_another_form_is_refused(complaint, write, content):
    write("own.yaml", content)
    assert complaint("--catalog", "own.yaml").startswith("own.yaml")


def test_a_file_of_100_mb_is_refused(complaint, write, workdir, small_catalog):
    write("own.yaml", small_catalog)
    os.truncate(workdir / "own.yaml", 100 << 20)  # sparse
    assert complaint("--catalog", "own.yaml") == "own.yaml: must be at most 64 MiB"


def test_a_directory_is_refused(complaint, workdir):
    (workdir / "own").mkdir()
    assert complaint("--catalog", "own") == "own: must be a file, is a directory"


@pytest.mark.parametrize("name", ["none.yaml", "./none", "none/own.yml"])
def test_a_missing_file_is_refused(complaint, name):
    assert complaint("--catalog", name) == f"{name}: cannot be read: No such file or directory"


def test_a_missing_file_is_told_on_one_line_whatever_its_name(complaint):
    message = "a\\x0ab.yaml: cannot be read: No such file or directory"
    assert complaint("--catalog", "a\nb.yaml") == message
