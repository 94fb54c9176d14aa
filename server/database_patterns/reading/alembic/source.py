"""The source text of a revision: its syntax tree, the spans of its nodes, and places in it."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from database_patterns.errors import UserError
from database_patterns.model import Span

_LEAVES = {
    *(str, bytes, int, float, complex, bool, type(None), type(...)),
    *(ast.Load, ast.Store, ast.Del),
    *(kind for base in (ast.boolop, ast.operator, ast.unaryop, ast.cmpop) for kind in base.__subclasses__()),
}
"""What nodes hold besides nodes, and the marks that have nothing in them."""

_SIGNS: Final = ",.([{=+\n;:<>*/%|&@~!-"
_SIGNS_MAX: Final = 100_000
"""A node of the syntax tree takes about a kilobyte, and there is hardly one without such a sign."""
_QUIET: Final = re.compile(
    r"#[^\n]*+|(?P<fields>[fF][rR]?|[rR][fF])?+"
    r"(?:\"{3}(?:[^\"\\]++|\\.|\"(?!\"\"))*+\"{3}|'{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}"
    r"|\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+')",
    re.DOTALL,
)
"""A comment, or a string (with ``fields`` when it is an f-string)."""


def _signs(text: str) -> int:
    """How many signs ``text`` has outside of comments and strings; those inside count where there are few in all."""
    signs = sum(map(text.count, _SIGNS))
    if signs <= _SIGNS_MAX:
        return signs
    code = _QUIET.sub(lambda quiet: quiet[0] if quiet["fields"] else "", text)
    return sum(map(code.count, _SIGNS))


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and the expressions and statements in it, in no particular order; much faster than ``ast.walk``."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        for value in current.__dict__.values():
            kind = value.__class__
            if kind is list:
                waiting += [each for each in value if each.__class__ not in _LEAVES]
            elif kind not in _LEAVES:
                waiting.append(value)


@dataclass(frozen=True, slots=True)
class Branch:
    """Statements or expressions in a row that do not run: they would ``word`` (if, after …) ``because``."""

    nodes: Sequence[ast.AST]
    word: str
    because: ast.AST | str


class Source:
    """A parsed Python file.

    Raises:
        UserError: the text is not Python, or nested too deeply to be read.
    """

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in self.text:
            line = self.text[: self.text.index("\0")].count("\n") + 1
            raise UserError(f"is not valid Python (a NUL byte, line {line})", where=path)
        if _signs(self.text) > _SIGNS_MAX:
            remedy = "leave bulk data to COPY, or to a text that is executed"
            what = f"has more than {_SIGNS_MAX:,} signs of Python outside of strings"
            raise UserError(what, where=path, remedy=remedy)
        try:
            self.tree = ast.parse(self.text)
        except SyntaxError as error:
            raise UserError(f"is not valid Python ({error.msg}, line {error.lineno})", where=path) from None
        except (ValueError, RecursionError, MemoryError):
            raise UserError("is not Python that can be read (nested too deeply)", where=path) from None
        self._lines = self.text.split("\n")
        self._ascii = self.text.isascii()
        self.assigns_within = ":=" in self.text
        """Whether expressions may assign names."""
        self._starts: list[int] = []

    def span(self, node: ast.AST) -> Span:
        """The range of ``node``, columns in characters (the parser counts bytes)."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line, end_column = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column)
        return Span(
            self.path,
            line,
            self._characters(line, column) + 1,
            end_line,
            self._characters(end_line, end_column) + 1,
        )

    def code(self, node: ast.AST, length: int = 80) -> str:
        """``node`` as written, on one line and not longer than ``length``."""
        span = self.span(node)
        lines = self._lines[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        lines = [line[: 4 * length] for line in lines[: 4 * length]]
        text = " ".join(" ".join(lines)[: 4 * length].split())
        return text if len(text) <= length else f"{text[: length - 1]}…"

    def range(self, node: ast.AST) -> tuple[int, int]:
        """Where ``node`` begins and ends, as offsets in ``text``."""
        span = self.span(node)
        starts = self._starts_of_lines()
        return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1

    def between(self, begin: int, end: int) -> Span:
        """The range from the offset ``begin`` in ``text`` to ``end``."""
        return Span(self.path, *self._position(begin), *self._position(end))

    def _characters(self, line: int, byte_column: int) -> int:
        if self._ascii:
            return byte_column
        text = self._lines[line - 1][:byte_column] if line <= len(self._lines) else ""
        return len(text.encode()[:byte_column].decode(errors="replace"))

    def _starts_of_lines(self) -> list[int]:
        if not self._starts:
            self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))
        return self._starts

    def _position(self, offset: int) -> tuple[int, int]:
        starts = self._starts_of_lines()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1
