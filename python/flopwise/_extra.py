"""Packages that extras bring."""

from __future__ import annotations

from ._core import FlopwiseError


class MissingExtraError(FlopwiseError, ImportError):
    """A package is not installed that an extra brings: ``pip install flopwise[explore]``."""


def missing(what: str, package: str, extra: str) -> MissingExtraError:
    return MissingExtraError(f"{what}: needs {package}: pip install flopwise[{extra}]")
