"""A second column of another type or collation that takes the place of the first, while reads and writes go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_patterns.actions import AlterColumnType, Column
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import Operation, drop_not_null, execute, qualified, quoted, rename_column

from . import recipes, triggers


def parts(action: AlterColumnType, at: StatementInContext) -> Iterator[str | Sequence[Operation]]:
    """The parts of a help that makes a second column, and exchanges the names of the two."""
    table, column = action.table, action.column
    new, old = recipes.generated_name(column, "new"), recipes.generated_name(column, "old")
    value = triggers.computed(table, action.using) if action.using else f"NEW.{quoted(column)}"
    yield f"Add a column of the new {'collation' if action.collation else 'type'} that a trigger keeps in step:"
    yield triggers.kept_in_step(table, Column(new, action.type, collation=action.collation), value)
    yield (
        "Copy the existing rows in batches, and give the new column the old one's default, indexes and constraints."
        " Then exchange the names in one short transaction, and drop the old column in a later release:"
    )
    yield [
        execute(f"DROP TRIGGER {triggers.trigger_of(table, new)} ON {qualified(table)}"),
        rename_column(table, column, old),
        rename_column(table, new, column),
        *([drop_not_null(table, old)] if family.may_be_required(table, column, at) else []),
    ]
