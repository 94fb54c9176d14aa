"""The parameters that the migration tools share, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from database_patterns.api import sources
from database_patterns.api.history import Options
from database_patterns.api.live import database as live_database
from database_patterns.api.settings import settings as project_settings
from database_patterns.api.sources import Given
from database_patterns.errors import UserError
from database_patterns.model import PostgresVersion

from .settings import Settings

TEXT_MAX: Final = 2_000_000
"""Characters of a text argument; the largest revision known to us has 80,000."""

Text = Annotated[
    str,
    Field(
        description="The migration: SQL, or the Python of an Alembic revision. Give text or path.", max_length=TEXT_MAX
    ),
]
Path = Annotated[str, Field(description="File or folder of migrations inside the project. Give text or path.")]
Version = Annotated[PostgresVersion, Field(description="Major version of the server that will run the migration.")]
Schema = Annotated[str, Field(description="SQL that builds what exists before, such as a dump.", max_length=TEXT_MAX)]
SchemaPath = Annotated[str, Field(description="The same as a file inside the project (pg_dump --schema-only).")]
History = Annotated[
    str, Field(description="Folder of the revisions applied before; with it tables, types and constraints are known.")
]
Live = Annotated[
    bool, Field(description="Start from the live database of this server's environment, its rows and version included.")
]
Limit = Annotated[int, Field(description="Entries to return at most.", ge=1, le=100)]
Offset = Annotated[int, Field(description="Entries to skip, as the last answer said.", ge=0)]


def given(settings: Settings, text: str, path: str) -> Given:
    """What is to be analysed. Raises UserError unless exactly one is given, or where it cannot be read."""
    if bool(text) == bool(path):
        what = "give text or path, not both" if text else "nothing to analyse"
        raise UserError(what, remedy="pass the migration as text, or a file or folder of the project as path")
    if text:
        return sources.from_text(text)
    return sources.from_paths([settings.inside(path)], within=settings.root)


def require_something(read: object, unreadable: Sequence[str]) -> None:
    """Raises UserError with what could not be read, where nothing else is left of the input."""
    if unreadable and not read:
        raise UserError("; ".join(unreadable))


def options(
    settings: Settings, postgres_version: int, schema: str, schema_path: str, history: str, *, live: bool
) -> Options:
    """What the analysis may rest on; raises UserError where a path or the live database cannot be read."""
    if sum(map(bool, (schema, schema_path, live))) > 1:
        raise UserError("give one of schema, schema_path and live")
    known = Given()
    if schema:
        known = sources.from_text(schema, name="<schema>", kind="sql")
    elif schema_path:
        known = sources.schema(settings.inside(schema_path), within=settings.root)
    earlier = sources.history(settings.inside(history), within=settings.root) if history else Given()
    database = live_database() if live else None
    version = database.postgres if database else postgres_version
    decided = project_settings(settings.root, within=settings.root)
    return Options(
        postgres=version,
        timezone=decided.timezone,
        schema=known,
        history=earlier,
        database=database,
        settings=decided,
    )
