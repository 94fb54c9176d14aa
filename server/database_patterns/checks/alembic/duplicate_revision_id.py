"""rules/alembic/duplicate-revision-id.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit, headers
from database_patterns.effects.context import HistoryInContext


def check(within: HistoryInContext) -> Iterator[Hit]:
    for problem in within.history.graph.problems:
        if problem.kind == "duplicate revision":
            first, *others = headers.named(problem.paths, within.history.migrations)
            yield from (
                Hit(
                    f"Revision {twin.revision} is also in {first.path}: Alembic keeps one of the two and never runs the"
                    " other; `alembic upgrade head` fails, as it counts several heads.",
                    f"Give this file an identifier of its own, and let it follow one: down_revision ="
                    f' "{first.revision}" if it comes right after the other.',
                    span=headers.place(twin, "revision"),
                    related=(headers.place(first, "revision"),),
                )
                for twin in others
            )
