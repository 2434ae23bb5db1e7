"""The examples in docstrings, in README.md, docs/python.md and docs/feeds.md."""

import doctest
import inspect
import os
import re

import flopwise
import numpy
import pytest

numpy.set_printoptions(legacy="1.25")  # the same text from every NumPy


def owners():
    yield "flopwise", flopwise
    for name in flopwise.__all__:
        value = getattr(flopwise, name)
        yield name, value
        if inspect.isclass(value):
            for inner, method in vars(value).items():
                if not inner.startswith("_") and getattr(method, "__doc__", None):
                    yield f"{name}.{inner}", method


EXAMPLES = {
    name: test
    for name, value in owners()
    for test in [doctest.DocTestParser().get_doctest(inspect.getdoc(value) or "", {}, name, None, 0)]
    if test.examples
}


def run(test):
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    report = []
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("name", EXAMPLES)
def test_docstring(name):
    pytest.importorskip("matplotlib")
    run(EXAMPLES[name])


def test_there_are_examples():
    assert {"flopwise", "recommend", "sweep", "Table", "Catalog", "affordable", "what_if", "check_plan"} <= set(EXAMPLES)


def write_files(text, folder):
    """The files that a page shows, each below a mark with its name."""
    for name, content in re.findall(r"<!-- file: ([^\n]*) -->\n```\w*\n(.*?)```\n", text, re.DOTALL):
        (folder / name).write_text(content)


def without_account(text):
    """A page without the section that test_aws.py runs."""
    return re.sub(r"^## With your own AWS account\n.*?^(?=## )", "", text, flags=re.M | re.S)


PAGES = [("README.md", 5), ("docs/python.md", 10), ("docs/feeds.md", 5), ("docs/firmness.md", 4)]


@pytest.mark.parametrize(("page", "examples"), PAGES)
def test_the_page(root, tmp_path, page, examples):
    pytest.importorskip("matplotlib")
    pytest.importorskip("pyarrow")
    text = without_account((root / page).read_text())
    write_files(text, tmp_path)
    test = doctest.DocTestParser().get_doctest(text, {}, page, None, 0)
    assert len(test.examples) >= examples
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        run(test)
    finally:
        os.chdir(here)
