"""A file of plain SQL as a Migration: its statements in the transactions in which the file's tool runs them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from database_patterns.actions import TransactionControl
from database_patterns.model import Direction, Gap, Migration, Span, Statement, Transaction

from .allowances import in_sql
from .psql import conditions, without_commands
from .sql_filling import filled, placeholders
from .sql_layouts import UNTOLD, Part, Running, parts
from .statements import Locate, parse

_ENDS: Final = {"commit", "rollback", "prepare"}
_NOT_WRITTEN: Final = re.compile(
    r"^-- (?:THIS OPERATION CANNOT BE WRITTEN AS SQL"
    r"|MIGRATION NOW PERFORMS OPERATION THAT CANNOT BE WRITTEN AS SQL:)[ \t]*$",
    re.MULTILINE,
)
_DESCRIPTION: Final = re.compile(r"^-- (?=\S)(?!THIS OPERATION|MIGRATION NOW)(.+?)[ \t\r]*$", re.MULTILINE)
_DJANGO: Final = "Django runs this operation in Python, and writes no SQL for it"
_NOT_SENT: Final = "it stands before the first marker, and is not sent by the tool that the markers are for"

_BY_ITSELF: Final = re.compile(
    r"(?:create|drop) (?:database|tablespace|subscription)|alter system|(?:create|drop)(?: unique)? index concurrently"
    r"|reindex(?: verbose)? (?:schema|database|system)|vacuum|discard all",
    re.IGNORECASE,
)
"""The statements for which Flyway opens no transaction. It knows no others: ``REINDEX TABLE CONCURRENTLY`` fails."""
_NOT_MIXED: Final = "Flyway refuses statements that need a transaction beside one that refuses it, unless `mixed` is on"
_COMMENTS: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def read_sql(text: str, path: str, running: Running = UNTOLD) -> Migration:
    """Read SQL text. Which statements share a transaction depends on the tool that the file is laid out for.

    In a file of no known layout they run as psql runs them: outside an explicit BEGIN each by itself. ``running`` is
    what settings beside the file say.
    """
    locate = locator(text, path)
    sql, skipped = without_commands(text)
    found = _Found(text, path)
    sent = parts(text, path, running)
    conditional = tuple(conditions(text))
    values = running.placeholders or {}
    put_in = {each: tuple(placeholders(text, sql, each, values)) for each in {part.template for part in sent}}
    for part in sent:
        inside = (each for each in put_in[part.template] if part.start <= each.start < part.end)
        statements = tuple(filled(sql, part.start, part.end, part.template, inside).statements(locate, conditional))
        found.statements[part.direction] += _in_transactions(statements, part, path)
    gaps = [(each.start, Gap(locate(each.start, each.end), each.what, each.why)) for each in skipped]
    gaps += [(start, Gap(locate(start, end), what, _DJANGO)) for start, end, what in _not_written(text)]
    if sent[0].start and (before := parse(sql[: _start_of_line(text, sent[0].start)], locate)):
        gaps.append((0, Gap(before[0].span, before[0].sql[:80], _NOT_SENT)))
    for start, gap in sorted(gaps, key=lambda item: item[0]):
        found.gaps[_direction_at(sent, start)].append(gap)
    return found.migration()


def locator(text: str, path: str) -> Locate:
    """A function from character offsets in ``text`` to Spans in ``path``."""
    starts = [0, *(offset + 1 for offset, character in enumerate(text) if character == "\n")]

    def position(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    return lambda start, end: Span(path, *position(start), *position(end))


@dataclass(slots=True)
class _Found:
    text: str
    path: str
    statements: dict[Direction, list[Statement]] = field(default_factory=lambda: {"upgrade": [], "downgrade": []})
    gaps: dict[Direction, list[Gap]] = field(default_factory=lambda: {"upgrade": [], "downgrade": []})

    def migration(self) -> Migration:
        return Migration(
            path=self.path,
            kind="sql",
            upgrade=tuple(self.statements["upgrade"]),
            downgrade=tuple(self.statements["downgrade"]),
            upgrade_gaps=tuple(self.gaps["upgrade"]),
            downgrade_gaps=tuple(self.gaps["downgrade"]),
            allowances=in_sql(self.text, self.path, (each.span for some in self.statements.values() for each in some)),
        )


def _start_of_line(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _direction_at(sent: Sequence[Part], offset: int) -> Direction:
    """The direction of the part that ``offset`` is in, or that follows on it."""
    return next((part.direction for part in sent if offset < part.end), sent[-1].direction)


def _not_written(text: str) -> Iterator[tuple[int, int, str]]:
    """The places where Django's sqlmigrate has left an operation out, and its description of it."""
    for mark in _NOT_WRITTEN.finditer(text):
        described = list(_DESCRIPTION.finditer(text, text.rfind("\n\n", 0, mark.start()) + 1, mark.start()))
        following = _DESCRIPTION.search(text, mark.end())
        near = described[-1] if described else following
        yield mark.start(), mark.end(), near[1] if near else "an operation"


