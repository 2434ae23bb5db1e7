"""`catalog import`: files of a provider in, one catalog out."""

import json
import os
import subprocess

import pytest
import yaml


def read(path):
    return yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_prices_are_written_over_the_base(catalog, small, tmp_path):
    done = catalog("import", "aws_products", "aws_products.json", "--base", small(xlarge="1.1"),
                   "-o", "out.yaml")
    assert (done.status, done.out) == (0, "")
    out = read(tmp_path / "out.yaml")
    prices = {p["instance"]: p["usd_per_hour"] for p in out["prices"]}
    assert prices == {"g5.xlarge": 1.006, "g5.2xlarge": 1.212}
    assert out["superseded"] == [
        {"provider": "aws", "instance": "g5.xlarge", "region": "us-east-1",
         "purchase": "on_demand", "usd_per_hour": 1.1, "source": "made-up"}]
    assert out["catalog"]["name"] == "small+aws_products-2026-10-03"
    assert str(out["catalog"]["as_of"]) == "2026-10-03"


def test_without_a_file_the_catalog_goes_to_the_standard_output(catalog, small, tmp_path):
    flags = ["import", "auto", "gpuhunt.csv", "--provider", "aws", "--base", small()]
    done = catalog(*flags)
    assert done.status == 0
    assert catalog(*flags, "-o", "out.yaml").out == ""
    assert (tmp_path / "out.yaml").read_text() == done.out


def test_what_is_right_is_imported_in_silence(catalog, small, tmp_path):
    (tmp_path / "aws.csv").write_text(
        "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region\n"
        "g5.xlarge,A10G,1,4,16,1.006,us-east-1\n")
    flags = ["import", "skypilot", "aws.csv", "--base", small(), "-o", "out.yaml"]
    assert catalog(*flags, "--as-of", "2026-11-01") == (0, "", "")
    assert catalog(*flags) == (
        0, "", "aws.csv: 0 of 1 prices took effect; 1 kept as they were, being newer in the "
               "catalog; the file states no day: --as-of gives it\n"
               "left out: 1 rows: price without a date, so older than the one there is\n")


def test_prices_that_are_older_are_told(catalog):
    done = catalog("import", "auto", "aws_offers.csv", "-o", "out.yaml")
    # i3.metal is not offered in eu-west-1.
    assert "took effect: 1 unchanged; 1 of machines that cannot be rented there" in done.err
    done = catalog("import", "auto", "aws_products.json", "--base", "out.yaml", "-o", "more.yaml")
    # Of 2026-10-03: g5.xlarge is there of 2026-11-01; p3.2xlarge, of 2026-07-20, is retired.
    assert ("aws_products.json: 0 of 2 prices took effect; 1 kept as they were, being newer in the "
            "catalog; 1 of machines that cannot be rented there; one page of several: nothing is "
            "retired") in done.err
    assert "left out: 1 rows: price older than the one there is\n" in done.err


@pytest.mark.parametrize(("file", "flags", "message"), [
    ("aws_offers.csv", ["--today", "2026-10-30"],
     "aws_offers.csv: Publication Date: must not be after tomorrow, 2026-10-31, got 2026-11-01"),
    ("aws_offers.json", ["--today", "2026-10-30"],
     "aws_offers.json: publicationDate: must not be after tomorrow, 2026-10-31, got 2026-11-01"),
    ("aws_products.json", ["--today", "2026-10-01"],
     "aws_products.json: publicationDate: must not be after tomorrow, 2026-10-02, got 2026-10-03"),
    ("skypilot.csv", ["--as-of", "9999-12-31", "--today", "2026-12-31"],
     "--as-of: must not be after today, 2026-12-31, got 9999-12-31"),
    ("skypilot.csv", ["--as-of", "2027-01-01", "--today", "2026-12-31"],
     "--as-of: must not be after today, 2026-12-31, got 2027-01-01"),
    ("skypilot.csv", ["--today", "soon"],
     '--today: must be a date such as 2026-07-20, got "soon"'),
])
def test_what_is_dated_after_tomorrow_is_refused(catalog, file, flags, message):
    assert catalog("import", "auto", file, *flags) == (2, "", message + "\n")


def test_a_file_of_tomorrow_is_read(catalog):  # where it was made it is tomorrow already
    done = catalog("import", "auto", "aws_offers.csv", "--today", "2026-10-31", "-o", "out.yaml")
    assert done.status == 0


HEAD = "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region\n"
DAYS = ["--as-of", "2026-11-28", "--today", "2026-11-29"]


def test_a_whole_list_retires_each_way_to_pay(catalog, recommend, tmp_path):
    (tmp_path / "verda.csv").write_text(
        HEAD + "8B200.240V,B200,8,240,1472,,13.69,FIN-03\n1B200.30V,B200,1,30,184,4.89,1.712,FIN-03\n")
    done = catalog("import", "auto", "verda.csv", "-o", "t.yaml", *DAYS)
    assert done.status == 0
    assert done.err.startswith("verda.csv: 3 of 3 prices took effect: ")
    assert "; retired, as the list lacks them: " in done.err
    flags = ["--catalog", "t.yaml", "--provider", "verda", "--format", "json"]
    assert [c["instance"] for c in recommend(*flags, env={})["choices"]] == ["1B200.30V"]
    spot = recommend(*flags, "--purchase", "spot", env={})["choices"]
    assert {c["instance"]: c["price_usd_per_hour"] for c in spot} == {
        "8B200.240V": 13.69, "1B200.30V": 1.712}


def test_a_whole_list_without_a_day_says_what_gives_it(catalog, tmp_path):
    (tmp_path / "verda.csv").write_text(HEAD + "1B200.30V,B200,1,30,184,4.89,,FIN-03\n")
    done = catalog("import", "auto", "verda.csv", "-o", "t.yaml", "--summary")
    assert ("verda.csv: skypilot, as of undated: 1 rows, 1 usable, 0 rejected\n"
            "verda.csv: 0 of 1 prices took effect; 1 kept as they were, being newer in the catalog; "
            "the file states no day: --as-of gives it\n") in done.err


def test_regions_of_a_whole_list_take_the_place_of_all(catalog, recommend, tmp_path):
    rows = "".join(f"gpu_1x_h100_sxm5,H100,1,26,225,4.99,,{r}\n" for r in ("us-east-1", "us-west-1"))
    (tmp_path / "lambda.csv").write_text(HEAD + rows)
    assert catalog("import", "auto", "lambda.csv", "-o", "t.yaml", *DAYS).status == 0
    found = recommend("--catalog", "t.yaml", "--instance", "gpu_1x_h100_sxm5", "--format", "json", env={})
    assert [(c["region"], c["price_usd_per_hour"]) for c in found["choices"]] == [
        ("us-east-1", 4.99), ("us-west-1", 4.99)]


def azure_page(*prices, following="null"):
    return json.dumps({"Items": [
        {"currencyCode": "USD", "retailPrice": usd, "armRegionName": "eastus", "effectiveStartDate": since,
         "meterName": "x", "productName": "x", "skuName": "x", "serviceName": "Virtual Machines",
         "unitOfMeasure": "1 Hour", "type": "Consumption", "armSkuName": "Standard_NC4as_T4_v3"}
        for since, usd in prices], "NextPageLink": json.loads(following)})


def test_the_day_of_an_azure_page_is_the_one_given(catalog, tmp_path):
    (tmp_path / "page.json").write_text(
        azure_page(("2023-08-01", 0.4), ("2026-12-01", 0.1), following='"https://x/?page=2"'))
    done = catalog("import", "auto", "page.json", "-o", "t.yaml", "--summary", *DAYS)
    assert done.err == (
        "page.json: azure_retail_prices, as of 2026-11-28: 2 rows, 1 usable, 1 skipped: not in force "
        "yet, 0 rejected; one page of several, whose next is not in it\n"
        "page.json: 1 of 1 prices took effect: 1 fell; 1 not in force yet, waiting for their day; one "
        "page of several: nothing is retired, and no region is covered\n")
    sheet = catalog("show", "Standard_NC4as_T4_v3", "--catalog", "t.yaml").out
    assert [line.split() for line in sheet.splitlines() if line.startswith("eastus ")][0] == [
        "eastus", "on_demand", "0.4", "yes", "azure_retail_prices-2026-11-28", "2026-11-28"]
    done = catalog("import", "auto", "page.json", "-o", "t.yaml")
    assert "; the file states no day: --as-of gives it" in done.err


def test_the_first_page_of_offerings_takes_no_other_away(catalog, recommend, tmp_path):
    (tmp_path / "page.json").write_text(json.dumps({
        "InstanceTypeOfferings": [
            {"InstanceType": "a1.large", "Location": "us-east-1", "LocationType": "region"}],
        "NextToken": "abc"}))
    done = catalog("import", "auto", "page.json", "-o", "t.yaml", *DAYS)
    assert "one page of several: nothing is retired, and no region is covered\n" in done.err
    found = recommend("--catalog", "t.yaml", "--region", "us-east-1", "--min-gpus", "1", "--format", "json",
                      env={})
    assert found["choices"]


