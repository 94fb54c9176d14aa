"""rules/migration/foreign-key-validated-at-once.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from database_patterns.actions import AddConstraint, Constraint
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import Operation, add_foreign_key, validate_constraint

_NOT_VALID_ON_PARTITIONED_SINCE: Final = 18


def check(action: AddConstraint, at: StatementInContext) -> Iterator[Hit]:
    constraint, table = action.constraint, action.table
    effect = wording.effect_on(table, at)
    if constraint.kind != "foreign key" or constraint.references is None or constraint.not_valid:
        return
    if effect is None or not effect.scan or at.created_here(table):
        return
    yield Hit(
        f"ADD FOREIGN KEY {wording.takes(effect, wording.named(table, at), str(constraint.references))} until every row"
        f" of {table} has been looked up in {constraint.references} and the transaction ends.{wording.depends_on(at)}",
        _help(action, at),
        wording.certainty_of(effect, effect.scan),
        tuple(effect for name in (table, constraint.references) if (effect := wording.effect_on(name, at))),
    )


def _help(action: AddConstraint, at: StatementInContext) -> str:
    name = _name(action)
    constraint: Constraint = replace(action.constraint, name=name, not_valid=True)
    tables = [action.table]
    if at.assumptions.postgres < _NOT_VALID_ON_PARTITIONED_SINCE and wording.partitions(action.table, at):
        tables = list(wording.partitions(action.table, at))
    parts: list[str | list[Operation]] = [
        "Add it without looking at the existing rows:",
        [add_foreign_key(table, constraint) for table in tables],
        wording.in_two_transactions(at),
        [validate_constraint(table, name) for table in tables],
    ]
    if tables != [action.table]:
        whole = add_foreign_key(action.table, replace(constraint, not_valid=False))
        parts += [f"At last on {action.table} itself, which takes over those of its partitions:", [whole]]
    return wording.help_text(at, *parts)


def _name(action: AddConstraint) -> str:
    """The constraint's name; where the user gave none, the one that PostgreSQL would choose."""
    constraint = action.constraint
    return constraint.name or wording.generated_name(action.table.name, *constraint.columns, "fkey")
