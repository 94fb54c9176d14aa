"""The one place that connects with the driver, psycopg; it is imported when a server is used, not before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from database_patterns.errors import UserError

if TYPE_CHECKING:
    from types import ModuleType

    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

_NAME: Final = "database-patterns"


def load(extra: str = "live") -> ModuleType:
    """The driver, which comes with the optional part ``extra`` of the installation.

    Raises:
        UserError: it is not installed.
    """
    try:
        import psycopg  # noqa: PLC0415 - the extras are optional, and other commands must start without it
    except ImportError as missing:
        remedy = f"run pip install 'database-patterns[{extra}]'"
        raise UserError("the PostgreSQL driver psycopg cannot be imported", remedy=remedy) from missing
    return psycopg


def connect(dsn: str, **options: int) -> Connection:
    """A connection in autocommit; ``options`` are libpq's, beside those of ``dsn``.

    Raises:
        UserError: the server cannot be reached or refuses; says why, without the password.
    """
    driver = load()
    try:
        return cast("Connection", driver.connect(dsn, autocommit=True, application_name=_NAME, **options))
    except driver.OperationalError as error:
        raise UserError(f"PostgreSQL cannot be connected to: {one_line(error)}") from None
    except driver.ProgrammingError:
        raise UserError(
            "is not a connection URL of PostgreSQL", remedy="write it as postgresql://user:password@host/database"
        ) from None


def dsn(**parts: str) -> str:
    """A connection string; ``base`` among ``parts`` is one that the others are put into."""
    base = parts.pop("base", "")
    made: str = load().conninfo.make_conninfo(base, **parts)
    return made


def rows(connection: Connection, query: str, *values: object) -> list[TupleRow]:
    """The rows of one of our own queries."""
    return connection.execute(query.encode(), values or None).fetchall()


def one_line(error: Exception) -> str:
    """What an error of the driver says."""
    return " ".join(str(error).split())
