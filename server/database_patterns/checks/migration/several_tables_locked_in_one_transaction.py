"""rules/migration/several-tables-locked-in-one-transaction.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.locks import LockMode
from database_patterns.model import Effect
from database_patterns.rendering.operations import execute


def check(at: StatementInContext) -> Iterator[Hit]:
    earlier = [each for each in at.held.values() if not each.earlier and _is_strong(each.effect, at)]
    locked = {each.effect.relation for each in earlier}
    new = [each for each in at.prediction.effects if _is_strong(each, at) and each.relation not in locked]
    if not new or len(locked) != 1:
        return
    (held,) = earlier
    yield Hit(
        f"This {wording.takes(new[0], new[0].relation)}, while the {held.lock.name} of line {held.since.span.line} on"
        f" {held.effect.relation} is held: who has locked the two in the other order deadlocks with it, and each table"
        " is locked while the other is waited for.",
        wording.help_text(at, "Give each table a transaction of its own:", [execute(at.statement.sql)]),
        effects=(new[0], held.effect),
        related=(held.since.span,),
    )


def _is_strong(effect: Effect, at: StatementInContext) -> bool:
    return effect.kind == "table" and effect.lock == LockMode.AccessExclusiveLock and not at.is_new(effect.relation)
