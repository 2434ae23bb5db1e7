"""Times taken in turn, programs with their peak of memory, and tables."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Times:
    """Seconds of each repetition."""

    all: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.all)

    @property
    def median(self) -> float:
        return median(self.all)


@dataclass(frozen=True)
class Ran:
    """A program that ran to its end."""

    seconds: float
    mib: float  # resident at most
    output: str


def in_turn(runs: dict[str, Callable[[], object]], repetitions: int) -> dict[str, Times]:
    """Each once, then each again: what else the machine does then slows all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repetitions):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begun)
    return {name: Times(tuple(all)) for name, all in times.items()}


def run(arguments: list[str], cache: str | None = None) -> Ran:
    """Runs a program, which has to succeed; `cache` is the folder in which recommend looks.

    A child's peak begins with that of the process that starts it, which is why the modules that
    call this import none of the libraries compared.
    """
    environment = dict(os.environ) if cache is None else {**os.environ, "XDG_CACHE_HOME": cache}
    begun = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if child.returncode != 0:
        raise SystemExit(f"peers: {' '.join(arguments)} ended with {child.returncode}")
    return Ran(seconds, usage.ru_maxrss / 1024, output)


def must(right: bool, complaint: str) -> None:
    """Ends the program unless `right`: a wrong answer is not worth timing."""
    if not right:
        raise SystemExit(f"peers: {complaint}")


def table(head: list[str], rows: list[list[str]]) -> str:
    """As Markdown, so that it can be read here and pasted into a page."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def ratio(times: Times, reference: Times) -> str:
    """How often the reference's time, by the best of each: what else runs adds to the others."""
    times_as_long = times.best / reference.best
    return f"{times_as_long:.2f}" if times_as_long < 10 else f"{times_as_long:,.0f}"
