"""How much work reading one direction of one revision may be, so that no file can hurt."""

from __future__ import annotations

import time
from typing import Final

STEPS: Final = 150_000
"""Evaluated nodes, with surcharges for rendered statements and for the size of values."""
SECONDS: Final = 1.0
"""The processor's time for both directions, for what steps do not measure; what people write takes a tenth of it."""

STATEMENT_COST: Final = 25
CALL_DEPTH: Final = 25
WORDS_MAX: Final = 60_000
"""How many words and values an SQL text may have that is parsed."""
PARTS_MAX: Final = 20_000
"""How many parts the SQL expressions of one statement may have, each counted as often as it is used."""

_LOOK_AT_CLOCK: Final = 500
"""Every how many steps."""


class OutOfBudgetError(Exception):
    """The revision needs more steps than ``STEPS``, or more time than ``SECONDS``."""


class Budget:
    """Counts down; ``spend`` raises ``OutOfBudgetError`` when nothing is left."""

    def __init__(self, steps: int = STEPS, end: float | None = None) -> None:
        """``end`` is that of another budget, of which this one shares the time."""
        self.left = steps
        self.end = time.thread_time() + SECONDS if end is None else end
        self._next_look = steps - _LOOK_AT_CLOCK

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < self._next_look:
            if self.left < 0 or time.thread_time() > self.end:
                raise OutOfBudgetError
            self._next_look = max(self.left - _LOOK_AT_CLOCK, 0)
