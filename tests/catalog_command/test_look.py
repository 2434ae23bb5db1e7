"""`catalog check`, `diff`, `list`, `show` and `export`."""

import csv
import io
import json

import pytest

DEAR = """\
superseded:
  - {instance: g5.xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: 2, source: made-up}
"""


def test_check_lists_what_looks_wrong(catalog, small):
    done = catalog("check", small(xlarge="1.3", more=DEAR))
    assert done == (1, "price falls with size: aws g5.2xlarge in us-east-1: 1.212 USD/h, but "
                       "g5.xlarge costs 1.3 USD/h\n"
                       "sources disagree: aws g5.xlarge in us-east-1, on_demand: 1.3 USD/h used "
                       "(made-up, 2026-01-15), 2 USD/h in made-up (2026-01-15)\n", "")


def test_a_source_of_a_day_to_come_is_found(catalog, small, tmp_path):
    text = (tmp_path / small()).read_text()
    (tmp_path / "later.yaml").write_text(text.replace("title: Made up, as_of: 2026", "title: Made up, as_of: 2999"))
    done = catalog("check", "later.yaml")
    assert done.status == 1
    assert done.out.startswith("dated after tomorrow: source made-up: 2999-")


def test_a_catalog_without_findings_is_status_0(catalog, small):
    assert catalog("check", small()) == (0, "", "")


@pytest.mark.parametrize("name", ["aws-2026-10", "clouds-2026-11", "aws-2020-04"])
def test_a_bundled_catalog_has_no_finding_that_it_does_not_explain(catalog, name):
    done = catalog("check", name)
    assert done.status == 0
    count, rest = done.out.split(" ", 1)
    assert rest == "explained (--all shows them)\n"
    everything = catalog("check", name, "--all")
    first, *rows = everything.out.splitlines()
    assert (everything.status, first, len(rows)) == (0, f"{count} explained:", int(count))


def explained(names, why="a contract"):
    return ("explained:\n"
            f"  - {{finding: price falls with size, names: [{names}], why: {why}}}\n")


def test_what_the_catalog_explains_is_counted_apart(catalog, small):
    found = ("price falls with size: aws g5.2xlarge in us-east-1: 1.212 USD/h, but g5.xlarge costs "
             "1.3 USD/h")
    name = small(xlarge="1.3", more=explained("g5.2xlarge"))
    assert catalog("check", name) == (0, "1 explained (--all shows them)\n", "")
    assert catalog("check", name, "--all") == (0, f"1 explained:\n  {found} (a contract)\n", "")
    assert catalog("check", small(xlarge="1.3", more=DEAR + explained("g5.2xlarge"))) == (
        1, "sources disagree: aws g5.xlarge in us-east-1, on_demand: 1.3 USD/h used "
           "(made-up, 2026-01-15), 2 USD/h in made-up (2026-01-15)\n"
           "1 explained (--all shows them)\n", "")


def test_an_explanation_that_explains_nothing_is_found(catalog, small):
    assert catalog("check", small(more=explained("g5.2xlarge"))) == (
        1, "explains nothing: aws g5.2xlarge: price falls with size: a contract\n", "")


def test_a_price_that_slipped_stands_out(catalog, tmp_path):
    rows = catalog("export", "--format", "yaml").out
    old = "instance: c5.24xlarge, region: us-east-1, purchase: on_demand, usd_per_hour: 4.08"
    assert old in rows
    (tmp_path / "slip.yaml").write_text(rows.replace(old, old.replace("4.08", "408")))
    found = [line for line in catalog("check", "slip.yaml").out.splitlines()
             if line.startswith("price far from its like") and "c5.24xlarge" in line]
    assert len(found) == 1
    assert found[0].startswith(
        "price far from its like: aws c5.24xlarge in us-east-1: 408 USD/h, ")


def test_diff_tells_what_changed(catalog, small):
    new = small("new.yaml", xlarge="1.1")
    done = catalog("diff", small(), new)
    assert done == (1, "1 rose\n"
                       "aws g5: 1 rose; median +9.3 %\n"
                       "\n"
                       "aws g5.xlarge in us-east-1, on_demand, rose: 1.006 -> 1.1 USD/h (+9.3 %)\n", "")
    assert catalog("diff", new, "small.yaml").out.splitlines()[0] == "1 fell"
    assert catalog("diff", new, new) == (0, "no change\n", "")


