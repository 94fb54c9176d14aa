"""Literals that are no value of a type are refused when the statement is parsed: told only where it is certain."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.effects.given import errors, predicted, schema

from database_patterns.lab import driver
from database_patterns.lab.server import Database, Server

KNOWN = "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN mark AS int; CREATE TABLE t (id int)"
VALUES = {
    "int": ("5", " -7 ", "+1", "", "abc", "1.5", "1e3", "3000000000", "0x1F", "1_000", "1__0"),
    "smallint": ("32767", "32768"),
    "bigint": ("9223372036854775807", "9223372036854775808"),
    "numeric": ("1", ".5", "1.", "1e-3", "NaN", "Infinity", "-inf", "", "abc", "1.2.3", "0x1F", "1_000.5"),
    "float8": ("1", "nan", "x", "1e5"),
    "boolean": ("true", "T", " y ", "of", "o", "off", "1", "2", "maybe", ""),
    "uuid": ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}", "a0eebc99", "x"),
    "jsonb": ("{}", "[1, null]", '"x"', "{x}", "NaN", "", "{'a': 1}"),
    "json": ('{"a": 1}', "tru"),
    "inet": ("10.0.0.1", "10.0.0.1/8", "::1", "10.1", "host", "10.0.0.1/x"),
    "cidr": ("10.1", "10.0.0.0/8", "x"),
    "date": ("2025-02-28", "2025-13-01", "2025-04-31", "today", "infinity", "abc", "", "5 May 2025"),
    "timestamptz": ("now", "2025-01-01 10:00+01", "2025-00-10", "never"),
    "mood": ("good", "worse", ""),
    "mark": ("5", "x"),
    "int[]": ("{1,2}", "1,2", "[1:2]={1,2}"),
    "text": ("anything", ""),
}
CASES = [(name, value) for name, values in VALUES.items() for value in values]


@pytest.fixture(scope="module")
def known(server: Server) -> Generator[Database]:
    with server.database(setup_sql=KNOWN) as made:
        yield made


def add_column(name: str, value: str) -> str:
    return f"ALTER TABLE t ADD COLUMN x {name} DEFAULT '{value.replace(chr(39), chr(39) * 2)}'"


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_default_is_refused_exactly_where_the_server_refuses_it(name: str, value: str, known: Database) -> None:
    sql = add_column(name, value)
    with driver.connect(known.owner) as connection:
        connection.execute("BEGIN")
        raised = driver.execute(connection, sql)
        connection.execute("ROLLBACK")
    predicted_error = errors(predicted(sql, schema(KNOWN), postgres=known.postgres))[0]
    assert predicted_error == (raised.sqlstate if raised else None)


@pytest.mark.parametrize(("postgres", "sqlstate"), [(15, "22P02"), (16, None)])
def test_digits_with_a_prefix_or_underscores_are_numbers_since_16(postgres: int, sqlstate: str | None) -> None:
    for value in ("0x1F", "1_000"):
        assert errors(predicted(add_column("int", value), schema(KNOWN), postgres=postgres)) == (sqlstate, [])


def test_of_a_type_that_is_not_known_nothing_is_told() -> None:
    assert errors(predicted(add_column("mystery", "x")))[0] is None
