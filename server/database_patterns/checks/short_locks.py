"""Locks that are held for a moment, but waited for without an end: what the rules on them share."""

from __future__ import annotations

from collections.abc import Sequence

from database_patterns.effects.context import StatementInContext
from database_patterns.model import Effect
from database_patterns.rendering.operations import execute

from . import Hit, wording

TIMEOUT = "SET lock_timeout = '2s'"


def has_timeout(at: StatementInContext) -> bool:
    """Whether the migration has set a lock_timeout before this statement."""
    return (at.before.setting("lock_timeout") or "0") not in {"0", "0ms", "0s"}


def hit(what: str, effects: Sequence[Effect], at: StatementInContext) -> Hit:
    """The hit on a statement that waits for these locks, and lets everyone wait behind it."""
    them = "them" if len(effects) > 1 else "it"
    takes = " and ".join(wording.takes(effect, effect.relation) for effect in effects)
    return Hit(
        f"{what} {takes}. It needs {them} for a moment only, but as long as one query or transaction keeps it waiting,"
        " all later ones wait behind it.",
        wording.help_text(
            at,
            "Let it give up early, and try the migration again:",
            [execute(TIMEOUT), execute(at.statement.sql, in_transaction=at.prediction.in_transaction_ok)],
        ),
        effects=tuple(effects),
    )