def test_diff_as_json(catalog, small):
    done = catalog("diff", small(), small("new.yaml", xlarge="1.1"), "--format", "json")
    assert done.status == 1
    report = json.loads(done.out)
    assert report["counts"]["rose"] == 1
    assert report["changes"] == [
        {"kind": "rose", "provider": "aws", "instance": "g5.xlarge", "family": "g5",
         "region": "us-east-1", "purchase": "on_demand", "before_usd_per_hour": 1.006, "after_usd_per_hour": 1.1}]


def test_machines_and_prices_that_appear_and_go(catalog, small, tmp_path):
    text = (tmp_path / small()).read_text()
    (tmp_path / "new.yaml").write_text(text.replace("g5.2xlarge", "g5.4xlarge"))
    assert catalog("diff", "small.yaml", "new.yaml").out == (
        "1 appeared, 1 went, 1 new machines, 1 machines gone\n"
        "aws g5: 1 appeared, 1 went, 1 new machines, 1 machines gone\n"
        "\n"
        "aws g5.2xlarge is gone\n"
        "aws g5.2xlarge in us-east-1, on_demand, went: 1.212 USD/h\n"
        "aws g5.4xlarge is new\n"
        "aws g5.4xlarge in us-east-1, on_demand, appeared: 1.212 USD/h\n")


def test_list_has_a_line_for_each_machine(catalog, small):
    lines = catalog("list", "--catalog", small()).out.splitlines()
    assert len(lines) == 3
    assert lines[0].split() == "provider machine GPUs vCPU GiB from USD/h to USD/h regions as of".split()
    assert lines[1].split() == "aws g5.2xlarge 1 x nvidia-a10g 8 32 1.212 1.212 1 2026-01-15".split()
    done = catalog("list", "p4*")
    assert [line.split()[1] for line in done.out.splitlines()[1:]] == ["p4d.24xlarge",
                                                                       "p4de.24xlarge"]


def test_show_has_the_facts_and_prices_of_a_machine(catalog, small):
    done = catalog("show", "g5.xlarge", "--catalog", small())
    assert done == (0, """\
aws g5.xlarge
  family         g5
  vCPUs          4
  memory         16 GiB
  GPUs           1 x nvidia-a10g
  GPU memory     24 GiB
  network        2.5 Gbps
  architecture   x86_64
  source         made-up
region     purchase   USD/h  offered  source   as of
us-east-1  on_demand  1.006  yes      made-up  2026-01-15
""", "")


def test_the_machine_of_the_article_is_shown_as_retired(catalog):
    done = catalog("show", "p3.2xlarge")
    assert done.out.startswith("aws p3.2xlarge, retired\n")
    assert " 3.06 no " in " ".join(done.out.split())


def test_export_as_csv(catalog, small):
    rows = list(csv.DictReader(io.StringIO(catalog("export", "--catalog", small()).out)))
    assert rows[1] == {
        "provider": "aws", "instance": "g5.xlarge", "family": "g5", "region": "us-east-1",
        "purchase": "on_demand", "price_usd_per_hour": "1.006", "offered": "true",
        "gpu": "nvidia-a10g", "gpu_count": "1", "gpu_memory_gib": "24", "vcpus": "4",
        "memory_gib": "16", "network_gbps": "2.5", "arch": "x86_64", "source": "made-up",
        "as_of": "2026-01-15", "stack": ""}
    assert rows[0]["network_gbps"] == ""  # not known


def test_export_as_json_has_the_same_rows(catalog, small):
    of_json = json.loads(catalog("export", "--catalog", small(), "--format", "json").out)
    of_csv = list(csv.DictReader(io.StringIO(catalog("export", "--catalog", "small.yaml").out)))
    assert [list(row) for row in of_json] == [list(row) for row in of_csv]
    assert of_json[0]["network_gbps"] is None


def test_export_as_yaml_is_a_catalog(catalog, small):
    assert catalog("export", "--catalog", small(), "--format", "yaml", "-o", "copy.yaml").out == ""
    assert catalog("diff", "small.yaml", "copy.yaml") == (0, "no change\n", "")


