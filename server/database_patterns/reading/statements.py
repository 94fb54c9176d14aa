"""SQL text to Statements, each parsed once, at its own place; one that does not parse hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import shorten
from typing import Final

from pglast import parser

from database_patterns.model import ServerError, Span, Statement

from .translate import translate
from .trees import parse_sql

Locate = Callable[[int, int], Span]
"""From a range of characters in the SQL text to the place in the file that it stands for."""

SYNTAX_ERROR: Final = "42601"
_DEEPEST: Final = 5_000
_ENDS_OF_EXPRESSIONS: Final = {"ASCII_44", "AND", "OR", "WHEN", "THEN", "ELSE"}
_JOINS: Final = {"UNION", "INTERSECT", "EXCEPT", "JOIN"}
_OPERANDS: Final = {"IDENT", "ICONST", "FCONST", "SCONST", "BCONST", "XCONST", "PARAM", "ASCII_46"}
_MESSAGE_LENGTH: Final = 160
"""An unterminated quote makes PostgreSQL quote the rest of the file."""


def parse(sql: str, locate: Locate) -> tuple[Statement, ...]:
    """The statements of ``sql``, in order.

    A statement that PostgreSQL's parser rejects comes back with ``error``, without tree and actions, and with the
    parser's own position as its related span.
    """
    try:
        _refuse_deep_nesting(sql)
        return tuple(_parsed(sql, locate, 0, len(sql)))
    except parser.ParseError:
        return tuple(
            statement for start, end in _pieces(sql) for statement in _parsed_or_rejected(sql, locate, start, end)
        )


def parser_version() -> str:
    """The version of PostgreSQL whose grammar the parser is ("18.6")."""
    return ".".join(map(str, parser.get_postgresql_version()))


def _parsed(sql: str, locate: Locate, start: int, end: int) -> Iterator[Statement]:
    for raw in parse_sql(sql[start:end]):
        first = start + (raw.stmt_location or 0)
        last = first + raw.stmt_len if raw.stmt_len else _end_of_last_token(sql, first, end)
        text = sql[first:last].rstrip()
        yield Statement(text, locate(first, first + len(text)), tree=raw.stmt, actions=translate(raw.stmt, text))


def _parsed_or_rejected(sql: str, locate: Locate, start: int, end: int) -> Iterator[Statement]:
    try:
        _refuse_deep_nesting(sql[start:end])
        yield from tuple(_parsed(sql, locate, start, end))
    except parser.ParseError as error:
        message, position = error.args
        at = end if position is None else start + position
        yield Statement(
            sql[start:end],
            locate(start, end),
            related=(locate(at, min(at + 1, end)),),
            error=ServerError(SYNTAX_ERROR, shorten(message, _MESSAGE_LENGTH, placeholder="…")),
        )


def _end_of_last_token(sql: str, start: int, end: int) -> int:
    text = sql[start:end]
    if "--" not in text and "/*" not in text:
        return start + len(text.rstrip())
    tokens = [token for token in parser.scan(text) if not _is_comment(token)]
    return start + tokens[-1].end + 1 if tokens else end


def _is_comment(token: parser.Token) -> bool:
    return token.name in {"SQL_COMMENT", "C_COMMENT"}


def _pieces(sql: str) -> Iterator[tuple[int, int]]:
    """The ranges between semicolons, without surrounding space and comments."""
    tokens, unreadable_from = _tokens(sql)
    start, end, depth = None, 0, 0
    for token in tokens:
        if token.name == "ASCII_59" and depth == 0:
            if start is not None:
                yield start, end
            start = None
            continue
        start, end = token.start if start is None else start, token.end + 1
        depth = max(0, depth + _nesting(token.name, depth))
    if unreadable_from is not None:
        yield unreadable_from if start is None else start, len(sql)
    elif start is not None:
        yield start, end


def _tokens(sql: str) -> tuple[list[parser.Token], int | None]:
    """The tokens without comments, and where an unterminated quote or comment begins, from which none can be had."""
    unreadable_from = None
    try:
        tokens = parser.scan(sql)
    except parser.ParseError as error:
        unreadable_from = error.args[1] or 0
        tokens = parser.scan(sql[:unreadable_from])
    return [token for token in tokens if not _is_comment(token)], unreadable_from


def _nesting(name: str, depth: int) -> int:
    """How a token of this name changes the depth inside ``BEGIN ATOMIC … END``, where semicolons end no statement."""
    if name == "ATOMIC" or (depth and name == "CASE"):
        return 1
    return -1 if depth and name == "END_P" else 0


def _refuse_deep_nesting(sql: str) -> None:
    """Raise ParseError where the tree would be so deep that pglast, which builds it by recursion in C, may crash.

    The grammar itself bounds nested parentheses; a chain such as ``1-1-1…`` or ``… UNION … UNION …`` it does not. The
    estimate counts operators up to what ends an expression, and joins and set operations up to the semicolon.
    """
    if len(sql) < 2 * _DEEPEST:
        return
    operators, depth, joins = [0], 0, 0  # operators in each open parenthesis, and their sum
    for token in _tokens(sql)[0]:
        if token.name == "ASCII_40":
            operators.append(0)
        elif token.name == "ASCII_41" and len(operators) > 1:
            inner = operators.pop()
            operators[-1] += inner
        elif token.name == "ASCII_59":
            operators, depth, joins = [0], 0, 0
        elif token.name in _ENDS_OF_EXPRESSIONS:
            depth -= operators[-1]
            operators[-1] = 0
        elif token.name in _JOINS:
            joins += 1
        elif token.kind == "NO_KEYWORD" and token.name not in _OPERANDS:
            depth += 1
            operators[-1] += 1
        if depth > _DEEPEST or joins > _DEEPEST:
            raise parser.ParseError(f"nested too deeply to be read (more than {_DEEPEST} levels)", token.start)
