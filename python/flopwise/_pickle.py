"""Pickles of records, tables, requests and catalogs: a checksum stands before what they hold."""

from __future__ import annotations

import pickle
from typing import Any, TypeVar

from . import _core
from ._batch import refusal

T = TypeVar("T")

_PROTOCOL = 4  # of what is inside, whatever that of the whole is


def reduced(self: object, arguments: dict[str, Any]) -> tuple[Any, ...]:
    """What ``__reduce__`` returns, for every protocol.

    The object is made again from `arguments` by its class, or by the function ``_unpickled`` of
    its class. So no pickle makes one that C++ has not made from what it looked at.
    """
    cls = type(self)
    content = (cls.__qualname__, arguments, getattr(self, "__dict__", {}))
    return restored, (cls, _core._sealed(pickle.dumps(content, _PROTOCOL)))


def restored(cls: type[T], content: bytes) -> T:
    """The object again; FlopwiseError if the bytes are not as they were."""
    name, arguments, attributes = pickle.loads(_core._unsealed(content))
    if name != getattr(cls, "__qualname__", None):
        raise refusal("pickle", f"must be of the class that it names, is of {name}")
    made: T = getattr(cls, "_unpickled", cls)(**arguments)
    if attributes:
        made.__dict__.update(attributes)
    return made
