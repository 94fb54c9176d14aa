"""The schema of a live database as a Catalog, read in one read-only transaction that waits for nobody."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.catalog.draft import Draft
from database_patterns.errors import UserError
from database_patterns.model import POSTGRES_VERSIONS, Span
from database_patterns.reading.statements import parse

from . import definitions, driver

if TYPE_CHECKING:
    from .driver import Connection

THE_DATABASE: Final = "the live database"
_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL statement_timeout = '60s'",
    "SET LOCAL lock_timeout = '2s'",
)
_WITH_ALL_SCHEMAS_WRITTEN: Final = "SET LOCAL search_path = ''"
_CONNECT_SECONDS: Final = 10
_REFUSALS: Final = {
    "password": "the role or its password is not accepted",
    "role": "the role or its password is not accepted",
    "pg_hba.conf": "the server accepts no such connection (pg_hba.conf)",
    "permission denied": "the role may not connect to it",
    "does not exist": "there is no such database on the server",
    "refused": "no server answers at the address",
    "No such file": "no server answers at the address",
    "timeout": f"no server answers at the address within {_CONNECT_SECONDS} s",
    "resolve host": "the host is not known",
    "SSL": "no SSL connection comes about",
    "certificate": "no SSL connection comes about",
    "too many": "the server has no connection to spare",
    "connection slots": "the server has no connection to spare",
}
"""What part of libpq's message stands for which sentence; the message itself has parts of the address."""
_FAILURES: Final = {
    "55P03": "has a table that somebody else keeps locked against reading (ACCESS EXCLUSIVE)",
    "57014": "has a schema that takes more than a minute to read",
    "42501": "does not let the role read its system catalogs",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A live database at one moment: its schema, and the major version of its server.

    ``revisions`` are those that Alembic has noted as its current ones, None where no such note can be read.
    """

    catalog: Catalog
    postgres: int
    revisions: frozenset[str] | None = None


def take(url: str) -> Snapshot:
    """The schema of the database that ``url`` connects to, as far as a Catalog holds such things.

    Only system catalogs are read, and where Alembic notes its revisions. While PostgreSQL prints views, expressions and
    functions it holds ACCESS SHARE on the tables that they name, as any query does; who holds ACCESS EXCLUSIVE on one
    keeps us waiting, for two seconds.

    Raises:
        UserError: the database cannot be connected to or read, or its version is not known; says why, without any part
            of ``url``.
    """
    with reading(url) as connection:
        postgres = _major(connection)
        [(path,)] = driver.rows(connection, "SELECT current_schemas(false)::text[]")
        connection.execute(_WITH_ALL_SCHEMAS_WRITTEN)
        statements = [sql for query in definitions.STATEMENTS for (sql,) in driver.rows(connection, query)]
        invalid = [Name(name, schema) for schema, name in driver.rows(connection, definitions.INVALID_INDEXES)]
        rows = {Name(name, schema): int(rows) for schema, name, rows in driver.rows(connection, definitions.ROWS)}
        revisions = _revisions(connection)
    catalog = _observed(following(statements), invalid, rows)
    return Snapshot(_with_search_path(catalog, path), postgres, revisions)


def following(statements: Iterable[str]) -> Catalog:
    """The schema that these statements make of an empty database; it has been there for some time.

    One that our parser does not know leaves the schema incomplete.
    """
    catalog = Catalog.empty()
    for statement in (each for sql in statements for each in parse(sql, _nowhere)):
        catalog = catalog.advance(statement) if statement.error is None else replace(catalog, complete=False)
    return catalog.in_use()


def _nowhere(_start: int, _end: int) -> Span:
    """The place of what stands in no file."""
    return Span("<database>", 1, 1, 1, 1)


@contextmanager
def reading(url: str) -> Generator[Connection]:
    """A connection within a transaction that reads the system catalogs as they are at one moment.

    Raises:
        UserError: as ``take`` says.
    """
    with _connected(url) as connection:
        try:
            for statement in _BEGIN:
                connection.execute(statement)
            yield connection
            connection.execute("ROLLBACK")
        except driver.load().Error as error:
            what = _FAILURES.get(error.sqlstate) or f"cannot be read: {error.diag.message_primary}"
            raise UserError(what, where=THE_DATABASE, remedy="try again") from None


def _connected(url: str) -> Connection:
    try:
        return driver.connect(url, connect_timeout=_CONNECT_SECONDS)
    except UserError as error:
        reasons = (reason for part, reason in _REFUSALS.items() if part in error.what)
        what = f"cannot be connected to: {next(reasons, 'it cannot be reached, or refuses')}"
        what, remedy = (error.what, error.remedy) if error.remedy else (what, "")
        raise UserError(what, where=THE_DATABASE, remedy=remedy) from None


def _major(connection: Connection) -> int:
    [(number,)] = driver.rows(connection, "SELECT current_setting('server_version_num')::int")
    major = int(number) // 10_000
    if major not in POSTGRES_VERSIONS:
        known = f"{POSTGRES_VERSIONS[0]} to {POSTGRES_VERSIONS[-1]}"
        raise UserError(f"runs PostgreSQL {major}; what {known} do is known", where=THE_DATABASE)
    return major


def _revisions(connection: Connection) -> frozenset[str] | None:
    tables = driver.rows(connection, definitions.VERSION_TABLES)
    versions = [row for (table,) in tables for row in driver.rows(connection, f"SELECT version_num FROM {table}")]
    return frozenset(version for (version,) in versions) if tables else None


def _observed(catalog: Catalog, invalid: Iterable[Name], rows: Mapping[Name, int]) -> Catalog:
    """The catalog with what no statement says: which indexes are not valid, and how many rows were counted."""
    draft = Draft(catalog)
    for index in filter(None, map(catalog.index, invalid)):
        draft.put_index(replace(index, valid=False))
    for name, number in rows.items():
        table = draft.catalog.table(name)
        if table is not None:
            draft.put(replace(table, estimate=number))
    return draft.catalog


def _with_search_path(catalog: Catalog, path: Iterable[str]) -> Catalog:
    """What unqualified names stand for in a new session of the same role."""
    value = ", ".join(f'"{schema}"' for schema in path)
    return replace(catalog, settings=catalog.settings.including("search_path", (value, False)))
