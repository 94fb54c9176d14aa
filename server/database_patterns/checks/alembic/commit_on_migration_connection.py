"""rules/alembic/commit-on-migration-connection.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.checks import Hit
from database_patterns.effects.context import MigrationInContext
from database_patterns.model import CommitOnBind

_HELP: Final = """\
Delete this line: Alembic commits when the revision is done. A backfill that must commit between batches gets a \
revision of its own, with transaction_per_migration=True in env.py:

    with op.get_context().autocommit_block():
        connection = op.get_bind()
        ...  # one UPDATE for each range of the primary key"""


def check(note: CommitOnBind, within: MigrationInContext) -> Iterator[Hit]:
    environment = within.environment
    if environment and environment.already_in_transaction and environment.committed_by == "call":
        return
    if note.call.endswith("rollback()"):
        fate = "what the revision did before it is undone"
    else:
        fate = "what the revision did before it stays"
    yield Hit(
        f"{note.call} ends the transaction in which Alembic records the revision: {fate}, alembic_version does not"
        " move, though `alembic` may exit with status 0 all the same.",
        _HELP,
    )
