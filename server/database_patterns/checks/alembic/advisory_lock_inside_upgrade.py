"""rules/alembic/advisory-lock-inside-upgrade.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import DoBlock, Select
from database_patterns.checks import Hit
from database_patterns.effects.context import StatementInContext

_LOCKING: Final = re.compile(r"\bpg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\b", re.IGNORECASE)
_HELP: Final = """\
Take it in env.py, where the version is read:

    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(…)"))
        context.run_migrations()"""


def check(_action: Select | DoBlock, at: StatementInContext) -> Iterator[Hit]:
    found = _LOCKING.search(at.statement.sql)
    if found and at.migration.kind == "alembic":
        yield Hit(
            f"{found[0]}() comes too late here: Alembic has read alembic_version before. A second run that waits for it"
            " applies this revision once more, and fails.",
            _HELP,
        )
