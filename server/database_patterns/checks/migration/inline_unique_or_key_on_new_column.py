"""rules/migration/inline-unique-or-key-on-new-column.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn
from database_patterns.checks import Hit, new_columns, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import add_column


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    table, column = action.table, action.column
    effect = new_columns.effect_of(action, at)
    if effect is None or not effect.scan or effect.rewrite is True:
        return
    for key in new_columns.constraints_of(table, column):
        if key.kind in {"unique", "primary key"}:
            yield Hit(
                f"ADD COLUMN {column.name} … {key.kind.upper()} {wording.takes(effect, wording.named(table, at))} until"
                f" the whole table is read, the index {key.name} is built and the transaction ends.",
                wording.help_text(
                    at,
                    "Add the column alone:",
                    [add_column(table, column)],
                    *new_columns.constraints_afterwards(table, column, at),
                ),
                wording.certainty_of(effect, effect.scan),
                (effect,),
            )
