"""rules/migration/attach-partition-without-check.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AttachPartition
from database_patterns.checks import Hit, partitioning, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AttachPartition, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(action.partition, at)
    if effect is None or not effect.scan or at.created_here(action.partition) or at.prediction.error:
        return
    yield Hit(
        f"ATTACH PARTITION {wording.takes(effect, wording.named(action.partition, at))} while every row of it is"
        f" checked against the partition bound.{wording.depends_on(effect.scan, at)}",
        wording.help_text(
            at,
            *partitioning.proof(
                action.partition,
                partitioning.condition(action.table, action.bound, at),
                "the partition bound",
                at.statement.sql,
                at,
            ),
        ),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )
