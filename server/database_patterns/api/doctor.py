"""``doctor``: what this installation can do, and what to do about what it cannot."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib import metadata
from typing import Final

from database_patterns import documents, reading
from database_patterns.errors import UserError
from database_patterns.lab import binaries, server
from database_patterns.reports import Capability

from . import live

DISTRIBUTION: Final = "database-patterns"
_ADDRESSES: Final = {
    server.ENVIRONMENT: "the lab measures on that server",
    live.ENVIRONMENT: "--live reads the schema of that database",
}
_PARTS: Final = {
    "pglast": "reads SQL",
    "sqlalchemy": "reads Alembic revisions",
    "alembic": "reads Alembic revisions",
    "mcp": "serves agents",
    "psycopg": "talks to PostgreSQL",
}


def version() -> str:
    """The version of database-patterns, or "unknown" when it runs without being installed."""
    return _version(DISTRIBUTION) or "unknown"


def doctor(*, postgres_bin: str | None = None) -> tuple[Capability, ...]:
    """One line for each part: there or not, which version, and what to install."""
    return tuple(_capabilities(postgres_bin))


def _capabilities(postgres_bin: str | None) -> Iterator[Capability]:
    yield Capability(DISTRIBUTION, available=True, detail=f"{version()}, Python {platform.python_version()}")
    yield _rules()
    yield Capability("SQL parser", available=True, detail=f"of PostgreSQL {reading.parser_version()}")
    for name, purpose in _PARTS.items():
        found = _version(name)
        detail = f"{found}, {purpose}" if found else f"not installed, {purpose}; {_remedy(name)}"
        yield Capability(name, available=found is not None, detail=detail)
    yield from _servers(postgres_bin)
    for name, use in _ADDRESSES.items():
        if os.environ.get(name):
            yield Capability(name, available=True, detail=f"is set: {use}")


def _rules() -> Capability:
    try:
        rules = documents.rules()
    except UserError as error:
        return Capability("rules", available=False, detail=str(error))
    on = sum(rule.default for rule in rules.values())
    return Capability("rules", available=True, detail=f"{len(rules)}, of which {on} are on by default")


def _servers(postgres_bin: str | None) -> Iterator[Capability]:
    try:
        found = binaries.find_all(postgres_bin)
    except UserError as error:
        yield Capability("PostgreSQL server", available=False, detail=str(error))
        return
    for each in found:
        yield Capability("PostgreSQL server", available=True, detail=f"{each.version} ({each.origin}: {each.folder})")
    if not found:
        detail = f"none found, nothing is measured; {binaries.INSTALL}"
        yield Capability("PostgreSQL server", available=False, detail=detail)


def _remedy(name: str) -> str:
    return binaries.INSTALL if name == "psycopg" else f"pip install --upgrade {DISTRIBUTION}"


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
