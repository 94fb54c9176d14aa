"""Values that are written: what certainly does not fit is an error, and what may not fit is said."""

from __future__ import annotations

import pytest
from tests.effects.given import errors, predicted, schema

from database_patterns.catalog import Catalog

SHOP = schema(
    """
    CREATE DOMAIN small AS int CHECK (VALUE < 10);
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, v text NOT NULL, n int, d date, s small,
                    g int GENERATED ALWAYS AS (n + 1) STORED, a int[]);
    CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at); CREATE TABLE part PARTITION OF parts DEFAULT;
    """
)


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("INSERT INTO t (n) VALUES (true)", "42804"), ("INSERT INTO t (n) VALUES ('x')", "22P02"),
        ("INSERT INTO t (n, d) VALUES (1)", "42601"), ("INSERT INTO t (n) SELECT d FROM t", "42804"),
        ("INSERT INTO t (n) SELECT n, d FROM t", "42601"), ("INSERT INTO t (id, v) VALUES (1, 'x')", "428C9"),
        ("INSERT INTO t (v, g) VALUES ('x', 1)", "428C9"), ("UPDATE t SET n = d", "42804"),
        ("UPDATE t SET n = 'x'", "22P02"), ("UPDATE t SET id = id", "428C9"), ("UPDATE t SET g = 1", "428C9"),
        ("UPDATE t SET a = 1", "42804"), ("UPDATE t SET n = 1 FROM t", "42712"), ("SELECT * FROM t, t", "42712"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP))[0] == sqlstate


@pytest.mark.parametrize(
    ("sql", "possible"),
    [
        ("INSERT INTO t (v) VALUES (NULL)", ["23502"]), ("INSERT INTO t (v) VALUES ('x')", []),
        ("INSERT INTO t (v, s) VALUES ('x', 1)", ["23514"]), ("INSERT INTO t (v) SELECT v FROM t", ["23502"]),
        ("INSERT INTO t (id, v) OVERRIDING SYSTEM VALUE VALUES (1, 'x')", []), ("UPDATE t SET v = v", []),
        ("UPDATE t SET v = upper(v)", ["23502"]), ("UPDATE t SET n = v::int", []), ("UPDATE t SET a[1] = 2", []),
        ("UPDATE part SET at = now()", ["23514"]), ("UPDATE part SET id = 1", []),
        ("INSERT INTO t (v, a[1]) VALUES ('x', 2)", []),
        ("UPDATE t SET (n, d) = (SELECT 1, now()::date)", []), ("UPDATE t SET id = DEFAULT", []),
    ],
)  # fmt: skip
def test_what_may_not_fit_may_fail(sql: str, possible: list[str]) -> None:
    assert errors(predicted(sql, SHOP)) == (None, possible)


@pytest.mark.parametrize(
    "sql", ["INSERT INTO t (n) VALUES (true)", "UPDATE t SET n = d", "INSERT INTO t VALUES (1, 2)"]
)
def test_nothing_is_refused_where_the_columns_are_not_known(sql: str) -> None:
    assert errors(predicted(sql, Catalog.unknown())) == (None, [])
