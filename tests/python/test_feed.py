"""Price files: the same rows, counts and texts as the library and the command `catalog`."""

import copy
import datetime
import json
import pickle
import subprocess

import flopwise
import pytest

OLD = "aws-2020-04"


@pytest.fixture(scope="module")
def feeds(root):
    return root / "tests" / "feeds"


PRICES = """{"FormatVersion": "aws_v1", "PriceList": [
  {"product": {"productFamily": "Compute Instance", "sku": "A", "attributes": {
      "instanceType": "g5.xlarge", "regionCode": "us-east-1", "tenancy": "Shared",
      "operatingSystem": "Linux", "capacitystatus": "Used", "preInstalledSw": "NA"}},
   "terms": {"OnDemand": {"A.1": {"effectiveDate": "2026-11-01T00:00:00Z", "priceDimensions": {"A.1.2": {
      "unit": "Hrs", "pricePerUnit": {"USD": "0.9500000000"}}}}},
    "Reserved": {"A.3": {"termAttributes": {"LeaseContractLength": "1yr", "OfferingClass": "standard",
      "PurchaseOption": "Partial Upfront"}, "priceDimensions": {
        "A.3.1": {"unit": "Hrs", "pricePerUnit": {"USD": "0.3"}},
        "A.3.2": {"unit": "Quantity", "pricePerUnit": {"USD": "2628"}}}}}},
   "publicationDate": "2026-11-02T00:00:00Z"},
  {"product": {"productFamily": "Compute Instance", "sku": "B", "attributes": {
      "instanceType": "g5.2xlarge", "regionCode": "us-east-1", "tenancy": "Shared",
      "operatingSystem": "Windows", "capacitystatus": "Used", "preInstalledSw": "NA"}},
   "terms": {}},
  {"product": {"productFamily": "Compute Instance", "sku": "C", "attributes": {
      "instanceType": "g5.4xlarge", "regionCode": "us-east-1", "tenancy": "Shared",
      "operatingSystem": "Linux", "capacitystatus": "Used", "preInstalledSw": "NA"}},
   "terms": {"OnDemand": {"C.1": {"priceDimensions": {"C.1.2": {
      "unit": "Hrs", "pricePerUnit": {"USD": "N/A"}}}}}}}
]}
"""


@pytest.fixture
def prices(tmp_path):
    file = tmp_path / "prices.json"
    file.write_text(PRICES)
    return file


def test_an_import_says_what_became_of_each_row(prices):
    found = flopwise.import_feed(prices)
    assert (found.format, found.file, found.as_of) == ("aws_products", str(prices), "2026-11-02")
    assert (found.rows, found.kept, found.rows_rejected) == (3, 1, 1)
    assert found.skipped.to_dicts() == [{"why": "operating system", "rows": 1}]
    [rejected] = found.rejected
    assert rejected.reason == 'must be a number, got "N/A"'
    assert (rejected.file, rejected.line) == (str(prices), None)
    assert PRICES[rejected.byte - 1] == "{"
    [price] = found.prices
    assert (price.instance, price.price_usd_per_hour, price.purchase) == (
        "g5.xlarge", 0.95, "on_demand",
    )  # fmt: skip
    assert price.source == found.sources[0].name == found.name
    counts, wrong = str(found).splitlines()
    assert counts == (
        f"{prices}: aws_products, as of 2026-11-02: 3 rows, 1 usable, 1 skipped: operating system, "
        "1 rejected"
    )
    assert wrong.startswith(f"{prices}: byte {rejected.byte}: ")


def test_reserved_rates_are_a_table(prices):
    [rate] = flopwise.import_feed(prices).reserved
    assert (rate.years, rate.offering_class, rate.payment) == (1, "standard", "partial_upfront")
    # 0.3 USD/h and 2,628 USD over 8,760 h, which is 0.3 USD/h too
    assert rate.effective_usd_per_hour == pytest.approx(0.6)
    frame = flopwise.import_feed(prices).reserved.to_pandas()
    assert frame["upfront_usd"].tolist() == [2628]


def test_interruptions_are_a_table(feeds):
    found = flopwise.import_feed(feeds / "aws_spot_advisor.json", format="aws_spot_advisor")
    assert len(found.interruptions) > 0
    for band in found.interruptions:
        assert 0 <= band.at_least < band.below <= 1


ALL = [
    ("aws_instance_regions.json", {}), ("aws_instance_types.json", {}), ("aws_offers.csv", {}),
    ("aws_offers.json", {}), ("aws_products.json", {}), ("aws_spot_advisor.json", {}),
    ("aws_spot_history.json", {}), ("azure_retail_prices.json", {}), ("ec2instances.json", {}),
    ("gpuhunt.csv", {"provider": "lambdalabs"}), ("skypilot.csv", {"provider": "aws"}),
    ("skypilot-old-lambda.csv", {}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "options"), ALL, ids=[file for file, _ in ALL])
