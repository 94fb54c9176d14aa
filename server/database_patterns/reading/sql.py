"""A file of plain SQL as a Migration: its statements are the upgrade, run one by one as psql runs them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from database_patterns.actions import TransactionControl
from database_patterns.model import Migration, Span, Statement, Transaction

from .statements import Locate, parse


def read_sql(text: str, path: str) -> Migration:
    """Read SQL text. Statements outside an explicit BEGIN have no transaction of their own: autocommit, as in psql."""
    return Migration(path=path, kind="sql", upgrade=tuple(_in_transactions(parse(text, locator(text, path)))))


def locator(text: str, path: str) -> Locate:
    """A function from character offsets in ``text`` to Spans in ``path``."""
    starts = [0, *(offset + 1 for offset, character in enumerate(text) if character == "\n")]

    def position(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    return lambda start, end: Span(path, *position(start), *position(end))


def _in_transactions(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements, each with the transaction that the file's own BEGIN has opened for it."""
    current: Transaction | None = None
    for statement in statements:
        control = next((action for action in statement.actions if isinstance(action, TransactionControl)), None)
        if control and control.kind == "begin" and current is None:
            line = statement.span.line
            current = Transaction(id=f"begin:{line}", certain=True, reason=f"BEGIN on line {line} opened it")
            yield statement
        elif control and control.kind in {"commit", "rollback", "prepare"}:
            current = None
            yield statement
        else:
            yield replace(statement, transaction=current)
