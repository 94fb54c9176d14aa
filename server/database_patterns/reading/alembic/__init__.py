"""Alembic revisions, read without running them.

The file's syntax tree is interpreted; Alembic's own operations render the SQL. Nothing of the file is imported or
executed. SQLAlchemy and Alembic are imported when the first revision is read, not before.
"""

from __future__ import annotations

import re

from database_patterns.model import Migration

_REVISION = re.compile(r"^(?:down_)?revision\s*(?::[^=\n]+)?=", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async\s+)?def\s+(?:upgrade|downgrade)\s*\(", re.MULTILINE)


def is_revision(text: str) -> bool:
    """Whether ``text`` looks like an Alembic revision: it names a revision and defines a direction."""
    return _REVISION.search(text) is not None and _FUNCTION.search(text) is not None


def read_revision(text: str, path: str) -> Migration:
    """Read the revision ``text``; ``path`` is what its spans name.

    Raises:
        UserError: ``text`` is not Python.
    """
    from .revision import read  # noqa: PLC0415  SQLAlchemy and Alembic are slow to import, and only needed here

    return read(text, path)
