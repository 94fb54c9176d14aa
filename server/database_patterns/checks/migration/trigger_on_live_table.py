"""rules/migration/trigger-on-live-table.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import CreateTrigger, Drop, Name
from database_patterns.checks import Hit, short_locks
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: CreateTrigger | Drop, at: StatementInContext) -> Iterator[Hit]:
    table, what = _subject(action)
    effect = family.effect_on(table, at) if table else None
    if table and effect and not at.created_here(table) and not at.prediction.error and not short_locks.has_timeout(at):
        yield short_locks.hit(what, [effect], at)


def _subject(action: CreateTrigger | Drop) -> tuple[Name | None, str]:
    if isinstance(action, CreateTrigger):
        return action.table, "CREATE TRIGGER"
    return (action.table if action.kind == "trigger" else None), "DROP TRIGGER"
