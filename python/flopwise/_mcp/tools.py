"""The tools: what each is called, the form of its arguments and of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .. import _core
from .._core import Catalog
from . import parts, requests, side_by_side, what_if
from .answers import Answer
from .arguments import MOST, Arguments, offered

Schema = dict[str, Any]


class Tool(NamedTuple):
    """A question that an agent may ask, with the form of its arguments and of its answer."""

    name: str
    title: str
    description: str
    arguments: Schema
    answer: Schema
    call: Callable[[Arguments], Answer]


_NUMBER: Schema = {"type": ["number", "string"]}
_NAMES: Schema = {"type": ["array", "string"], "items": {"type": "string"}}
_FORMS: dict[str, Schema] = {
    "": {"type": "boolean"},
    "NAME,...": _NAMES,
    "CODE,...": _NAMES,
    "NAME=N,...": {"type": "object", "additionalProperties": {"type": "number"}},
    "CODE=RATE[@DATE]": {"type": "string"},
    "DATE": {"type": "string", "format": "date"},
    "PLACE": {"type": ["string", "array"], "items": {"type": "number"}},
    "TEXT": {"type": ["string", "array", "object"]},
    **dict.fromkeys(("NAME", "CODE", "NAME|PATH", "URL"), {"type": "string"}),
}


def _form(name: str, *, described: bool = True) -> Schema:
    """The JSON Schema of a setting."""
    _, _, value, text = _core.settings()[name]
    if name == "catalog":
        text, form = "a bundled catalog; the newest if absent", {"enum": Catalog.bundled_names()}
    elif name == "model":
        text, form = "net to train, by name: llama-2-7b, Qwen/Qwen3-8B (tool models)", _FORMS["NAME"]
    else:
        form = _FORMS.get(value, _NUMBER)
        unit = "" if value in _FORMS or value == "N" else f" ({value})"
        text = f"{text}{unit}"
    return {**form, "description": text} if described else form


def _object(properties: dict[str, Schema], *required: str, text: str | None = None) -> Schema:
    out: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        out["required"] = list(required)
    return out if text is None else {**out, "description": text}


def _settings_form(names: Iterable[str], *, described: bool = True) -> dict[str, Schema]:
    return {name: _form(name, described=described) for name in names}


def _said_form(text: str) -> Schema:
    return {"type": "string", "description": text}


_INSTANCE = _said_form("name of a machine: g5.xlarge")
_PLACE_FORM: dict[str, Schema] = {
    "instance": _INSTANCE,
    "region": _said_form("code of a region: us-east-1"),
    "provider": _said_form("who rents it out: aws, azure, gcp ..."),
    "purchase": _said_form("way to pay: on_demand, spot ..."),
}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MOST, "description": "most rows"}

_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}
_MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
_MAYBE: Schema = {"type": ["object", "null"]}
_MAPPING: Schema = {"type": "object"}
_ROWS: Schema = {"type": "array", "items": {"type": "object"}}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_NUMBER_FORM: Schema = {"type": "number"}
_NUMBERS: Schema = {"type": "array", "items": _MAYBE_NUMBER}
_DATES: Schema = {
    "type": "object",
    "properties": {key: {"type": ["string", "null"]} for key in ("oldest", "newest")},
    "required": ["oldest", "newest", "undated"],
}


def _rows_form(**keys: Schema) -> Schema:
    """Rows that have these keys, and others."""
    return {"type": "array", "items": {"type": "object", "properties": keys, "required": list(keys)}}


def answer_form(**parts: Schema) -> Schema:
    """An answer: all its parts are always there, and others may be."""
    head = {"flopwise": _TEXT, "today": {"type": "string", "format": "date"}}
    properties = {**head, **parts}
    return {"type": "object", "properties": properties, "required": list(properties)}


_ASKED_OF: dict[str, Schema] = {"catalog": _MAPPING, "request": _MAPPING}
_CEILING = {"price_ceiling_usd_per_hour": _MAYBE_NUMBER}
_WHY: dict[str, Schema] = {
    "qualifies": {"type": "boolean"}, "reason": _MAYBE_TEXT, "refusal": _MAYBE,
    "unpriced": _MAYBE, "choice": _MAYBE,
}  # fmt: skip


def tools() -> dict[str, Tool]:
    """All tools, by name."""
    request = _object(_settings_form(offered(), described=False), text="the arguments of recommend")
    asked = {"request": request}
    machine = {"anyOf": [{"type": "string"}, _object(_PLACE_FORM, "instance")]}
    varied = _object(
        {
            "key": {"enum": what_if.varied_settings(), "description": "the setting: budget_usd, days ..."},
            "low": {"type": "number", "description": "its least value"},
            "high": {"type": "number", "description": "its greatest value"},
            "steps": {"type": "integer", "minimum": 2, "maximum": what_if.MOST_VALUES,
                      "description": f"how many values, evenly from one to the other ({what_if.VALUES})"},
        }, "key", "low", "high",
    )  # fmt: skip
    job = {
        "gpu": _said_form("GPU by name: A100-SXM4-80GB (tool gpus)"),
        "gpus": {"type": "number", "description": "in each machine (1)"},
        "machines": {"type": "number", "description": "that work together (1)"},
        "network_gbps": {"type": "number", "description": "between machines, in Gbps"},
        **_settings_form(parts.estimate_settings()),
    }
    all_tools = [
        Tool(
            "recommend", "Which machine to rent",
            "Ranks the cloud machines that qualify for a budget, limits or a training job, best first, with the cost of "
            "the whole plan, intervals, dates of prices, warnings and why others do not qualify. Rents nothing.",
            _object(_settings_form(offered())),
            answer_form(**_ASKED_OF, outcome={"enum": ["found", "nothing_fits", "nothing_affordable"]}, **_CEILING,
                    admitted=_WHOLE, choices=_ROWS, purchase_options=_ROWS, front=_ROWS, refusals=_MAPPING,
                    unpriced=_MAPPING, still_first=_MAYBE_NUMBER, firmness=_MAYBE, price_dates=_DATES, warnings=_TEXTS),
            requests.recommended,
        ),
        Tool(
            "explain", "Why that machine",
            "What made the figures of a choice: contributions to its score, its bill line by line with sources, the "
            "factors of its hours, formulas. The best choice of the request, or the machine that is named.",
            _object({**asked, **_PLACE_FORM}),
            answer_form(**_ASKED_OF, **_CEILING, weights=_MAPPING, choice=_MAPPING, explanation=_TEXT, formulas=_MAPPING,
                    still_first=_MAYBE_NUMBER, firmness=_MAYBE, warnings=_TEXTS),
            requests.explained,
        ),
        Tool(
            "compare", "Machines side by side",
            "Two to twenty machines, or days (the first choice of each), for the same work: every figure and every line "
            "of the bills with its ratio to the first, or why one does not qualify.",
            _object({"machines": {"type": "array", "items": machine, "minItems": 2, "maxItems": side_by_side.MOST_COMPARED}, **asked}, "machines"),
            answer_form(**_ASKED_OF, **_CEILING, columns=_rows_form(
                name=_TEXT, qualifies={"type": "boolean"}, reason=_MAYBE_TEXT, choice=_MAYBE, refusal=_MAYBE, unpriced=_MAYBE,
                unknown_charges=_TEXTS), figures=_rows_form(key=_TEXT, values=_NUMBERS, ratios=_NUMBERS),
                price_dates=_DATES, warnings=_TEXTS),
            side_by_side.compared,
        ),
        Tool(
            "what_if", "What if a setting were another one",
            "The first choice at each value of one setting that is a number, or of two and all of their pairs: who is "
            "first where, at what cost, and which of the two settings the cost depends on (Sobol indices).",
            _object({"vary": {"type": "array", "items": varied, "minItems": 1, "maxItems": 2,
                              "description": f"at most {what_if.MOST_CELLS} pairs of values"}, **asked}, "vary"),
            answer_form(**_ASKED_OF, varied=_ROWS, cells=_rows_form(x=_NUMBER_FORM, y=_MAYBE_NUMBER, outcome=_MAYBE_TEXT,
                        total_usd=_MAYBE_NUMBER, error=_MAYBE_TEXT), winners=_rows_form(
                        cells=_WHOLE, price_usd_per_hour=_NUMBER_FORM, price_as_of=_MAYBE_TEXT,
                        total_usd_lowest=_MAYBE_NUMBER, total_usd_highest=_MAYBE_NUMBER),
                        sobol=_rows_form(key=_TEXT, first=_NUMBER_FORM, total=_NUMBER_FORM), with_cost=_NUMBER_FORM,
                        price_dates=_DATES, warnings=_TEXTS),
            what_if.mapped,
        ),
        Tool(
            "why_not", "Why not that machine",
            "Why a machine does not qualify for a request, and the smallest change with which it would; or its rank.",
            _object({**_PLACE_FORM, **asked}, "instance"),
            answer_form(**_ASKED_OF, **_CEILING, outcome=_TEXT, **_WHY, warnings=_TEXTS),
            requests.why_not,
        ),
        Tool(
            "bill", "What a plan costs",
            "The bill of a plan, charge by charge: of a machine in a region, with all ways to pay for it, or at a price.",
            _object({"price_usd_per_hour": {"type": "number", "description": "of the machine, if none is named"},
                     **_PLACE_FORM, "catalog": _form("catalog"), **_settings_form(parts.bill_settings())}, "days"),
            answer_form(bill=_MAPPING, price_usd_per_hour={"type": "number"}, price_as_of=_MAYBE_TEXT,
                    price_source=_MAYBE_TEXT, purchase_options=_ROWS, warnings=_TEXTS),
            parts.billed,
        ),
        Tool(
            "estimate", "Hours and memory of a training job",
            "How long a training job takes on some GPUs (10, 50 and 90 of 100 cases), and whether it fits their memory.",
            _object(job, "gpu"),
            answer_form(request=_MAPPING, hours=_MAYBE, distribution=_MAYBE, memory=_MAYBE, warnings=_TEXTS),
            parts.estimated,
        ),
        Tool(
            "prices", "Prices of a machine or a GPU",
            "The prices of a machine or of a GPU by region and provider, the lowest first, each with its day, its source "
            "and between what it lies today with 80 % probability.",
            _object({**_settings_form(("instance", "gpu", "region", "provider", "purchase", "as_of", "include_retired",
                                       "catalog")), "limit": _LIMIT}),
            answer_form(**_ASKED_OF, count=_WHOLE, prices=_ROWS, unpriced=_WHOLE, refused=_MAPPING, price_dates=_DATES, warnings=_TEXTS),
            parts.priced,
        ),
        Tool(
            "price_history", "How a price moved",
            "The prices over the years of a machine by region, or of a GPU-hour by provider; at most the newest rows.",
            _object({"instance": _INSTANCE, "gpu": _said_form("GPU by name: H100"),
                     **{key: _PLACE_FORM[key] for key in ("region", "provider", "purchase")}, "limit": _LIMIT}),
            answer_form(count=_WHOLE, prices=_ROWS, warnings=_TEXTS),
            parts.price_history,
        ),
        Tool(
            "models", "Known models",
            "The models that can be named, or all figures of one.",
            _object({"name": _said_form("name of a model: ResNet50")}),
            answer_form(count=_WHOLE, models=_ROWS),
            parts.models,
        ),
        Tool(
            "gpus", "Known GPUs",
            "The GPUs that can be named, or all figures of those that a name stands for.",
            _object({"name": _said_form("name of a GPU: A100"), "catalog": _form("catalog")}),
            answer_form(count=_WHOLE, gpus=_ROWS),
            parts.gpus,
        ),
    ]  # fmt: skip
    return {tool.name: tool for tool in all_tools}
