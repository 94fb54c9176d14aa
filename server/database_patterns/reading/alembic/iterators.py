"""Iterators: what is taken out of one is gone, and a generator expression sends as far as it is gone through."""

from __future__ import annotations

import ast
from abc import abstractmethod
from typing import Any, Final

from . import library
from .assigning import Assignments
from .budget import Budget
from .failing import is_scalar
from .journal import Journal
from .source import Source
from .values import Bound, Once, Question, Unknown, first_hole

DISTURBED: Final = Unknown("the items of what has changed meanwhile", inert=True)
"""What is left in an iterator when what it goes through has another length by now."""
_KEEPING: Final = {"add", "append", "insert", "setdefault"}
"""Methods of containers that put what they are given into them as it is."""
_GOING_THROUGH: Final = {"extend", "join", "update"}
"""Methods of containers and texts that go through what they are given."""


class Iterators(Assignments):
    """Takes items out of iterators."""

    def __init__(self, source: Source, journal: Journal, budget: Budget) -> None:
        super().__init__(source, journal, budget)
        self.whole: set[int] = set()
        """Generator expressions that are gone through to their ends right where they stand."""

    @abstractmethod
    def fetched(self, node: ast.expr, value: object) -> object:
        """What iterating over ``value`` at ``node`` iterates over."""

    def fetched_singly(self, node: ast.expr, value: object) -> object:
        """The same for what takes the items one by one, and may not take all of them."""
        with self.journal.guarded(self.interleaved(node, value)):
            return self.fetched(node, value)

    def gone_through(self, node: ast.expr, value: object) -> object:
        """The same for a loop, which Python refuses to run over a plain value that has no items."""
        if is_scalar(value) and not isinstance(value, str | bytes | tuple):
            return self.stops(node, f"TypeError: {type(value).__name__!r} object is not iterable")
        return self.fetched_singly(node, value)

    @abstractmethod
    def interleaved(self, node: ast.expr, value: object) -> str | None:
        """Under which condition a generator sends before the first item is used, which others use one by one."""

    def drained(self, value: object) -> object:
        """``value``; of an iterator all that it has left, and nothing is left in it."""
        if not isinstance(value, Once):
            return value
        items: object = DISTURBED if value.disturbed else list(value)
        value.clear()
        self.touched(value)
        return items

    def touched(self, value: Once) -> None:
        """Items have been taken out of an iterator; whether they have, under a condition, is not known afterwards."""
        if value.guards != tuple(self.journal.guards):
            self.taint(value, "an iterator that was used under a condition")

    def drained_by(
        self, callee: object, arguments: tuple[list[Any], dict[str, Any]]
    ) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call that goes through the iterators among them, or through some of their items."""
        args, kwargs = arguments
        if isinstance(callee, Bound) and callee.name in _KEEPING:
            return arguments
        if not library.takes_some(callee):
            return [self.drained(each) for each in args], kwargs
        for each in args:
            if isinstance(each, Once):
                self.taint(each, "an iterator of which items were taken")
        return [list(each) if isinstance(each, Once) else each for each in args], kwargs

    def searched(self, node: ast.expr, operation: ast.cmpop, wanted: object, value: object) -> object:
        """What ``in`` compares ``wanted`` with; the items of an iterator up to the one that is found are gone then."""
        if not isinstance(operation, ast.In | ast.NotIn):
            return value
        value = self.fetched_singly(node, value)
        if not isinstance(value, Once):
            return value
        items = list(value)
        if first_hole((wanted, items)) is not None:
            self.taint(value, "an iterator that was searched")
            return items
        del value[: items.index(wanted) + 1 if wanted in items else len(items)]
        self.touched(value)
        return items


def goes_through(callee: object) -> bool:
    """Whether a call goes through the iterators that it is given, to their ends."""
    if isinstance(callee, Bound):
        return callee.name in _GOING_THROUGH and isinstance(callee.owner, str | list | dict | set)
    return library.is_builtin(callee) and not (isinstance(callee, Question) or library.takes_some(callee))
