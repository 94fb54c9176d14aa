"""Where the text that a call executes is written: in literals, however they are put together, and named constants.

An expression is followed by its form alone, and believed only if it gives the very text that was executed: what
variables and functions add fills holes. Where no expression of the call gives it (the text of a loop, a parameter, an
item of a dictionary), it is looked for in the file, and counts when it is written there only once.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from database_patterns.model import Span

from .quoted import NotALiteralError, literal
from .source import Source
from .written import HOLE, Range, Written, at, concatenated

_BRACES: Final = re.compile(r"\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_PERCENT: Final = re.compile(r"%%|%(?:\(\w++\))?+[-#0 +]*+[\d*]*+(?:\.[\d*]++)?+[a-zA-Z]")
_PARAMETER: Final = re.compile(r"\\:|(?<![:\w\\]):\w+(?!:)")
_DOUBLED: Final = re.compile("%%")

_PASSING: Final = {"DDL", "bindparams", "columns", "execution_options", "str", "text"}
"""Functions and methods that hand a text on as it is."""
_OF_OWNER: Final = {"bindparams", "columns", "execution_options"}
_EFFORT: Final = 500_000
"""How many characters are followed in one file; a comparison with a text of unknown parts counts as several."""
_COMPARISON: Final = 50
_SEARCHED: Final = 300_000
"""The longest file that is searched for a text."""

Locate = Callable[[int, int], "Span | None"]
"""From a part of a text to its place in the file; None where it is put together from several places."""


@dataclass(frozen=True, slots=True)
class _Assignment:
    """``name = value``, or ``name += value`` where it ``adds``; ``scope`` is the range of its function or file."""

    scope: Range
    place: Range
    value: ast.expr
    adds: bool


@dataclass(slots=True)
class _Expressions:
    """What the expressions below one node say, each with its range: texts, and texts with holes."""

    known: dict[str, list[tuple[Range, Written]]] = field(default_factory=dict)
    holed: list[tuple[Range, Written, int]] = field(default_factory=list)
    """With the number of characters that are known."""


class Texts:
    """The texts of a file by the expressions that make them, each followed once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._expressions: dict[int, _Expressions] = {}
        self._written: dict[int, Written] = {}
        self._constants: list[Range] = []
        self._assignments: dict[str, list[_Assignment]] = {}
        self._left = _EFFORT

    def locate(self, sql: str, call: ast.AST) -> Locate | None:
        """Where the parts of ``sql`` stand that ``call`` executes, when one expression in it gives this text."""
        return self._only(sql, call, 1)

    def search(self, sql: str) -> Locate | None:
        """Where the parts of ``sql`` stand, when one expression of the file gives it, most of it in literals."""
        return self._only(sql, self.source.tree, len(sql) // 2) if len(self.source.text) <= _SEARCHED else None

    def _only(self, sql: str, root: ast.AST, known: int) -> Locate | None:
        """The place that the outermost expressions that give ``sql`` have in common."""
        expressions = self._below(root)
        self._left -= _COMPARISON * len(expressions.holed)
        if self._left < 0:
            return None
        found = list(expressions.known.get(sql, ()))
        for place, written, size in expressions.holed:
            if size >= known and (aligned := written.aligned(sql)):
                found.append((place, aligned))
        found.sort(key=lambda each: (each[0][0], -each[0][1]))
        outermost: list[Written] = []
        end = 0
        for place, written in found:
            if place[1] > end and all(written.ranges != each.ranges for each in outermost):
                outermost.append(written)
            end = max(end, place[1])
        return partial(self._span, outermost[0]) if len(outermost) == 1 else None

    def _span(self, written: Written, begin: int, end: int) -> Span | None:
        """The place of a part; None where it lies in several constants."""
        first, last = written.place(begin, end)
        return self.source.between(first, last) if self._constant(first) == self._constant(last) else None

    def _constant(self, offset: int) -> Range | None:
        """The constant that ``offset`` is in; they do not overlap."""
        number = bisect_left(self._constants, (offset + 1, 0)) - 1
        return self._constants[number] if number >= 0 and offset <= self._constants[number][1] else None

    def _below(self, root: ast.AST) -> _Expressions:
        """What the expressions in ``root`` say, by themselves or by way of ``text()`` or ``DDL()``."""
        if id(root) in self._expressions:
            return self._expressions[id(root)]
        found = self._expressions[id(root)] = _Expressions()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, _MAKE_TEXT):
                try:
                    written = self.of(node)
                except RecursionError:
                    return found
                self._enter(found, self.source.range(node), written)
            if not isinstance(node, ast.JoinedStr):
                waiting += ast.iter_child_nodes(node)
        return found

    @staticmethod
    def _enter(found: _Expressions, place: Range, written: Written) -> None:
        forms = {written.text: written}
        if ":" in written.text:
            form = written.replaced(_PARAMETER, lambda match: ":" if match[0] == "\\:" else HOLE)
            forms.setdefault(form.text, form)
        if "%%" in written.text:
            form = written.replaced(_DOUBLED, lambda _: "%")
            forms.setdefault(form.text, form)
        for text, form in forms.items():
            holes = text.count(HOLE)
            if not holes:
                found.known.setdefault(text, []).append((place, form))
            elif len(text) > holes:
                found.holed.append((place, form, len(text) - holes))

    def of(self, node: ast.expr) -> Written:
        """What ``node`` says; a hole where its form does not tell."""
        key = id(node)
        if key not in self._written:
            self._written[key] = self._hole(node)  # for an expression that needs itself
            written = self._follow(node)
            self._left -= len(written.text)
            if self._left > 0:
                self._written[key] = written
        return self._written[key]

    def _hole(self, node: ast.AST) -> Written:
        return at(HOLE, self.source.range(node))

    def _follow(self, node: ast.expr) -> Written:
        handler = self._HANDLERS.get(type(node))
        return handler(self, node) if handler and self._left > 0 else self._hole(node)

    def _literal(self, node: ast.Constant | ast.JoinedStr) -> Written:
        try:
            return literal(self.source.text, *self.source.range(node))
        except (NotALiteralError, LookupError, ValueError):
            return self._hole(node)

    def _operation(self, node: ast.BinOp) -> Written:
        if isinstance(node.op, ast.Add):
            return concatenated([self.of(node.left), self.of(node.right)])
        if isinstance(node.op, ast.Mod):
            return self.of(node.left).replaced(_PERCENT, lambda match: "%" if match[0] == "%%" else HOLE)
        return self._hole(node)

    def _call(self, node: ast.Call) -> Written:
        function, first = node.func, node.args[0] if node.args else None
        if isinstance(function, ast.Name):
            name, owner = function.id, None
        elif isinstance(function, ast.Attribute):
            name, owner = function.attr, function.value
        else:
            return self._hole(node)
        passed = owner if name in _OF_OWNER else first
        if passed is not None and name in _PASSING:
            return self.of(passed)
        if first is not None and name == "dedent":
            return self.of(first).dedented()
        return self._method(node, owner, name) if owner is not None else self._hole(node)

    def _method(self, node: ast.Call, owner: ast.expr, name: str) -> Written:
        if name == "format":
            return self.of(owner).replaced(_BRACES, _brace)
        if name == "join" and len(node.args) == 1:
            return self._join(owner, node.args[0])
        given = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if name not in _METHODS or len(given) != len(node.args):
            return self._hole(node)
        try:
            return _METHODS[name](self.of(owner), *given)
        except (TypeError, ValueError):
            return self._hole(node)

    def _join(self, separator: ast.expr, items: ast.expr) -> Written:
        if not isinstance(items, ast.List | ast.Tuple) or any(isinstance(each, ast.Starred) for each in items.elts):
            return self._hole(items)
        parts = [part for each in items.elts for part in (self.of(separator), self.of(each))]
        return concatenated(parts[1:])

    def _name(self, node: ast.Name) -> Written:
        """The constant of that name as it was assigned last before it is used, with what was added to it since."""
        begin, _ = self.source.range(node)
        assigned = self._assigned(node.id)
        self._left -= len(assigned)
        reachable = [each for each in assigned if each.scope[0] <= begin < each.scope[1]]
        scope = max((each.scope for each in reachable), default=None)
        near = [each for each in reachable if each.scope == scope]
        near = [each for each in near if each.place[1] <= begin] or near
        last = max((number for number, each in enumerate(near) if not each.adds), default=None)
        if last is None:
            return self._hole(node)
        for place in (self.source.range(each.value) for each in near[last:]):
            if self._constant(place[0]) is None:
                insort(self._constants, place)
        return concatenated(self.of(each.value) for each in near[last:])

    def _assigned(self, name: str) -> list[_Assignment]:
        if not self._assignments:
            for each, target in _assignments(self.source):
                self._assignments.setdefault(target, []).append(each)
        return self._assignments.get(name, [])

    _HANDLERS: Final[dict[type[ast.AST], Callable[..., Written]]] = {
        ast.BinOp: _operation,
        ast.Call: _call,
        ast.Constant: _literal,
        ast.JoinedStr: _literal,
        ast.Name: _name,
    }