def test_rejected_rows_are_told_in_a_line(catalog):
    done = catalog("import", "auto", "aws_offers.csv", "-o", "out.yaml")
    assert done.status == 0
    assert done.err == ("aws_offers.csv: 2 of 10 rows rejected (--summary shows them); the first: "
                        'aws_offers.csv:17: Currency: must be USD, got "CNY"\n'
                        "aws_offers.csv: 1 of 2 prices took effect: 1 unchanged; 1 of machines that "
                        "cannot be rented there\n"
                        "left out: 1 rows: reserved rate of a machine that has none by the hour\n")


def test_the_summary_says_what_became_of_each_row(catalog):
    done = catalog("import", "auto", "aws_offers.csv", "-o", "out.yaml", "--summary")
    assert done.err == (
        "aws_offers.csv: aws_offers_csv, as of 2026-11-01: 10 rows, 4 usable, 1 skipped: operating "
        "system, 1 skipped: price of zero, 1 skipped: product family, 1 skipped: tenancy, "
        "2 rejected\n"
        'aws_offers.csv:17: Currency: must be USD, got "CNY"\n'
        'aws_offers.csv:18: PricePerUnit: must be a number, got "N/A"\n'
        "aws_offers.csv: 1 of 2 prices took effect: 1 unchanged; 1 of machines that cannot be rented "
        "there\n"
        "left out: 1 rows: reserved rate of a machine that has none by the hour\n")


def test_the_summary_says_what_the_base_cannot_place(catalog, small):
    done = catalog("import", "auto", "azure_retail_prices.json", "--base", small(),
                   "--summary")
    assert done.err.splitlines()[-1] == (
        "left out: 2 rows: price of a machine that is not in the catalog")


def test_files_of_another_cloud_need_no_base(catalog, recommend, tmp_path):
    done = catalog("import", "auto", "skypilot-old-lambda.csv", "-o", "out.yaml")
    assert done == (0, "", "")
    found = recommend("--catalog", "out.yaml", "--instance", "gpu_1x_a6000", "--format", "json", env={})
    assert [(c["provider"], c["region"], c["price_usd_per_hour"]) for c in found["choices"]] == [
        ("lambda", "all", 1.09), ("lambda", "us-west-1", 1.09)]
    regions = {(r["provider"], r["code"]): r for r in read(tmp_path / "out.yaml")["regions"]}
    assert set(regions["lambda", "us-west-1"]) == {"provider", "code", "source"}, "it has no place"


def test_strict_fails_at_the_first_row_and_writes_nothing(catalog, tmp_path):
    (tmp_path / "out.yaml").write_text("before")
    done = catalog("import", "auto", "aws_offers.csv", "-o", "out.yaml", "--strict")
    assert done == (2, "", 'aws_offers.csv:17: Currency: must be USD, got "CNY"\n')
    assert (tmp_path / "out.yaml").read_text() == "before"


def test_nothing_kept_is_status_1_and_writes_nothing(catalog, tmp_path):
    (tmp_path / "none.json").write_text('{"FormatVersion": "aws_v1", "PriceList": []}')
    done = catalog("import", "auto", "none.json", "-o", "out.yaml")
    assert done == (1, "", "nothing was kept, so nothing is written\n")
    assert not (tmp_path / "out.yaml").exists()


def test_several_files_become_one_catalog(catalog, tmp_path):
    done = catalog("import", "auto", "aws_products.json", "aws_spot_history.json",
                   "azure_retail_prices.json", "-o", "out.yaml", "--name", "mine")
    assert done.status == 0
    out = read(tmp_path / "out.yaml")
    assert out["catalog"]["name"] == "mine"
    names = {s["name"] for s in out["sources"]}
    assert {"aws_products-2026-10-03", "aws_spot_history-2026-11-08"} <= names


def test_a_pipe_is_read(catalog, small, tmp_path):
    read_end, write_end = os.pipe()
    os.write(write_end, (tmp_path / "aws_products.json").read_bytes())
    os.close(write_end)
    done = catalog("import", "auto", "/dev/stdin", "--base", small(), stdin=read_end)
    os.close(read_end)
    assert done.status == 0
    assert "aws_products-2026-10-03" in done.out


