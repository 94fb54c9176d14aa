"""rules/alembic/broken-chain.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.checks import Hit, headers, wording
from database_patterns.effects.context import HistoryInContext

_LINES: Final = {"circle": "down_revision", "missing dependency": "depends_on", "missing parent": "down_revision"}
"""The kinds of problems for which Alembic gives up, and the line of the header that makes each."""
_CIRCLE: Final = "Let the one that was written first follow a revision outside of the circle."
_MISSING: Final = (
    "Bring back the file of the missing revision: what it did may be in a database. If it was applied nowhere, let this"
    " one follow the revision before it."
)


def check(within: HistoryInContext) -> Iterator[Hit]:
    history = within.history
    for problem in history.graph.problems:
        if problem.kind in _LINES and (history.whole or problem.kind == "circle"):
            first, *others = headers.named(problem.paths, history.migrations)
            yield Hit(
                f"{wording.sentence(problem.message)} Alembic reads all revisions first, and every command of it"
                " fails.",
                _CIRCLE if problem.kind == "circle" else _MISSING,
                span=headers.place(first, _LINES[problem.kind]),
                related=tuple(headers.place(each, "down_revision") for each in others),
            )
