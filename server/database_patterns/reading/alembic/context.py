"""What only the project around a revision knows, for whoever reads it: found by project discovery, or configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class RevisionContext:
    """The surroundings of a revision; the defaults say that nothing of them is known.

    ``roots`` are the folders that the project's own modules are found in; where there are none, no other file is read.
    ``libraries`` are the folders of installed modules, which are read in the same way where the project has none of
    that name.
    ``naming_convention`` is that of ``target_metadata`` (empty: it has none; None: not known, and
    ``convention_unread`` says that there is an env.py which would tell). The others are options
    of ``context.configure`` in env.py (None: not known); ``driver`` is that of the database's address ("psycopg").
    ``assume`` holds the values of dotted names of the project (``{"app.settings.debug": False}``). ``database`` is what
    ``upgrade(engine_name)`` is called with, where env.py migrates several databases, ``arguments`` what it is called
    with besides (None: not known). ``altered_by`` is the code of env.py, or of another revision, that changes the
    libraries for all (``model.Alters``). ``old_sqlalchemy`` says whether the project runs on an SQLAlchemy older than
    2.0 (None: not known). ``settings`` are those of the project's Flask application (``current_app.config``) that are
    the same wherever it runs. ``registering`` finds the project's modules
    that register operations with Alembic, for env.py may import what a revision does not.
    """

    roots: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    naming_convention: Mapping[str, object] | None = None
    convention_unread: bool = False
    transaction_per_migration: bool | None = None
    transactional_ddl: bool | None = None
    driver: str | None = None
    assume: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    database: str | None = None
    arguments: Mapping[str, object] | None = None
    altered_by: str | None = None
    old_sqlalchemy: bool | None = None
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    registering: Callable[[], Sequence[Path]] = tuple

    @property
    def searched(self) -> tuple[Path, ...]:
        """Where modules are looked for, in that order."""
        return (*self.roots, *self.libraries)


UNKNOWN = RevisionContext()
"""Nothing is known of the project."""
