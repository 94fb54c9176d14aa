"""What runs for minutes says on standard error how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
LINES: Final = 5
"""About so many lines are written of one sequence."""


def counted(items: Sequence[T], what: str) -> Iterator[T]:
    """The items; now and then, and at the end, a line says how many of them are done."""
    step = -(-len(items) // LINES)
    for done, item in enumerate(items):
        if done % step == 0:
            _say(what, done, len(items))
        yield item
    _say(what, len(items), len(items))


def _say(what: str, done: int, number: int) -> None:
    print(f"{what}: {done} of {number}", file=sys.stderr, flush=True)
