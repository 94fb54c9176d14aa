"""Columns that a trigger fills."""

from __future__ import annotations

from collections.abc import Sequence

from database_patterns.actions import Column, Expression, Name
from database_patterns.rendering import operations
from database_patterns.rendering.operations import Operation

from .recipes import generated_name


def kept_in_step(table: Name, column: Column, value: str) -> Sequence[Operation]:
    """A new column to which a trigger gives its value; ``value`` is SQL, in terms of the trigger's row ``NEW``."""
    trigger = trigger_of(table, column.name)
    function = trigger if table.schema is None else f"{operations.quoted(table.schema)}.{trigger}"
    body = f"BEGIN NEW.{operations.quoted(column.name)} := {value}; RETURN NEW; END"
    return [
        operations.add_column(table, column),
        operations.execute(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS\n    $${body}$$"),
        operations.execute(
            f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {operations.qualified(table)}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION {function}()"
        ),
    ]


def trigger_of(table: Name, column: str) -> str:
    """The name of the trigger that keeps a column in step."""
    return operations.quoted(generated_name(table.name, column))


def computed(table: Name, expression: Expression) -> str:
    """An expression over the columns of ``table``, in terms of the row ``NEW`` of its trigger."""
    row = f"(SELECT NEW.*) AS {operations.quoted(table.name)}"
    return f"(SELECT {expression.sql} FROM {row})"  # noqa: S608 - a text to be read, by the author of that SQL
