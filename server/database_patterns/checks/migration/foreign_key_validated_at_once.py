"""rules/migration/foreign-key-validated-at-once.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from database_patterns.actions import AddConstraint, Constraint
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import add_foreign_key, validate_constraint


def check(action: AddConstraint, at: StatementInContext) -> Iterator[Hit]:
    constraint, table = action.constraint, action.table
    effect = wording.effect_on(table, at)
    if constraint.kind != "foreign key" or constraint.references is None or constraint.not_valid:
        return
    if effect is None or not effect.scan or at.created_here(table):
        return
    yield Hit(
        f"ADD FOREIGN KEY {wording.takes(effect, [constraint.references])} until every row of {table} has been looked"
        f" up in {constraint.references} and the transaction ends.{wording.depends_on(at)}",
        _help(action, at),
        wording.certainty_of(effect, effect.scan),
        tuple(effect for name in (table, constraint.references) if (effect := wording.effect_on(name, at))),
    )


def _help(action: AddConstraint, at: StatementInContext) -> str:
    constraint: Constraint = replace(action.constraint, name=_name(action), not_valid=True)
    return wording.help_text(
        at,
        "Add it without looking at the existing rows:",
        [add_foreign_key(action.table, constraint)],
        wording.in_two_transactions(at),
        [validate_constraint(action.table, _name(action))],
    )


def _name(action: AddConstraint) -> str:
    """The constraint's name; where the user gave none, the one that PostgreSQL would choose."""
    constraint = action.constraint
    return constraint.name or wording.generated_name(action.table.name, *constraint.columns, "fkey")
