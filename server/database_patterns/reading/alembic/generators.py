"""Functions that yield: as context managers around a ``with`` block, and as what a loop or a list runs over."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .allowed import MUTATING
from .budget import Budget
from .class_bodies import ClassBodies
from .context import RevisionContext
from .journal import Journal
from .source import Source, walk
from .values import Function, Started, Unknown

_FAILED: Final = "if what is in the with block does not fail"


@dataclass(slots=True)
class Run:
    """One run of a generator: what it does with each value, and how often it has come to that."""

    take: Callable[[object], object]
    yields: int = 0


class Generators(ClassBodies):
    """Evaluates ``yield``, and runs the functions that have one."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self._runs: list[Run] = []

    def yield_value(self, node: ast.Yield | ast.YieldFrom) -> object:
        """Evaluate ``yield value``: whoever runs the generator gets on with it."""
        value = self.evaluate(node.value) if node.value else None
        if isinstance(node, ast.Yield):
            return self._taken_by_run(value)
        items = self.items(self.fetched(node.value, value))
        if isinstance(items, Unknown):
            with self.journal.guarded(f"for each item of {self.source.code(node.value, 60)}"):
                self._taken_by_run(items)
        for item in () if isinstance(items, Unknown) else items:
            self._taken_by_run(item)
        return None

    def _taken_by_run(self, value: object) -> object:
        if not self._runs:
            return Unknown("a yield", inert=True)
        run = self._runs.pop()
        run.yields += 1
        try:
            return run.take(value)
        finally:
            self._runs.append(run)

    def run_around(self, node: ast.expr, started: Started, body: Callable[[object], None]) -> None:
        """Run a context manager with ``body``, which gets its value, at its ``yield``."""
        outside = self.place()
        depth = len(self.journal.guards)

        def take(value: object) -> None:
            inside = self.place()
            self.go_to(outside)
            try:
                body(value)
            finally:
                self.go_to(inside)

        try:
            run = self.step_through(node, started, take)
        finally:
            del self.journal.guards[depth:]
        if not run.yields:
            self.journal.gap(node, "it does not come to its yield")

    def fetched(self, node: ast.expr, value: object) -> object:
        """What iterating over ``value`` iterates over: a generator is run to its end first."""
        if not isinstance(value, Started):
            return super().fetched(node, value)
        if value.used:
            return Unknown("a generator that was used before", inert=True)
        value.used = True
        values: list[object] = []
        before = self.journal.size()
        guards = list(self.journal.guards)
        uncertain: list[str] = []

        def take(each: object) -> None:
            self.budget.spend()
            values.append(each)
            uncertain.extend(self.journal.guards[len(guards) :])

        self.step_through(node, started=value, take=take)
        if self.journal.size() != before:
            reason = f"{self.source.code(node, 40)}, which uses the database between its items"
            self.journal.gap(node, reason)
            return Unknown(reason)
        return Unknown(f"what is yielded {uncertain[0]}", inert=True) if uncertain else self.grown(values)

    def interleaved(self, node: ast.expr, value: object) -> str | None:
        sends = isinstance(value, Started) and _sends(value.function)
        return f"in the order in which {self.source.code(node, 60)} is consumed" if sends else None

    def failing(self) -> None:
        """From here to the end of the context manager nothing is certain: the block in it has failed."""
        self.journal.guards.append(_FAILED)

    def step_through(self, node: ast.expr, started: Started, take: Callable[[object], object]) -> Run:
        """Run a generator to its end, and ``take`` with each value where it yields it."""
        run = Run(take)
        self._runs.append(run)
        try:
            self.call_function(node, started.function, started.arguments)
        finally:
            self._runs.pop()
        return run


def _sends(function: Function) -> bool:
    """Whether a generator may send: a guard would make what it only collects in containers unknown."""
    statements = [each.value for each in walk(function.node) if isinstance(each, ast.Expr)]
    called = [each.func for each in statements if isinstance(each, ast.Call)]
    changing = [isinstance(each, ast.Attribute) and each.attr in MUTATING for each in called]
    return not changing or not all(changing)
