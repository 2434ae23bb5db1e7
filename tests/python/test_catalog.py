import pathlib
import pickle
import struct

import flopwise
import pytest
from flopwise import Catalog, Price, Source


def test_bundled():
    assert Catalog.bundled_names()[0] == Catalog.bundled().name
    assert "aws-2020-04" in Catalog.bundled_names()
    assert Catalog.bundled("aws-2020-04").as_of == "2020-04"
    with pytest.raises(flopwise.FlopwiseError) as caught:
        Catalog.bundled("aws-2020-05")
    assert caught.value.field == "catalog"


def test_tables_have_all_rows(now):
    assert len(now) == len(now.offers)
    assert len({(i.provider, i.name) for i in now.instances}) == len(now.instances)
    assert {o.instance for o in now.offers} <= {i.name for i in now.instances}
    assert {o.region for o in now.offers} <= {r.code for r in now.regions}
    sources = {s.name for s in now.sources}
    assert {g.source for g in now.gpus} <= sources
    assert {f.name for f in now.families} == {i.family for i in now.instances}


def test_filter_gives_what_recommend_admits(now):
    asked = dict(budget_usd=5000, days=90, gpu="T4,A10G", min_vcpus=8)
    ours = {(o.instance, o.region) for o in now.filter(**asked)}
    advice = flopwise.recommend(catalog=now, top=100_000, **asked)
    assert ours == {(c.instance, c.region) for c in advice.choices}
    assert len(ours) > 3
    assert len(now.filter(min_memory_gib=1e8)) == 0


def test_filter_agrees_with_why_not(then):
    admitted = then.filter(min_vcpus=16)
    for offer in then.offers:
        refusal = then.why_not(offer.instance, offer.region, min_vcpus=16)
        assert (refusal is None) == (offer in admitted)


def test_why_not_says_what_would_admit(now):
    refusal = now.why_not("p3.2xlarge", "us-east-1")
    assert refusal.reasons[0] == "no longer offered"
    assert refusal.relaxation == {"include_retired": True}
    with pytest.raises(flopwise.FlopwiseError, match="must have a price"):
        now.why_not("p3.2xlarge", "mars-1")


def sum_of(content):
    """The sum of a seal, as src/text/seal.cpp describes it."""

    def joined(total, word):
        total = (total ^ word) * 0x9E3779B97F4A7C15 % 2**64
        return total ^ total >> 32

    lanes, of_all = [1, 2, 3, 4], len(content)
    padded = content + bytes(-len(content) % 32)
    for at in range(0, len(padded), 32):
        words = struct.unpack_from("<4Q", padded, at)
        lanes = [joined(lane, word) for lane, word in zip(lanes, words)]
    for lane in lanes:
        of_all = joined(of_all, lane)
    return of_all


def sealed(content):
    return b"flopwise" + struct.pack("<2Q", len(content), sum_of(content)) + content


def test_the_image_beside_a_file_is_opened_if_it_fits(now, then, tmp_path):
    # As `catalog import` writes it (src/catalog/image.cpp), but of another catalog, to tell which
    # of both is read.
    _, state, _ = pickle.loads(now.__reduce__()[1][1][24:])
    day = [int(part) for part in f"{now.as_of}-0-0".split("-")[:3]]
    content = then.to_yaml().encode()
    head = struct.pack("<3Q4i", sum_of(state["build"].encode()), sum_of(content), 0, *day, 0)
    file, image = tmp_path / "c.yaml", tmp_path / "c.yaml.image"
    file.write_bytes(content)
    image.write_bytes(sealed(head) + sealed(state["image"]))
    assert Catalog.read(file) == Catalog.read(str(file)) == now
    assert Catalog.read([file]) == then
    edited = content.replace(b"usd_per_hour: 0.526,", b"usd_per_hour: 0.527,")
    assert edited != content
    file.write_bytes(edited)
    assert Catalog.read(file).name == then.name
    image.unlink()
    assert Catalog.read(file).name == then.name
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]


