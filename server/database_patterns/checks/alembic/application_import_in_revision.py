"""rules/alembic/application-import-in-revision.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit
from database_patterns.model import ImportsModels
from database_patterns.prose import listed


def check(note: ImportsModels) -> Iterator[Hit]:
    are = "is the model" if len(note.names) == 1 else "are the models"
    yield Hit(
        f"{listed(note.names)} of {note.module} {are} of today, and this revision meets the tables of its own time: as"
        " soon as the two differ, the history can no longer be applied from the start.",
        "Say in the revision what it needs of the table:\n\n"
        '    orders = sa.table("orders", sa.column("id", sa.BigInteger()), …)',
    )
