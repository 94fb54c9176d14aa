"""How lists and sizes are written in the sentences that messages and reports are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SMALL_BELOW: Final = 10_000
_LARGE_FROM: Final = 1_000_000


def listed(words: Iterable[str]) -> str:
    """Words as an enumeration, each once: "a, b and c"; empty for none."""
    *first, last = dict.fromkeys(words) or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def size(rows: int) -> str:
    """How many rows a table has, and whether that is small (below ten thousand) or large (from a million on)."""
    word = " (small)" if rows < _SMALL_BELOW else " (large)" if rows >= _LARGE_FROM else ""
    return f"about {rows:,} {'row' if rows == 1 else 'rows'} now{word}"
