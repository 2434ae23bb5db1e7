"""Pickles of every protocol, whole and damaged. What may end the process runs in one of its own."""

import copy
import pickle
import subprocess
import sys

import flopwise
import pytest
from flopwise import _core

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

# Flips bits of what is sealed, where each must be a FlopwiseError, and bytes of all of the
# pickle, where Python refuses what is its own.
DAMAGED = """
import pickle, random, resource, sys
import flopwise
from flopwise import _core

resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # a length of Python's may be anything
article = flopwise.recommend(budget_usd=2000, days=365, hours_per_day=2, top=3,
                             catalog="aws-2020-04")
values = [flopwise.Catalog.bundled("aws-2020-04"), article.request, article, article.choices,
          article.choices[0]]
rng = random.Random(1)
refused = 0


def must(holds, *what):
    if not holds:
        sys.exit(f"{what}")


for value in values:
    content = value.__reduce__()[1][1]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        whole = pickle.dumps(value, protocol)
        begin = whole.index(content) if protocol >= 3 else None
        for attempt in range(40):
            damaged = bytearray(whole)
            if begin is not None and attempt % 2:
                for _ in range(1 + attempt % 3):
                    damaged[begin + rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            elif attempt % 8 == 0:
                damaged = damaged[: rng.randrange(len(damaged))]
            else:
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            try:
                again = pickle.loads(bytes(damaged))
            except flopwise.FlopwiseError as error:
                must(error.field == "pickle", error)
                refused += 1
            except Exception as error:
                must(begin is None or attempt % 2 == 0, type(value), protocol, repr(error))
            else:
                must(damaged == whole or again == value or not isinstance(again, type(value)),
                     type(value), protocol, "a damaged pickle was read")
print("refused", refused)
"""

FORGED = """
import pickle, random, sys
import flopwise

catalog = flopwise.Catalog.bundled("aws-2020-04")
_, state, _ = pickle.loads(flopwise._core._unsealed(catalog.__reduce__()[1][1]))
whole, rng, made = state["image"], random.Random(1), 0
for attempt in range(500):
    image = bytearray(whole)
    for _ in range(1 + attempt % 3):
        image[rng.randrange(len(image))] = rng.randrange(256)
    if attempt % 10 == 0:
        image = image[: rng.randrange(len(image))]
    try:
        forged = flopwise.Catalog._unpickled(state["build"], bytes(image))
        made += 1
        forged.to_yaml()
        flopwise.recommend(budget_usd=2000, days=365, catalog=forged)
    except flopwise.FlopwiseError:
        pass
print("made", made)
"""

# What a pickle of charges holds, damaged behind its seal: bounds and figures are looked at.
FORGED_CHARGES = """
import pickle, random
import flopwise

whole = flopwise.Charges.parse('''
sources: [{name: s, title: a page, as_of: 2026-07-01}]
charges:
  - {provider: aws, charge: egress, region: us-east-1, source: s, usd: 0.09}
  - {provider: aws, charge: egress, region: us-east-1, source: s, from: 10240, usd: 0.085}
  - {provider: aws, charge: storage_gp3, region: us-east-1, source: s, usd: 0.08}
''')
_, state, _ = pickle.loads(flopwise._core._unsealed(whole.__reduce__()[1][1]))
image, rng, made = state["image"], random.Random(1), 0
for attempt in range(4000):
    damaged = bytearray(image)
    for _ in range(1 + attempt % 3):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    if attempt % 10 == 0:
        damaged = damaged[: rng.randrange(len(damaged))]
    try:
        forged = flopwise.Charges._unpickled(state["build"], bytes(damaged))
        made += 1
        forged.rate("egress", "us-east-1"), forged.rates("storage_gp3"), forged.storage_types
        forged.default_storage(), forged.merged(whole), len(forged)
        flopwise.recommend(budget_usd=2000, days=365, storage_gib=1, charges=forged, catalog="aws-2020-04")
    except flopwise.FlopwiseError as error:
        assert error.field in ("charges", "storage_type"), error
print("made", made)
"""

EMPTY = """
import copy, pickle
import flopwise
from flopwise import _core

asked = 0
for name in sorted(vars(_core)):
    cls = getattr(_core, name)
    if not isinstance(cls, type) or issubclass(cls, BaseException):
        continue
    empty = cls.__new__(cls)
    methods = [m for m in dir(cls) if callable(getattr(cls, m)) and not m.startswith("__")]
    actions = [repr, str, hash, len, list, copy.copy, copy.deepcopy, lambda o: o == o, lambda o: o[0]]
    actions += [lambda o, m=m: getattr(o, m)() for m in methods]
    actions += [lambda o, f=f: getattr(o, f) for f in getattr(cls, "_fields", ())]
    actions += [lambda o, p=p: pickle.dumps(o, p) for p in range(6)]
    for action in actions:
        try:
            action(empty)
        except Exception:
            pass
        asked += 1
for cls in (flopwise.Table, flopwise.Recommendation, flopwise.Changes):
    empty = cls.__new__(cls)
    for action in (repr, str, len, list, lambda o: pickle.dumps(o, 0), lambda o: o._repr_html_()):
        try:
            action(empty)
        except Exception:
            pass
print("asked", asked)
"""


