"""rules/alembic/commit-sent-as-sql.md."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, takewhile
from typing import Final

from database_patterns.actions import TransactionControl
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import MigrationInContext, StatementInContext
from database_patterns.rendering.operations import execute

_ENDS: Final = {"commit", "prepare", "rollback"}


def check(at: StatementInContext, within: MigrationInContext) -> Iterator[Hit]:
    if not _ends_transaction(at) or ends_transaction_before(at, within):
        return
    later = dropwhile(lambda each: each is not at, within.statements)
    alone = next((each for each in later if not each.prediction.in_transaction_ok), None)
    word = at.statement.sql.split()[0].upper()
    fate = "undoes" if word == "ROLLBACK" else "commits"
    yield Hit(
        f"{word} sent as SQL {fate} what the revision did before, behind the back of Alembic: if something after it"
        f" fails, the version row is lost.{_drivers(alone)}",
        _help(alone),
        related=(alone.statement.span,) if alone else (),
    )


def ends_transaction_before(at: StatementInContext, within: MigrationInContext) -> bool:
    """Whether a COMMIT that is sent as SQL is what the statement relies on, so that this rule speaks of it."""
    return any(map(_ends_transaction, takewhile(lambda each: each is not at, within.statements)))


def _ends_transaction(at: StatementInContext) -> bool:
    controls = (each.kind for each in at.statement.actions if isinstance(each, TransactionControl))
    in_revision = at.migration.kind == "alembic" and at.statement.transaction is not None
    return in_revision and not _ENDS.isdisjoint(controls)


def _drivers(alone: StatementInContext | None) -> str:
    if alone is None:
        return ""
    return (
        f" It does not make line {alone.statement.span.line} run outside of a transaction everywhere: psycopg 3 begins"
        " another one, in which PostgreSQL refuses that statement (25001)."
    )


def _help(alone: StatementInContext | None) -> str:
    if alone is None:
        return (
            "Leave it out: Alembic commits when the revision is done. What must be committed before comes in a revision"
            " of its own, with transaction_per_migration=True in env.py."
        )
    return wording.help_text(
        alone,
        "Leave it out. In a revision of its own, with transaction_per_migration=True in env.py:",
        [execute(alone.statement.sql, in_transaction=False)],
    )
