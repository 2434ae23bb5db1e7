"""The user's own AWS account: against a moto server, and against answers written by hand.

moto has no GetProducts, one spot price for all machines, no pages and no permissions. For these
a server of this file speaks the documented forms: JSON for prices, the query protocol for EC2.
"""

import builtins
import contextlib
import datetime
import doctest
import json
import pickle
import re
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import flopwise
import pytest
from flopwise import aws

boto3 = pytest.importorskip("boto3")

# moto and botocore on old clocks and open sockets
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

MACHINES = {  # vCPUs, MiB, GPUs
    "g4dn.xlarge": (4, 16384, ("T4", 1, 16384)),
    "g5.xlarge": (4, 16384, ("A10G", 1, 22888)),
    "m5.large": (2, 8192, None),
}


def product(instance, usd, region="us-east-1"):
    """An item of GetProducts, which is a text of JSON."""
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": usd}}
    return json.dumps(
        {
            "product": {
                "productFamily": "Compute Instance",
                "sku": instance,
                "attributes": {
                    "instanceType": instance,
                    "regionCode": region,
                    "tenancy": "Shared",
                    "operatingSystem": "Linux",
                    "capacitystatus": "Used",
                    "preInstalledSw": "NA",
                },
            },
            "terms": {"OnDemand": {"t": {"effectiveDate": "2026-11-01T00:00:00Z",
                                         "priceDimensions": {"d": dimension}}}},
            "publicationDate": "2026-11-02T00:00:00Z",
        }
    )


def change(usd, since, zone="us-east-1a", instance="g5.xlarge"):
    return {"instanceType": instance, "productDescription": "Linux/UNIX", "spotPrice": usd,
            "timestamp": since, "availabilityZone": zone}  # fmt: skip


def described(name):
    vcpus, mib, gpu = MACHINES[name]
    out = {
        "instanceType": name,
        "processorInfo": {"supportedArchitectures": ["x86_64"]},
        "vCpuInfo": {"defaultVCpus": vcpus},
        "memoryInfo": {"sizeInMiB": mib},
    }
    if gpu:
        model, count, memory = gpu
        out["gpuInfo"] = {
            "gpus": [{"name": model, "count": count, "memoryInfo": {"sizeInMiB": memory}}]
        }
    return out


def xml(value):
    if isinstance(value, dict):
        return "".join(f"<{key}>{xml(inner)}</{key}>" for key, inner in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{xml(inner)}</item>" for inner in value)
    return str(value)


class Account:
    """What the services answer, page by page, and what they were asked."""

    def __init__(self):
        self.enabled = ["eu-west-1", "us-east-1"]
        self.offered = {"us-east-1": list(MACHINES)}
        self.products = [[product("g5.xlarge", "0.9500000000")]]
        self.history = [
            [change("0.500000", "2026-11-05T00:00:00.000Z"),
             change("0.500000", "2026-11-03T00:00:00.000Z")],
            [change("0.400000", "2026-11-01T00:00:00.000Z"),
             change("0.600000", "2026-11-01T00:00:00.000Z", zone="us-east-1b")],
        ]  # fmt: skip
        self.denied = {}  # code by action
        self.asked = []

    def page(self, pages, token):
        at = int(token or 0)
        following = str(at + 1) if at + 1 < len(pages) else ""
        return (pages[at] if pages else []), following

    def get_products(self, asked):
        items, following = self.page(self.products, asked.get("NextToken"))
        fields = {f["Field"]: f["Value"] for f in asked["Filters"]}
        kept = [
            item
            for item in items
            if all(json.loads(item)["product"]["attributes"].get(key) == value
                   for key, value in fields.items())
        ]  # fmt: skip
        return {"FormatVersion": "aws_v1", "PriceList": kept, "NextToken": following}

    def ec2(self, action, region, asked):
        wanted = [value for key, value in asked.items() if ".Value." in key]
        if action == "DescribeRegions":
            return {"regionInfo": [{"regionName": name} for name in self.enabled]}
        if action == "DescribeInstanceTypeOfferings":
            offered = self.offered.get(region, [])
            return {"instanceTypeOfferingSet": [
                {"instanceType": name, "locationType": "region", "location": region}
                for name in offered
            ]}  # fmt: skip
        if action == "DescribeInstanceTypes":
            return {"instanceTypeSet": [described(n) for n in wanted if n in MACHINES]}
        assert action == "DescribeSpotPriceHistory"
        items, following = self.page(self.history, asked.get("NextToken"))
        return {"spotPriceHistorySet": items, "nextToken": following}


def handler_of(account):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers["Authorization"])[1]
            target = self.headers.get("X-Amz-Target")
            asked = json.loads(body) if target else dict(urllib.parse.parse_qsl(body))
            action = target.split(".")[1] if target else asked["Action"]
            account.asked.append((action, region, asked))
            code = account.denied.get(action)
            if target:
                self.answer(400 if code else 200, "application/x-amz-json-1.1", json.dumps(
                    {"__type": code, "Message": "not authorized"} if code
                    else account.get_products(asked)))  # fmt: skip
            elif code:
                self.answer(403, "text/xml", f"<Response><Errors><Error><Code>{code}</Code><Message>"
                            "You are not authorized.</Message></Error></Errors></Response>")
            else:
                answer = xml(account.ec2(action, region, asked))
                self.answer(200, "text/xml", f"<{action}Response>{answer}</{action}Response>")

        def answer(self, status, kind, text):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args):
            pass

    return Handler


