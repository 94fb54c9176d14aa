"""How lists are written in the sentences that messages and reports are made of."""

from __future__ import annotations

from collections.abc import Iterable


def listed(words: Iterable[str]) -> str:
    """Words as an enumeration, each once: "a, b and c"; empty for none."""
    *first, last = dict.fromkeys(words) or ("",)
    return f"{', '.join(first)} and {last}" if first else last
