"""rules/migration/drop-index-without-concurrently.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import CreateIndex, Drop, Name
from database_patterns.checks import Hit, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import drop_index


def check(action: Drop, at: StatementInContext) -> Iterator[Hit]:
    if action.kind != "index" or action.concurrently or at.prediction.error:
        return
    for name in action.names:
        index = at.before.index(name)
        if index is not None and (index.partitioned or index.parent or at.created_here(index.table)):
            continue
        if _takes_back(name, at) or (index is not None and _goes_anyway(index.table, at)):
            continue
        effect = family.effect_on(index.table, at) if index else None
        table = str(family.called(index.table, at)) if index else "its table"
        yield Hit(
            f"DROP INDEX {name} takes AccessExclusiveLock on {table}: it waits for every query that has begun there,"
            " and all later reads and writes wait behind it until the transaction ends.",
            wording.help_text(
                at,
                f"Let it wait without holding anybody up, {wording.by_itself(at)}:",
                [drop_index(name, concurrently=True)],
            ),
            effects=(effect,) if effect else (),
        )


def _takes_back(dropped: Name, at: StatementInContext) -> bool:
    """Whether this takes back an index that the same revision's upgrade makes the plain way, which is found there."""
    made = (each for statement in at.migration.upgrade for each in statement.actions if isinstance(each, CreateIndex))
    return at.direction == "downgrade" and any(each.name == dropped.name and not each.concurrently for each in made)


def _goes_anyway(table: Name, at: StatementInContext) -> bool:
    """Whether the same migration drops the table, too."""
    actions = (action for statement in at.migration.statements(at.direction) for action in statement.actions)
    dropped = (name for each in actions if isinstance(each, Drop) and each.kind == "table" for name in each.names)
    return any(at.before.resolve(name) == table for name in dropped)