def test_reserved_rates_and_interruptions_go_to_files_of_their_own(catalog, tmp_path):
    done = catalog("import", "auto", "aws_offers.csv", "aws_spot_advisor.json",
                   "--as-of", "2026-10", "-o", "out.yaml", "--reserved", "rates.csv",
                   "--interruptions", "bands.csv")
    assert done.status == 0
    assert (tmp_path / "rates.csv").read_text() == (
        "provider,instance,region,years,offering_class,payment,hourly_usd_per_hour,upfront_usd,"
        "effective_usd_per_hour,on_demand_usd_per_hour,source,title,as_of,file\n"
        "aws,g5.xlarge,us-east-1,1,standard,partial_upfront,0.3,2628,0.6,1.006,"
        "aws_offers_csv-2026-11-01,\"AWS price list of EC2, version 20261101120000\",2026-11-01,aws_offers.csv\n")
    advisor = ("aws_spot_advisor-2026-10,AWS Spot Instance Advisor; interruptions of the month before,2026-10,"
               "aws_spot_advisor.json\n")
    assert (tmp_path / "bands.csv").read_text() == (
        "provider,instance,region,at_least,below,source,title,as_of,file\n"
        f"aws,g5.xlarge,us-east-1,0.2,1,{advisor}"
        f"aws,g4dn.xlarge,us-east-1,0,0.05,{advisor}"
        f"aws,g4dn.2xlarge,us-east-1,0.05,0.1,{advisor}")


@pytest.mark.parametrize(("args", "message"), [
    (["aws_offer", "aws_offers.json"],
     'FORMAT: must be auto, aws_offers, aws_offers_csv, aws_products, aws_instance_types, '
     'aws_instance_regions, aws_spot_history, aws_spot_advisor, azure_retail_prices, '
     'ec2instances, gpuhunt, skypilot, table or table_json, got "aws_offer", did you mean aws_offers?'),
    (["gpuhunt", "aws_offers.json"], "aws_offers.json: must be gpuhunt, is aws_offers"),
    (["auto", "nowhere.json"], "nowhere.json: cannot be read: No such file or directory"),
    (["auto", "gpuhunt.csv"], "provider: must be given: gpuhunt.csv does not name it"),
    (["auto", "aws_offers.json", "--window", "0"],
     "--window: must be positive and finite, got 0 d"),
    (["auto", "aws_offers.json", "--as-of", "yesterday"],
     '--as-of: must be a date such as 2026-07-20, got "yesterday"'),
    (["auto", "aws_offers.json", "--base", "nothing"],
     "catalog: must be the name of a bundled catalog (aws-2026-10, clouds-2026-11 or aws-2020-04) "
     'or a file, got "nothing"'),
])
def test_bad_input_is_refused_with_one_line(catalog, args, message):
    done = catalog("import", *args)
    assert (done.status, done.out, done.err) == (2, "", message + "\n")


def test_a_catalog_that_was_written_is_a_base(catalog, small):
    catalog("import", "auto", "aws_products.json", "--base", small(), "-o", "one.yaml")
    done = catalog("import", "auto", "gpuhunt.csv", "--provider", "aws", "--base", "one.yaml",
                   "-o", "two.yaml")
    assert done.status == 0
    listed = json.loads(catalog("export", "--catalog", "two.yaml", "--format", "json").out)
    assert [row["instance"] for row in listed] == ["g5.2xlarge", "g5.xlarge", "m7i.2xlarge"]


def ec2instances(**rates):
    """A file of ec2instances.info with one machine and its reserved rates, made up."""
    machine = {
        "instance_type": "g5.xlarge", "family": "GPU instance", "vCPU": 4, "memory": 16.0,
        "GPU": 1, "GPU_model": "A10G", "GPU_memory": 24, "arch": ["x86_64"],
        "pricing": {"us-east-1": {"linux": {"ondemand": "1.0", "reserved": rates}}}}
    return json.dumps([machine])


def test_imported_rates_reach_the_answer(catalog, recommend, small, tmp_path):
    (tmp_path / "rates.json").write_text(ec2instances(**{
        "yrTerm1Standard.noUpfront": "0.5", "yrTerm1Standard.allUpfront": "0.4"}))
    done = catalog("import", "auto", "rates.json", "aws_spot_advisor.json", "--base", small(),
                   "--as-of", "2026-11-01", "-o", "mine.yaml")
    assert done.status == 0
    mine = read(tmp_path / "mine.yaml")
    rate = next(r for r in mine["reserved"] if r["offering"] == "standard_1yr")
    assert (rate["usd_per_hour"], rate["on_demand_usd_per_hour"]) == (0.5, 1.0)
    assert rate["source"] in {s["name"] for s in mine["sources"]}
    assert {b["instance"] for b in mine["interruptions"]} >= {"g5.xlarge"}
    year = ("--catalog", "mine.yaml", "--instance", "g5.xlarge", "--days", "365")
    best = recommend(*year, "--purchase", "best", "--format", "json", env={})["choices"][0]
    assert best["purchase"] == "reserved_1yr_all_upfront"
    assert best["cost"]["total_usd"] == pytest.approx(0.4 * 8760)
    # Written again from the file, and imported over, nothing is lost.
    assert catalog("export", "--catalog", "mine.yaml", "--format", "yaml", "-o", "again.yaml").status == 0
    assert read(tmp_path / "again.yaml") == mine


