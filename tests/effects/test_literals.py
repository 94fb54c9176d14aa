"""Literals that are no value of a type are refused when the statement is parsed: told only where it is certain."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema

KNOWN = "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN mark AS int; CREATE TABLE t (id int)"


def add_column(name: str, value: str) -> str:
    return f"ALTER TABLE t ADD COLUMN x {name} DEFAULT '{value.replace(chr(39), chr(39) * 2)}'"


@pytest.mark.parametrize(("postgres", "sqlstate"), [(15, "22P02"), (16, None)])
def test_digits_with_a_prefix_or_underscores_are_numbers_since_16(postgres: int, sqlstate: str | None) -> None:
    for value in ("0x1F", "1_000"):
        assert errors(predicted(add_column("int", value), schema(KNOWN), postgres=postgres)) == (sqlstate, [])


def test_of_a_type_that_is_not_known_nothing_is_told() -> None:
    assert errors(predicted(add_column("mystery", "x")))[0] is None
