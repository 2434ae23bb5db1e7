"""Files that appear whole under their name, or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from typing import IO, Any, Union

PathLike = Union[str, "os.PathLike[str]"]


def write_whole(path: PathLike, write: Callable[[IO[bytes]], Any]) -> None:
    """What `write` puts into a file beside `path`, which then gets that name.

    What was there before is untouched if anything fails. A link stays a link to the new file.
    """
    target = os.path.realpath(os.fspath(path))
    beside = f"{target}.{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.open(beside, flags, 0o666)
    try:
        with os.fdopen(file, "wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise


def write_text(path: PathLike, content: str) -> None:
    write_whole(path, lambda out: out.write(content.encode()))


def written(content: str, path: PathLike | None) -> str | None:
    """The text, or None where it goes into a file."""
    if path is None:
        return content
    write_text(path, content)
    return None
