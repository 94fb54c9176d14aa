"""rules/alembic/downgrade-missing.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.actions import Delete, DoBlock, Insert, Select, SetParameter, TransactionControl, Update
from database_patterns.checks import Hit
from database_patterns.effects.context import MigrationInContext
from database_patterns.model import DoesNothing, Statement

_LEAVES_THE_SCHEMA: Final = (Delete, DoBlock, Insert, Select, SetParameter, TransactionControl, Update)


def check(note: DoesNothing, within: MigrationInContext) -> Iterator[Hit]:
    changes = [each for each in within.migration.upgrade if _changes_the_schema(each)]
    if note.direction != "downgrade" or not note.defined or not changes or within.migration.kind == "sql":
        return
    yield Hit(
        "downgrade() does nothing, though upgrade() changes the schema: `alembic downgrade` moves the version back and"
        " leaves the changes there, on which the next upgrade will fail.",
        "Take back what upgrade() did, in the opposite order. Where there is no way back, say so and stop:\n\n"
        '    raise RuntimeError("there is no way back: roll forward")',
        related=(changes[0].span,),
    )


def _changes_the_schema(statement: Statement) -> bool:
    return any(not isinstance(action, _LEAVES_THE_SCHEMA) for action in statement.actions)
