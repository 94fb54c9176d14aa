"""How large the SQL expressions are that a revision builds: one that uses itself twice in a loop never ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from . import library
from .budget import PARTS_MAX, Budget
from .operators import TOO_BIG

_LOOKED_AT_MAX: Final = 10 * PARTS_MAX


class Parts:
    """Counts the parts of every expression, each as often as it is used."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._known: dict[int, tuple[object, int]] = {}

    def of(self, *values: object) -> int:
        """Of how many parts the expressions in ``values`` are made, at most ``PARTS_MAX``."""
        if not self._known:
            return 0
        found, waiting = 0, list(values)
        for _ in range(_LOOKED_AT_MAX):
            if not waiting:
                return min(found, PARTS_MAX)
            current = waiting.pop()
            if isinstance(current, list | tuple | set | frozenset):
                waiting.extend(current)
            elif isinstance(current, dict):
                waiting.extend(current.values())
            elif id(current) in self._known:
                found += self._known[id(current)][1]
        return PARTS_MAX

    def build(self, parts: int, make: Callable[[], object]) -> object:
        """What ``make`` builds from so many ``parts``; unknown instead of an expression that is too large."""
        self._budget.spend(parts // 10)
        if parts >= PARTS_MAX:
            return TOO_BIG
        value = make()
        if library.is_built(value) and (parts or library.is_expression(value)):
            self._known[id(value)] = (value, parts + 1)
        return value

    def inherit(self, value: object, owner: object) -> None:
        """``value`` is a part of ``owner``, and as large where it is used: a column brings its subquery along."""
        if id(owner) in self._known and library.is_built(value) and not library.is_named(owner):
            self._known[id(value)] = (value, self.of(owner))
