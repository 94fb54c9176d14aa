"""rules/migration/partition-of-on-live-parent.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import CreateTable
from database_patterns.checks import Hit, partitioning, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute, qualified

_BOUND: Final = re.compile(
    r"\bFOR\s+VALUES\b.*?(?=\bPARTITION\s+BY\b|\bWITH\s*\(|\bTABLESPACE\b|\bUSING\b|$)|\bDEFAULT\s*$",
    re.IGNORECASE | re.DOTALL,
)


def check(action: CreateTable, at: StatementInContext) -> Iterator[Hit]:
    parent = action.partition_of
    effect = family.effect_on(parent, at) if parent else None
    if parent is None or effect is None or at.created_here(parent) or at.prediction.error:
        return
    default = partitioning.default_of(parent, at)
    if default is not None and (read := family.effect_on(default, at)) and read.scan:
        return  # default-partition-scan, which is longer
    bound = _BOUND.search(at.statement.sql)
    made, above = qualified(action.table), qualified(parent)
    like = f"CREATE TABLE {made} (LIKE {above} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
    attach = f"ALTER TABLE {above} ATTACH PARTITION {made} {bound[0].strip() if bound else 'FOR VALUES …'}"
    yield Hit(
        f"CREATE TABLE … PARTITION OF {wording.takes(effect, str(parent))} until the transaction ends, and behind it"
        f" while it waits for whoever uses {parent}.",
        wording.help_text(
            at,
            "Make the table by itself, and attach it, which lets reads and writes go on:",
            [execute(like), execute(attach)],
        ),
        effects=(effect,),
    )
