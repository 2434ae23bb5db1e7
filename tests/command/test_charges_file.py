"""Charges from files: what they change in a bill, and how a bad file is refused."""

import pytest

YEAR = ("--catalog", "aws-2020-04", "--region", "us-east-1", "--instance", "p2.xlarge",
        "--days", "365", "--hours-per-day", "2", "--storage", "100")
MACHINE = 657.0

CONTRACT = """\
provider: aws
sources:
  - {name: contract, title: Contract of Acme, as_of: 2026-09-01}
charges:
  - {charge: storage_gp3, region: us-east-1, usd: 0.05, source: contract}
"""
TRANSFER = """\
provider: aws
sources:
  - {name: transfer, title: Letter of July, as_of: 2026-07-01}
charges:
  - {charge: egress, region: all, usd: 0, source: transfer}
  - {charge: egress, region: all, from: 50, usd: 0.02, source: transfer}
"""


def items(found):
    return {i["charge"]: i for i in found["choices"][0]["cost"]["items"]}


def test_a_file_changes_the_bill(answer, report, write):
    assert items(answer(*YEAR))["storage_gp3"]["amount_usd"] == pytest.approx(100 * 0.08 * 12)
    flags = (*YEAR, "--charges", write("acme.yaml", CONTRACT))
    found = answer(*flags)
    disk = items(found)["storage_gp3"]
    assert disk["amount_usd"] == pytest.approx(100 * 0.05 * 12)
    assert disk["source"] == "Contract of Acme, 2026-09-01"
    assert found["choices"][0]["cost"]["total_usd"] == pytest.approx(MACHINE + 60)
    assert found["request"]["charges"] == ["acme.yaml"]
    assert "717.00" in report(*flags)


def test_a_file_decides_what_can_be_paid(answer, write):
    write("acme.yaml", CONTRACT)
    assert answer(*YEAR, "--budget", "717", status=1)["admitted"] == 0
    assert answer(*YEAR, "--budget", "717", "--charges", "acme.yaml")["admitted"] == 1
    refused = answer(*YEAR, "--budget", "716.99", "--charges", "acme.yaml", status=1)
    assert refused["refusals"]["nearest"][0]["relaxation"]["budget_usd"] == pytest.approx(717)


@pytest.mark.parametrize(
    "flags",
    [
        ("--charges", "acme.yaml", "--charges", "transfer.yaml"),
        ("--charges", "transfer.yaml,acme.yaml"),
        ("request.yaml",),
    ],
    ids=["repeated", "by-comma", "request-file"],
)
def test_several_files_are_read_as_one(answer, write, flags):
    write("acme.yaml", CONTRACT)
    write("transfer.yaml", TRANSFER)
    write("request.yaml", "charges: [acme.yaml, transfer.yaml]\n")
    lines = items(answer(*YEAR, "--egress", "150", *flags))
    assert lines["storage_gp3"]["amount_usd"] == pytest.approx(60)
    assert lines["egress"]["amount_usd"] == pytest.approx(100 * 0.02 * 12)


def test_the_flag_overrides_the_request_file(answer, write):
    write("acme.yaml", CONTRACT)
    write("transfer.yaml", TRANSFER)
    write("request.yaml", "charges: transfer.yaml\n")
    found = answer("request.yaml", *YEAR, "--charges", "acme.yaml")
    assert items(found)["storage_gp3"]["amount_usd"] == pytest.approx(60)


def test_files_stand_in_place_of_the_bundled_charges(answer, write):
    found = answer(*YEAR, "--charges", write("transfer.yaml", TRANSFER))
    # these know no disk, so not even which is the usual one
    assert items(found)["storage"]["amount_usd"] is None
    assert any("storage in us-east-1" in warning for warning in found["warnings"])
    found = answer(*YEAR, "--storage-type", "gp3", "--charges", "transfer.yaml")
    assert items(found)["storage_gp3"]["amount_usd"] is None
    assert any("storage_gp3 in us-east-1" in warning for warning in found["warnings"])


BAD = {
    "negative": ("usd: 0.05", "usd: -1", "5: charges[0].usd: must not be negative, got -1"),
    "no-number": ("usd: 0.05", "usd: free", '5: charges[0].usd: must be a number, got "free"'),
    "no-source": (", source: contract}\n", "}\n",
                  "5: charges[0].source: must be given: a figure without a source is not accepted"),
    "unknown-charge": ("storage_gp3", "parking",
                       '5: charges[0].charge: must be a known charge, got "parking"'),
    "unknown-key": ("usd: 0.05", "usd: 0.05, tax: 1", "5: charges[0].tax: must be a known key"),
    "key-twice": ("usd: 0.05", "usd: 0.05, usd: 1", "5: usd: must not be given twice"),
    "cut-off": ("source: contract}\n", "source: con", "5: "),
}


@pytest.mark.parametrize(("old", "new", "message"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("more", [(), ("--storage", "100")], ids=["not-needed", "needed"])
def test_a_bad_file_is_refused(complaint, write, old, new, message, more):
    assert old in CONTRACT
    write("bad.yaml", CONTRACT.replace(old, new))
    assert complaint(*more, "--days", "30", "--charges", "bad.yaml").startswith(
        f"bad.yaml:{message}")


def test_a_row_is_given_once_in_all_files(complaint, write):
    write("acme.yaml", CONTRACT)
    write("again.yaml", CONTRACT.replace("contract", "other"))
    message = complaint("--days", "30", "--charges", "acme.yaml,again.yaml")
    assert message.startswith("again.yaml:5: charges[0]") and "twice" in message


def test_a_missing_file_is_refused(complaint):
    assert complaint("--charges", "none.yaml") == (
        "none.yaml: cannot be read: No such file or directory")


@pytest.mark.parametrize("value", ["", "a.yaml,,b.yaml"])
def test_a_file_has_a_name(complaint, value):
    assert complaint("--charges", value).startswith("--charges: must ")
