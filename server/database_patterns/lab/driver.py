"""The one place of the lab that knows the driver, psycopg; imported when a server is used, not before.

Who asks for a statement's outcome gets a value, not an exception of the driver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from database_patterns.errors import UserError
from database_patterns.lab.binaries import INSTALL
from database_patterns.model import ServerError

_CONNECTION_LOST: Final = "08006"

if TYPE_CHECKING:
    from types import ModuleType

    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]


def load() -> ModuleType:
    """The driver.

    Raises:
        UserError: it is not installed.
    """
    try:
        import psycopg  # noqa: PLC0415 - the extra is optional, and other commands must start without it
    except ImportError as missing:
        raise UserError("the PostgreSQL driver psycopg cannot be imported", remedy=f"run {INSTALL}") from missing
    return psycopg


def connect(dsn: str) -> Connection:
    """A connection in autocommit.

    Raises:
        UserError: the server cannot be reached or refuses; says why, without the password.
    """
    driver = load()
    try:
        return cast("Connection", driver.connect(dsn, autocommit=True, application_name="database-patterns"))
    except driver.OperationalError as error:
        raise UserError(f"PostgreSQL cannot be connected to: {_one_line(error)}") from None
    except driver.ProgrammingError:
        raise UserError(
            "is not a connection URL of PostgreSQL", remedy="write it as postgresql://user:password@host/database"
        ) from None


def dsn(**parts: str) -> str:
    """A connection string; ``base`` among ``parts`` is one that the others are put into."""
    base = parts.pop("base", "")
    made: str = load().conninfo.make_conninfo(base, **parts)
    return made


def execute(connection: Connection, sql: str) -> ServerError | None:
    """Run ``sql``, one statement or several; the error that PostgreSQL raises, if any.

    Raises:
        UserError: it wants to exchange data with the client (COPY … FROM STDIN).
    """
    return _outcome(connection, sql, one_statement=False)


def execute_one(connection: Connection, sql: str) -> ServerError | None:
    """Like ``execute``, but PostgreSQL itself refuses ``sql`` (42601) if it is more than one statement."""
    return _outcome(connection, sql, one_statement=True)


def rows(connection: Connection, query: str, *values: object) -> list[TupleRow]:
    """The rows of one of our own queries."""
    return connection.execute(query.encode(), values or None).fetchall()


def _outcome(connection: Connection, sql: str, *, one_statement: bool) -> ServerError | None:
    driver = load()
    try:
        # The extended protocol, which a binary result asks for, takes one statement only.
        connection.execute(sql.encode(), binary=one_statement)
    except driver.OperationalError as error:
        return ServerError(error.sqlstate or _CONNECTION_LOST, error.diag.message_primary or _one_line(error))
    except driver.Error as error:
        if error.sqlstate is None:  # raised by the driver itself, which then has no more use for the connection
            connection.close()
            raise UserError("exchanges data with the client, which the lab cannot do", where=sql) from None
        return ServerError(error.sqlstate, error.diag.message_primary or _one_line(error))
    return None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
