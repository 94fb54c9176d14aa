"""rules/migration/type-change-rewrites.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_patterns.actions import AlterColumnType, Column
from database_patterns.checks import Hit, recipes, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import (
    Operation,
    add_column,
    drop_not_null,
    execute,
    qualified,
    quoted,
    rename_column,
)


def check(action: AlterColumnType, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_of(action, action.table, at)
    if effect is None or not effect.rewrite or at.created_here(action.table):
        return
    expand, swap = _steps(action, required=family.may_be_required(action.table, action.column, at))
    takes = wording.takes(effect, wording.named(action.table, at))
    yield Hit(
        f"Changing the type of {action.column} to {action.type.sql} {takes} while the whole table and its indexes are"
        f" written anew.{wording.depends_on(effect.rewrite, at)}",
        wording.help_text(
            at,
            "Add a column of the new type that a trigger keeps in step:",
            expand,
            "Copy the existing rows in batches, and give the new column the old one's default, indexes and constraints."
            " Then exchange the names in one short transaction, and drop the old column in a later release:",
            swap,
        ),
        wording.certainty_of(effect, effect.rewrite),
        (effect,),
    )


def _steps(action: AlterColumnType, *, required: bool) -> tuple[Sequence[Operation], Sequence[Operation]]:
    table, column = action.table, action.column
    new, old = recipes.generated_name(column, "new"), recipes.generated_name(column, "old")
    trigger = quoted(recipes.generated_name(table.name, new))
    function = trigger if table.schema is None else f"{quoted(table.schema)}.{trigger}"
    body = f"BEGIN NEW.{quoted(new)} := {_converted(action)}; RETURN NEW; END"
    expand = [
        add_column(table, Column(new, action.type)),
        execute(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS\n    $${body}$$"),
        execute(
            f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {qualified(table)}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION {function}()"
        ),
    ]
    swap = [
        execute(f"DROP TRIGGER {trigger} ON {qualified(table)}"),
        rename_column(table, column, old),
        rename_column(table, new, column),
        *([drop_not_null(table, old)] if required else []),
    ]
    return expand, swap


def _converted(action: AlterColumnType) -> str:
    """The new value in terms of the trigger's row; assignment converts where the user gave no USING."""
    if action.using is None:
        return f"NEW.{quoted(action.column)}"
    row = f"(SELECT NEW.*) AS {quoted(action.table.name)}"
    return f"(SELECT {action.using.sql} FROM {row})"  # noqa: S608 - a text to be read, by the author of that SQL
