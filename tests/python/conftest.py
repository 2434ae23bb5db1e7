from pathlib import Path

import flopwise
import pytest

ROOT = Path(__file__).resolve().parents[2]

ARTICLE = {
    "budget_usd": 2000,
    "days": 365,
    "hours_per_day": 2,
    "catalog": "aws-2020-04",
    "region": "us-east-1",
    "precision": "fp64",
}


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def article():
    return flopwise.recommend(**ARTICLE)


@pytest.fixture(scope="session")
def then():
    return flopwise.Catalog.bundled("aws-2020-04")


@pytest.fixture(scope="session")
def now():
    return flopwise.Catalog.bundled()