def _assignments(source: Source) -> Iterator[tuple[_Assignment, str]]:
    """All assignments of one name in the file, in the order in which they are written within their function."""
    waiting: list[tuple[ast.AST, Range]] = [(source.tree, (0, len(source.text) + 1))]
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope = source.range(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            adds = isinstance(node, ast.AugAssign)
            for target in targets:
                if isinstance(target, ast.Name):
                    yield _Assignment(scope, source.range(node), node.value, adds), target.id
        children = [each for each in ast.iter_child_nodes(node) if isinstance(each, _HOLD_STATEMENTS)]
        waiting += [(each, scope) for each in reversed(children)]


def _brace(match: re.Match[str]) -> str:
    return match[0][0] if match[0] in {"{{", "}}"} else HOLE


def _without_start(written: Written, left: str) -> Written:
    return written.part(len(written.text) - len(left), len(written.text))


def _stripped(written: Written, *characters: str) -> Written:
    left = written.text.lstrip(*characters)
    return _without_start(written, left).part(0, len(left.rstrip(*characters)))


def _replaced(written: Written, old: str, new: str) -> Written:
    grown = written.text.count(old) * len(new)
    if not old or grown > _EFFORT:
        raise ValueError
    return written.replaced(re.compile(re.escape(old)), lambda _: new)


_METHODS: Final[dict[str, Callable[..., Written]]] = {
    "lstrip": lambda written, *given: _without_start(written, written.text.lstrip(*given)),
    "removeprefix": lambda written, given: _without_start(written, written.text.removeprefix(given)),
    "removesuffix": lambda written, given: written.part(0, len(written.text.removesuffix(given))),
    "replace": _replaced,
    "rstrip": lambda written, *given: written.part(0, len(written.text.rstrip(*given))),
    "strip": _stripped,
}
_MAKE_TEXT: Final = (ast.BinOp, ast.Call, ast.Constant, ast.JoinedStr, ast.Name)
_HOLD_STATEMENTS: Final = (ast.stmt, ast.excepthandler, ast.match_case)
