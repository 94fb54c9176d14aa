"""rules/migration/statement-that-fails.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.actions import CreateIndex
from database_patterns.checks import Hit, recipes, wording
from database_patterns.effects import family
from database_patterns.effects.context import MigrationInContext, StatementInContext
from database_patterns.model import Fails, ServerError

from . import concurrently_in_transaction

_MISSING: Final = "Correct the name, or move this behind the migration that creates it."
_TAKEN: Final = "Choose another name, or drop what has it first; IF NOT EXISTS would only hide that the two differ."
_REMEDIES: Final = {
    **dict.fromkeys(("42P01", "42703", "42704", "42883", "3F000"), _MISSING),
    **dict.fromkeys(("42P07", "42701", "42710"), _TAKEN),
    "2BP01": "Drop or change what depends on it first. CASCADE would drop that too, without asking.",
    "25001": "Run it by itself, outside a transaction.",
    "55P04": "Commit the new value first: add it in a transaction of its own.",
}
_OTHER: Final = "Correct it, and try it on a database of that version: it has never passed on one."


def check(subject: StatementInContext | Fails, within: MigrationInContext) -> Iterator[Hit]:
    if isinstance(subject, Fails):
        yield Hit(
            f"This call fails before anything is sent, whatever the database holds: {wording.sentence(subject.error)}"
            " The revision cannot be applied.",
            "Correct the call.",
        )
        return
    error = subject.prediction.error
    if error is not None and not concurrently_in_transaction.is_refused(subject) and not _is_cut_off(subject, within):
        yield Hit(
            f"PostgreSQL {subject.assumptions.postgres} refuses this statement, whatever the rows are:"
            f" {wording.sentence(error.message + _place(subject))} ({error.sqlstate}) {_fate(subject, within)}",
            _help(subject, error),
            effects=subject.prediction.effects,
        )


def _place(at: StatementInContext) -> str:
    """Where PostgreSQL's parser stopped, in a statement that it rejects."""
    where = at.statement.related[:1] if at.statement.error else ()
    return "".join(f" (line {each.line}, column {each.column})" for each in where)


def _is_cut_off(at: StatementInContext, within: MigrationInContext) -> bool:
    """Whether its own call fails already, or one before it, so that the schema is not what that would have made."""
    failed = (each for each in within.migration.notes if isinstance(each, Fails) and each.direction == within.direction)
    span = at.statement.span
    return any(each.span == span or each.span.line < span.line for each in failed)


def _fate(at: StatementInContext, within: MigrationInContext) -> str:
    """What becomes of the statements before this one, if it is reached at all."""
    certain = (each.statement for each in within.statements if each.prediction.error and not each.statement.guard)
    first = next(certain, at.statement)
    if first.span.line < at.statement.span.line:
        return f"The migration has stopped before, at line {first.span.line}."
    if at.statement.transaction is None:
        return "The migration stops here, and what it did before stays."
    return "The migration stops here, and its transaction is rolled back."


def _help(at: StatementInContext, error: ServerError) -> str:
    (action, *_) = at.statement.actions or (None,)
    if isinstance(action, CreateIndex) and action.concurrently and family.is_partitioned(action.table, at):
        return recipes.index_on_partitions(action, at)
    return _REMEDIES.get(error.sqlstate, _OTHER)