@pytest.mark.parametrize(("args", "message"), [
    (["show", "p3.2xlarg"], 'MACHINE: must be the name of a machine or a GPU, got "p3.2xlarg", did you '
                            "mean p3.2xlarge?"),
    (["list", "zz*"], 'PATTERN: must match the name of a machine, got "zz*"'),
    (["export", "--format", "xml"], '--format: must be csv, json or yaml, got "xml"'),
    (["diff", "bundled", "bundled", "--format", "csv"],
     '--format: must be text or json, got "csv"'),
    (["check", "nowhere.yaml"], "nowhere.yaml: cannot be read: No such file or directory"),
])
def test_bad_input_is_refused_with_one_line(catalog, args, message):
    assert catalog(*args) == (2, "", message + "\n")


@pytest.mark.parametrize("args", [[], ["nothing"], ["diff", "bundled"], ["show"], ["list", "--no"]])
def test_bad_arguments_are_status_2(catalog, args):
    done = catalog(*args)
    assert (done.status, done.out) == (2, "")
    assert done.err.endswith("\n")


@pytest.mark.parametrize(("args", "flag"), [
    (["list", "--catalog"], "--catalog"),
    (["export", "--format", "--catalog", "bundled"], "--format"),
    (["check", "-o", "--all"], "-o"),
    (["import", "auto", "x.csv", "--as-of", "--strict"], "--as-of"),
    (["update", "aws", "--from", "--timeout", "3"], "--from"),
])
def test_a_flag_does_not_take_the_next_one_for_its_value(catalog, args, flag):
    assert catalog(*args) == (2, "", f"{flag}: must have a value\n")


def test_help_and_version_go_to_the_standard_output(catalog):
    assert catalog("--help").out.startswith("Catalogs of machines and prices")
    assert "--strict" in catalog("import", "--help").out
    assert catalog("--version") == (0, "0.1.0\n", "")


# ---- what there is to ask for ----------------------------------------------------------


def test_show_has_the_facts_of_a_gpu_and_its_machines(catalog, small):
    done = catalog("show", "A10G", "--catalog", small())
    assert (done.status, done.err) == (0, "")
    head, *rest = done.out.splitlines()
    assert head == "nvidia-a10g"
    assert "  memory_gib                 24" in rest
    assert [line.split()[1] for line in rest if line.startswith("aws")] == ["g5.2xlarge", "g5.xlarge"]


@pytest.mark.parametrize(("what", "key"), [
    ("gpus", "name"), ("models", "name"), ("regions", "code"), ("providers", "name"),
    ("purchases", "name")])
def test_what_is_listed_is_the_same_in_each_form(catalog, what, key):
    rows = json.loads(catalog(what, "--format", "json").out)
    read = list(csv.DictReader(io.StringIO(catalog(what, "--format", "csv").out)))
    assert [row[key] for row in rows] == [row[key] for row in read]
    table = catalog(what).out.splitlines()
    assert len(table) == len(rows) + 1


def test_listings_are_filtered_as_recommend_filters(catalog):
    rows = json.loads(catalog("gpus", "--provider", "any", "--min-gpu-memory", "80GB", "--vendor",
                              "nvidia", "--format", "json").out)
    assert {row["vendor"] for row in rows} == {"NVIDIA"}
    assert min(row["memory_gib"] for row in rows) >= 74.5
    assert {row["provider"] for row in json.loads(
        catalog("regions", "--provider", "lambda", "--format", "json").out)} == {"lambda"}
    assert catalog("regions", "--gpu", "H100", "--region", "us-east-1", "us*").out.count("\n") == 2


def test_providers_are_those_of_all_clouds(catalog):
    names = {row["name"] for row in json.loads(catalog("providers", "--format", "json").out)}
    assert {"aws", "azure", "gcp", "lambda", "runpod"} <= names


@pytest.mark.parametrize(("args", "message"), [
    (["gpus", "voodoo*"], 'PATTERN: must match one of the gpus, got "voodoo*"'),
    (["regions", "--format", "xml"], '--format: must be table, csv or json, got "xml"'),
    (["gpus", "--min-gpus", "many"], '--min-gpus: must be a number, got "many"')])
def test_what_cannot_be_listed(catalog, args, message):
    assert catalog(*args) == (2, "", message + "\n")


def test_nothing_that_qualifies_is_status_1(catalog):
    assert catalog("gpus", "--min-gpus", "1000") == (1, "", "")
