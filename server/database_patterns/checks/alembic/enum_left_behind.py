"""rules/alembic/enum-left-behind.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import CreateEnum
from database_patterns.checks import Hit, headers, ways_back, wording
from database_patterns.effects.context import MigrationInContext
from database_patterns.prose import listed
from database_patterns.rendering.operations import execute, qualified


def check(downgrade: MigrationInContext) -> Iterator[Hit]:
    if downgrade.direction != "downgrade" or not ways_back.is_incomplete(downgrade):
        return
    left = [
        (each, action)
        for each in ways_back.failing_again(downgrade)
        for action in each.statement.actions
        if isinstance(action, CreateEnum)
    ]
    if left:
        names = [str(action.name) for _, action in left]
        first, _ = left[0]
        yield Hit(
            f"downgrade() leaves the enum {listed(names)} behind, as dropping a table or a column drops no type. The"
            f" next upgrade fails: {wording.sentence(ways_back.error(first))}",
            wording.help_text(
                first,
                "At the end of downgrade(), drop what upgrade() has created:",
                [execute(f"DROP TYPE {qualified(action.name)}") for _, action in left],
            ),
            span=headers.place(downgrade.migration, "downgrade"),
            related=tuple(each.statement.span for each, _ in left),
        )
