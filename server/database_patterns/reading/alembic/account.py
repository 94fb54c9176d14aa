"""Nothing is dropped: the calls of a file that would send SQL, held against those that were interpreted."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from database_patterns.model import Span

from .operations import OPERATIONS
from .source import Source, walk

_SENDING: Final = OPERATIONS - {"batch_alter_table"} | {"exec_driver_sql"}


@dataclass(frozen=True, slots=True)
class _Definition:
    """A top-level function or class: its calls that send SQL, and the names that it uses."""

    name: str
    calls: tuple[ast.Call, ...]
    names: tuple[ast.Name, ...]


class Account:
    """What each top-level definition of a file may send; made once for both directions."""

    def __init__(self, source: Source) -> None:
        self._source = source
        definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        self._definitions = {node.name: _definition(node) for node in source.tree.body if isinstance(node, definitions)}

    def unreached(
        self, direction: str, reached: set[int], dead: set[int], gaps: Sequence[Span]
    ) -> Iterator[tuple[ast.Call, str]]:
        """The calls that would send SQL in ``direction``, were not ``reached``, and are not ``dead``: never run.

        Each with why it is missing; what lies in one of ``gaps`` is accounted for already.
        """
        wide = [span for span in gaps if span.end_line > 1]
        for definition in self._used(direction, dead):
            for call in definition.calls:
                if id(call) in reached or id(call) in dead:
                    continue
                span = self._source.span(call)
                if not any(_within(span, outer) for outer in wide):
                    yield call, f"it is in a part of {definition.name} that could not be followed"

    def _used(self, direction: str, dead: set[int]) -> list[_Definition]:
        """The definitions that ``direction`` uses, and those that these use, in code that may run."""
        used: dict[str, _Definition] = {}
        waiting = [direction]
        while waiting:
            name = waiting.pop()
            if name in self._definitions and name not in used:
                used[name] = self._definitions[name]
                waiting += [node.id for node in used[name].names if id(node) not in dead]
        return list(used.values())


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> _Definition:
    calls: list[ast.Call] = []
    names: list[ast.Name] = []
    for inner in walk(node):
        if isinstance(inner, ast.Name):
            names.append(inner)
        elif _sends(inner):
            calls.append(inner)
    return _Definition(node.name, tuple(calls), tuple(names))


def may_send(node: ast.AST) -> bool:
    """Whether a call that would send SQL stands anywhere in ``node``."""
    return any(_sends(inner) for inner in walk(node))


def _sends(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SENDING


def _within(inner: Span, outer: Span) -> bool:
    start, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (outer.line, outer.column) <= start and end <= (outer.end_line, outer.end_column)
