"""rules/migration/unbatched-update-or-delete.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import Delete, Update
from database_patterns.checks import Hit, backfills, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: Update | Delete, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(action.table, at)
    bounded = backfills.bounded(action, at)
    if effect is None or effect.locks_rows == "none" or bounded is True or at.created_here(action.table):
        return
    if bounded == "unknown" and at.direction == "downgrade":
        return  # what an upgrade has entered
    if backfills.held_over(action, at) is not None:
        return  # schema-change-and-backfill-in-one-transaction
    verb = "UPDATE" if isinstance(action, Update) else "DELETE"
    rows = "every row" if action.where is None else "all rows that its condition selects"
    yield Hit(
        f"{verb} changes {rows} of {action.table} at once: whoever writes one of them waits until the last is changed"
        " and the transaction ends; dead rows, WAL and the lag of replicas grow as much."
        + " How many these are, the condition does not tell."
        * (bounded == "unknown"),
        wording.help_text(at, *backfills.parts(action, at)),
        "unknown" if bounded == "unknown" else "proven",
        (effect,),
    )
