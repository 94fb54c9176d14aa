"""rules/migration/lock-table.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import Other
from database_patterns.checks import Hit, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.locks import blocked_by
from database_patterns.rendering.operations import qualified


def check(action: Other, at: StatementInContext) -> Iterator[Hit]:
    if action.kind != "LOCK":
        return
    for table in action.relations:
        effect = family.effect_on(table, at)
        if effect is None or effect.lock is None or at.created_here(table) or "writes" not in blocked_by(effect.lock):
            continue
        yield Hit(
            f"LOCK TABLE {wording.takes(effect, wording.named(table, at))} until the transaction ends, whatever it does"
            " meanwhile.",
            "Leave it out: every statement takes the lock that it needs. Only other changes of the schema are kept away"
            f" by LOCK TABLE {qualified(table)} IN SHARE UPDATE EXCLUSIVE MODE.",
            effects=(effect,),
        )
