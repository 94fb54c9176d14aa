"""How much work reading one direction of one revision may be, so that no file can hurt."""

from __future__ import annotations

from typing import Final

STEPS: Final = 150_000
"""Evaluated nodes, with surcharges for rendered statements and for the size of values."""

STATEMENT_COST: Final = 25
CALL_DEPTH: Final = 25


class OutOfBudgetError(Exception):
    """The revision needs more steps than ``STEPS``."""


class Budget:
    """Counts down; ``spend`` raises ``OutOfBudgetError`` when nothing is left."""

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise OutOfBudgetError
