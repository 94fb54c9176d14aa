"""rules/migration/serial-or-identity-on-new-column.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn, Column, Name
from database_patterns.catalog.definitions import SERIAL_TYPES
from database_patterns.checks import Hit, new_columns, recipes
from database_patterns.definitions import TypeName
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import add_column, execute, qualified, quoted, set_default


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = new_columns.rewritten_for("number", action, at)
    if effect is None:
        return
    table, column = action.table, action.column
    sequence = qualified(Name(recipes.generated_name(table.name, column.name, "seq"), table.schema))
    integer = SERIAL_TYPES.get(column.type.name.name)
    yield new_columns.hit(
        action,
        "GENERATED … AS IDENTITY" if column.identity else column.type.sql,
        effect,
        at,
        "Add a plain column, and a sequence that numbers new rows:",
        [
            add_column(table, Column(column.name, TypeName(Name(integer)) if integer else column.type)),
            execute(f"CREATE SEQUENCE {sequence} OWNED BY {qualified(table)}.{quoted(column.name)}"),
            set_default(table, column.name, f"nextval('{sequence}')"),
        ],
    )
