"""rules/migration/constrained-domain-on-new-column.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from database_patterns.actions import AddColumn, Expression
from database_patterns.checks import Hit, new_columns, recipes, wording
from database_patterns.effects import types
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import Operation, add_check, add_column, quoted, validate_constraint

_VALUE: Final = re.compile(r"\bvalue\b", re.IGNORECASE)


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = new_columns.rewritten_for("domain", action, at)
    if effect is None or effect.rewrite is not True:  # a type that is not known is "not analysed"
        return
    table, column = action.table, action.column
    domains = list(types.domains_of(at.before, column.type))
    conditions = [each.expression for domain in domains for each in domain.constraints if each.expression]
    checks = list(_checks(action, conditions))
    plain = replace(column, type=domains[-1].base)
    yield new_columns.hit(
        action,
        f"{column.type.sql}, a domain with constraints,",
        effect,
        at,
        f"Add it with the type below the domain, and the conditions of {column.type.sql} as a CHECK:",
        [add_column(table, replace(plain, not_null=False)), *(make for make, _ in checks)],
        wording.in_two_transactions(at),
        [validate for _, validate in checks],
    )


def _checks(action: AddColumn, conditions: list[Expression]) -> Iterator[tuple[Operation, Operation]]:
    for number, condition in enumerate(conditions):
        ending = "check" if number == 0 else f"check{number}"
        name = recipes.generated_name(action.table.name, action.column.name, ending)
        sql = _VALUE.sub(quoted(action.column.name), condition.sql)
        yield add_check(action.table, name, sql, not_valid=True), validate_constraint(action.table, name)
