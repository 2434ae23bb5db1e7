"""The same questions about the same offers, asked of flopwise, gpuhunt, pandas and polars.

    python benchmarks/peers/query.py CATALOG.yaml [REPETITIONS]
"""

from __future__ import annotations

import csv
import logging
import os
import pickle
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flopwise
from measure import Times, in_turn, must, ratio, table

TOP = 10  # the cheapest that are asked for
Found = tuple[float, str, str]  # price, instance, region


@dataclass(frozen=True)
class Offer:
    """What all four know of an offer.

    gpuhunt has whole GPUs of five makers; other machines are here without theirs, and no question
    asks for them.
    """

    instance: str
    region: str
    price: float
    spot: bool
    vcpus: int
    memory_gib: float
    gpu: str | None
    gpus: int
    gpu_memory_gib: float | None

    @property
    def found(self) -> Found:
        return (self.price, self.instance, self.region)


@dataclass(frozen=True)
class Question:
    """The cheapest on demand with at least so much of each. `gpu` is the name of one model."""

    text: str
    min_vcpus: int
    min_memory_gib: float
    max_price: float
    gpu: str | None = None
    min_gpus: int = 0
    max_gpus: int | None = None
    min_gpu_memory_gib: float = 0

    def admits(self, o: Offer) -> bool:
        return (
            not o.spot
            and o.vcpus >= self.min_vcpus
            and o.memory_gib >= self.min_memory_gib
            and o.price <= self.max_price
            and (self.gpu is None or o.gpu == self.gpu)
            and o.gpus >= self.min_gpus
            and (self.max_gpus is None or o.gpus <= self.max_gpus)
            and (o.gpu_memory_gib or 0) >= self.min_gpu_memory_gib
        )


QUESTIONS = [
    Question("one T4, 4 vCPUs, 16 GiB, 1 USD/h", 4, 16, 1.0, "nvidia-t4", 1, 1, 16),
    Question("8 A100, 32 vCPUs, 256 GiB, 50 USD/h", 32, 256, 50.0, "nvidia-a100-sxm4-40gb", 8, 8, 40),
    Question("any machine, 8 vCPUs, 32 GiB, 0.40 USD/h", 8, 32, 0.4),
]


def offers_of(catalog: flopwise.Catalog) -> list[Offer]:
    def known(row: Any) -> bool:
        return row.gpu is not None and row.gpu.startswith("nvidia-") and row.gpu_count >= 1

    return [
        Offer(
            row.instance,
            row.region,
            row.price_usd_per_hour,
            row.purchase == "spot",
            int(row.vcpus),
            row.memory_gib,
            row.gpu if known(row) else None,
            int(row.gpu_count) if known(row) else 0,
            row.gpu_memory_gib if known(row) else None,
        )
        for row in catalog.offers
    ]


# ---- each of them: all offers that qualify, and the cheapest -------------------------


class Flopwise:
    def __init__(self, catalog: flopwise.Catalog) -> None:
        self.catalog = catalog

    @staticmethod
    def settings(question: Question) -> dict[str, Any]:
        return {
            "min_vcpus": question.min_vcpus,
            "min_memory_gib": question.min_memory_gib,
            "max_price_usd_per_hour": question.max_price,
            "gpu": question.gpu,
            "min_gpus": question.min_gpus,
            "max_gpus": question.max_gpus,
            "min_gpu_memory_gib": question.min_gpu_memory_gib or None,
            "include_retired": True,  # the others do not know what can be launched
            "weights": {"cost": 1},
            "top": TOP,
        }

    def all(self, question: Question) -> list[Found]:
        rows = self.catalog.filter(**self.settings(question))
        return [(row.price_usd_per_hour, row.instance, row.region) for row in rows]

    def recommend(self, question: Question) -> flopwise.Recommendation:
        return flopwise.recommend(catalog=self.catalog, **self.settings(question))

    def cheapest(self, question: Question) -> list[Found]:
        choices = self.recommend(question).choices
        return [(c.price_usd_per_hour, c.instance, c.region) for c in choices]


