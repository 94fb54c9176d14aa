"""rules/migration/foreign-key-validated-at-once.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from database_patterns.actions import AddColumn, AddConstraint, Constraint, Name, ValidateConstraint
from database_patterns.checks import Hit, recipes, validating, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.model import Effect
from database_patterns.rendering.operations import (
    Operation,
    add_column,
    add_foreign_key,
    quoted,
    validate_constraint,
)

_NOT_VALID_ON_PARTITIONED_SINCE: Final = 18
_FOREIGN_KEY_VIOLATION: Final = "23503"


def check(action: AddConstraint | AddColumn | ValidateConstraint, at: StatementInContext) -> Iterator[Hit]:
    looks_up = any(each.sqlstate == _FOREIGN_KEY_VIOLATION for each in at.by_itself(action).may_fail)
    effect = family.effect_of(action, action.table, at)
    if not looks_up or effect is None or at.created_here(action.table):
        return
    if isinstance(action, ValidateConstraint):
        yield from _validated_too_early(action, at)
        return
    added = f"ADD COLUMN {action.column.name} … REFERENCES" if isinstance(action, AddColumn) else "ADD FOREIGN KEY"
    for key in _keys(action):
        yield Hit(
            f"{added} {_takes(action.table, key, at)} until every row of {action.table} has been looked up"
            f" in {key.references} and the transaction ends.",
            _help(action, key, at),
            effect.certainty,
            _effects(action.table, key, at),
        )


def _keys(action: AddConstraint | AddColumn) -> Iterator[Constraint]:
    """The foreign keys that the action adds, each with its column and with a name.

    Where the user gave none, it is the one that PostgreSQL would choose.
    """
    added = [action.constraint] if isinstance(action, AddConstraint) else action.column.constraints
    for each in added:
        if each.kind == "foreign key":
            columns = each.columns if isinstance(action, AddConstraint) else (action.column.name,)
            name = each.name or recipes.generated_name(action.table.name, *columns, "fkey")
            yield replace(each, columns=columns, name=name)


def _takes(table: Name, key: Constraint, at: StatementInContext) -> str:
    """The locks on both tables, and what they stop."""
    own, *other = _effects(table, key, at)
    if not other or own.lock == other[0].lock:
        return wording.takes(own, wording.named(table, at), str(key.references))
    return f"{wording.takes(own, wording.named(table, at))}, and {wording.takes(other[0], str(key.references))}"


def _effects(table: Name, key: Constraint, at: StatementInContext) -> tuple[Effect, ...]:
    tables = dict.fromkeys(name for name in (table, key.references) if name)
    return tuple(effect for name in tables if (effect := family.effect_on(name, at)))


def _validated_too_early(action: ValidateConstraint, at: StatementInContext) -> Iterator[Hit]:
    """A key that is looked up under the locks of the statement that has added it, or of another one."""
    table = at.before_action(action).table(action.table)
    key = table.constraints.get(action.constraint) if table else None
    if key is None or key.references is None:
        return
    tables = (action.table, family.called(key.references, at))
    make = [add_foreign_key(action.table, replace(key, references=tables[1]))]
    prove = [validate_constraint(action.table, action.constraint)]
    yield from validating.too_early(action, at, tables, (make, prove), _effects(action.table, key, at))


def _help(action: AddConstraint | AddColumn, key: Constraint, at: StatementInContext) -> str:
    table, name = action.table, key.name or ""
    not_valid = replace(key, not_valid=True)
    alone = [add_column(table, action.column)] if isinstance(action, AddColumn) else []
    first = f"{'Leave REFERENCES out, and a' if alone else 'A'}dd it without looking at the existing rows:"
    partitions = family.partitions(table, at)
    if not partitions or at.assumptions.postgres >= _NOT_VALID_ON_PARTITIONED_SINCE:
        added = add_foreign_key(table, not_valid) if alone else _as_written(table, not_valid, name, at)
        validate = [validate_constraint(table, name)]
        return wording.help_text(at, first, [*alone, added], wording.in_two_transactions(at), validate)
    return wording.help_text(
        at,
        "Add it to the partitions, without looking at the existing rows:",
        [*alone, *(add_foreign_key(partition, not_valid) for partition in partitions)],
        wording.in_two_transactions(at),
        [validate_constraint(partition, name) for partition in partitions],
        f"At last on {table} itself, which takes over those of its partitions:",
        [add_foreign_key(table, key)],
    )


def _as_written(table: Name, not_valid: Constraint, name: str, at: StatementInContext) -> Operation:
    """The constraint, NOT VALID; the user's own SQL where the action does not tell all of it (INITIALLY DEFERRED)."""
    operation = add_foreign_key(table, not_valid)
    if len(at.statement.actions) > 1:
        return operation
    named = f"ADD CONSTRAINT {quoted(name)} FOREIGN"
    sql = re.sub(r"\bADD\s+FOREIGN\b", named, at.statement.sql, count=1, flags=re.IGNORECASE)
    return recipes.as_written(operation, f"{sql} NOT VALID")
