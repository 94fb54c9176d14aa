"""rules/migration/set-not-null-without-proof.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import SetNotNull
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext


def check(action: SetNotNull, at: StatementInContext) -> Iterator[Hit]:
    effect = wording.effect_on(action.table, at)
    if effect is None or not effect.scan or at.created_here(action.table):
        return
    constrain, prove = wording.proof_of_not_null(action.table, action.column)
    takes = wording.takes(effect, wording.named(action.table, at))
    yield Hit(
        f"SET NOT NULL {takes} while every row is read to find a NULL in {action.column}."
        f"{wording.depends_on(effect.scan, at)}",
        wording.help_text(
            at, "Let a CHECK constraint prove it first:", constrain, wording.in_two_transactions(at), prove
        ),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )
