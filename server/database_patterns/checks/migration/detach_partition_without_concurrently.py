"""rules/migration/detach-partition-without-concurrently.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import DetachPartition
from database_patterns.checks import Hit, partitioning, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute, qualified


def check(action: DetachPartition, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(action.table, at)
    if action.concurrently or effect is None or at.created_here(action.table) or at.created_here(action.partition):
        return
    if at.prediction.error or partitioning.default_of(action.table, at):
        return  # PostgreSQL detaches concurrently only where there is no default partition
    sql = f"ALTER TABLE {qualified(action.table)} DETACH PARTITION {qualified(action.partition)} CONCURRENTLY"
    yield Hit(
        f"DETACH PARTITION {wording.takes(effect, str(action.table))} until the transaction ends, and behind it while"
        f" it waits for whoever uses {action.table}.",
        wording.help_text(
            at,
            f"Let it wait without holding anybody up, {wording.by_itself(at)}:",
            [execute(sql, in_transaction=False)],
        ),
        effects=(effect,),
    )