@contextlib.contextmanager
def serving(account):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(account))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def session(monkeypatch, tmp_path):
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    return boto3.Session("id", "secret", region_name="us-east-1")


@pytest.fixture
def account(session, monkeypatch):
    account = Account()
    with serving(account) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield account


def prices(catalog, purchase="on_demand", region="us-east-1"):
    return {
        o.instance: o.price_usd_per_hour
        for o in catalog.offers
        if (o.purchase, o.region) == (purchase, region)
    }


def actions(account):
    return [action for action, _, _ in account.asked]


def test_a_price_gets_into_the_catalog(account, session, now):
    refreshed = aws.refresh(session, regions="us-east-1")
    assert prices(refreshed.catalog)["g5.xlarge"] == 0.95
    assert prices(now)["g5.xlarge"] != 0.95
    assert [i.format for i in refreshed.imports] == [
        "aws_instance_types", "aws_instance_regions", "aws_products", "aws_spot_history",
    ]  # fmt: skip
    assert [(i.rows, i.kept) for i in refreshed.imports] == [(3, 3), (3, 3), (1, 1), (4, 4)]
    assert len(refreshed.left_out) == 0
    assert "aws_products, as of 2026-11-02: 1 rows, 1 usable, 0 rejected" in str(refreshed)
    changes = {(c.instance, c.purchase): c for c in flopwise.diff(now, refreshed.catalog)}
    assert changes["g5.xlarge", "on_demand"].after_usd_per_hour == 0.95
    assert len(refreshed) == 3  # the effects are beside the tuple
    assert [e.file for e in refreshed.effects] == [i.file for i in refreshed.imports]
    products = refreshed.effects[2]
    assert (products.prices, products.in_effect, products.fell) == (1, 1, 1)  # 1.006 before
    assert f"{products.file}: 1 of 1 prices took effect: 1 fell\n" in str(refreshed)
    assert pickle.loads(pickle.dumps(refreshed)).effects == refreshed.effects


def test_only_what_is_needed_is_asked_for(account, session):
    aws.refresh(session, regions=["us-east-1"])
    assert actions(account) == [
        "DescribeInstanceTypeOfferings", "DescribeInstanceTypes", "GetProducts",
        "DescribeSpotPriceHistory", "DescribeSpotPriceHistory",
    ]  # fmt: skip
    [asked] = [asked for action, _, asked in account.asked if action == "GetProducts"]
    assert {f["Field"]: f["Value"] for f in asked["Filters"]} == {
        "capacitystatus": "Used", "operatingSystem": "Linux", "preInstalledSw": "NA",
        "regionCode": "us-east-1", "tenancy": "Shared",
    }  # fmt: skip


def test_spot_prices_are_means_by_time_of_the_cheapest_zone(account, session):
    # 0.40 for two days and 0.50 for two days; the other zone has 0.60
    catalog = aws.refresh(session, regions="us-east-1").catalog
    assert prices(catalog, "spot")["g5.xlarge"] == pytest.approx(0.45)
    # of the last two days alone
    catalog = aws.refresh(session, regions="us-east-1", window_days=2).catalog
    assert prices(catalog, "spot")["g5.xlarge"] == pytest.approx(0.5)


def test_the_zone_of_this_machine_does_not_matter(account, session, monkeypatch):
    # In Hanoi the last of these is on the day after.
    account.history[0][:1] = [change("0.500000", "2026-11-05T20:00:00.000Z")]
    account.history[1][0]["timestamp"] = "2026-10-31T04:00:00.000Z"  # 68 hours of each price
    with monkeypatch.context() as here:
        here.setenv("TZ", "ICT-7")
        time.tzset()
        refreshed = aws.refresh(session, regions="us-east-1")
    time.tzset()
    assert refreshed.imports[-1].as_of == "2026-11-05"
    assert prices(refreshed.catalog, "spot")["g5.xlarge"] == pytest.approx(0.45)


def test_spot_can_be_left_out(account, session, now):
    catalog = aws.refresh(session, regions="us-east-1", spot=False).catalog
    assert prices(catalog, "spot") == prices(now, "spot")
    assert "DescribeSpotPriceHistory" not in actions(account)


def test_all_pages_are_read(account, session):
    account.products = [[product("g5.xlarge", "0.95")], [product("m5.large", "0.09")]]
    refreshed = aws.refresh(session, regions="us-east-1")
    assert prices(refreshed.catalog)["g5.xlarge"] == 0.95
    assert prices(refreshed.catalog)["m5.large"] == 0.09
    tokens = [asked.get("NextToken") for action, _, asked in account.asked if action == "GetProducts"]
    assert tokens == [None, "1"]


def test_what_is_not_offered_is_retired_there(account, session, now):
    account.products[0].append(product("g5.2xlarge", "1.2"))
    catalog = aws.refresh(session, regions="us-east-1").catalog
    offers = {(o.instance, o.region): o for o in catalog.offers if o.purchase == "on_demand"}
    assert offers["g5.xlarge", "us-east-1"].offered
    assert not offers["g5.2xlarge", "us-east-1"].offered
    assert offers["g5.2xlarge", "us-east-1"].price_usd_per_hour == 1.2
    before = {(o.instance, o.region): o for o in now.offers if o.purchase == "on_demand"}
    elsewhere = ("g5.2xlarge", "us-west-2")
    assert offers[elsewhere].offered == before[elsewhere].offered
    assert len(catalog.filter(instance="g5.2xlarge", region="us-east-1")) == 0
    assert len(catalog.filter(instance="g5.xlarge", region="us-east-1")) == 1


def test_without_regions_those_that_are_priced_and_enabled(account, session, then):
    account.enabled = ["ap-southeast-1", "eu-south-2"]  # the old catalog has the first, and others
    refreshed = aws.refresh(session, then)
    assert {region for action, region, _ in account.asked if action.endswith("Offerings")} == {
        "ap-southeast-1"
    }
    assert actions(account)[0] == "DescribeRegions"
    assert refreshed.catalog.name.startswith("aws-2020-04")


def test_machines_are_described_once(account, session):
    account.offered["eu-west-1"] = ["g5.xlarge", "m5.large"]
    aws.refresh(session, regions="us-east-1, eu-west-1", spot=False)
    assert actions(account).count("DescribeInstanceTypes") == 1


def test_instance_types_by_pattern(account, session, now):
    account.products = [[product("g5.xlarge", "0.95"), product("m5.large", "0.09")]]
    catalog = aws.refresh(session, regions="us-east-1", instance_types="g5.*").catalog
    assert prices(catalog)["g5.xlarge"] == 0.95
    assert prices(catalog)["m5.large"] == prices(now)["m5.large"]
    here = [o for o in catalog.offers if o.region == "us-east-1"]
    offered = {o.instance for o in here if o.offered and not o.retired}
    assert offered == set(MACHINES), "where machines are offered is asked for all"
    asked = len(account.asked)
    aws.refresh(session, regions="us-east-1", instance_types="g9.*")
    assert actions(account)[asked:] == ["DescribeInstanceTypeOfferings"]


DENIED = [
    ("DescribeRegions", "UnauthorizedOperation", "ec2:DescribeRegions"),
    ("DescribeInstanceTypeOfferings", "UnauthorizedOperation", "ec2:DescribeInstanceTypeOfferings"),
    ("DescribeInstanceTypes", "UnauthorizedOperation", "ec2:DescribeInstanceTypes"),
    ("DescribeSpotPriceHistory", "UnauthorizedOperation", "ec2:DescribeSpotPriceHistory"),
    ("GetProducts", "AccessDeniedException", "pricing:GetProducts"),
]


@pytest.mark.parametrize(("action", "code", "permission"), DENIED)
def test_a_missing_permission_is_named(account, session, action, code, permission):
    account.denied = {action: code}
    account.enabled = ["us-east-1"]
    with pytest.raises(flopwise.FlopwiseError) as caught:
        aws.refresh(session)
    start = f"us-east-1: must be allowed {permission}, got An error occurred ({code})"
    assert str(caught.value).startswith(start)
    assert caught.value.field == "us-east-1"


def test_a_region_that_is_not_enabled(account, session):
    account.denied = {"DescribeInstanceTypeOfferings": "AuthFailure"}
    with pytest.raises(
        flopwise.FlopwiseError,
        match="us-east-1: must accept the credentials and be enabled for the account, got ",
    ):
        aws.refresh(session, regions="us-east-1")


def test_other_errors_are_those_of_botocore(account, session):
    from botocore.config import Config
    from botocore.exceptions import ClientError

    account.denied = {"DescribeInstanceTypeOfferings": "RequestLimitExceeded"}
    config = Config(retries={"total_max_attempts": 2})
    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        aws.refresh(session, regions="us-east-1", config=config)
    assert len(account.asked) == 2, "the retries are botocore's"


def test_without_boto3_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "boto3":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError) as caught:
        aws.refresh()
    assert str(caught.value) == 'flopwise.aws needs boto3: pip install "flopwise[aws]"'


def test_rejected_rows_are_not_hidden(account, session):
    account.products[0].append(product("m5.large", "N/A"))
    with pytest.warns(UserWarning) as caught:
        refreshed = aws.refresh(session, regions="us-east-1")
    assert [str(w.message) for w in caught] == [
        "aws_products: 1 of 2 rows rejected; the first: pricePerUnit.USD: "
        'must be a number, got "N/A"'
    ]
    [products] = [i for i in refreshed.imports if i.format == "aws_products"]
    assert (products.rows, products.kept, products.rows_rejected) == (2, 1, 1)


def test_arguments_out_of_range(session):
    with pytest.raises(flopwise.FlopwiseError) as caught:
        aws.refresh(session, regions=["mars-1"])
    assert str(caught.value) == 'regions: must be regions of the catalog, got "mars-1"'
    for days in (0, 91, float("nan")):
        with pytest.raises(flopwise.FlopwiseError) as caught:
            aws.refresh(session, window_days=days)
        assert str(caught.value) == f"window_days: must be positive and at most 90 d, got {days:g} d"