def run(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)


def test_a_damaged_pickle_is_refused():
    done = run(DAMAGED)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout.split()[1]) > 300


def test_a_forged_catalog_is_refused_or_answers():
    done = run(FORGED)
    assert (done.returncode, done.stderr) == (0, "")
    assert 0 < int(done.stdout.split()[1]) < 500


RECORDS = sorted(name for name in vars(_core) if hasattr(getattr(_core, name), "_fields"))


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_is_pickled_and_copied(name):
    value = getattr(_core, name)()
    for again in (*(pickle.loads(pickle.dumps(value, protocol)) for protocol in PROTOCOLS),
                  copy.copy(value), copy.deepcopy(value)):
        assert again == value and type(again) is type(value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_no_record_is_pickled_too(protocol, then):
    offer = then.offers[0]
    cheaper = then.with_prices([flopwise.Price(
        provider="aws", instance=offer.instance, region=offer.region, price_usd_per_hour=9,
        source=then.sources[0].name)])
    values = [
        flopwise.HoursDistribution(hours=20, ln_scale=0.3, degrees_of_freedom=8),
        flopwise.join("aws-2020-04", []),
        flopwise.diff(then, cheaper),
        flopwise.Request(days=3, weights={"cost": 1}),
        cheaper,
    ]
    for value in values:
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value and type(again) is type(value)
    with pytest.raises(flopwise.UnknownSettingError) as raised:
        flopwise.Request(dais=3)
    again = pickle.loads(pickle.dumps(raised.value, protocol))
    assert (type(again), str(again), again.field) == (
        flopwise.UnknownSettingError, str(raised.value), "dais")


def test_forged_charges_are_refused_or_answer():
    done = run(FORGED_CHARGES)
    assert (done.returncode, done.stderr) == (0, "")
    assert 0 < int(done.stdout.split()[1]) < 4000


def test_what_new_made_empty_is_asked_in_vain_but_safely():
    done = run(EMPTY)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout.split()[1]) > 1000


def test_what_new_made_empty_says_so():
    for cls in (flopwise.Gpu, flopwise.Catalog, flopwise.Charges, flopwise.Recommendation):
        with pytest.raises(TypeError, match="must be made by its class, is empty"):
            pickle.dumps(cls.__new__(cls))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_charges_are_pickled_and_copied(protocol):
    bundled = flopwise.Charges.bundled()
    for again in (pickle.loads(pickle.dumps(bundled, protocol)), copy.deepcopy(bundled)):
        assert again == bundled
        assert hash(again) == hash(bundled)
        assert again.rate("egress", "us-east-1") == bundled.rate("egress", "us-east-1")
    assert bundled != flopwise.Charges.parse("charges: []")
    assert repr(bundled) == f"<Charges: {len(bundled)} rows>"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_no_value_is_never_pickled(protocol, then):
    with pytest.raises(TypeError, match="cannot pickle 'GpuRows' object"):
        pickle.dumps(then.gpus._rows, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_keeps_its_place(protocol):
    with pytest.raises(flopwise.FlopwiseError) as raised:
        flopwise.recommend(days=-1)
    again = pickle.loads(pickle.dumps(raised.value, protocol))
    assert (type(again), str(again), again.field) == (
        flopwise.FlopwiseError, "days: must be positive, got -1 d", "days")


def test_the_messages(then):
    restored, (cls, content) = then.__reduce__()
    for damaged in (content[:-1], b"", None):
        with pytest.raises(flopwise.FlopwiseError) as raised:
            restored(cls, damaged)
        assert str(raised.value) == "pickle: must be as it was written, is damaged"
    with pytest.raises(flopwise.FlopwiseError) as raised:
        restored(flopwise.Gpu, content)
    assert str(raised.value) == "pickle: must be of the class that it names, is of Catalog"
    with pytest.raises(flopwise.FlopwiseError) as raised:
        _core.Catalog._unpickled("0.0.9-1", b"")
    assert str(raised.value) == "catalog: must be unpickled by the version that pickled it"
    with pytest.raises(flopwise.FlopwiseError) as raised:
        _core.Charges._unpickled("0.0.9-1", b"")
    assert str(raised.value) == "charges: must be unpickled by the version that pickled them"
