"""rules/migration/not-null-without-default.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from database_patterns.actions import AddColumn
from database_patterns.checks import Hit, recipes, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import add_column

_NOT_NULL_VIOLATION = "23502"


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    column, table = action.column, action.table
    fails = any(failure.sqlstate == _NOT_NULL_VIOLATION for failure in at.by_itself(action).may_fail)
    effect = family.effect_of(action, table, at)
    if not fails or column.generated or effect is None or at.created_here(table):
        return
    constrain, prove = recipes.proof_of_not_null(table, column.name)
    yield Hit(
        f"ADD COLUMN {column.name} is NOT NULL and has no default{' but NULL' if column.default else ''}: as soon as"
        f" {table} has a row, PostgreSQL refuses it ({_NOT_NULL_VIOLATION}) and the migration fails.",
        wording.help_text(
            at,
            "Give it a default that is right for every existing row, or add it without NOT NULL:",
            [add_column(table, replace(column, not_null=False, default=None))],
            "Fill the existing rows in batches. Then let a CHECK constraint prove that no NULL is left:",
            constrain,
            wording.in_two_transactions(at),
            prove,
        ),
        effects=(effect,),
    )
