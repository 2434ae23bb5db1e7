"""The checks of the comparison with other libraries, on the bundled catalog."""

from pathlib import Path

import flopwise
import pytest

pytest.importorskip("pandas")
pytest.importorskip("polars")

PEERS = Path(__file__).parents[2] / "benchmarks/peers"


@pytest.fixture
def query(monkeypatch):
    monkeypatch.syspath_prepend(str(PEERS))
    import query

    return query


def test_all_find_the_same_offers(query):
    catalog = flopwise.Catalog.bundled()
    offers = query.offers_of(catalog)
    peers = {"pandas": query.Pandas(offers), "polars": query.Polars(offers)}
    for question in query.QUESTIONS:
        assert query.verify(question, offers, query.Flopwise(catalog), peers) > 0


def test_a_peer_that_misses_an_offer_is_noticed(query):
    catalog = flopwise.Catalog.bundled()
    offers = query.offers_of(catalog)
    question = query.QUESTIONS[0]
    without = [o for o in offers if not question.admits(o)]
    with pytest.raises(SystemExit, match="pandas finds other offers"):
        query.verify(question, offers, query.Flopwise(catalog), {"pandas": query.Pandas(without)})
