"""Nothing is dropped: the calls of a file that would send SQL, held against those that were interpreted."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeGuard

from database_patterns.model import Direction, NeverRuns, Span

from .operations import OPERATIONS
from .source import Branch, Source, walk

_SENDING: Final = OPERATIONS - {"batch_alter_table"} | {"exec_driver_sql"}
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_REMEMBERED: Final = 500
"""The classes of a project's modules are asked about by each revision that uses them."""
_TOP: Final = ""
"""The name of what stands at the top level of a file: it runs in both directions."""


@dataclass(slots=True)
class _Definition:
    """What a top-level name stands for: its nodes, its calls that send SQL, and the names that it uses."""

    nodes: list[ast.AST] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    names: list[ast.Name] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Missing:
    """The calls that were not interpreted, each with why, and the parts that are known not to run."""

    calls: tuple[tuple[ast.Call, str], ...]
    dead: tuple[NeverRuns, ...]


class Account:
    """What each top-level definition of a file may send; made once for both directions."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._definitions: dict[str, _Definition] = {}
        for name, node in _named(source.tree.body):
            _fill(self._definitions.setdefault(name, _Definition()), node)
        self._found: set[str] = set()

    def missing(
        self, direction: Direction, reached: Collection[int], branches: Mapping[int, Branch], gaps: Sequence[Span]
    ) -> Missing:
        """What would send SQL in ``direction`` and was not ``reached``, apart from what lies in one of ``gaps``.

        ``branches`` are the parts of the file that are known not to run.
        """
        owners = {id(inner): branch for branch in branches.values() for node in branch.nodes for inner in walk(node)}
        covers = _covering(span for span in gaps if span.end_line > 1)
        calls: list[tuple[ast.Call, str]] = []
        dead: dict[int, NeverRuns] = {}
        for name, definition in self._used(direction, owners):
            for call in definition.calls:
                branch = owners.get(id(call))
                if id(call) in reached:
                    continue
                if branch is not None:
                    dead[id(branch)] = self._never_runs(branch, direction)
                elif not covers(self._source.span(call)):
                    calls.append((call, f"it is in a part of {name or 'the file'} that could not be followed"))
        return Missing(tuple(calls), tuple(dead.values()))

    def unused(self) -> Iterator[NeverRuns]:
        """The definitions with calls that neither direction uses, of those that were asked for so far."""
        for name, definition in self._definitions.items():
            if definition.calls and name not in self._found:
                for node in definition.nodes:
                    yield NeverRuns(self._source.span(node), None, f"nothing that runs uses {name}")

    def _used(self, direction: Direction, dead: Mapping[int, Branch]) -> Iterator[tuple[str, _Definition]]:
        """The definitions that ``direction`` uses, and those that these use, in code that may run."""
        seen: set[str] = set()
        waiting: list[str] = [_TOP, direction]
        while waiting:
            name = waiting.pop()
            if name in self._definitions and name not in seen:
                seen.add(name)
                definition = self._definitions[name]
                waiting += [node.id for node in definition.names if id(node) not in dead]
                yield name, definition
        self._found |= seen

    def _never_runs(self, branch: Branch, direction: Direction) -> NeverRuns:
        first, last = self._source.span(branch.nodes[0]), self._source.span(branch.nodes[-1])
        span = Span(first.path, first.line, first.column, last.end_line, last.end_column)
        because = branch.because if isinstance(branch.because, str) else self._source.code(branch.because, 100)
        return NeverRuns(span, direction, f"{branch.word} {because}")


def _named(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """The top-level statements of a file under the names that they bind; functions in compound ones by themselves."""
    for node in body:
        if isinstance(node, _FUNCTIONS):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield target.id if isinstance(target, ast.Name) else _TOP, node
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            yield _TOP, node
            yield from _named([inner for inner in walk(node) if isinstance(inner, _FUNCTIONS)])


def _fill(definition: _Definition, node: ast.AST) -> None:
    definition.nodes.append(node)
    for inner in walk(node) if isinstance(node, _FUNCTIONS) else _outside_of_functions(node):
        if isinstance(inner, ast.Name):
            definition.names.append(inner)
        elif _sends(inner):
            definition.calls.append(inner)


def _outside_of_functions(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is in it, without what functions and classes hold."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += [each for each in ast.iter_child_nodes(current) if not isinstance(each, _FUNCTIONS)]


@lru_cache(maxsize=_REMEMBERED)
def may_send(node: ast.AST) -> bool:
    """Whether a call that would send SQL stands anywhere in ``node``."""
    return any(_sends(inner) for inner in walk(node))


def _sends(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SENDING


def _covering(outer: Iterable[Span]) -> Callable[[Span], bool]:
    """Whether a span lies in one of ``outer``."""
    starts: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    for start, end in sorted(map(_range, outer)):
        if not ends or end > ends[-1]:
            starts.append(start)
            ends.append(end)

    def covers(inner: Span) -> bool:
        start, end = _range(inner)
        before = bisect.bisect_right(starts, start) - 1
        return before >= 0 and end <= ends[before]

    return covers


def _range(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (span.line, span.column), (span.end_line, span.end_column)
