"""rules/migration/inline-reference-locks-both-tables.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn
from database_patterns.checks import Hit, new_columns, short_locks
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    own = new_columns.effect_of(action, at)
    if own is None or own.scan or short_locks.has_timeout(at):
        return
    for each in action.column.constraints:
        other = family.effect_on(each.references, at) if each.references else None
        if each.references and other and other.relation != own.relation and not at.created_here(each.references):
            yield short_locks.hit(f"ADD COLUMN {action.column.name} … REFERENCES", [own, other], at)
