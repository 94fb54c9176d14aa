"""rules/migration/foreign-key-validated-at-once.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from database_patterns.actions import AddConstraint, Constraint, Name
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import Operation, add_foreign_key, quoted, validate_constraint

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
        f" of {table} has been looked up in {constraint.references} and the transaction ends."
        f"{wording.depends_on(effect.scan, at)}",
        _help(action, at),
        wording.certainty_of(effect, effect.scan),
        tuple(effect for name in (table, constraint.references) if (effect := wording.effect_on(name, at))),
    )


def _help(action: AddConstraint, at: StatementInContext) -> str:
    name = _name(action)
    not_valid: Constraint = replace(action.constraint, name=name, not_valid=True)
    partitions = wording.partitions(action.table, at)
    if not partitions or at.assumptions.postgres >= _NOT_VALID_ON_PARTITIONED_SINCE:
        return wording.help_text(
            at,
            "Add it without looking at the existing rows:",
            [_as_written(action.table, not_valid, name, at)],
            wording.in_two_transactions(at),
            [validate_constraint(action.table, name)],
        )
    return wording.help_text(
        at,
        "Add it to the partitions, without looking at the existing rows:",
        [add_foreign_key(partition, not_valid) for partition in partitions],
        wording.in_two_transactions(at),
        [validate_constraint(partition, name) for partition in partitions],
        f"At last on {action.table} itself, which takes over those of its partitions:",
        [add_foreign_key(action.table, replace(not_valid, not_valid=False))],
    )


def _as_written(table: Name, not_valid: Constraint, name: str, at: StatementInContext) -> Operation:
    """The constraint, NOT VALID; the user's own SQL where the action does not tell all of it (INITIALLY DEFERRED)."""
    operation = add_foreign_key(table, not_valid)
    if len(at.statement.actions) > 1:
        return operation
    named = f"ADD CONSTRAINT {quoted(name)} FOREIGN"
    sql = re.sub(r"\bADD\s+FOREIGN\b", named, at.statement.sql, count=1, flags=re.IGNORECASE)
    return wording.as_written(operation, f"{sql} NOT VALID")


def _name(action: AddConstraint) -> str:
    """The constraint's name; where the user gave none, the one that PostgreSQL would choose."""
    constraint = action.constraint
    return constraint.name or wording.generated_name(action.table.name, *constraint.columns, "fkey")
