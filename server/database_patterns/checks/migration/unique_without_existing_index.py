"""rules/migration/unique-without-existing-index.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddConstraint
from database_patterns.checks import Hit, keys
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AddConstraint, at: StatementInContext) -> Iterator[Hit]:
    if action.constraint.kind == "unique":
        effect = family.effect_of(action, action.table, at)
        yield from keys.built_at_once("ADD UNIQUE", action.table, action.constraint, effect, at)
