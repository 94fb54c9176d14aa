"""rules/migration/volatile-default-on-new-column.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from database_patterns.actions import AddColumn
from database_patterns.checks import Hit, new_columns
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import add_column, set_default


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = new_columns.rewritten_for("default", action, at)
    column, default = action.column, action.column.default
    if effect is None or default is None:
        return
    yield new_columns.hit(
        action,
        f"DEFAULT {default.sql}",
        effect,
        at,
        "Add the column without a value for the existing rows, then the default for new ones:",
        [
            add_column(action.table, replace(column, default=None, not_null=False)),
            set_default(action.table, column.name, default.sql),
        ],
    )
