"""How volatile an expression is follows from its functions, operators and casts, however deep they are nested."""

from __future__ import annotations

import pytest

from database_patterns.actions import AddColumn
from database_patterns.catalog import Catalog
from database_patterns.effects.volatility import Scope, Verdict, analyse
from database_patterns.reading import read_text

SCHEMA = """
    CREATE EXTENSION "uuid-ossp"; CREATE TYPE mood AS ENUM ('ok'); CREATE SEQUENCE s;
    CREATE TABLE t (i int, b bigint, x text, ts timestamp, tstz timestamptz, d date, m mood, a int[], r int4range);
    CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION dice() RETURNS int LANGUAGE sql AS 'SELECT (random() * 6)::int';
    CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
    CREATE FUNCTION fixed(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION loose(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
"""


def catalog() -> Catalog:
    found = Catalog.empty()
    for statement in read_text(SCHEMA).upgrade:
        found = found.advance(statement)
    return found


def verdict(expression: str, known: Catalog | None = None) -> Verdict:
    (action,) = read_text(f"ALTER TABLE t ADD COLUMN c text DEFAULT ({expression})").upgrade[0].actions
    assert isinstance(action, AddColumn)
    assert action.column.default
    known = known or catalog()
    relation = next((each for name, each in known.relations.items() if name.name == "t"), None)
    columns = getattr(relation, "columns", {})
    return analyse(action.column.default.tree, Scope(known, 18, columns))[0]


@pytest.mark.parametrize(
    "expression",
    ["1 + 2 * 3", "'x'", "'x' || 'y'", "lower('X')", "'{}'::jsonb", "ARRAY[1, 2]", "i + b", "ts::date",
     'x COLLATE "C"',
     "coalesce(x, 'y')", "CASE WHEN i > 0 THEN 'a' ELSE x END", "m = 'ok'", "a || 1", "r @> 5", "i IN (1, 2)", "-i",
     "tstz AT TIME ZONE 'UTC'", "x LIKE 'a%'", "i BETWEEN 1 AND 2", "one()", "fixed(1)", "(i + 1)::text", "i IS NULL"],
)  # fmt: skip
def test_immutable_expressions_are_recognised(expression: str) -> None:
    found = verdict(expression)
    assert (found.volatility, found.at_worst, found.doubts) == ("immutable", "immutable", [])


@pytest.mark.parametrize(
    "expression",
    ["now()", "CURRENT_TIMESTAMP", "CURRENT_DATE", "current_user", "now() + interval '1 day'", "tstz::date",
     "tstz::text", "date_trunc('day', now())", "to_char(ts, 'YYYY')", "concat(x, 'y')",
     "tstz + interval '1 day'", "d > tstz",
     "coalesce(x, now()::text)"],
)  # fmt: skip
def test_stable_expressions_are_recognised(expression: str) -> None:
    found = verdict(expression)
    assert (found.volatility, found.at_worst) == ("stable", "stable")


@pytest.mark.parametrize(
    "expression",
    ["random()", "clock_timestamp()", "gen_random_uuid()", "uuidv7()", "clock_timestamp() + interval '1 day'", "dice()",
     "md5(random()::text)", "coalesce(x, gen_random_uuid()::text)", "uuid_generate_v4()", "counted()", "loose(1)",
     "CASE WHEN random() > 0.5 THEN 1 ELSE 2 END", "ARRAY[timeofday()]", "pg_catalog.random()"],
)  # fmt: skip
def test_volatile_expressions_are_recognised(expression: str) -> None:
    found = verdict(expression)
    assert found.reaches("volatile") is True
    assert found.because


def test_the_sequence_of_nextval_is_named() -> None:
    assert verdict("nextval('s')").sequences == ["s"]
    assert verdict("nextval('s'::regclass)").sequences == ["s"]


@pytest.mark.parametrize("expression", ["mystery()", "app.mystery(1)", "lower(mystery())"])
def test_a_function_that_the_schema_does_not_hold_is_unknown_and_named(expression: str) -> None:
    found = verdict(expression)
    assert found.reaches("volatile") == "unknown"
    assert [doubt.split("(")[0] for doubt in found.doubts] == [
        f"the function {expression.split('(')[-2 if 'lower' in expression else 0]}"
    ]


def test_the_function_of_an_extension_that_was_not_created_is_unknown() -> None:
    assert verdict("uuid_generate_v4()", Catalog.empty()).reaches("volatile") == "unknown"


def test_an_operator_that_the_schema_does_not_hold_may_be_volatile() -> None:
    assert verdict("1 ### 2").reaches("volatile") == "unknown"


def test_a_volatile_part_outweighs_what_is_unknown() -> None:
    assert verdict("mystery() || random()::text").reaches("volatile") is True
