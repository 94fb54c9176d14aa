"""Comments that allow what a rule flags: which rules, why, and what of the file each of them speaks of.

``# database-patterns: allow[drop-column] because <reason>`` in Python, ``-- database-patterns: …`` in SQL. A comment
beside code speaks of the statement that it stands in; one that has its line for itself, of the next statement. A
compound statement of Python (a function, a ``with`` block) is meant with all that is in it.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from database_patterns.model import Allowance, Span

_MARK: Final = "database-patterns:"
_COMMENT: Final = re.compile(rf"(?:#|--|/\*)\s*(?P<text>{_MARK}[^\n]*?)\s*(?:\*/.*)?$")
_ALLOWS: Final = re.compile(rf"{_MARK}\s*allow\[(?P<rules>[^\]]*)\](?:\s*because\s+(?P<reason>\S.*))?\s*")


@dataclass(frozen=True, slots=True)
class _Comment:
    """What stands after the comment's sign, its place, and whether it has the line for itself."""

    text: str
    span: Span
    alone: bool


def in_sql(text: str, path: str, statements: Iterable[Span]) -> tuple[Allowance, ...]:
    """The allowances of a SQL file with ``statements`` at these places."""
    if _MARK not in text:
        return ()
    lines = [(each.line, each.end_line) for each in statements]
    comments = (
        _Comment(found["text"], _span(path, number, line, found), alone=not line[: found.start()].strip())
        for number, line in enumerate(text.split("\n"), start=1)
        if (found := _COMMENT.search(line))
    )
    return tuple(_allowance(each, _of_sql(each, lines)) for each in comments)


def in_python(text: str, path: str) -> tuple[Allowance, ...]:
    """The allowances of a revision, which is known to be Python that parses."""
    if _MARK not in text:
        return ()
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    return tuple(_allowance(each, _of_python(each, statements)) for each in _python_comments(text, path))


def _python_comments(text: str, path: str) -> Iterator[_Comment]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and (found := _COMMENT.search(token.string)):
            line, column = token.start
            place = Span(path, line, column + 1, line, token.end[1] + 1)
            yield _Comment(found["text"], place, alone=not token.line[:column].strip())


def _span(path: str, number: int, line: str, found: re.Match[str]) -> Span:
    return Span(path, number, found.start() + 1, number, len(line.rstrip()) + 1)


def _allowance(comment: _Comment, lines: tuple[int, int]) -> Allowance:
    found = _ALLOWS.fullmatch(comment.text)
    rules = [name.strip() for name in found["rules"].split(",")] if found else []
    return Allowance(comment.span, tuple(filter(None, rules)), found["reason"] if found else None, *lines)


def _of_sql(comment: _Comment, lines: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last line of the statements that the comment stands in, else of the next one."""
    line = comment.span.line
    around = [each for each in lines if each[0] <= line <= each[1]]
    if around:
        return min(around)[0], max(each[1] for each in around)
    return min((each for each in lines if each[0] > line), default=(line, line))


def _of_python(comment: _Comment, statements: Sequence[ast.stmt]) -> tuple[int, int]:
    """The lines of the innermost statement whose own code the comment stands in, else of the next one."""
    line = comment.span.line
    around = [each for each in statements if each.lineno <= line <= _last_own_line(each, alone=comment.alone)]
    following = [each for each in statements if each.lineno > line]
    found = max(around, key=_start, default=None) or min(following, key=_start, default=None)
    return (found.lineno, found.end_lineno or found.lineno) if found else (line, line)


def _start(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _last_own_line(node: ast.stmt, *, alone: bool) -> int:
    """Where the statement itself ends: a compound one before what is in it, a comment there speaking of that."""
    body: list[ast.stmt] = getattr(node, "body", [])
    if not body:
        return node.end_lineno or node.lineno
    return node.lineno if alone else max(node.lineno, body[0].lineno - 1)
