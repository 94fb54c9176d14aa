"""rules/migration/index-without-concurrently.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from database_patterns.actions import CreateIndex
from database_patterns.checks import Hit, recipes, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import Operation, create_index, execute


def check(index: CreateIndex, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(index.table, at)
    if index.concurrently or effect is None or not effect.scan or at.created_here(index.table):
        return
    if family.partitions(index.table, at):
        return  # index-on-partitioned-parent
    name = f"index {index.name}" if index.name else "index"
    takes = wording.takes(effect, str(index.table))
    yield Hit(
        f"CREATE INDEX {takes} until the whole table is read, the {name} is built and the transaction ends."
        f"{wording.depends_on(effect.scan, at)}",
        _help(index, at),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )


def _help(index: CreateIndex, at: StatementInContext) -> str:
    build = [_concurrently(index, at.statement.sql)]
    return wording.help_text(at, f"Build it while writes go on, {wording.by_itself(at)}:", build)


def _concurrently(index: CreateIndex, sql: str) -> Operation:
    """The same index built concurrently; the user's own SQL where the action does not tell all of it (DESC, WITH).

    Without IF NOT EXISTS, which would take the invalid index of a failed build for a good one.
    """
    if recipes.same_sql(create_index(index).sql, sql):
        return create_index(replace(index, concurrently=True))
    sql = re.sub(r"\bINDEX\b", r"\g<0> CONCURRENTLY", sql, count=1, flags=re.IGNORECASE)
    return execute(re.sub(r"\bIF\s+NOT\s+EXISTS\s+", "", sql, count=1, flags=re.IGNORECASE), in_transaction=False)
