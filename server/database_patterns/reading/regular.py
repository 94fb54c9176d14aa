"""Reading only what is a file: a pipe may have no writer and a device no end, so that a read would never return."""

from __future__ import annotations

import stat
from pathlib import Path


def is_regular(path: Path) -> bool:
    """Whether ``path``, links followed, is no folder, pipe, socket or device; raises OSError as ``stat`` does."""
    return stat.S_ISREG(path.stat().st_mode)


def stamp(path: Path) -> tuple[int, ...] | None:
    """What is another after every change of a file, for what is remembered of it; None for a file that is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def regular_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file; raises OSError for what is none, or cannot be read, and UnicodeDecodeError."""
    if not is_regular(path):
        raise OSError("a pipe or a device is not opened")
    return path.read_text(encoding=encoding)
