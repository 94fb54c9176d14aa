"""Alembic revisions, read without running them.

The file's syntax tree is interpreted; Alembic's own operations render the SQL. Nothing of the file is imported or
executed. SQLAlchemy and Alembic are imported when the first revision is read, not before.
"""

from __future__ import annotations

from database_patterns.model import Migration

from .context import UNKNOWN, RevisionContext

__all__ = ["RevisionContext", "read_revision"]


def read_revision(text: str, path: str, context: RevisionContext = UNKNOWN) -> Migration:
    """Read the revision ``text``; ``path`` is what its spans name, ``context`` what is known of its project.

    Raises:
        UserError: ``text`` is not Python, or neither names a revision nor defines a direction.
    """
    from .revision import read  # noqa: PLC0415  SQLAlchemy and Alembic are slow to import, and only needed here

    return read(text, path, context)
