"""Columns that are added with more than a name and a type: what the rules on ADD COLUMN share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from database_patterns.actions import AddColumn, Column, Constraint, Name
from database_patterns.effects import family, types
from database_patterns.effects.columns import is_serial
from database_patterns.effects.context import StatementInContext
from database_patterns.model import Effect
from database_patterns.rendering.operations import Operation, add_column

from . import Hit, keys, recipes, wording

Cause = Literal["expression", "number", "domain", "default"]
"""Why all rows are written: a stored expression, a serial or identity, a constrained domain, a volatile default."""
FILL: Final = "Fill the existing rows in batches by primary key, each in a transaction of its own."


def effect_of(action: AddColumn, at: StatementInContext) -> Effect | None:
    """What the action does to a table that is in use."""
    return None if at.created_here(action.table) else family.effect_of(action, action.table, at)


def rewritten_for(cause: Cause, action: AddColumn, at: StatementInContext) -> Effect | None:
    """The rewrite that the action makes for this cause, which may not be certain; None where it makes none."""
    effect = effect_of(action, at)
    return effect if effect is not None and effect.rewrite and _cause(action.column, at) == cause else None


def _cause(column: Column, at: StatementInContext) -> Cause:
    """What makes PostgreSQL write every row anew, if something does."""
    if column.generated:
        return "expression"
    if column.identity or is_serial(column):
        return "number"
    if types.is_constrained(at.before, column.type):
        return "domain"
    return "default"


def hit(action: AddColumn, what: str, effect: Effect, at: StatementInContext, *steps: str | Sequence[Operation]) -> Hit:
    """The hit on a column that comes with ``what``, for which the table is rewritten; ``steps`` make it without that.

    They are followed by what gives the existing rows their values, and the column what else it was to come with.
    """
    column = action.column
    return Hit(
        f"ADD COLUMN {column.name} {what} {wording.takes(effect, wording.named(action.table, at))} while the whole"
        f" table and its indexes are written anew.{wording.depends_on(effect.rewrite, at)}",
        wording.help_text(at, *steps, FILL, *_afterwards(action.table, column, at)),
        wording.certainty_of(effect, effect.rewrite),
        (effect,),
    )


def alone(action: AddColumn, constraint: str, until: str, effect: Effect, at: StatementInContext) -> Hit:
    """The hit on a column that comes with a constraint for which the table is read: it is added alone, that later."""
    table, column = action.table, action.column
    return Hit(
        f"ADD COLUMN {column.name} … {constraint} {wording.takes(effect, wording.named(table, at))} until {until} and"
        " the transaction ends.",
        wording.help_text(
            at, "Add the column alone:", [add_column(table, column)], *constraints_afterwards(table, column, at)
        ),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )


def _afterwards(table: Name, column: Column, at: StatementInContext) -> Iterator[str | Sequence[Operation]]:
    keyed = any(each.kind == "primary key" for each in column.constraints)
    if (column.not_null or is_serial(column)) and not keyed:
        constrain, prove = recipes.proof_of_not_null(table, column.name)
        yield from ("Then prove that no NULL is left:", constrain, wording.in_two_transactions(at), prove)
    yield from constraints_afterwards(table, column, at)


def constraints_of(table: Name, column: Column) -> Iterator[Constraint]:
    """The constraints written with the column, as constraints of the table: with their column, and with a name."""
    for each in column.constraints:
        yield recipes.named(table, replace(each, columns=(column.name,)))


def constraints_afterwards(table: Name, column: Column, at: StatementInContext) -> Iterator[str | Sequence[Operation]]:
    """The parts of a help that give a column, once it is there, the constraints that it was to come with."""
    for each in constraints_of(table, column):
        if each.kind in {"unique", "primary key"}:
            yield from keys.parts(table, each, at)
        elif each.kind in {"check", "foreign key"}:
            make, prove = recipes.without_looking(table, each)
            words = "CHECK" if each.kind == "check" else "foreign key"
            yield from (f"Add the {words} without looking at the rows:", make, wording.in_two_transactions(at), prove)
