"""rules/alembic/execute-before-configure.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.checks import Hit
from database_patterns.effects.context import HistoryInContext
from database_patterns.model import AutocommitBlock, CommitOnBind, Span
from database_patterns.reading.environment import Environment

_HELP: Final = """\
Send nothing before context.configure(). Settings of the session go to the driver:

    engine_from_config(..., connect_args={"options": "-c lock_timeout=3s"})

What must be a statement is followed by connection.commit(), before context.configure()."""


def check(environment: Environment, history: HistoryInContext) -> Iterator[Hit]:
    if not environment.already_in_transaction or not environment.before_configure:
        return
    begun = environment.before_configure[-1]
    first = "This begins a transaction before context.configure() gets the connection, so that Alembic begins none"
    if environment.committed_by == "nobody":
        yield Hit(
            f"{first}, and nothing here commits it: all that the revisions do is rolled back when the connection"
            " closes, and `alembic upgrade` exits with status 0.",
            _HELP,
            span=begun,
        )
    elif blocks := tuple(_autocommit_blocks(history)):
        yield Hit(
            f"{first}: the autocommit_block() of {blocks[0].path} fails (AssertionError), as there is none to leave.",
            _HELP,
            span=begun,
            related=blocks[:1],
        )


def _autocommit_blocks(history: HistoryInContext) -> Iterator[Span]:
    """Those before which the revision itself does not end the transaction."""
    for migration in history.migrations:
        notes = [note for note in migration.migration.notes if note.direction == migration.direction]
        ends = [note.span.line for note in notes if isinstance(note, CommitOnBind)]
        blocks = (note.span for note in notes if isinstance(note, AutocommitBlock))
        yield from (block for block in blocks if not any(line < block.line for line in ends))
