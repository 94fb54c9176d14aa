"""rules/alembic/global-side-effect-in-revision.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit
from database_patterns.model import Alters


def check(note: Alters) -> Iterator[Hit]:
    when = "from here on" if note.direction else "as soon as Alembic imports the file, which it does before it runs any"
    yield Hit(
        f"{note.code} changes SQLAlchemy or Alembic for all revisions, {when}: their SQL is no longer what they say.",
        "Say it where it is meant: in the arguments of the operation, or as SQL in op.execute(). What is meant for all"
        " revisions belongs into env.py.",
    )
