"""rules/migration/drop-foreign-key-locks-both-tables.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import DropConstraint
from database_patterns.checks import Hit, short_locks
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: DropConstraint, at: StatementInContext) -> Iterator[Hit]:
    table = at.before_action(action).table(action.table)
    key = table.constraints.get(action.constraint) if table else None
    if key is None or key.references is None or at.prediction.error or short_locks.has_timeout(at):
        return
    if at.direction == "downgrade":
        return  # it takes back what its upgrade has locked the same tables for
    own, other = (family.effect_on(name, at) for name in (action.table, key.references))
    if own is None or other is None or own.relation == other.relation:
        return
    if not at.created_here(action.table) and not at.created_here(key.references):
        yield short_locks.hit(f"Dropping the foreign key {action.constraint}", [own, other], at)
