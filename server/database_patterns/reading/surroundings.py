"""A project around its revisions: what env.py, the settings and the pinned versions tell the reader of a revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Final

from .alembic.context import RevisionContext
from .conventions import mentioned, naming_convention
from .environment import Environment, driver_of, read_environment
from .pins import Pin, pins
from .project import Project

_WITHOUT_CONVENTION: Final = {"flask", "flask_sqlalchemy", "sqlalchemy", "sqlmodel"}
"""Libraries whose metadata has no naming convention unless the project gives it one."""

_DRIVERS: Final = {"asyncpg": "asyncpg", "psycopg": "psycopg", "psycopg2": "psycopg2", "psycopg2-binary": "psycopg2"}
_PSYCOPG_BY_DEFAULT: Final = (2, 1)
"""From this version of SQLAlchemy on, an address without a driver means psycopg 3, before it psycopg2."""

_COMPARED: Final = ("alembic", "sqlalchemy")


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of a project's revisions; ``assume`` are the configured values of names that only it knows."""

    project: Project
    assume: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def environment(self) -> Environment:
        """Env.py, with what the project's other modules make certain."""
        options = {"sqlalchemy.url": self.project.url} if self.project.url else {}
        if self.project.databases:
            options["databases"] = ", ".join(self.project.databases)
        read = read_environment(self.project.env, options, self.project.roots)
        return self._completed(read)

    @cached_property
    def context(self) -> RevisionContext:
        """What the reader of a revision is told."""
        return RevisionContext(
            roots=self.project.roots,
            naming_convention=self.environment.naming_convention,
            transaction_per_migration=self.environment.transaction_per_migration,
            transactional_ddl=self.environment.transactional_ddl,
            driver=self.driver,
            assume=self.assume,
        )

    @cached_property
    def pins(self) -> Mapping[str, Pin]:
        """What the project is pinned to, from the nearest folder whose files name Alembic or SQLAlchemy."""
        found: Mapping[str, Pin] = {}
        for folder in (self.project.settings.parent, *self.project.settings.parent.parents):
            if folder in self.project.roots or folder == self.project.settings.parent:
                found = pins(folder)
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

    @property
    def assumed(self) -> tuple[str, ...]:
        """In sentences, what a prediction rests on that was concluded, or that differs from the project's own tools."""
        return (*self.project.assumed, *self._older_or_newer())

    def _completed(self, read: Environment) -> Environment:
        if read.transaction_per_migration is None and not read.why_unknown:
            unset = self._mentions_nowhere_else("transaction_per_migration")
            read = replace(read, transaction_per_migration=False if unset else None)
        if read.transactional_ddl is None and not read.why_unknown:
            read = replace(read, transactional_ddl=True if self._mentions_nowhere_else("transactional_ddl") else None)
        if read.naming_convention is None and self._is_own(read.metadata):
            read = replace(read, naming_convention=naming_convention(self.project.roots))
        return read

    def _mentions_nowhere_else(self, option: str) -> bool:
        """Whether no module of the project names this option, so that none sets it."""
        return mentioned(option, self.project.roots) == []

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


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
