"""`catalog import` of files as people have them: packed, piped, in folders, of their own."""

import gzip
import json
import zipfile

import pytest

VMS = ("InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,Region,Price,SpotPrice\n"
       "1B200.30V,30.0,184.0,B200,1.0,FIN-03,4.89,1.712\n")  # skypilot-catalog v8/verda@000c1d0


@pytest.fixture
def vms(tmp_path):
    """A folder with one file of verda."""
    folder = tmp_path / "prices"
    folder.mkdir()
    (folder / "verda.csv").write_text(VMS)
    return folder


def price_in(catalog, file):
    rows = json.loads(catalog("export", "--catalog", file, "--format", "json").out)
    return {row["purchase"]: row["price_usd_per_hour"] for row in rows
            if row["instance"] == "1B200.30V" and row["provider"] == "verda"}


def test_packed_files_are_read(catalog, vms):
    (vms / "verda.csv.gz").write_bytes(gzip.compress(VMS.encode()))
    with zipfile.ZipFile(vms / "verda.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(vms / "verda.csv", "vms.csv")
    for file in ("verda.csv.gz", "verda.zip"):
        done = catalog("import", "auto", vms / file, "--as-of", "2026-11-28", "-o", vms / "o.yaml")
        assert done.status == 0, done.err
        assert price_in(catalog, vms / "o.yaml") == {"on_demand": 4.89, "spot": 1.712}


def test_a_bomb_is_refused(catalog, tmp_path):
    (tmp_path / "aws.csv.gz").write_bytes(gzip.compress(VMS.encode() + VMS.splitlines(True)[1].encode() * 400_000))
    done = catalog("import", "auto", tmp_path / "aws.csv.gz")
    assert (done.status, done.out) == (2, "")
    assert "must unpack to at most 200 times its size, becomes more" in done.err


def test_a_workbook_is_named(catalog, tmp_path):
    with zipfile.ZipFile(tmp_path / "prices.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    done = catalog("import", "auto", tmp_path / "prices.xlsx")
    assert done.status == 2
    assert done.err.endswith("must be a price file, is a workbook of Excel: save its sheet as CSV\n")


def test_the_output_is_no_input(catalog, vms):
    for flag in ("--output", "--reserved"):
        done = catalog("import", "auto", "verda.csv", flag, "./verda.csv", cwd=vms)
        assert done.err == (f"{flag}: must be another file than those that are read, got "
                            '"./verda.csv"\n')
        assert (done.status, (vms / "verda.csv").read_text()) == (2, VMS)


def test_a_folder_goes_on_past_what_cannot_be_read(catalog, vms):
    (vms / "page.html").write_text("<html><title>Sign in</title></html>")
    (vms / "readme.txt").write_text("hello\n")
    done = catalog("import", "auto", ".", "--as-of", "2026-11-28", "-o", "o.yaml", cwd=vms)
    assert done.status == 0
    assert done.err.splitlines()[-2:] == [
        'not read: ./page.html: must be a price file, is an HTML page, titled "Sign in"',
        "not read: ./readme.txt: must be of a known format (aws_offers, aws_offers_csv, "
        "aws_products, aws_instance_types, aws_instance_regions, aws_spot_history, "
        "aws_spot_advisor, azure_retail_prices, ec2instances, gpuhunt, skypilot, table or "
        'table_json), begins with "hello"']
    assert price_in(catalog, vms / "o.yaml")["on_demand"] == 4.89
    strict = catalog("import", "auto", ".", "--strict", "-o", "p.yaml", cwd=vms)
    assert (strict.status, (vms / "p.yaml").exists()) == (2, False)
    (vms / "verda.csv").unlink()
    none = catalog("import", "auto", "page.html", "readme.txt", cwd=vms)
    assert (none.status, none.out) == (2, "")


def test_a_pattern_is_matched(catalog, vms):
    done = catalog("import", "auto", "v*.csv", "--as-of", "2026-11-28", "-o", "o.yaml", cwd=vms)
    assert done.status == 0
    none = catalog("import", "auto", "*.json", cwd=vms)
    assert (none.status, none.err) == (2, "*.json: must match a file, matches none\n")


def test_the_standard_streams_are_files(catalog, vms):
    with open(vms / "verda.csv") as stream:
        done = catalog("import", "auto", "-", "--provider", "verda", "--as-of", "2026-11-28",
                       "-o", "-", stdin=stream)
    assert done.status == 0
    assert "4.89" in done.out
    assert not (vms / "-").exists()


def test_a_table_of_ones_own(catalog, recommend, tmp_path):
    (tmp_path / "own.csv").write_text(
        "name;vcpus;memory_gib;gpu;gpu_count;region;price_usd_per_hour;date\n"
        "box-8;96;1024;H100;8;oslo;15.5;2026-11-01\n")
    done = catalog("import", "table", tmp_path / "own.csv", "--provider", "mine",
                   "--today", "2026-11-29", "-o", tmp_path / "own.yaml")
    assert (done.status, done.err) == (0, "")
    answer = recommend("--catalog", tmp_path / "own.yaml", "--provider", "mine", "--format",
                       "json", env={})
    [choice] = answer["choices"]
    assert (choice["instance"], choice["price_usd_per_hour"]) == ("box-8", 15.5)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_is_read_back(catalog, tmp_path, form):
    exported = catalog("export", "--catalog", "aws-2020-04", "--format", form).out
    (tmp_path / "prices").write_text(exported)
    done = catalog("import", "auto", tmp_path / "prices", "--base", "aws-2020-04", "--name",
                   "again", "-o", tmp_path / "o.yaml", "--summary")
    assert "239 of 239 prices took effect: 239 unchanged" in done.err
    again = catalog("export", "--catalog", tmp_path / "o.yaml", "--format", "csv").out
    before = catalog("export", "--catalog", "aws-2020-04", "--format", "csv").out
    prices = [[row.split(",")[i] for i in (1, 3, 4, 5)] for row in before.splitlines()]
    assert [[row.split(",")[i] for i in (1, 3, 4, 5)] for row in again.splitlines()] == prices