def test_every_format_is_read_and_adds_up(feeds, file, options):
    found = flopwise.import_feed(feeds / file, **options)
    assert found.rows == found.kept + sum(s.rows for s in found.skipped) + found.rows_rejected
    assert found.kept > 0
    for again in (
        pickle.loads(pickle.dumps(found)),
        copy.copy(found),
        copy.deepcopy(found),
        eval(repr(found), vars(flopwise)),
        flopwise.import_feeds([feeds / file], **options)[0],
        type(found)(**found._asdict()),
    ):
        assert again == found
        assert hash(again) == hash(found)
        assert "..." in repr(again) or eval(repr(again), vars(flopwise)) == found


def test_providers_have_the_names_of_the_package(feeds):
    for given, name in (("lambdalabs", "lambda"), ("datacrunch", "verda"), ("runpod", "runpod")):
        found = flopwise.import_feed(feeds / "gpuhunt.csv", provider=given)
        assert {p.provider for p in found.prices} == {name}


def test_what_is_not_utf8_is_told_as_text(tmp_path):
    header = b"InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region\n"
    (tmp_path / "aws.csv").write_bytes(header + b"a\xff\xe2\x80\xaeb,,,2,4,0.1,us-east-1\n")
    found = flopwise.import_feed(tmp_path / "aws.csv")
    assert r'got "a\xff\xe2\x80\xaeb"' in found.rejected[0].reason
    with pytest.raises(flopwise.FlopwiseError, match=r"a\\xff"):
        flopwise.import_feed(tmp_path / "aws.csv", strict=True)
    (tmp_path / "p.json").write_text('{"PriceList": []}', encoding="utf-16")
    with pytest.raises(flopwise.FlopwiseError, match="is text in UTF-16: write it as UTF-8"):
        flopwise.import_feed(tmp_path / "p.json")


def test_several_files_come_in_their_order(feeds):
    files = [feeds / "aws_products.json", str(feeds / "aws_spot_history.json")]
    found = flopwise.import_feeds(files, flopwise.Catalog.bundled())
    assert [i.format for i in found] == ["aws_products", "aws_spot_history"]
    assert found[1] == flopwise.import_feed(files[1])


def test_join_without_a_base_has_the_clouds_of_the_files(feeds):
    lambda_ = flopwise.import_feed(feeds / "skypilot-old-lambda.csv")
    catalog, left_out = flopwise.join(None, [lambda_])
    assert len(left_out) == 0
    assert {i.provider for i in catalog.instances} == {"aws", "lambda"}
    found = catalog.filter(instance="gpu_1x_a6000", provider="lambda")
    assert [(o.region, o.price_usd_per_hour) for o in found] == [("all", 1.09), ("us-west-1", 1.09)]


def test_join_and_what_is_superseded(prices, now):
    joined = flopwise.join(None, [flopwise.import_feed(prices)])
    catalog, left_out = joined
    assert catalog is joined.catalog and left_out is joined.left_out
    [old] = catalog.superseded
    assert (old.instance, old.region, old.price_usd_per_hour) == ("g5.xlarge", "us-east-1", 1.006)
    assert [f.what for f in catalog.check() if "g5.xlarge in us-east-1" in f.where].count(
        "sources disagree"
    ) == 1
    assert eval(repr(catalog), vars(flopwise)) == catalog
    assert pickle.loads(pickle.dumps(joined)) == joined
    assert len(now.superseded) == 0


def test_what_no_table_describes_is_left_out(feeds):
    azure = flopwise.import_feed(feeds / "azure_retail_prices.json")
    catalog, left_out = flopwise.join(OLD, [azure])
    assert sum(s.rows for s in left_out) == len(azure.prices)
    assert {o.provider for o in catalog.offers} == {"aws"}


def test_diff_is_a_table_and_the_commands_text(prices, now):
    after = flopwise.join(now, [flopwise.import_feed(prices)]).catalog
    changes = flopwise.diff(now, after)
    [change] = changes
    assert (change.kind, change.purchase) == ("fell", "on_demand")
    assert (change.before_usd_per_hour, change.after_usd_per_hour) == (1.006, 0.95)
    assert str(changes) == (
        "1 fell\naws g5: 1 fell; median -5.6 %\n\n"
        "aws g5.xlarge in us-east-1, on_demand, fell: 1.006 -> 0.95 USD/h (-5.6 %)\n"
    )
    assert json.loads(changes.to_json())["counts"]["fell"] == 1
    assert changes.counts == {"fell": 1}
    assert changes.to_pandas()["after_usd_per_hour"].tolist() == [0.95]
    for again in (eval(repr(changes), vars(flopwise)), pickle.loads(pickle.dumps(changes))):
        assert again == changes
        assert type(again) is flopwise.Changes
    same = flopwise.diff(now, now)
    assert (len(same), str(same), same.counts) == (0, "no change\n", {})
    assert eval(repr(same), vars(flopwise)) == same
    assert type(changes[:0]) is flopwise.Changes


def test_diff_of_machines(now, then):
    kinds = flopwise.diff(then, now).counts
    assert kinds["machine_appeared"] == len({i.name for i in now.instances}) - len(
        {i.name for i in then.instances} & {i.name for i in now.instances}
    )
    assert flopwise.diff(OLD, now) == flopwise.diff(then, None)


