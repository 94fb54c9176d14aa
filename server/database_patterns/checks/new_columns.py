"""Columns that are added with more than a name and a type: what the rules on ADD COLUMN share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from database_patterns.actions import AddColumn, Column, Constraint, Name
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.model import Effect
from database_patterns.rendering.operations import Operation

from . import keys, recipes, wording


def effect_of(action: AddColumn, at: StatementInContext) -> Effect | None:
    """What the action does to a table that is in use."""
    return None if at.created_here(action.table) else family.effect_of(action, action.table, at)


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
