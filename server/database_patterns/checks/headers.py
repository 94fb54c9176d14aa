"""Where a revision's header says what the checks of a history speak of."""

from __future__ import annotations

from collections.abc import Iterable

from database_patterns.model import Migration, Span
from database_patterns.places import start_of


def place(migration: Migration, name: str) -> Span:
    """Where the file assigns ``name`` (``down_revision``) or defines it (``downgrade``), else the file."""
    return migration.header.get(name, start_of(migration.path))


def named(paths: Iterable[str], migrations: Iterable[Migration]) -> list[Migration]:
    """The migrations of these files, in the order of ``paths``."""
    by_path = {each.path: each for each in migrations}
    return [by_path[path] for path in paths if path in by_path]
