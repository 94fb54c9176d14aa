"""rules/migration/default-partition-scan.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AttachPartition, CreateTable
from database_patterns.checks import Hit, partitioning, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AttachPartition | CreateTable, at: StatementInContext) -> Iterator[Hit]:
    parent = action.table if isinstance(action, AttachPartition) else action.partition_of
    default = partitioning.default_of(parent, at) if parent and not action.default_partition else None
    effect = family.effect_on(default, at) if default else None
    if parent is None or default is None or effect is None or not effect.scan or at.created_here(default):
        return
    inside = partitioning.condition(parent, action.bound, at)
    yield Hit(
        f"A new partition of {parent} {wording.takes(effect, wording.named(default, at))} while every row of {default},"
        " the default partition, is read to find one that belongs to the new one."
        f"{wording.depends_on(effect.scan, at)}",
        wording.help_text(
            at,
            *partitioning.proof(default, inside and f"NOT ({inside})", "that it has none", at.statement.sql, at),
        ),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )
