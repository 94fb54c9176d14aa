"""rules/migration/index-on-partitioned-parent.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import CreateIndex
from database_patterns.checks import Hit, recipes, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(index: CreateIndex, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(index.table, at)
    if effect is None or not effect.scan or at.prediction.error or at.created_here(index.table):
        return
    partitions = family.partitions(index.table, at)
    if not partitions or all(at.created_here(each) for each in partitions):
        return
    yield Hit(
        f"CREATE INDEX {wording.takes(effect, wording.named(index.table, at))} until all of them are read,"
        f" one after the other, and the transaction ends.{wording.depends_on(effect.scan, at)}",
        recipes.index_on_partitions(index, at),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )
