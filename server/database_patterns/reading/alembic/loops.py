"""Loops: the rounds of what is known, and the body once, guarded, for any number of rounds of what is not."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Literal

from .flow import Flow, RaisedError
from .generators import Generators
from .operators import TOO_BIG
from .source import walk
from .values import IN_ANY_ORDER, MISSING, Once, Started, Unknown, Unordered, is_inert
from .views import View

_ROUNDS_MAX: Final = 1_000
"""How many rounds of a loop are followed that counts."""


class Loops(Generators):
    """Evaluates loops."""

    @staticmethod
    def later(first: Flow, second: Flow | None) -> Flow:
        """An uncertain end, and then another one or none."""
        if second is None:
            return first
        if first.kind == "raise":
            return replace(second, raises=first.guard)
        same = second.certain and second.kind == first.kind
        value = either("one of several values", first.value, second.value)
        return Flow(second.kind, value, None if same else first.guard, first.raises or second.raises)

    def branch(self, body: Sequence[ast.stmt], guard: str) -> Flow | None:
        """Interpret ``body``, which only runs under ``guard``."""
        with self.journal.guarded(guard):
            return self.block(body)

    def condition(self, node: ast.expr) -> str:
        """The condition ``node`` as guards name it."""
        return self.source.code(node, 100)

    def copied(self) -> dict[str, object]:
        """The names of this scope as they are."""
        self.budget.spend(len(self.scope.names) // 10)
        return dict(self.scope.names)

    def merge(self, other: dict[str, object], reason: str) -> None:
        """Names that differ from ``other`` become unknown for ``reason``."""
        names = self.scope.names
        for name in other.keys() | names.keys():
            one, two = names.get(name, MISSING), other.get(name, MISSING)
            if one is not two:
                names[name] = either(reason, one, two)

    def in_part(self, guard: str | None, run: Callable[[], Flow | None]) -> Flow | None:
        """What ``run`` does, under ``guard``: what it assigns may be what it was before."""
        before = self.copied()
        with self.journal.guarded(guard):
            flow = run()
        self.merge(before, f"what is assigned {guard or 'under a condition'}")
        return flow

    def run_for(self, node: ast.For) -> Flow | None:
        """Run a ``for`` statement."""
        value = self.evaluate(node.iter)
        if isinstance(value, Started) and _runs_within(node, value):
            return self._run_within(node, value)
        value = self.gone_through(node.iter, value)
        items = value if isinstance(value, Once) else self.items(value)
        if isinstance(items, Unknown) and not isinstance(items, Unordered):
            if items is TOO_BIG:
                self.journal.gap(node.iter, items.reason)
            header, item = self.for_each(node.target, node.iter, items)
            self.assign(node.target, item)
            return self._unknown_loop(node, header)
        if isinstance(items, Unordered):
            return self._after_rounds(node, self._rounds_in_any_order(node, items))
        if not len(items):  # an iterator is true
            self.unreachable(node.body, "for each item of", node.iter)
        return self._after_rounds(node, self._rounds_of(node, self._one_by_one(node, value, items)))

    def _after_rounds(self, node: ast.For, flow: Flow | None) -> Flow | None:
        """What follows on the rounds of a loop that have ended with ``flow``: its ``else``, unless it was left."""
        if flow is None:
            return self.block(node.orelse)
        if flow.kind != "break":
            return flow
        if flow.raises:
            self.raising.append(flow.raises)
        if flow.guard:
            other = self.in_part(flow.guard, partial(self.block, node.orelse))
            return other and replace(other, guard=f"if the loop on line {node.lineno} is left")
        self.unreachable(node.orelse, "without a break in the loop over", node.iter)
        return None

    def _run_within(self, node: ast.For, started: Started) -> Flow | None:
        """A loop over a generator that it never leaves: each round runs where the generator yields."""
        started.used = True
        outside, certain = self.place(), len(self.journal.guards)

        def run() -> Flow | None:
            return self.block(node.body)

        def take(value: object) -> None:
            inside = self.place()
            self.go_to(outside)
            try:
                if len(self.journal.guards) == certain:
                    self.assign(node.target, value)
                    self._raise_as(run())
                else:
                    self._raise_as(self._one_of_many(node, value, run))
            finally:
                self.go_to(inside)

        self.step_through(node.iter, started, take)
        return self.block(node.orelse)

    def _one_of_many(self, node: ast.For, value: object, run: Callable[[], Flow | None]) -> Flow | None:
        """A round that runs never, once or more often: what it assigns is known neither before nor afterwards."""
        unknown = Unknown(f"what changes in the loop on line {node.lineno}")
        for name in stored(node) & self.scope.names.keys():
            self.assign(ast.Name(name, ast.Store()), unknown)
        self.assign(node.target, value)
        return self.in_part(None, run)

    def _raise_as(self, flow: Flow | None) -> None:
        """Raise if ``flow`` does; so may what follows, if it may."""
        if flow is None:
            return
        self.raising += [each for each in (flow.raises, flow.guard if flow.kind == "raise" else None) if each]
        if flow.kind == "raise" and flow.certain:
            raise RaisedError

    def _rounds_of(self, node: ast.For, items: Iterator[object]) -> Flow | None:
        """The rounds of a known loop; after an uncertain ``break`` or ``return`` the others are guarded."""
        for item in items:
            self.budget.spend()
            self.assign(node.target, item)
            flow = self.block(node.body)
            if flow is not None and flow.kind == "continue":
                flow = Flow("raise", guard=flow.raises) if flow.raises else None
            if flow is None:
                continue
            if flow.certain:
                return flow
            others = partial(self._rounds_of, node, items)
            if flow.kind == "break":
                return self.later(flow, self.in_part(flow.guard, others))
            with self.journal.guarded(flow.guard):
                return self.later(flow, others())
        return None

    def _rounds_in_any_order(self, node: ast.For, items: Unordered) -> Flow | None:
        """The rounds of a loop over a set: what one leaves to the next is unknown, and so is what all of them leave."""
        kept = stored(node) - stored(node.target)
        unknown = Unknown(f"what changes in the loop on line {node.lineno}")

        def rounds() -> Iterator[object]:
            for item in items.items:
                for name in kept & self.scope.names.keys():
                    self.assign(ast.Name(name, ast.Store()), unknown)
                yield item

        return self.in_part(IN_ANY_ORDER, partial(self._rounds_of, node, rounds()))

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
        if isinstance(value, dict | set | View):
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
            flow = self.block(node.body)
            if flow is not None and flow.certain:
                return flow
            if flow is not None:
                with self.journal.guarded(flow.guard):
                    return self.later(flow, self.run_while(node))
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
        if flow is not None and flow.raises:
            self.raising.append(flow.raises)
        return self.block(node.orelse)


def _runs_within(node: ast.For, started: Started) -> bool:
    """Whether a loop over a generator goes through all of it, so that its rounds run where that yields."""
    unused = not (started.used or started.managed)
    return unused and {leaving(each) for each in node.body} <= {None, "continue"}


def one_of_two(first: Flow | None, second: Flow | None, condition: str) -> Flow | None:
    """How an ``if`` ends of which either branch may run: ``first`` if ``condition`` holds, else ``second``."""
    if first is None or second is None:
        only, guard = (first, f"unless {condition}") if first else (second, f"if {condition}")
        return only and replace(only, guard=guard)
    if "raise" in {first.kind, second.kind} and first.kind != second.kind:
        raising, other = (first, second) if first.kind == "raise" else (second, first)
        raises = raising.guard or (f"unless {condition}" if raising is first else f"if {condition}")
        return replace(other, raises=raises, guard=None if first.certain and second.certain else f"unless {condition}")
    certain = first.certain and second.certain and first.kind == second.kind
    value = either(f"what depends on {condition}", first.value, second.value)
    return Flow(first.kind, value, None if certain else f"unless {condition}", first.raises or second.raises)


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
