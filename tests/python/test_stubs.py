"""The hand-written stubs, the module, and mypy over a user's code."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import flopwise
import pytest
from flopwise import _core

STUB = Path(flopwise.__file__).with_name("_core.pyi")
# What every class has, or what only the type checker sees.
UNSAID = {"__annotations__", "__dict__", "__doc__", "__module__", "__new__", "__weakref__", "__repr__", "__str__"}


def stub_classes():
    tree = ast.parse(STUB.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def members(node, classes):
    names = set()
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            names.add(item.name)
        elif isinstance(item, ast.AnnAssign):
            names.add(item.target.id)
    for base in node.bases:
        name = getattr(getattr(base, "value", base), "id", None)
        if name in classes:
            names |= members(classes[name], classes)
    return names


def functions():
    tree = ast.parse(STUB.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_stub_names_what_the_module_has():
    there = {name for name in vars(_core) if not name.startswith("__")} | {"__version__"}
    said = {n for n in stub_classes() if n not in ("_Record", "_Rows")} | functions()
    assert said | {"__version__"} == there


@pytest.mark.parametrize("name", sorted(set(stub_classes()) - {"_Record", "_Rows"}))
def test_the_stub_names_what_each_class_has(name):
    cls = getattr(_core, name)
    if issubclass(cls, BaseException):
        assert {"field", "file", "line"} <= set(dir(cls))
        return
    said = members(stub_classes()[name], stub_classes()) - {"__getattr__", "__init__"}
    there = {n for n in vars(cls) if n not in UNSAID and "pybind11" not in n} - {"__init__"}
    there -= {n for n in there if vars(cls)[n] is None}  # not hashable
    if name == "Request":
        there -= set(flopwise.settings())
    assert said - set(dir(cls)) == set(), "only in the stub"
    assert there - said == set(), "only in the module"


def test_everything_public_has_a_docstring():
    for name in flopwise.__all__:
        value = getattr(flopwise, name)
        if callable(value):
            assert inspect.getdoc(value), name
    for cls in (flopwise.Recommendation, flopwise.Table):
        for name, value in vars(cls).items():
            if not name.startswith("_") and callable(value):
                assert inspect.getdoc(value), name


USER_CODE = """
import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from typing_extensions import Unpack
import flopwise
import flopwise.aws

advice = flopwise.recommend(budget_usd=2000, days=365, hours_per_day=2, region=["us-east-1"])
names: list[str] = [choice.instance for choice in advice.choices]
best: flopwise.Choice = advice.choices[0]
rest: flopwise.Table[flopwise.Choice] = advice.choices[1:]
total: float = best.cost.total_usd if best.cost is not None else 0.0
reasons: dict[str, int] = advice.refusals.by_reason
change = advice.refusals[0].relaxation["budget_usd"]
catalog = flopwise.Catalog.bundled()
memory: list[float] = [gpu.memory_gib for gpu in catalog.gpus]
lines: list[float | None] = [item.amount_usd for item in flopwise.bill(price_usd_per_hour=1, days=1).items]
ways: flopwise.Table[flopwise.PurchaseOption] = advice.purchase_options
verdict: str | None = advice.ownership.verdict if advice.ownership is not None else None
script: str = advice.launch_script(best)
near: str = flopwise.nearby((10.8, 106.7))[0].region
chance: float = flopwise.probability_within_budget(price_usd_per_hour=1, budget_usd=9, days=1, use_cv=0.1)
ceiling: float = flopwise.price_ceiling_usd_per_hour(budget_usd=2000, days=365)
imports: list[flopwise.Import] = flopwise.import_feeds(["prices.json"], catalog, as_of="2026-11-02")
rejected: list[str] = [row.reason for row in imports[0].rejected]
joined, left_out = flopwise.join(catalog, imports)
left: int = sum(row.rows for row in left_out)
changes: flopwise.Table[flopwise.PriceChange] = flopwise.diff(catalog, joined)
fresh: flopwise.Catalog = flopwise.aws.refresh(regions=["us-east-1"]).catalog
try:
    flopwise.recommend(budget_usd=-1)
except flopwise.FlopwiseError as error:
    where: str = error.field
changed: flopwise.Request = advice.request.replace(
    days=3, deadline=datetime.timedelta(hours=48), budget_usd=Decimal(5), today=pd.Timestamp("2026-11-29"))
frame: pd.DataFrame = flopwise.sweep(pd.DataFrame({"days": [1]}), columns="instance")
arrays: dict[str, np.ndarray[Any, Any]] = flopwise.sweep({"days": [1], "budget_usd": 3})
batches: Iterator[pd.DataFrame] = flopwise.sweep(iter([frame]))
cheap: flopwise.Table[flopwise.Choice] = advice.choices[advice.choices["price_usd_per_hour"] < 1]
few: flopwise.Table[flopwise.Choice] = advice.choices.filter(lambda c: c.score > 3).sort("score").head()
several: Sequence[flopwise.Choice] = advice.choices
written: str = advice.choices.to_csv()
advice.choices.to_csv("choices.csv")
spent: float | None = best.total_usd
then: flopwise.Catalog = flopwise.catalog_on(np.datetime64("2022-06-16"))


def ask(**settings: Unpack[flopwise.Settings]) -> flopwise.Recommendation:
    return flopwise.recommend(catalog="aws-2020-04", **settings)
"""

WRONG_CODE = {
    "flopwise.recommend(2000)": "arg-type",
    "flopwise.recommend(budgett_usd=2000)": "call-arg",
    "flopwise.recommend(include_retired='perhaps')": "arg-type",
    "flopwise.Request(days=[1, 2])": "arg-type",
    "flopwise.recommend().choices[0].prize": "attr-defined",
    "flopwise.Choice(rank='first')": "arg-type",
    "x: int = flopwise.Catalog.bundled().name": "assignment",
    "flopwise.price_ceiling_usd_per_hour(2000, 365)": "call-overload",
}


def mypy(code, tmp_path):
    pytest.importorskip("mypy")
    file = tmp_path / "user.py"
    file.write_text(code)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(file)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )


def test_a_users_code_is_clean_under_mypy_strict(tmp_path):
    result = mypy(USER_CODE, tmp_path)
    assert result.returncode == 0, result.stdout


def test_mypy_finds_mistakes(tmp_path):
    result = mypy("import flopwise\n" + "\n".join(WRONG_CODE), tmp_path)
    for line, kind in enumerate(WRONG_CODE.values(), 2):
        assert any(
            f"user.py:{line}:" in text and f"[{kind}]" in text
            for text in result.stdout.splitlines()
        ), (line, result.stdout)


def test_the_package_itself_is_clean(root, tmp_path):
    pytest.importorskip("mypy")
    result = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)),
            *("--config-file", str(root / "pyproject.toml"), "-p", "flopwise"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stdout
