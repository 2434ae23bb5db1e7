"""The tables of data/prices as they stand, read without the library: what cost how much, when."""

import csv
import fnmatch
import functools
import re
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parents[2] / "data"


class Column(NamedTuple):
    written: str  # 2025-11
    source: str
    complete: bool  # a list of all that was sold that day in the regions that it names

    @property
    def day(self):
        """A month or a year counts as its first day; what has no date is older than all."""
        return "" if self.written == "undated" else (self.written + "-01-01")[:10]


class Table(NamedTuple):
    provider: str
    purchase: str
    columns: list
    rows: dict  # of machine and region: a price for each column, or None
    breaks: list  # days from which older prices of some machines hold no more
    regions: list  # of each column: those that it names

    def known(self, machine, region):
        """(column, price) from the oldest on; the price is None where a complete list lacks it."""
        out = []
        prices = self.rows[machine, region]
        for column, regions, usd in zip(self.columns, self.regions, prices):
            gone = column.complete and region in regions and usd is None
            if usd is not None or gone and out and out[-1][1] is not None:
                out.append((column, usd))
        return out

    def in_force(self, machine, region, day):
        held = [(c, usd) for c, usd in self.known(machine, region) if c.day <= day]
        if not held:
            return None
        column, usd = held[-1]
        ended = any(column.day < on <= day for names, on in self.breaks
                    if any(fnmatch.fnmatch(machine, name) for name in names))
        return None if ended else usd


@functools.cache
def text_of(provider):
    return (DATA / f"{provider}.yaml").read_text(encoding="utf-8")


@functools.cache
def titles(provider):
    """The titles of a provider's sources."""
    return {name: quoted or plain for name, quoted, plain in re.findall(
        r'^  - \{name: ([^,]+), title: (?:"((?:[^"\\]|\\.)*)"|([^,]*)),', text_of(provider), re.M)}


@functools.cache
def machines(provider):
    """Of each machine its family, GPU and number of GPUs."""
    out = {}
    for name, facts in re.findall(r"^  - \{name: ([^,]+), (family: .*)\}$", text_of(provider), re.M):
        found = dict(re.findall(r"(\w+): ([^,]+)", facts))
        out[name] = (found["family"], found.get("gpu"), float(found.get("gpu_count", 0)))
    return out


@functools.cache
def table(provider, purchase="on_demand"):
    text = text_of(provider)
    path = f"prices/{provider}-{purchase.replace('_', '-')}.csv"
    complete = re.search(rf"file: {path}, purchase: {purchase}, complete: \[([^]]*)\]", text)
    complete = complete.group(1).split(", ") if complete else []
    breaks = [(re.findall(r'[^", ]+', names), on) for names, on in re.findall(
        rf"^  - \{{instances: \[([^]]*)\], purchase: {purchase}, on: ([^,]+),", text, re.M)]
    with open(DATA / path, newline="", encoding="utf-8") as file:
        (_, _, *heads), *rows = csv.reader(file)
    columns = [Column(day, source, source in complete) for day, source in map(str.split, heads)]
    prices = {(row[0], row[1]): [float(usd) if usd else None for usd in row[2:]] for row in rows}
    named = [{region for (_, region), usd in prices.items() if usd[i] is not None}
             for i in range(len(columns))]
    return Table(provider, purchase, columns, prices, breaks, named)


def tables():
    for path in sorted((DATA / "prices").glob("*.csv")):
        provider, purchase = re.fullmatch(r"(.*?)-(on-demand|spot|reserved.*)", path.stem).groups()
        if not purchase.startswith("reserved"):
            yield table(provider, purchase.replace("-", "_"))
