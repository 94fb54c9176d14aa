"""rules/migration/inline-unique-or-key-on-new-column.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn
from database_patterns.checks import Hit, new_columns
from database_patterns.effects.context import StatementInContext


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = new_columns.effect_of(action, at)
    if effect is None or not effect.scan or effect.rewrite is True:
        return
    for key in new_columns.constraints_of(action.table, action.column):
        if key.kind in {"unique", "primary key"}:
            until = f"the whole table is read, the index {key.name} is built"
            yield new_columns.alone(action, key.kind.upper(), until, effect, at)
