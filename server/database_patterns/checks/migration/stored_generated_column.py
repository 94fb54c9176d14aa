"""rules/migration/stored-generated-column.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn, Column
from database_patterns.checks import Hit, new_columns, triggers
from database_patterns.effects.context import StatementInContext


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = new_columns.rewritten_for("expression", action, at)
    column, expression = action.column, action.column.default
    if effect is None or expression is None:
        return
    yield new_columns.hit(
        action,
        "GENERATED … STORED",
        effect,
        at,
        "Add a plain column whose value a trigger computes"
        " (from PostgreSQL 18 on, VIRTUAL instead of STORED needs none of this):",
        triggers.kept_in_step(
            action.table, Column(column.name, column.type), triggers.computed(action.table, expression)
        ),
    )
