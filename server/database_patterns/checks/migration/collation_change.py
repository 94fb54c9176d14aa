"""rules/migration/collation-change.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AlterColumnType
from database_patterns.checks import Hit, index_rebuilds
from database_patterns.effects.context import StatementInContext


def check(action: AlterColumnType, at: StatementInContext) -> Iterator[Hit]:
    if action.collation is not None:
        yield from index_rebuilds.hit(f"Changing the collation of {action.column} to {action.collation}", action, at)
