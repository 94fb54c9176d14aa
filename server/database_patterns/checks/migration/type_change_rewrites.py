"""rules/migration/type-change-rewrites.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AlterColumnType
from database_patterns.checks import Hit, second_column, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AlterColumnType, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_of(action, action.table, at)
    if effect is None or not effect.rewrite or at.created_here(action.table):
        return
    takes = wording.takes(effect, wording.named(action.table, at))
    yield Hit(
        f"Changing the type of {action.column} to {action.type.sql} {takes} while the whole table and its indexes are"
        f" written anew.{wording.depends_on(effect.rewrite, at)}",
        wording.help_text(at, *second_column.parts(action, at)),
        wording.certainty_of(effect, effect.rewrite),
        (effect,),
    )