def test_the_answers_can_be_kept(account, session, tmp_path, now):
    kept = tmp_path / "answers"
    refreshed = aws.refresh(session, regions="us-east-1", folder=kept)
    files = sorted(kept.iterdir())
    assert [f.stem for f in files] == [
        "InstanceTypeOfferings", "InstanceTypes", "PriceList", "SpotPriceHistory",
    ]  # fmt: skip
    order = ["InstanceTypes", "InstanceTypeOfferings", "PriceList", "SpotPriceHistory"]
    again = flopwise.import_feeds([kept / f"{name}.json" for name in order])
    assert [i.prices for i in again] == [i.prices for i in refreshed.imports]


def test_answers_before_a_refusal_are_whole(account, session, tmp_path):
    account.denied = {"GetProducts": "AccessDeniedException"}
    with pytest.raises(flopwise.FlopwiseError):
        aws.refresh(session, regions="us-east-1", folder=tmp_path)
    offerings = json.loads((tmp_path / "InstanceTypeOfferings.json").read_text())
    assert len(offerings["InstanceTypeOfferings"]) == len(MACHINES)
    assert json.loads((tmp_path / "PriceList.json").read_text())["PriceList"] == []


def test_an_answer_that_is_cut_is_not_kept(account, session, tmp_path):
    class AfterTheFirstPage(dict):
        def get(self, action):
            return "AccessDeniedException" if account.asked[-1][2].get("NextToken") else None

    account.products = [[product("g5.xlarge", "0.95")], [product("m5.large", "0.09")]]
    account.denied = AfterTheFirstPage()
    with pytest.raises(flopwise.FlopwiseError, match="must be allowed pricing:GetProducts"):
        aws.refresh(session, regions="us-east-1", folder=tmp_path)
    assert json.loads((tmp_path / "PriceList.json").read_text())["PriceList"] == []
    assert len(json.loads((tmp_path / "InstanceTypes.json").read_text())["InstanceTypes"]) == len(MACHINES)


def test_the_temporary_folder_is_removed(account, session, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    aws.refresh(session, regions="us-east-1")
    account.denied = {"GetProducts": "AccessDeniedException"}
    with pytest.raises(flopwise.FlopwiseError):
        aws.refresh(session, regions="us-east-1")
    assert list(tmp_path.iterdir()) == []


def test_progress(account, session):
    seen = []
    aws.refresh(session, regions="us-east-1", progress=lambda done, all: seen.append((done, all)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_against_a_moto_server(session, monkeypatch, now):
    """All types and offerings of a region as moto has them, in the form that AWS gives."""
    server = pytest.importorskip("moto.server")
    moto = server.ThreadedMotoServer(port=0, verbose=False)
    moto.start()
    account = Account()
    try:
        host, port = moto.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", f"http://{host}:{port}")
        with serving(account) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", url)
            refreshed = aws.refresh(session, regions="us-east-1", instance_types="g?.*,p?.*,m5.*")
    finally:
        moto.stop()
    types, offerings, products, history = refreshed.imports
    assert types.kept > 20
    assert types.rows_rejected == 0
    assert offerings.kept > 500
    assert offerings.rows_rejected == 0
    assert products.kept == 1
    assert history.kept > 50
    assert prices(refreshed.catalog)["g5.xlarge"] == 0.95
    described = {i.name: i for i in types.instances}
    ours = {i.name: i for i in now.instances}
    both = described.keys() & ours.keys()
    assert {"g5.xlarge", "m5.large"} <= both and len(both) > 10
    for name in both:
        assert described[name].vcpus == ours[name].vcpus
        assert described[name].memory_gib == ours[name].memory_gib
        assert described[name].gpu == ours[name].gpu


def test_the_page(account, monkeypatch, root):
    """The examples of docs/feeds.md that need an account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "id")
    page = (root / "docs" / "feeds.md").read_text()
    section = re.search(r"^## With your own AWS account\n(.*?)^## ", page, re.M | re.S)[1]
    test = doctest.DocTestParser().get_doctest(section, {}, "docs/feeds.md", None, 0)
    assert len(test.examples) >= 4
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)
