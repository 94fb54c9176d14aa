"""Bodies of functions, procedures and DO blocks, and what calling them does."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from tests.effects.given import errors, locks, predicted, schema

from database_patterns.effects import Assumptions, bodies, predict
from database_patterns.reading import read_text

SHOP = schema(
    """
    CREATE TABLE t (id int PRIMARY KEY, n int); CREATE VIEW v AS SELECT n FROM t;
    CREATE FUNCTION reads() RETURNS int LANGUAGE sql AS 'SELECT max(n) FROM v';
    CREATE FUNCTION again(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN again(n - 1) + reads(); END';
    CREATE FUNCTION dynamic() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE t'; RETURN 1; END $$;
    CREATE FUNCTION fast() RETURNS int LANGUAGE c AS 'file', 'symbol';
    CREATE FUNCTION atomic(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT n FROM t; SELECT x; END;
    CREATE PROCEDURE refuses() LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    """
)


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT reads()", {"v", "t", "t_pkey"}), ("SELECT again(3)", {"v", "t", "t_pkey"}),
        ("SELECT atomic(1)", {"t", "t_pkey"}), ("DO $$ BEGIN PERFORM reads(); END $$", {"v", "t", "t_pkey"}),
        ("DO $$ BEGIN IF 1 > 2 THEN NULL; END IF; END $$", set()), ("DO $$ BEGIN PERFORM 1 FROM gone; END $$", set()),
    ],
)  # fmt: skip
def test_what_a_body_may_read_is_locked_where_it_comes_so_far(sql: str, read: set[str]) -> None:
    found = predicted(sql, SHOP)
    assert (locks(found), found.unknown, found.error) == (dict.fromkeys(read, "AS"), (), None)
    assert {each.certainty for each in found.effects} <= {"unknown"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT dynamic()", "SELECT fast()", "DO $$ BEGIN DELETE FROM t; END $$", "DO LANGUAGE plperl $$ 1 $$",
        "DO $$ BEGIN EXECUTE 'SELECT 1'; END $$", "DO $$ BEGIN this is no PL/pgSQL END $$",
        "DO $$ BEGIN PERFORM unheard_of(); END $$",
    ],
)  # fmt: skip
def test_what_a_body_writes_or_makes_while_it_runs_is_not_known(sql: str) -> None:
    assert len(predicted(sql, SHOP).unknown) == 1


def test_a_body_that_raises_an_error_may_fail_with_it() -> None:
    assert errors(predicted("CALL refuses()", SHOP)) == (None, ["P0001"])


def test_assignments_and_expressions_of_a_block_are_statements() -> None:
    block = "DO $$ DECLARE a int := 1; BEGIN a := 2; a = 3; IF a > 4 THEN RETURN; END IF; RAISE NOTICE '%', 5; END $$"
    body = bodies.of_plpgsql(block)
    assert body is not None
    assert (len(body.statements), body.assigns, body.raises) == (5, True, False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("AS 'SELECT n FROM t WHERE id = wanted'", ({"t": "AS"}, None)),
        ("AS 'SELECT n FROM v; DELETE FROM t'", ({"v": "AS", "t": "RX"}, None)),
        ("RETURN (SELECT max(n) FROM t)", ({"t": "AS"}, None)), ("AS 'SELECT n FROM nosuch'", ({}, "42P01")),
        ("AS 'SELECT other FROM t'", ({}, "42703")), ("BEGIN ATOMIC SELECT n FROM nosuch; END", ({}, "42P01")),
    ],
)  # fmt: skip
def test_a_body_in_sql_is_looked_at_when_the_function_is_made(
    body: str, expected: tuple[dict[str, str], str | None]
) -> None:
    found = predicted(f"CREATE FUNCTION f(wanted int) RETURNS int LANGUAGE sql {body}", SHOP)
    assert (locks(found), errors(found)[0]) == expected


@pytest.mark.parametrize(
    ("said", "sqlstate"),
    [*((each, None) for each in ("off", "'of'", "FALSE", "'f'", "no", "'n'", "0")), ("on", "42P01"), ("1", "42P01")],
)
def test_a_body_is_not_looked_at_where_the_session_says_so(said: str, sqlstate: str | None) -> None:
    after = SHOP.advance(read_text(f"SET check_function_bodies = {said}").upgrade[0])
    found = predicted("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT n FROM nosuch'", after)
    assert errors(found) == (sqlstate, [])


@pytest.mark.parametrize(("confidence", "read"), [("guarded", {"v", "t", "t_pkey"}), ("partial", set())])
def test_a_block_that_may_not_run_is_looked_into_where_all_of_it_is_known(
    confidence: Literal["guarded", "partial"], read: set[str]
) -> None:
    (statement,) = read_text("DO $$ BEGIN PERFORM reads(); END $$").upgrade
    found = predict(replace(statement, confidence=confidence), SHOP, Assumptions(18))
    assert (set(locks(found)), bool(found.unknown)) == (read, not read)