def test_rates_in_files_of_charges_are_those_of_the_import(catalog, recommend, small, tmp_path):
    (tmp_path / "rates.json").write_text(ec2instances(**{"yrTerm1Standard.noUpfront": "0.5"}))
    flags = ("import", "auto", "rates.json", "--base", small(), "--as-of", "2026-11-01")
    assert catalog(*flags, "--reserved", "r.yaml", "-o", "mine.yaml").status == 0
    year = ("--instance", "g5.xlarge", "--region", "us-east-1", "--days", "365")
    found = recommend(*year, "--catalog", "mine.yaml", "--charges", "r.yaml", "--purchase",
                      "on_demand,reserved_1yr_no_upfront", "--format", "json", env={})["choices"][0]
    assert (found["purchase"], found["price_usd_per_hour"]) == ("reserved_1yr_no_upfront", 0.5)


RATES = {"yrTerm1Standard.noUpfront": "0.5", "yrTerm1Standard.allUpfront": "0.4",
         "yrTerm3Convertible.noUpfront": "0.3"}
LATER = {"yrTerm1Standard.noUpfront": "0.45", "yrTerm1Standard.allUpfront": "0.44"}


@pytest.mark.parametrize("files", [[RATES], [LATER, RATES], [RATES, LATER]])
def test_a_table_of_rates_answers_as_the_file_of_charges_does(catalog, recommend, small, tmp_path,
                                                             files):
    names = [f"rates{i}.json" for i in range(len(files))]
    for name, rates in zip(names, files):
        (tmp_path / name).write_text(ec2instances(**rates))
    base = small(more="  - {instance: g5.xlarge, region: us-east-1, purchase: spot, usd_per_hour: 0.3, source: made-up}\n")
    flags = ("import", "auto", *names, "aws_spot_advisor.json", "--base", base, "--as-of", "2026-11-01",
             "-o", "mine.yaml")
    for form in ("yaml", "csv"):
        done = catalog(*flags, "--reserved", f"r.{form}", "--interruptions", f"i.{form}")
        assert done.status == 0
    plan = ("--catalog", "mine.yaml", "--instance", "g5.xlarge", "--region", "us-east-1", "--format", "json",
            "--days", "365")
    for ways in (("--purchase", "best"), ("--purchase", "reserved_1yr_all_upfront"),
                 ("--purchase", "spot", "--storage", "100")):
        answers = []
        for form in ("yaml", "csv"):
            found = recommend(*plan, *ways, "--charges", f"r.{form}", "--charges", f"i.{form}", env={})
            assert found["choices"]
            found["request"].pop("charges")
            answers.append(found)
        assert answers[0] == answers[1]
    best = recommend(*plan, "--purchase", "reserved_1yr_all_upfront", "--charges", "r.csv", env={})
    last = files[-1]  # 0.4 / 0.5 or 0.44 / 0.45 of what is paid by the hour, for 8,760 h
    assert best["choices"][0]["cost"]["total_usd"] == pytest.approx(
        float(last["yrTerm1Standard.allUpfront"]) * 8760)


def test_a_row_that_is_wrong_in_a_table_of_rates_is_named(catalog, recommend, small, tmp_path):
    (tmp_path / "rates.json").write_text(ec2instances(**RATES))
    assert catalog("import", "auto", "rates.json", "--base", small(), "--as-of", "2026-11-01",
                   "--reserved", "r.csv", "-o", "mine.yaml").status == 0
    lines = (tmp_path / "r.csv").read_text().splitlines()
    lines[2] = lines[2].replace(",0.4,", ",dear,", 1)
    (tmp_path / "r.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        recommend("--instance", "g5.xlarge", "--days", "365", "--charges", "r.csv", env={})
    assert (refused.value.returncode, refused.value.stderr.decode()) == (
        2, 'r.csv:3: hourly_usd_per_hour: must be a number, got "dear"\n')
