"""rules/migration/exclusion-constraint.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddConstraint
from database_patterns.checks import Hit, new_tables, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AddConstraint, at: StatementInContext) -> Iterator[Hit]:
    table, constraint = action.table, action.constraint
    effect = family.effect_of(action, table, at)
    if not (constraint.kind == "exclusion" or constraint.temporal) or effect is None or not effect.scan:
        return
    if at.created_here(table):
        return
    added = "EXCLUDE" if constraint.kind == "exclusion" else f"{constraint.kind.upper()} … WITHOUT OVERLAPS"
    yield Hit(
        f"ADD {added} {wording.takes(effect, wording.named(table, at))} until the whole table is read, the index is"
        f" built and the transaction ends.{wording.depends_on(effect.scan, at)}",
        wording.help_text(at, *new_tables.parts(table, [new_tables.about_the_new(at.statement.sql, table)])),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )
