"""rules/migration/reindex-without-concurrently.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import Other
from database_patterns.checks import Hit, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.locks import LockMode
from database_patterns.prose import listed
from database_patterns.rendering.operations import execute

_CONCURRENTLY: Final = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)
_OBJECT: Final = re.compile(r"\b(INDEX|TABLE|SCHEMA|DATABASE)\b", re.IGNORECASE)


def check(action: Other, at: StatementInContext) -> Iterator[Hit]:
    if action.kind != "REINDEX" or _CONCURRENTLY.search(at.statement.sql) or at.prediction.error:
        return
    blocked = tuple(each for each in at.prediction.effects if each.lock == LockMode.ShareLock)
    known = bool(at.prediction.effects or not at.prediction.unknown)
    if (known and not blocked) or family.all_created_here(action.relations, at):
        return
    tables = [each.relation for each in blocked] or ["the table of the index"]
    yield Hit(
        f"REINDEX takes ShareLock on {listed(wording.first_of(tables))}: writes wait until the indexes are built anew"
        " and the transaction ends, and so do reads, for which PostgreSQL locks every index of a table.",
        _help(at),
        effects=blocked,
    )


def _help(at: StatementInContext) -> str:
    sql, possible = _OBJECT.subn(r"\1 CONCURRENTLY", at.statement.sql, count=1)
    if not possible:
        return "Indexes of the system cannot be built concurrently: do it while nobody uses the database."
    return wording.help_text(
        at,
        f"Build them beside the old ones while reads and writes go on, {wording.by_itself(at)}:",
        [execute(sql, in_transaction=False)],
    )
