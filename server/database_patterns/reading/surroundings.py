"""A project around its revisions: what env.py, the settings and the pinned versions tell the reader of a revision."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from textwrap import shorten
from types import MappingProxyType
from typing import Final

from database_patterns.errors import UserError
from database_patterns.model import Alters, Note

from .alembic import RevisionContext, read_revision
from .conventions import mentioned, naming_convention
from .env_reading import read_environment
from .environment import Environment, Sent, driver_of
from .files import read_source
from .flask_settings import FlaskSettings
from .installed import libraries
from .pins import Pin, pins
from .project import Project, is_inside, mentions, repository

_WITHOUT_CONVENTION: Final = {"flask", "flask_sqlalchemy", "sqlalchemy", "sqlmodel"} | sys.stdlib_module_names
"""Libraries whose metadata has no naming convention unless the project gives it one."""

_DRIVERS: Final = {"asyncpg": "asyncpg", "psycopg": "psycopg", "psycopg2": "psycopg2", "psycopg2-binary": "psycopg2"}
_PSYCOPG_BY_DEFAULT: Final = (2, 1)
"""From this version of SQLAlchemy on, an address without a driver means psycopg 3, before it psycopg2."""

_ASSIGNED: Final = ".naming_convention"
"""How a module speaks of the convention of metadata that another one, or a library, makes."""

_HOOKING: Final = (b"compiles", b"listen")
"""Words without which a revision hooks nothing into SQLAlchemy."""

_SHOWN: Final = 80
"""So much of a statement of env.py is quoted."""
_SHOWN_MAX: Final = 5
"""So many of its statements are named."""

_COMPARED: Final = ("alembic", "sqlalchemy")


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of a project's revisions; ``assume`` are the configured values of names that only it knows.

    ``database`` is the one that they are read for, where the project migrates several.
    """

    project: Project
    assume: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    database: str | None = None

    @cached_property
    def environment(self) -> Environment:
        """Env.py, with what the project's other modules make certain."""
        options = {"sqlalchemy.url": self.project.url} if self.project.url else {}
        if self.project.databases:
            options["databases"] = ", ".join(self.project.databases)
        if not is_inside(self.project.env, self.project.within):
            why = "env.py lies outside the folder that may be read"
            return Environment(str(self.project.env), why_unknown=why)
        read = read_environment(self.project.env, options, self.project.roots, within=self.project.within)
        return self._completed(read)

    @cached_property
    def context(self) -> RevisionContext:
        """What the reader of a revision is told."""
        return replace(self._known, altered_by=self._altered_by())

    @cached_property
    def _known(self) -> RevisionContext:
        return RevisionContext(
            roots=self.project.roots,
            settings=FlaskSettings(self.project.roots, self.project.within),
            libraries=libraries(self.project.settings.parent, self.project.within),
            naming_convention=self.environment.naming_convention,
            convention_unread=self.environment.naming_convention is None,
            transaction_per_migration=self.environment.transaction_per_migration,
            transactional_ddl=self.environment.transactional_ddl,
            driver=self.driver,
            old_sqlalchemy=self.pins["sqlalchemy"].is_older_than(2) if "sqlalchemy" in self.pins else None,
            assume=self.assume,
            registering=self._registering,
            database=self.database,
            arguments=self.environment.arguments,
        )

    def _registering(self) -> Sequence[Path]:
        """The project's modules that register operations with Alembic."""
        return mentioned("register_operation", self.project.roots, self.project.within) or ()

    def _altered_by(self) -> str | None:
        """What env.py changes in the libraries for all, or one of the revisions: Alembic imports every file first."""
        if self.environment.altered_by:
            return f"{self.environment.altered_by} in env.py"
        for file in self.project.files():
            if is_inside(file, self.project.within) and any(mentions(file, word) for word in _HOOKING):
                for note in self._notes_of(file):
                    if isinstance(note, Alters) and note.direction is None:
                        return f"{note.code} in {file.name}"
        return None

    def _notes_of(self, file: Path) -> tuple[Note, ...]:
        try:
            return read_revision(read_source(file), str(file), self._known).notes
        except UserError:
            return ()

    def of_databases(self) -> list[Surroundings]:
        """The same for each database of the project; itself where there is but one."""
        return [self._of(name) for name in self.project.databases] or [self]

    def _of(self, database: str) -> Surroundings:
        other = replace(self, database=database)
        vars(other).update(environment=self.environment, pins=self.pins)  # they are read once
        return other

    @cached_property
    def pins(self) -> Mapping[str, Pin]:
        """What the project is pinned to, from the nearest folder whose files name Alembic or SQLAlchemy."""
        for folder in repository(self.project.settings.parent, self.project.within):
            found = pins(folder, self.project.within)
            if any(name in found for name in _COMPARED):
                return found
        return {}

    @property
    def driver(self) -> str | None:
        """The driver that the migrations run with, as far as it can be told."""
        named = driver_of(self.environment.url or self.project.url)
        if named:
            return named
        if named == "":
            return self._default_driver()
        installed = {driver for package, driver in _DRIVERS.items() if package in self.pins}
        if self.environment.asynchronous and "asyncpg" in installed:
            return "asyncpg"
        return installed.pop() if len(installed) == 1 else None

    def notes(self) -> Iterator[str]:
        """In sentences: what was concluded rather than read, and whose versions differ."""
        yield from self.project.assumed
        yield from self._older_or_newer()
        if self.environment.sent:
            yield f"env.py sends statements of its own, beside the revisions: {_listed(self.environment.sent)}"
        if self.environment.why_unknown:
            yield f"env.py could not be read: {self.environment.why_unknown}"
        elif self.environment.naming_convention is None:
            yield "whether target_metadata has a naming convention could not be read: constraints may have other names"

    def _completed(self, read: Environment) -> Environment:
        if read.transaction_per_migration is None and not read.why_unknown:
            unset = self._mentions_nowhere_else("transaction_per_migration")
            read = replace(read, transaction_per_migration=False if unset else None)
        if read.transactional_ddl is None and not read.why_unknown:
            read = replace(read, transactional_ddl=True if self._mentions_nowhere_else("transactional_ddl") else None)
        if read.naming_convention is None and self._is_own(read.metadata):
            found = self._defined_convention()
            others = read.metadata_of_library and self._mentions_nowhere_else(_ASSIGNED)
            read = replace(read, naming_convention=None if found and others else found)
        return read

    def _defined_convention(self) -> Mapping[str, object] | None:
        """The naming convention of the modules beside the settings, else of all that the project may import."""
        near = naming_convention(self.project.roots[:1], self.project.within)
        return near or naming_convention(self.project.roots, self.project.within)

    def _mentions_nowhere_else(self, option: str) -> bool:
        """Whether no module of the project names this option, so that none sets it."""
        return mentioned(option, self.project.roots, self.project.within) == []

    def _is_own(self, module: str | None) -> bool:
        """Whether the metadata of ``module`` has a naming convention only if the project's own modules give it one."""
        if module is None:
            return False
        first = module.partition(".")[0]
        found = any((root / first).is_dir() or (root / f"{first}.py").is_file() for root in self.project.roots)
        return not first or found or first in _WITHOUT_CONVENTION

    def _default_driver(self) -> str | None:
        pin = self.pins.get("sqlalchemy")
        if pin is None or pin.series is None:
            return None
        major, _, minor = pin.series.partition(".")
        newer = major.isdigit() and minor.isdigit() and (int(major), int(minor)) >= _PSYCOPG_BY_DEFAULT
        return "psycopg" if newer else "psycopg2"

    def _older_or_newer(self) -> Iterator[str]:
        for name in _COMPARED:
            pin, ours = self.pins.get(name), _installed(name)
            if pin and pin.series and ours and pin.series != ".".join(ours.split(".")[:2]):
                yield (
                    f"the project uses {_WRITTEN[name]} {pin.version} ({pin.file.name}); "
                    f"its revisions were read with {ours}, whose SQL may differ"
                )


_WRITTEN: Final = {"alembic": "Alembic", "sqlalchemy": "SQLAlchemy"}


def _listed(sent: Sequence[Sent]) -> str:
    shown = [
        f"{shorten(each.sql, _SHOWN, placeholder='…')} ({'line' if each.certain else 'perhaps, line'} {each.span.line})"
        for each in sent[:_SHOWN_MAX]
    ]
    return "; ".join(shown + ([f"and {len(sent) - _SHOWN_MAX} more"] if len(sent) > _SHOWN_MAX else []))


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
