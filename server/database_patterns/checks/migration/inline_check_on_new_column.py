"""rules/migration/inline-check-on-new-column.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn
from database_patterns.checks import Hit, new_columns
from database_patterns.effects.context import StatementInContext


def check(action: AddColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = new_columns.effect_of(action, at)
    evaluated = any(each.kind == "check" and each.enforced for each in action.column.constraints)
    if not evaluated or effect is None or not effect.scan or effect.rewrite is True:
        return
    yield new_columns.alone(action, "CHECK", "the CHECK has been evaluated for every row", effect, at)
