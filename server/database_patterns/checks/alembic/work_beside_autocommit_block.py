"""rules/alembic/work-beside-autocommit-block.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from database_patterns.checks import Hit, wording
from database_patterns.effects.context import MigrationInContext, StatementInContext, follow
from database_patterns.model import AutocommitBlock, ServerError

Step = Sequence[StatementInContext]
"""What is committed at once."""


def check(migration: MigrationInContext) -> Iterator[Hit]:
    notes = migration.migration.notes
    if not any(isinstance(note, AutocommitBlock) and note.direction == migration.direction for note in notes):
        return
    for step, following in pairwise(_steps(migration)):
        if refused := _refused_again(migration, step[-1]):
            stays, error = refused
            yield Hit(
                f"If this fails, line {stays.statement.span.line} is committed already, and the revision not recorded."
                f" The next attempt fails there: {wording.sentence(f'{error.message} ({error.sqlstate})')}",
                "Give each a revision of its own, with transaction_per_migration=True in env.py.",
                span=following[0].statement.span,
                related=(stays.statement.span,),
            )
            return


def _steps(migration: MigrationInContext) -> Iterator[Step]:
    """The statements that each transaction commits together; those in an autocommit block are alone."""
    for key, group in groupby(migration.statements, key=_transaction):
        statements = list(group)
        yield from [statements] if key else [[each] for each in statements]


def _transaction(at: StatementInContext) -> str:
    return at.statement.transaction.id if at.statement.transaction else ""


def _refused_again(
    migration: MigrationInContext, last: StatementInContext
) -> tuple[StatementInContext, ServerError] | None:
    """What PostgreSQL refuses when all up to ``last`` is committed and the direction is run again, and the error."""
    again = follow(migration.migration, migration.direction, last.after, migration.assumptions)
    for first, second in zip(migration.statements, again.statements, strict=True):
        error = second.prediction.error
        if error and first.statement.confidence == "exact" and not first.prediction.error:
            return first, error
        if first is last:
            break
    return None
