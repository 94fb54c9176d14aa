"""Reading only what is a file: a pipe may have no writer and a device no end, so that a read would never return."""

from __future__ import annotations

import stat
from pathlib import Path


def is_regular(path: Path) -> bool:
    """Whether ``path``, links followed, is no folder, pipe, socket or device; raises OSError as ``stat`` does."""
    return stat.S_ISREG(path.stat().st_mode)


def regular_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file; raises OSError for what is none, or cannot be read, and UnicodeDecodeError."""
    if not is_regular(path):
        raise OSError("a pipe or a device is not opened")
    return path.read_text(encoding=encoding)