class Gpuhunt:
    COLUMNS = (
        "instance_name", "location", "price", "cpu", "memory", "gpu_count", "gpu_name", "gpu_memory",
        "spot", "disk_size", "gpu_vendor", "flags", "cpu_arch", "provider_data",
    )  # fmt: skip

    def __init__(self, offers: list[Offer]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.write(Path(folder), offers)
            self.catalog = self.load(Path(folder))

    @staticmethod
    def load(folder: Path) -> Any:
        import gpuhunt

        logging.getLogger("gpuhunt").setLevel(logging.CRITICAL)  # it misses the other providers
        os.environ["GPUHUNT_CATALOG_URL"] = folder.as_uri()
        catalog = gpuhunt.Catalog(balance_resources=False, auto_reload=False)
        catalog.load()
        return catalog

    @classmethod
    def write(cls, folder: Path, offers: list[Offer]) -> None:
        """As gpuhunt publishes it: the cheapest first, zipped, beside the name of the version."""
        (folder / "aws" / "1").mkdir(parents=True)
        (folder / "aws" / "version").write_text("1")
        with (folder / "aws.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(cls.COLUMNS)
            for o in sorted(offers, key=lambda o: o.found):
                gpu = (o.gpus, o.gpu or "", o.gpu_memory_gib or "")
                vendor = "nvidia" if o.gpus else ""
                rows.writerow(
                    (o.instance, o.region, o.price, o.vcpus, o.memory_gib, *gpu, o.spot, "", vendor,
                     "", "x86", "{}")
                )  # fmt: skip
        with zipfile.ZipFile(folder / "aws" / "1" / "catalog.zip", "w", zipfile.ZIP_DEFLATED) as file:
            file.write(folder / "aws.csv", "aws.csv")

    def all(self, question: Question) -> list[Found]:
        items = self.catalog.query(
            provider="aws",
            spot=False,
            min_cpu=question.min_vcpus,
            min_memory=question.min_memory_gib,
            max_price=question.max_price,
            gpu_name=question.gpu,
            min_gpu_count=question.min_gpus or None,
            max_gpu_count=question.max_gpus,
            min_gpu_memory=question.min_gpu_memory_gib or None,
        )
        return [(item.price, item.instance_name, item.location) for item in items]

    def cheapest(self, question: Question) -> list[Found]:
        return self.all(question)[:TOP]


class Pandas:
    def __init__(self, offers: list[Offer]) -> None:
        import pandas

        self.frame = pandas.DataFrame(offers)

    def rows(self, question: Question) -> Any:
        f = self.frame
        mask = (
            ~f["spot"]
            & (f["vcpus"] >= question.min_vcpus)
            & (f["memory_gib"] >= question.min_memory_gib)
            & (f["price"] <= question.max_price)
        )
        if question.gpu:
            mask &= f["gpu"] == question.gpu
        if question.min_gpus:
            mask &= f["gpus"] >= question.min_gpus
        if question.max_gpus is not None:
            mask &= f["gpus"] <= question.max_gpus
        if question.min_gpu_memory_gib:
            mask &= f["gpu_memory_gib"] >= question.min_gpu_memory_gib
        return f.loc[mask, ["price", "instance", "region"]]

    def all(self, question: Question) -> list[Found]:
        return list(self.rows(question).itertuples(index=False, name=None))

    def cheapest(self, question: Question) -> list[Found]:
        best = self.rows(question).sort_values(["price", "instance", "region"]).head(TOP)
        return list(best.itertuples(index=False, name=None))


class Polars:
    def __init__(self, offers: list[Offer]) -> None:
        import polars

        self.frame = polars.DataFrame(offers)

    def rows(self, question: Question) -> Any:
        from polars import col

        conditions = [
            ~col("spot"),
            col("vcpus") >= question.min_vcpus,
            col("memory_gib") >= question.min_memory_gib,
            col("price") <= question.max_price,
        ]
        if question.gpu:
            conditions.append(col("gpu") == question.gpu)
        if question.min_gpus:
            conditions.append(col("gpus") >= question.min_gpus)
        if question.max_gpus is not None:
            conditions.append(col("gpus") <= question.max_gpus)
        if question.min_gpu_memory_gib:
            conditions.append(col("gpu_memory_gib") >= question.min_gpu_memory_gib)
        return self.frame.lazy().filter(conditions).select("price", "instance", "region")

    def all(self, question: Question) -> list[Found]:
        return self.rows(question).collect().rows()

    def cheapest(self, question: Question) -> list[Found]:
        return self.rows(question).sort("price", "instance", "region").head(TOP).collect().rows()


PEERS: dict[str, Callable[[list[Offer]], Any]] = {
    "gpuhunt": Gpuhunt,
    "pandas": Pandas,
    "polars": Polars,
}


# ---- verified, then timed ------------------------------------------------------------


def verify(question: Question, offers: list[Offer], ours: Flopwise, peers: dict[str, Any]) -> int:
    """How many offers qualify, after all agree which, and which are the cheapest."""
    expected = sorted(o.found for o in offers if question.admits(o))
    for name, asked in {"flopwise": ours, **peers}.items():
        must(sorted(asked.all(question)) == expected, f"{question.text}: {name} finds other offers")
    for name, asked in peers.items():
        must(asked.cheapest(question) == expected[:TOP], f"{question.text}: {name} has others first")
    advice = ours.recommend(question)
    must(advice.admitted == len(expected), f"{question.text}: recommend admits another number")
    found = ours.cheapest(question)
    # With one model of GPU, the least cost of work is the lowest price; with several it need not be.
    right = found == expected[:TOP] if question.gpu else set(found) <= set(expected)
    must(right, f"{question.text}: recommend has others first")
    return len(expected)


def milliseconds(times: Times) -> str:
    return f"{times.best * 1e3:.3f} ({times.median * 1e3:.3f})"


def compare(ours: Flopwise, peers: dict[str, Any], offers: list[Offer], repetitions: int) -> str:
    rows = []
    for question in QUESTIONS:
        count = verify(question, offers, ours, peers)
        runs: dict[str, Callable[[], object]] = {
            "recommend": lambda q=question: ours.recommend(q),
            "filter": lambda q=question: ours.all(q),
        }
        for name, peer in peers.items():
            runs[name] = lambda q=question, p=peer: p.cheapest(q)
        times = in_turn(runs, repetitions)
        first = times["recommend"]
        cells = [f"{milliseconds(t)}, {ratio(t, first)} x" for t in times.values()]
        rows.append([question.text, f"{count:,}", *cells])
    head = ["the ten cheapest", "qualify", "flopwise.recommend", "catalog.filter: all", *peers]
    return table(head, rows)


def ready(file: str, catalog: flopwise.Catalog, offers: list[Offer], repetitions: int) -> str:
    """What it takes to have the offers in memory, from the form that each keeps them in."""
    import pandas
    import polars

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pickled, table_file = folder / "catalog.pickle", folder / "offers.csv"
        pickled.write_bytes(pickle.dumps(catalog))
        pandas.DataFrame(offers).to_csv(table_file, index=False)
        Gpuhunt.write(folder, offers)
        runs: dict[str, Callable[[], Any]] = {
            "flopwise, pickled": lambda: pickle.loads(pickled.read_bytes()),
            "flopwise, YAML": lambda: flopwise.Catalog.read(file),
            "gpuhunt, zipped CSV": lambda: Gpuhunt.load(folder).catalog["aws"].items,
            "pandas, CSV": lambda: pandas.read_csv(table_file),
            "polars, CSV": lambda: polars.read_csv(table_file),
        }
        for name, run in runs.items():
            must(len(run()) == len(offers), f"{name}: offers are missing")
        must(runs["flopwise, pickled"]() == catalog, "the pickled catalog is another")
        times = in_turn(runs, repetitions)
    rows = [[name, milliseconds(t)] for name, t in times.items()]
    return table([f"{len(offers):,} offers made ready", "ms, best (median)"], rows)


def main() -> None:
    file = sys.argv[1]
    repetitions = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    catalog = flopwise.Catalog.read(file)
    offers = offers_of(catalog)
    must(len(offers) == len(catalog), "offers are missing")
    peers = {name: peer(offers) for name, peer in PEERS.items()}
    print(f"{len(offers):,} offers; ms, best (median) of {repetitions}; x: times recommend's best\n")
    print(compare(Flopwise(catalog), peers, offers, repetitions))
    print(ready(file, catalog, offers, max(1, repetitions // 5)))


if __name__ == "__main__":
    main()