# Transactions -------------------------------------------------------------------------------------------------------


def _in_transactions(statements: Sequence[Statement], part: Part, path: str) -> Iterator[Statement]:
    """The statements of one part, each with the transaction that it runs in."""
    certain, reason, sending = part.certain, part.reason, part.sending
    if sending in {"flyway", "flyway mixed"}:
        alone = [bool(_BY_ITSELF.match(" ".join(_COMMENTS.sub(" ", each.sql).split()))) for each in statements]
        opens_none = any(alone) if sending == "flyway mixed" else alone and all(alone)
        sending = "apart" if opens_none else "together"
        certain = not any(alone) or bool(opens_none)
        reason = reason if certain else _NOT_MIXED
    if sending == "apart" or (sending == "message" and len(statements) < 2):
        return _as_psql(statements)
    return _as_one(
        statements, Transaction(f"{path}/{part.direction}/{part.section}", certain, reason), again=sending == "message"
    )


def _as_psql(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Each by itself, unless the file's own BEGIN has opened a transaction for it."""
    current: Transaction | None = None
    for statement in statements:
        control = _control(statement)
        if control == "begin" and current is None:
            current = _begun_by(statement)
            yield statement
        elif control in _ENDS:
            current = _begun_by(statement) if _chains(statement) else None
            yield statement
        else:
            yield replace(statement, transaction=current)


def _as_one(statements: Iterable[Statement], opened: Transaction, *, again: bool) -> Iterator[Statement]:
    """All in the transaction ``opened``, up to the file's own COMMIT; in one message PostgreSQL then opens another."""
    current: Transaction | None = opened
    for statement in statements:
        control = _control(statement)
        if control in _ENDS:
            place = f"{statement.span.line}:{statement.span.column}"
            current = replace(opened, id=f"{opened.id}/{place}") if again else None
            if _chains(statement):
                current = _begun_by(statement)
            yield statement
        elif control == "begin" and current is None:
            current = _begun_by(statement)
            yield statement
        else:
            yield replace(statement, transaction=None if control == "begin" else current)


def _begun_by(statement: Statement) -> Transaction:
    """The transaction that BEGIN opens, or COMMIT AND CHAIN."""
    span = statement.span
    verb = "BEGIN" if _control(statement) == "begin" else "AND CHAIN"
    reason = f"{verb} on line {span.line} opened it"
    return Transaction(f"{span.path}/begin/{span.line}:{span.column}", certain=True, reason=reason)


def _chains(statement: Statement) -> bool:
    """Whether COMMIT or ROLLBACK begins another transaction at once."""
    return bool(getattr(statement.tree, "chain", False))


def _control(statement: Statement) -> str | None:
    return next((action.kind for action in statement.actions if isinstance(action, TransactionControl)), None)