def test_catalogs_as_csv_and_json(then):
    rows = json.loads(then.to_json())
    assert len(rows) == len(then)
    lines = then.to_csv().splitlines()
    assert len(lines) == len(then) + 1
    assert lines[0].split(",")[:6] == list(rows[0])[:6]
    assert {r["price_usd_per_hour"] for r in rows} == {o.price_usd_per_hour for o in then.offers}


def test_the_command_says_the_same(prices, root, tmp_path):
    programs = [root / "build" / kind / "catalog" for kind in ("test", "release")]
    program = next((p for p in programs if p.exists()), None)
    if program is None:
        pytest.skip("the command is not built")
    done = subprocess.run(
        [program, "import", "auto", prices, "--base", "bundled", "--summary", "-o", "mine.yaml"],
        capture_output=True, text=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    found = flopwise.import_feed(prices)
    effect = f"{prices}: {flopwise.join(None, [found]).effects[0]}"
    assert effect.endswith(": 1 of 1 prices took effect: 1 fell\n")
    left_out = "left out: 1 rows: reserved rate of a machine that has none by the hour\n"
    assert done.stderr == str(found) + effect + left_out
    assert flopwise.Catalog.read(tmp_path / "mine.yaml") == flopwise.join(None, [found]).catalog


def test_options(prices, feeds, tmp_path):
    with pytest.raises(flopwise.FlopwiseError) as caught:
        flopwise.import_feed(prices, strict=True)
    assert caught.value.file == str(prices)
    assert caught.value.byte > 0
    assert caught.value.line == 0
    for day in ("2026-03-04", datetime.date(2026, 3, 4)):
        undated = flopwise.import_feed(feeds / "aws_instance_types.json", as_of=day)
        assert undated.as_of == "2026-03-04"
    history = feeds / "aws_spot_history.json"
    assert flopwise.import_feed(history, window_days=1).sources[0].title.startswith(
        "AWS DescribeSpotPriceHistory; mean over the last 1 days"
    )


def test_how_many_prices_take_effect(prices):
    newer = flopwise.import_feed(prices, today=datetime.date(2026, 11, 3))
    joined = flopwise.join(None, [newer])
    assert (joined.effects[0].in_effect, len(joined.left_out)) == (1, 1)  # a reserved rate


def test_join_says_what_each_import_did(prices, feeds):
    joined = flopwise.join(None, [flopwise.import_feed(prices, today="2026-11-03"),
                                  flopwise.import_feed(feeds / "azure_retail_prices.json")])
    assert len(joined) == 2  # the effects are beside the tuple
    first, second = joined.effects
    assert type(first) is flopwise.ImportEffect
    assert (first.file, first.prices, first.in_effect, first.fell) == (str(prices), 1, 1, 1)
    assert str(first) == "1 of 1 prices took effect: 1 fell\n"
    assert second.undated and second.in_effect + second.older == second.prices == 2
    assert pickle.loads(pickle.dumps(joined)).effects == joined.effects
    assert joined.effects.to_dicts()[0]["fell"] == 1


def test_a_whole_list_retires_what_it_lacks(tmp_path):
    (tmp_path / "lambda.csv").write_text(
        "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region\n"
        "gpu_1x_a10,A10,1,30,200,0.8,us-west-1\n")
    found = flopwise.import_feed(tmp_path / "lambda.csv", as_of="2026-11-28", today="2026-11-29")
    assert (found.whole, found.unread, found.incomplete) == (["on_demand"], [], False)
    joined = flopwise.join(None, [found])
    assert {(o.instance, o.region) for o in joined.catalog.filter(provider="lambda")} == {
        ("gpu_1x_a10", "us-west-1")}
    [effect] = joined.effects
    assert effect.added == 1 and effect.prices_retired > 10 and effect.machines_retired > 10


WRONG = [
    ({"format": "aws_product"}, "format: must be auto, aws_offers, aws_offers_csv, aws_products, "),
    ({"format": "gpuhunt"}, "prices.json: must be gpuhunt, is aws_products"),
    ({"as_of": "yesterday"}, 'as_of: must be a date such as 2026-07-20, got "yesterday"'),
    ({"today": "soon"}, 'today: must be a date such as 2026-07-20, got "soon"'),
    ({"today": "2026-10-31"}, "publicationDate: must not be after tomorrow, 2026-11-01, got 2026-11-02"),
    ({"as_of": "2999-01-01"}, "as_of: must not be after today, "),
    ({"window_days": 0}, "window_days: must be positive and finite, got 0 d"),
    ({"known": "aws-2020-05"}, "catalog: "),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_errors_are_the_librarys(prices, options, message):
    for call in (flopwise.import_feed, lambda f, **o: flopwise.import_feeds([f], **o)):
        with pytest.raises(flopwise.FlopwiseError) as caught:
            call(prices, **options)
        assert message in str(caught.value)


def test_a_missing_file_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        flopwise.import_feed(tmp_path / "none.json")
    with pytest.raises(FileNotFoundError):
        flopwise.import_feeds([tmp_path / "none.json"])
