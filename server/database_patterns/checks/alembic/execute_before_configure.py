"""rules/alembic/execute-before-configure.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.checks import Hit
from database_patterns.effects.context import HistoryInContext
from database_patterns.model import Span
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
    if environment.commits is False:
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
    """The first statement of each direction that runs in one."""
    for migration in history.migrations:
        inside = (each.statement for each in migration.statements if each.statement.transaction is None)
        yield from (statement.span for statement in [*inside][:1])
