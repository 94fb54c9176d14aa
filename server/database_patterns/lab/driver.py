"""A statement's outcome as a value, not as an exception of the driver; connecting is that of ``databases.driver``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from database_patterns.databases.driver import connect, dsn, load, one_line, rows
from database_patterns.errors import UserError
from database_patterns.model import ServerError

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection

__all__ = ["connect", "dsn", "execute", "execute_one", "load", "rows"]

_CONNECTION_LOST: Final = "08006"


def execute(connection: Connection, sql: str) -> ServerError | None:
    """Run ``sql``, one statement or several; the error that PostgreSQL raises, if any.

    Raises:
        UserError: it wants to exchange data with the client (COPY … FROM STDIN).
    """
    return _outcome(connection, sql, one_statement=False)


def execute_one(connection: Connection, sql: str) -> ServerError | None:
    """Like ``execute``, but PostgreSQL itself refuses ``sql`` (42601) if it is more than one statement."""
    return _outcome(connection, sql, one_statement=True)


def _outcome(connection: Connection, sql: str, *, one_statement: bool) -> ServerError | None:
    driver = load()
    try:
        # The extended protocol, which a binary result asks for, takes one statement only.
        connection.execute(sql.encode(), binary=one_statement)
    except driver.OperationalError as error:
        return ServerError(error.sqlstate or _CONNECTION_LOST, error.diag.message_primary or one_line(error))
    except driver.Error as error:
        if error.sqlstate is None:  # raised by the driver itself, which then has no more use for the connection
            connection.close()
            raise UserError("exchanges data with the client, which the lab cannot do", where=sql) from None
        return ServerError(error.sqlstate, error.diag.message_primary or one_line(error))
    return None
