"""rules/alembic/skip-locked-backfill.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import Select, Update
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import Operation, execute, qualified, quoted

_WORDS: Final = re.compile(r"\bSKIP\s+LOCKED\b", re.IGNORECASE)


def check(action: Update | Select, at: StatementInContext) -> Iterator[Hit]:
    if not _WORDS.search(at.statement.sql):
        return
    table = qualified(action.table) if isinstance(action, Update) else "the table"
    walk = f"Go along the primary key of {table}, one range in a transaction, and wait for the rows that are in use"
    yield Hit(
        f"SKIP LOCKED passes over the rows of {table} that the application has locked at this moment: they keep their"
        " old values, and nothing tells.",
        wording.help_text(at, f"{walk}:", [_range(action, at)]) if isinstance(action, Update) else f"{walk}.",
    )


def _range(action: Update, at: StatementInContext) -> Operation:
    """The same for the first range of the key."""
    table = at.before.table(action.table)
    primary_key = table.primary_key if table else None
    key = primary_key.columns[0] if primary_key else "id"
    values = ", ".join(f"{quoted(column)} = {value.sql}" for column, value in action.assignments)
    sql = f"UPDATE {qualified(action.table)} SET {values} WHERE {quoted(key)} >= 1 AND {quoted(key)} < 5001"  # noqa: S608 - a text to be read
    return execute(sql)
