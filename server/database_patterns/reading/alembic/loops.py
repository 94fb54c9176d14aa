"""Loops: the rounds of what is known, and the body once, guarded, for any number of rounds of what is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from .flow import Flow
from .generators import Generators
from .operators import TOO_BIG
from .source import walk
from .values import IN_ANY_ORDER, Once, Unknown, Unordered, is_inert

_ROUNDS_MAX: Final = 1_000
"""How many rounds of a loop are followed that counts."""


class Loops(Generators):
    """Evaluates loops."""

    @staticmethod
    def later(first: Flow, second: Flow | None) -> Flow:
        """An uncertain end, and then another one or none."""
        if second is None:
            return first
        same = second.certain and second.kind == first.kind
        value = either("one of several values", first.value, second.value)
        return Flow(second.kind, value, None if same else first.guard)

    def branch(self, body: Sequence[ast.stmt], guard: str) -> Flow | None:
        """Interpret ``body``, which only runs under ``guard``."""
        with self.journal.guarded(guard):
            return self.block(body)

    def condition(self, node: ast.expr) -> str:
        """The condition ``node`` as guards name it."""
        return self.source.code(node, 100)

    def run_for(self, node: ast.For) -> Flow | None:
        """Run a ``for`` statement."""
        value = self.fetched_singly(node.iter, self.evaluate(node.iter))
        items = value if isinstance(value, Once) else self.items(value)
        if isinstance(items, Unordered):
            with self.journal.guarded(IN_ANY_ORDER):
                return self._rounds_of(node, iter(items.items)) or self.block(node.orelse)
        if isinstance(items, Unknown):
            if items is TOO_BIG:
                self.journal.gap(node.iter, items.reason)
            reason = f"one of {self.condition(node.iter)} ({items.reason})"
            self.assign(node.target, replace(items, reason=reason, sends=False, fails=False))
            header = f"for each {self.source.code(node.target, 40)} in {self.condition(node.iter)}"
            return self._unknown_loop(node, header)
        if not len(items):  # an iterator is true
            self.unreachable(node.body, "for each item of", node.iter)
        flow = self._rounds_of(node, self._one_by_one(node, value, items))
        if flow is None:
            return self.block(node.orelse)
        if flow.kind != "break":
            return flow
        self.unreachable(node.orelse, "without a break in the loop over", node.iter)
        return None

    def _rounds_of(self, node: ast.For, items: Iterator[object]) -> Flow | None:
        """The rounds of a known loop; after an uncertain ``break`` or ``return`` the others are guarded."""
        for item in items:
            self.budget.spend()
            self.assign(node.target, item)
            flow = self.block(node.body)
            if flow is None or flow.kind == "continue":
                continue
            if flow.certain:
                return flow
            with self.journal.guarded(flow.guard):
                return self.later(flow, self._rounds_of(node, items))
        return None

    def _one_by_one(self, node: ast.For, value: object, items: Sequence[object]) -> Iterator[object]:
        """The items one by one, as Python takes them: from a list by position, whatever becomes of it meanwhile."""
        items, position, told = value if isinstance(value, list) else items, 0, False
        size = len(items)
        while position < len(items):
            if isinstance(value, Once):
                item = value.pop(0)
                self.touched(value)
            else:
                item = items[position]
                position += 1
            yield item
            if not told and self._disturbed(value, size):
                told = True
                self._not_followed(node)

    def _disturbed(self, value: object, size: int) -> bool:
        """Whether what a loop goes through has changed in a way that is not followed, or that Python refuses."""
        if isinstance(value, dict | set):
            return len(value) != size
        if isinstance(value, Once) and (value.disturbed or value.guards != tuple(self.journal.guards)):
            return value.disturbed
        return id(value) in self.tainted

    def _not_followed(self, node: ast.For) -> None:
        """From here on nothing is certain."""
        code = self.condition(node.iter)
        self.journal.gap(node.iter, f"{code} changes while the loop goes through it")
        self.journal.only(f"if {code} does not change in the loop on line {node.lineno}")

    def run_while(self, node: ast.While) -> Flow | None:
        """Run a ``while`` statement: round by round where it only counts."""
        rounds = 0
        while (truth := self.truth(node.test)) is True and rounds < _ROUNDS_MAX and _is_counted(node):
            rounds += 1
            self.block(node.body)
        if truth is False:
            if not rounds:
                self.unreachable(node.body, "while", node.test)
            return self.block(node.orelse)
        return self._unknown_loop(node, f"while {self.condition(node.test)}")

    def _unknown_loop(self, node: ast.For | ast.While, header: str) -> Flow | None:
        """The body once, for any number of rounds; what rounds change is unknown before and after."""
        unknown = Unknown(f"what changes in the loop on line {node.lineno}")
        changed = stored(node)
        targets = stored(node.target) if isinstance(node, ast.For) else set()
        before = {name: self.scope.names.get(name) for name in changed}
        for name in (changed - targets) & self.scope.names.keys():
            self.scope.names[name] = unknown
        flow = self.branch(node.body, header)
        for name in changed:
            inert = is_inert(before.get(name)) and is_inert(self.scope.names.get(name))
            self.scope.names[name] = replace(unknown, inert=inert)
        if flow is not None and flow.kind in {"return", "raise"}:
            return Flow(flow.kind, Unknown("a value"), f"unless {header}")
        return self.block(node.orelse)


def either(reason: str, *values: object) -> Unknown:
    """One of ``values``, which of them is not known."""
    return Unknown(reason, inert=all(map(is_inert, values)))


def _is_counted(node: ast.While) -> bool:
    """Whether a loop runs until its condition ends it, and only counts up or down what that depends on."""
    test = {inner.id for inner in walk(node.test) if isinstance(inner, ast.Name)}
    inner = [part for statement in node.body for part in walk(statement)]
    leaves = any(isinstance(part, ast.Break | ast.Continue | ast.Return | ast.Raise) for part in inner)
    counted = {
        part.target.id for part in inner if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name)
    }
    assigned = [part.id for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    only = all(assigned.count(name) == 1 for name in test & set(assigned))
    return bool(test) and not leaves and only and test & set(assigned) <= counted


def stored(node: ast.AST) -> set[str]:
    """The names that ``node`` assigns."""
    nodes = list(walk(node))
    names = {inner.id for inner in nodes if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
    captured = {inner.name for inner in nodes if isinstance(inner, ast.MatchAs | ast.MatchStar)}
    return names | {each for each in captured | {i.rest for i in nodes if isinstance(i, ast.MatchMapping)} if each}


_LEAVING: Final[dict[type[ast.stmt], Literal["return", "break", "continue", "raise"]]] = {
    ast.Return: "return",
    ast.Raise: "raise",
    ast.Break: "break",
    ast.Continue: "continue",
}


def leaving(statement: ast.stmt) -> Literal["return", "break", "continue", "raise"] | None:
    """How ``statement``, which is not followed, may leave the block that it stands in."""
    kinds: set[type[ast.AST]] = set()
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        kinds.add(type(node))
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
        kinds -= {ast.Break, ast.Continue}
    return next((kind for node, kind in _LEAVING.items() if node in kinds), None)
