"""rules/migration/lock-timeout-missing.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit, short_locks
from database_patterns.effects.context import MigrationInContext, StatementInContext
from database_patterns.locks import blocked_by
from database_patterns.model import Effect


def check(migration: MigrationInContext) -> Iterator[Hit]:
    for at in migration.statements:
        strong = _strong(at)
        if strong and not short_locks.has_timeout(at) and not at.prediction.error:
            found = short_locks.hit(f"No lock_timeout is set before line {at.statement.span.line}, which", strong, at)
            yield Hit(found.message, found.help, effects=found.effects, span=at.statement.span)
            return


def _strong(at: StatementInContext) -> list[Effect]:
    """The locks on tables in use that stop reads or writes."""
    tables = (each for each in at.prediction.effects if each.kind == "table" and each.lock is not None)
    return [each for each in tables if each.lock and "writes" in blocked_by(each.lock) and not at.is_new(each.relation)]
