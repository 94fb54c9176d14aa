"""Names in queries: what they stand for, what a query returns, and which names certainly stand for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.effects.given import errors, predicted

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.catalog.resolving import output_columns, resolve
from database_patterns.reading import read_text

SCHEMA = """
    CREATE TABLE t (id int, name varchar(20), at timestamptz); CREATE TABLE u (id int, t int, note text);
    CREATE VIEW v AS SELECT id AS number, upper(name) FROM t;
    CREATE TABLE copied AS SELECT t.*, note, 1::bigint AS one FROM t JOIN u ON u.t = t.id;
"""


def catalog() -> Catalog:
    found = Catalog.empty()
    for statement in read_text(SCHEMA).upgrade:
        found = found.advance(statement)
    return found


KNOWN = catalog()


def tree(sql: str) -> Any:
    (statement,) = read_text(sql, kind="sql").upgrade
    return statement.tree


def problems(sql: str) -> list[str]:
    return [each.message for each in resolve(tree(sql), KNOWN.table)[1]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id, t.name, public.t.at FROM t",
        "SELECT x.id FROM t x WHERE x.name IS NULL",
        "SELECT number FROM v ORDER BY upper",
        "SELECT id AS n FROM t GROUP BY n ORDER BY n",
        "SELECT ctid, xmin FROM t",
        "SELECT t FROM t",
        "SELECT (t).name FROM t",
        "SELECT row_to_json(t) FROM t",
        "SELECT note FROM t JOIN u ON u.t = t.id",
        "SELECT id FROM t JOIN u USING (id)",
        "SELECT id, note FROM t NATURAL JOIN u",
        "SELECT * FROM t, LATERAL (SELECT t.id + u.id AS s FROM u) x WHERE s > 1",
        "SELECT s.n FROM (SELECT id AS n FROM t) s",
        "SELECT s.a FROM (VALUES (1)) s (a)",
        "SELECT anything FROM generate_series(1, 3) x",
        "SELECT x.anything FROM elsewhere x",
        "SELECT anything FROM elsewhere",
        "SELECT id FROM t WHERE EXISTS (SELECT FROM u WHERE u.t = t.id AND name = note)",
        "WITH w AS (SELECT id AS n FROM t) SELECT n FROM w",
        "WITH w (a, b) AS (SELECT id, name FROM t) SELECT a, b, at FROM w, t",
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
        "WITH d AS (DELETE FROM t RETURNING id AS gone) SELECT gone FROM d",
        "SELECT id FROM t UNION SELECT t FROM u ORDER BY id",
        "SELECT name, count(*) FROM t GROUP BY GROUPING SETS ((name), ())",
        "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE t.id > excluded.id",
        "INSERT INTO t SELECT id, note FROM u RETURNING id",
        "UPDATE t SET name = note FROM u WHERE u.t = t.id RETURNING old.name",
        "UPDATE t AS x SET name = (SELECT note FROM u WHERE u.t = x.id)",
        "DELETE FROM t USING u WHERE u.t = t.id",
        "MERGE INTO t USING u ON t.id = u.t WHEN MATCHED THEN UPDATE SET name = note",
        "MERGE INTO t USING u ON t.id = u.t WHEN NOT MATCHED THEN INSERT (id, name) VALUES (u.id, u.note)",
    ],
)
def test_what_is_there_is_found(sql: str) -> None:
    assert problems(sql) == []


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nothing FROM t", 'column "nothing" does not exist'),
        ("SELECT t.nothing FROM t", "column t.nothing does not exist"),
        ("SELECT t.id FROM t x", 'missing FROM-clause entry for table "t"'),
        ("SELECT note FROM t", 'column "note" does not exist'),
        ("SELECT id FROM t, u", 'column reference "id" is ambiguous'),
        ("SELECT id AS n FROM t WHERE n = 1", 'column "n" does not exist'),
        ("SELECT s.name FROM (SELECT id FROM t) s", "column s.name does not exist"),
        ("SELECT * FROM t, (SELECT at FROM u) x", 'column "at" does not exist'),
        ("SELECT 1 FROM t WHERE id IN (SELECT nothing FROM u)", 'column "nothing" does not exist'),
        ("WITH w AS (SELECT id FROM t) SELECT name FROM w", 'column "name" does not exist'),
        ("WITH w (a) AS (SELECT id FROM t) SELECT id FROM w", 'column "id" does not exist'),
        ("SELECT id FROM t UNION SELECT nothing FROM u", 'column "nothing" does not exist'),
        ("SELECT number FROM v WHERE name IS NULL", 'column "name" does not exist'),
        ("SELECT id FROM t ORDER BY nothing", 'column "nothing" does not exist'),
        ("INSERT INTO t SELECT nothing FROM u", 'column "nothing" does not exist'),
        ("UPDATE t SET name = note", 'column "note" does not exist'),
        ("DELETE FROM t WHERE note = 'x'", 'column "note" does not exist'),
        ("MERGE INTO t USING u ON t.id = u.nothing WHEN MATCHED THEN DELETE", "column u.nothing does not exist"),
    ],
)
def test_a_name_that_stands_for_nothing_is_said(sql: str, message: str) -> None:
    assert problems(sql) == [message]


@pytest.mark.parametrize(("name", "sqlstate"), [("count", None), ("nothing", "42703")])
def test_a_row_may_be_given_to_a_function_as_if_that_were_a_column(name: str, sqlstate: str | None) -> None:
    assert errors(predicted(f"SELECT t.{name} FROM t", KNOWN))[0] == sqlstate


def test_of_a_query_too_deep_to_follow_nothing_is_said() -> None:
    arms = " UNION ALL ".join(["SELECT id FROM t"] * 3000)
    assert problems(arms) == []
    assert problems("SELECT " + "(" * 400 + "nothing" + ")" * 400 + " FROM t") == ['column "nothing" does not exist']


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT * FROM t", {"id": "integer", "name": "varchar(20)", "at": "timestamptz"}),
        ("SELECT id, name::text, 1 FROM t", {"id": "integer", "name": "text", "?column?": "unknown"}),
        ("SELECT * FROM (SELECT id AS n FROM t) s", {"n": "integer"}),
        (
            "SELECT * FROM t JOIN u USING (id)",
            {"id": "integer", "name": "varchar(20)", "at": "timestamptz", "t": "integer", "note": "text"},
        ),
        ("WITH w (a) AS (SELECT name FROM t) TABLE w", {"a": "varchar(20)"}),
        ("VALUES (1, 2)", {"column1": "unknown", "column2": "unknown"}),
        ("SELECT * FROM elsewhere", None),
        ("SELECT * FROM f()", None),
    ],
)
def test_what_a_query_returns(sql: str, columns: dict[str, str] | None) -> None:
    found = output_columns(KNOWN, tree(sql))
    types = None if found is None else {name: each.type.sql for name, each in found.items()}
    assert types == columns


def test_a_table_made_from_a_query_has_its_columns_with_their_types() -> None:
    copied = KNOWN.table(Name("copied"))
    assert copied is not None
    assert ({name: each.type.sql for name, each in copied.columns.items()}, copied.columns_complete) == (
        {"id": "integer", "name": "varchar(20)", "at": "timestamptz", "note": "text", "one": "bigint"},
        True,
    )
