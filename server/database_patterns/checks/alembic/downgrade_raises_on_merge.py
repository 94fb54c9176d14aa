"""rules/alembic/downgrade-raises-on-merge.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit
from database_patterns.effects.context import MigrationInContext
from database_patterns.model import Raises
from database_patterns.prose import listed


def check(note: Raises, within: MigrationInContext) -> Iterator[Hit]:
    parents = within.migration.down_revisions
    if note.direction != "downgrade" or len(parents) < 2 or within.migration.upgrade:
        return
    yield Hit(
        f"This merge refuses to be taken back, and with it every revision before it: the way back of {listed(parents)}"
        " leads through here.",
        "A merge has nothing to take back:\n\n    pass",
    )
