"""Partitions and what their bounds say: what the rules on them share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from database_patterns.actions import Expression, Name
from database_patterns.effects import bounds, family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import (
    Operation,
    add_check,
    drop_constraint,
    execute,
    quoted,
    validate_constraint,
)

from . import recipes, wording


def default_of(parent: Name, at: StatementInContext) -> Name | None:
    """The default partition of a table, as far as it is known."""
    table = at.before.table(parent)
    children = at.before.children(table) if table else ()
    return next((family.called(each.name, at) for each in children if each.default_partition), None)


def condition(parent: Name, bound: Expression | None, at: StatementInContext) -> str | None:
    """What the bound says of a row, as SQL; None where that is not worked out."""
    table = at.before.table(parent)
    described = bounds.conditions(table, bound) if table and bound else None
    if described is None:
        return None
    column, limits = described
    compared = (f"{quoted(column)} {operator} {value}" for operator, value in limits)
    return " AND ".join((f"{quoted(column)} IS NOT NULL", *compared))


def proof(
    table: Name, said: str | None, what: str, sql: str, at: StatementInContext
) -> Iterator[str | Sequence[Operation]]:
    """The parts of a help that lets a CHECK prove ``what`` before ``sql``, while reads and writes go on."""
    name = recipes.generated_name(table.name, "bound")
    if said is None:
        yield f"Let a CHECK prove {what}: add it NOT VALID, validate it in a transaction of its own, and then:"
        yield [execute(sql)]
        return
    yield f"Let a CHECK prove {what} first:"
    yield [add_check(table, name, said, not_valid=True)]
    yield wording.in_two_transactions(at)
    yield [validate_constraint(table, name), execute(sql), drop_constraint(table, name)]