def test_yaml_round_trip(then, tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(then.to_yaml())
    for files in (file, str(file), [file]):
        again = Catalog.read(files)
        assert again == then
        assert eval(repr(again), vars(flopwise)) == then


def test_own_prices(then):
    mine = Source(name="mine", title="my contract", as_of="2026-07-01")
    price = Price(
        provider="aws",
        instance="p2.xlarge",
        region="us-east-1",
        price_usd_per_hour=0.5,
        source="mine",
    )
    cheaper = then.with_prices([price], [mine])
    assert cheaper != then
    best = flopwise.recommend(catalog=cheaper, instance="p2.xlarge", region="us-east-1").choices[0]
    assert (best.price_usd_per_hour, best.price_source) == (0.5, "my contract")
    for again in (
        eval(repr(cheaper), vars(flopwise)),
        pickle.loads(pickle.dumps(cheaper)),
    ):
        assert again == cheaper
    assert then.merged(cheaper).filter(instance="p2.xlarge") == cheaper.filter(instance="p2.xlarge")
    assert repr(pickle.loads(pickle.dumps(cheaper))) == repr(cheaper)
    with pytest.raises(flopwise.FlopwiseError, match="must be positive"):
        then.with_prices([Price(**{**price._asdict(), "price_usd_per_hour": -1})], [mine])


def test_files_are_refused_with_their_place(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("catalog: {name: x, as_of: 2026-01-01}\nprovider: x\nregionz: []\n")
    with pytest.raises(flopwise.FlopwiseError) as caught:
        Catalog.read(file)
    assert caught.value.file == str(file)
    assert caught.value.line == 3
    assert not isinstance(caught.value, FileNotFoundError)
    with pytest.raises(FileNotFoundError):
        Catalog.read(pathlib.Path("/nowhere/c.yaml"))
    with pytest.raises(TypeError):
        Catalog.read(3)
    with pytest.raises(TypeError):
        Catalog()


def test_check_finds_rows(now):
    assert all(f.what and f.where for f in now.check())


def test_what_the_bundled_catalog_finds_it_explains(now):
    [gpu] = [f for f in now.check() if f.where == "habana-gaudi1"]
    [row] = [e for e in now.explained if e.names == ["habana-gaudi1"]]
    assert (row.finding, row.why, row.provider, row.inherited) == (gpu.what, gpu.why, "", False)
    assert all(f.why for f in now.check())
    [own] = [p for p in now.offers if (p.instance, p.region, p.purchase) == ("g5.xlarge", "us-east-1", "on_demand")]
    [source] = [s.name for s in now.sources if s.title == own.price_source]
    dear = flopwise.Price(provider="aws", instance="g5.xlarge", region="us-east-1", purchase="on_demand",
                          price_usd_per_hour=1.3, source=source)
    [found] = [f for f in now.with_prices([dear]).check() if not f.why]
    assert (found.what, found.where) == ("price falls with size", "aws g5.2xlarge in us-east-1")


def test_a_catalog_and_a_request_come_from_text_too():
    catalog = flopwise.Catalog.bundled("aws-2020-04")
    assert flopwise.Catalog.parse(catalog.to_yaml()) == catalog
    with pytest.raises(flopwise.FlopwiseError, match=r"^mine: must be a catalog, is empty$"):
        flopwise.Catalog.parse("", "mine")
    request = flopwise.Request.parse("budget_usd: 2000\ndays: 365\n")
    assert request == flopwise.Request(budget_usd=2000, days=365)
    with pytest.raises(flopwise.FlopwiseError, match=r"^mine:1: dais: must be a known key, did you mean days\?$"):
        flopwise.Request.parse("dais: 365\n", "mine")


def test_rows_are_found_by_name():
    catalog = flopwise.Catalog.bundled("aws-2020-04")
    assert catalog.providers == ["aws"]
    assert catalog.find_instance("aws", "p3.2xlarge").gpu == "nvidia-v100-sxm2-16gb"
    assert catalog.find_region("aws", "us-east-1").code == "us-east-1"
    assert catalog.find_instance("aws", "p9.large") is None
    assert catalog.find_region("gcp", "us-east-1") is None


def test_a_catalog_of_its_own_is_refused_beside_another():
    catalog = flopwise.Catalog.bundled("aws-2020-04")
    with pytest.raises(flopwise.FlopwiseError, match="^catalog: must not be named where a catalog is given"):
        catalog.filter(catalog="aws-2026-10")
    request = flopwise.Request(catalog="aws-2026-10")
    with pytest.raises(flopwise.FlopwiseError, match="^catalog: must not be named where a catalog is given"):
        flopwise.recommend(request, catalog=catalog)
