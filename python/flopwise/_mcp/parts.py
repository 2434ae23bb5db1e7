"""Tools that ask for a part: a bill, the time of a job, prices, names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import _core
from .._batch import refusal
from .._core import Catalog, Request
from .._plain import plain
from .._recommend import recommend
from .._table import Table
from .answers import Answer, headed, label, price, report_of, warning_lines
from .arguments import (
    PLACE, Arguments, check_catalog, checked, given_of, in_groups, limit_of, needed_text, number_of,
    place_of, quoted, text_of,
)  # fmt: skip
from .requests import Asked

_NOT_OF_A_BILL = ("budget_usd", "max_price_usd_per_hour", "confidence")
_NOT_OF_AN_ESTIMATE = ("deadline", "objective", "max_machines")


def bill_settings() -> list[str]:
    money = in_groups("Money and time", "Charges and interruptions")
    return [name for name in money if name not in _NOT_OF_A_BILL]


def billed(arguments: Arguments) -> Answer:
    own = ("price_usd_per_hour", "catalog", *PLACE)
    given = given_of("bill", arguments, (*own, *bill_settings()))
    settings = {name: value for name, value in given.items() if name not in own}
    if "days" not in settings:
        raise refusal("days", "must be given, got nothing")
    if "instance" in given:
        return _bill_of_machine(given, settings)
    paid = number_of(given, "price_usd_per_hour", None)
    if paid is None:
        raise refusal("price_usd_per_hour", "must be given, or instance and region")
    for name in ("purchase", "catalog"):
        if name in given:
            raise refusal(name, "must not be given beside price_usd_per_hour, which says what is paid")
    where = {name: given[name] for name in ("region", "provider") if text_of(given, name) is not None}
    bill = _core.bill(price_usd_per_hour=paid, **where, **checked(settings))
    unknown = [item.charge for item in bill.items if item.amount_usd is None]
    out: dict[str, Any] = {
        "price_usd_per_hour": paid, "price_as_of": None, "price_source": None,
        "bill": {**plain(bill), "complete": bill.complete}, "purchase_options": [],
        "warnings": [f"{charge}: the rate is not known there" for charge in unknown],
    }  # fmt: skip
    return Answer(headed(out), _bill_text(out))


def _bill_of_machine(given: Arguments, settings: Arguments) -> Answer:
    if "price_usd_per_hour" in given:
        raise refusal("price_usd_per_hour", "must not be given beside instance, which has a price")
    place = place_of(given)
    if place.region is None:
        raise refusal("region", "must be given with instance")
    named = {name: value for name, value in place._asdict().items() if value is not None}
    catalog = {"catalog": given["catalog"]} if "catalog" in given else {}
    advice = recommend(**{**checked({**settings, **named, **catalog}), "top": 1, "nearest": 1})
    data = report_of(advice)
    if not data["choices"]:
        reason = Asked(checked({**settings, **named, **catalog})).why_not(place)["reason"]
        raise refusal("instance", f'must have a bill, got {quoted(place)}: {reason}')
    best = data["choices"][0]
    complete = all(item["amount_usd"] is not None for item in best["cost"]["items"])
    out = {key: best[key] for key in (*PLACE, "price_usd_per_hour", "price_as_of", "price_source",
                                      "cost_quantiles_usd")}  # fmt: skip
    for way in data["purchase_options"]:
        way.pop("items", None)
    out |= {"bill": {**best["cost"], "complete": complete}}
    out |= {key: data[key] for key in ("purchase_options", "price_dates", "warnings")}
    return Answer(headed(out), _bill_text(out))


def _bill_text(out: Mapping[str, Any]) -> str:
    lines = []
    for item in out["bill"]["items"]:
        usd = "not known" if item["amount_usd"] is None else f'{item["amount_usd"]:,.2f} USD'
        lines.append(f'{item["charge"]}: {item["quantity"]:,.6g} {item["unit"]}, {usd}')
    known = "" if out["bill"]["complete"] else ", without what is not known"
    lines.append(f'total: {out["bill"]["total_usd"]:,.2f} USD{known}')
    return "\n".join([*lines, *warning_lines(out)])


def estimate_settings() -> list[str]:
    job = in_groups("Training job", "A net of one's own")
    return ["precision", *(name for name in job if name not in _NOT_OF_AN_ESTIMATE)]


def estimated(arguments: Arguments) -> Answer:
    own = ("gpu", "gpus", "machines", "network_gbps")
    given = given_of("estimate", arguments, (*own, *estimate_settings()))
    gpu = needed_text(given, "gpu")
    gpus = number_of(given, "gpus", 1) or 0
    machines = number_of(given, "machines", 1) or 0
    network = number_of(given, "network_gbps", None)
    asked = checked({name: value for name, value in given.items() if name not in own})
    time = _core.estimate(gpu=gpu, gpus=gpus, machines=machines, network_gbps=network, **asked)
    fit = _core.memory_fit(gpu=gpu, gpus=gpus * machines, **asked)
    warnings = []
    if time is None:
        warnings.append(f"hours are not known: no published rate of {gpu} in this precision")
    if fit is None:
        warnings.append("memory is not known: the figures of the net do not tell it")
    elif not fit.fits:
        warnings.append("does not fit into the memory of the GPUs")
    hours = None if time is None else {f"p{p}": time.quantile(p / 100) for p in (10, 50, 90)}
    out = {
        "gpu": gpu, "gpus": gpus, "machines": machines, "network_gbps": network,
        "request": _shown(asked), "hours": hours, "distribution": plain(time),
        "memory": plain(fit), "warnings": warnings,
    }  # fmt: skip
    return Answer(headed(out), _estimate_text(out))


def _shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    return Request(**settings).to_dict()


def _estimate_text(out: Mapping[str, Any]) -> str:
    lines = []
    if (hours := out["hours"]) is not None:
        lines.append(
            f'{hours["p50"]:,.4g} h, 8 of 10 such jobs from {hours["p10"]:,.4g} to {hours["p90"]:,.4g} h'
        )
    if (memory := out["memory"]) is not None:
        lines.append(
            f'each GPU needs {memory["needed_gib"]:,.4g} of {memory["available_gib"]:,.4g} GiB, '
            f'fits with probability {memory["probability"]:.3g} (sharding {memory["sharding"]})'
        )
    return "\n".join([*lines, *warning_lines(out)])


# ---- prices and names ---------------------------------------------------------------

_PRICED = (
    "provider", "instance", "region", "purchase", "price_usd_per_hour", "price_p10_usd_per_hour",
    "price_p90_usd_per_hour", "gpu", "gpu_count", "price_as_of", "price_source", "retired",
)  # fmt: skip


def priced(arguments: Arguments) -> Answer:
    own = (*PLACE, "gpu", "catalog", "as_of", "include_retired")
    given = given_of("prices", arguments, (*own, "limit"))
    if "instance" not in given and "gpu" not in given:
        raise refusal("instance", "must be given, or gpu")
    limit = limit_of(given)
    settings = checked({name: value for name, value in given.items() if name != "limit"})
    if "gpu" not in settings:
        settings["min_gpus"] = 0
    data = Asked(settings).data
    per_gpu = "gpu" in settings
    rows = [{key: choice[key] for key in _PRICED} for choice in data["choices"]]
    for row in rows:
        count = row["gpu_count"]
        row["usd_per_gpu_hour"] = row["price_usd_per_hour"] / count if count else None
    by = "usd_per_gpu_hour" if per_gpu else "price_usd_per_hour"
    rows.sort(key=lambda row: (row[by], row["price_usd_per_hour"], row["instance"], row["region"]))
    lines = [f"{label(row)}: {price(row)}, {row['price_as_of']}" for row in rows[:5]]
    out = {
        "catalog": data["catalog"], "request": data["request"], "count": len(rows),
        "prices": rows[:limit], "unpriced": data["unpriced"]["count"], "refused": data["refusals"]["by_reason"],
        "price_dates": data["price_dates"], "warnings": data["warnings"],
    }  # fmt: skip
    head = f"{len(rows):,} prices, the lowest first" if rows else "no price"
    return Answer(headed(out), "\n".join([head, *lines]))


def price_history(arguments: Arguments) -> Answer:
    given = given_of("price_history", arguments, ("instance", "gpu", "region", "provider", "purchase", "limit"))
    limit = limit_of(given)
    said = {name: given[name] for name in PLACE[1:] if text_of(given, name) is not None}
    rows: Table[Any]
    if "instance" in given:
        if "gpu" in given:
            raise refusal("gpu", "must not be given beside instance")
        rows = _history(_core.price_history, needed_text(given, "instance"), said)
    else:
        if "gpu" not in given:
            raise refusal("instance", "must be given, or gpu")
        for name in ("region", "provider"):
            if name in given:
                raise refusal(name, "must not be given with gpu, of which each provider is shown")
        rows = _history(_core.gpu_prices, needed_text(given, "gpu"), said)
    shown = sorted(rows.to_dicts(), key=lambda row: row["as_of"])[-limit:]
    out = {"count": len(rows), "prices": shown, "warnings": []}
    if not shown:
        out["warnings"] = ["no price of it is known on any day"]
        return Answer(headed(out), "no price")
    first, last = shown[0], shown[-1]
    return Answer(headed(out), f"{len(rows):,} prices; {_dated(first)}; {_dated(last)}")


def _history(of: Callable[..., Table[Any]], name: str, said: Mapping[str, Any]) -> Table[Any]:
    Request(**{key: value for key, value in said.items() if key == "purchase"})  # refuses a wrong one
    try:
        return of(name, **said)
    except TypeError:  # several, or "best"
        raise refusal("purchase", f"must be one way to pay, got {quoted(said.get('purchase'))}") from None


def _dated(row: Mapping[str, Any]) -> str:
    per_gpu = row.get("usd_per_gpu_hour")
    usd = row.get("price_usd_per_hour") if per_gpu is None else per_gpu
    price = "no price" if usd is None else f"{usd:,.6g} USD/h"
    return f'{row["as_of"]}: {price} ({row["provider"]}, {row["region"]})'


def models(arguments: Arguments) -> Answer:
    given = given_of("models", arguments, ("name",))
    name = text_of(given, "name")
    if name is not None:
        found = plain(_core.find_model(name))
        return Answer(headed({"count": 1, "models": [found]}), f'{found["name"]}: {found["kind"]}')
    brief = ("name", "kind", "parameters")
    rows = [{key: row[key] for key in brief} for row in _core.models().to_dicts()]
    return Answer(headed({"count": len(rows), "models": rows}), f"{len(rows)} models")


def gpus(arguments: Arguments) -> Answer:
    given = given_of("gpus", arguments, ("name", "catalog"))
    name = text_of(given, "name")
    if "catalog" in given:
        check_catalog(given["catalog"])
    catalog = Catalog.bundled(given.get("catalog"))
    if name is not None:
        rows = [plain(gpu) for gpu in catalog.find_gpus(name)]
        if not rows:
            raise refusal("name", f'must be a GPU of the catalog, got {quoted(name)}')
    else:
        brief = ("name", "marketing_name", "vendor", "year", "memory_gib")
        rows = [{key: row[key] for key in brief} for row in catalog.gpus.to_dicts()]
    shown = ", ".join(row["name"] for row in rows) if name is not None else f"{len(rows)} GPUs"
    return Answer(headed({"count": len(rows), "gpus": rows}), shown)
