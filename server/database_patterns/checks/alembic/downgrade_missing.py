"""rules/alembic/downgrade-missing.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit, ways_back, wording
from database_patterns.effects.context import MigrationInContext
from database_patterns.model import DoesNothing


def check(note: DoesNothing, within: MigrationInContext) -> Iterator[Hit]:
    if note.direction != "downgrade" or not note.defined or within.migration.kind == "sql":
        return
    for each in ways_back.failing_again(within)[:1]:
        yield Hit(
            "downgrade() does nothing: `alembic downgrade` moves the version back and leaves the changes of upgrade()"
            f" there. The next upgrade fails: {wording.sentence(ways_back.error(each))}",
            "Take back what upgrade() did, in the opposite order. Where there is no way back, say so and stop:\n\n"
            '    raise RuntimeError("there is no way back: roll forward")',
            related=(each.statement.span,),
        )
