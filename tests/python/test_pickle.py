"""Pickles of every protocol, whole and damaged. What may end the process runs in one of its own."""

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


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_no_value_is_never_pickled(protocol, then):
    for value in (flopwise.Charges.bundled(), then.gpus._rows):
        with pytest.raises(TypeError, match=f"cannot pickle '{type(value).__name__}' object"):
            pickle.dumps(value, protocol)


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
