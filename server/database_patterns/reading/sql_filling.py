"""What tools put into a SQL text before they send it: Flyway's placeholders, psql's variables, the environment's.

A value that is not known becomes ``$1``, ``$2`` …, as in the SQL of revisions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from database_patterns.model import Confidence, Span, Statement

from .psql import Condition, variables
from .sql_dividers import Template
from .statements import Locate, parse

_PATTERNS: Final[Mapping[Template, re.Pattern[str]]] = {
    "environment": re.compile(r"\$\{(\w+)[^}\n]*\}|\$([A-Za-z_]\w*)\b(?!\$)"),
    "flyway": re.compile(r"\$\{([^}\n]+)\}"),
    "go": re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}"),
    "play": re.compile(r"(;);"),
}
_SAID: Final[Mapping[Template, str]] = {
    "environment": "the variable {} of the environment",
    "flyway": "the placeholder {}, whose value no setting tells",
    "go": "what the template {} gives",
    "psql": "psql's variable {}, whose value is not known here",
}
_NUMBER: Final = re.compile(r"\$(\d+)")
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A range of the text that something else is put in for: ``value``, None where it is not known."""

    start: int
    end: int
    name: str
    value: str | None


@dataclass(slots=True)
class Filled:
    """A text with what was put into it: ``starts`` are places in it, each with the place in the original."""

    text: str = ""
    starts: list[int] = field(default_factory=list)
    places: list[tuple[int, int | None]] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)

    def add(self, text: str, start: int, end: int | None) -> None:
        """Add ``text``, which stands at ``start``: as it is, or all of it for what ends at ``end``."""
        self.starts.append(len(self.text))
        self.places.append((start, end))
        self.text += text

    def place(self, offset: int, *, last: bool) -> int:
        """Where a character stands in the original; of what was put in, the first or the ``last`` one."""
        number = max(0, bisect_right(self.starts, offset) - 1)
        start, end = self.places[number]
        if end is None:
            return start + offset - self.starts[number]
        return end - 1 if last else start

    def statements(self, locate: Locate, conditions: Sequence[Condition]) -> Iterator[Statement]:
        """The statements: with a value that is not known in them partial or opaque, under a condition guarded."""
        if len(self.starts) == 1 and not conditions:
            by = self.places[0][0]
            yield from parse(self.text, lambda begin, end: locate(by + begin, by + end))
            return
        begins: dict[Span, int] = {}

        def original(begin: int, end: int) -> Span:
            first = self.place(begin, last=False)
            span = locate(first, self.place(end - 1, last=True) + 1 if end > begin else first)
            begins[span] = first
            return span

        for statement in parse(self.text, original):
            begin = begins[statement.span]
            guards = [each.guard for each in conditions if each.start <= begin < each.end]
            yield _under(self._with_holes(statement), guards)

    def _with_holes(self, statement: Statement) -> Statement:
        if not self.holes:
            return statement
        numbers = dict.fromkeys(int(match[1]) for match in _NUMBER.finditer(statement.sql) if len(match[1]) <= _DIGITS)
        named = [f"${number} is {self.holes[number - 1]}" for number in numbers if 0 < number <= len(self.holes)]
        if not named:
            return statement
        confidence: Confidence = "opaque" if statement.tree is None else "partial"
        return replace(statement, confidence=confidence, guard="; ".join(named), related=(), error=None)


def _under(statement: Statement, guards: Sequence[str]) -> Statement:
    if not guards:
        return statement
    confidence: Confidence = "guarded" if statement.confidence == "exact" else statement.confidence
    guard = " and ".join([*guards, *([statement.guard] if statement.guard else [])])
    return replace(statement, confidence=confidence, guard=guard)


def filled(text: str, start: int, end: int, template: Template, found: Iterable[Placeholder]) -> Filled:
    """What stands from ``start`` to ``end`` in ``text``, with what was ``found`` there filled in."""
    result, done = Filled(), start
    for each in found:
        result.add(text[done : each.start], done, None)
        value = each.value
        if value is None:
            result.holes.append(_SAID[template].format(each.name))
            value = f"${len(result.holes)}"
        result.add(value, each.start, each.end)
        done = each.end
    result.add(text[done:end], done, None)
    return result


def placeholders(text: str, sql: str, template: Template, values: Mapping[str, str]) -> Iterator[Placeholder]:
    """What ``template`` has put in for it in ``sql``, which is ``text`` without psql's commands.

    ``values`` are known by their names in lower case.
    """
    if template == "psql":
        yield from (Placeholder(each.start, each.end, each.written, each.value) for each in variables(text, sql))
    elif template in _PATTERNS:
        for match in _PATTERNS[template].finditer(sql):
            name = next(filter(None, match.groups()))
            value = ";" if template == "play" else values.get(name.lower())
            yield Placeholder(match.start(), match.end(), match[0], value)
