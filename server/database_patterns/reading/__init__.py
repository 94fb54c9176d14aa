"""Files and texts to Migrations: SQL as it stands, Alembic revisions by interpreting their syntax tree."""

from __future__ import annotations

from pathlib import Path

from database_patterns.model import Migration

from .alembic import read_revision
from .alembic.context import UNKNOWN, RevisionContext
from .files import Kind, Scanned, decode, is_revision, read_source, recognise, scan, unlisted
from .sql import read_sql
from .sql_layouts import UNTOLD, Running
from .sql_settings import running
from .statements import parser_version

__all__ = [
    "Kind",
    "RevisionContext",
    "Running",
    "Scanned",
    "decode",
    "is_revision",
    "parser_version",
    "read_file",
    "read_source",
    "read_text",
    "recognise",
    "running",
    "scan",
    "unlisted",
]


def read_text(
    text: str, path: str = "<text>", kind: Kind | None = None, context: RevisionContext | Running | None = None
) -> Migration:
    """Read SQL, or the Python of an Alembic revision; which of the two is recognised unless ``kind`` says it.

    ``context`` is what is known of a revision's project, or of how a SQL file is run.

    Raises:
        UserError: the Python does not parse, or is not a revision. SQL that does not parse becomes statements that
            carry the error.
    """
    if (kind or recognise(text, path)) == "sql":
        return read_sql(text, path, context if isinstance(context, Running) else UNTOLD)
    return read_revision(text, path, context if isinstance(context, RevisionContext) else UNKNOWN)


def read_file(path: Path, kind: Kind | None = None) -> Migration:
    """Read one file; raises UserError where it cannot be read, as ``read_text`` and ``read_source`` say."""
    return read_text(read_source(path), str(path), kind)
