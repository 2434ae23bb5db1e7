"""Names of machines in pictures."""

from __future__ import annotations

from collections.abc import Sequence

from .._core import Choice


def machine_names(choices: Sequence[Choice], *, regions: bool = True) -> list[str]:
    """The machines' names, with what else tells them apart."""
    several_regions = regions and len({c.region for c in choices}) > 1
    several_ways = len({c.purchase for c in choices}) > 1
    return [
        counted(c)
        + (f", {c.region}" if several_regions else "")
        + (f", {c.purchase.replace('_', ' ')}" if several_ways else "")
        for c in choices
    ]


def counted(choice: Choice) -> str:
    """A machine's name, and how many of them work together."""
    count = 1 if choice.job is None else choice.job.machines
    return choice.instance if count == 1 else f"{count} x {choice.instance}"
