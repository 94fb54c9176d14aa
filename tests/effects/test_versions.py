"""What only a later version understands is predicted as the error that it raises before, and does raise there."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Final

import pytest
from tests.effects.given import predicted, schema
from tests.effects.witnesses import Verdict, disagreements

from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.model import POSTGRES_VERSIONS

SETUP: Final = """
    CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text, c jsonb);
    CREATE TABLE u (id int, t_id int CONSTRAINT u_t_fk REFERENCES t);
    CREATE TABLE p (id int, a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
    CREATE TABLE g (a int, s int GENERATED ALWAYS AS (a + 1) STORED);
    CREATE SEQUENCE q; CREATE VIEW v AS SELECT id FROM t; CREATE ROLE test_versions_reader;
    INSERT INTO t SELECT n, n, 'b' || n, '{"a": 1}' FROM generate_series(1, 2000) n;
    INSERT INTO u SELECT n, n FROM generate_series(1, 2000) n; INSERT INTO g SELECT generate_series(1, 2000); ANALYZE;
"""
SYNTAX: Final = (
    (15, "CREATE UNIQUE INDEX ON t (b) NULLS NOT DISTINCT"),
    (15, "ALTER TABLE t ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (b)"),
    (15, "CREATE TABLE n (a int UNIQUE NULLS NOT DISTINCT)"),
    (15, "ALTER TABLE u ADD FOREIGN KEY (t_id) REFERENCES t ON DELETE SET NULL (t_id)"),
    (15, "ALTER TABLE t SET ACCESS METHOD heap"),
    (15, "MERGE INTO t USING u ON t.id = u.t_id WHEN MATCHED THEN DELETE"),
    (16, "ALTER TABLE t ADD n text STORAGE EXTERNAL"),
    (16, "CREATE TABLE n (a text STORAGE EXTERNAL)"),
    (16, "ALTER TABLE t ALTER b SET STORAGE DEFAULT"),
    (16, "CREATE STATISTICS ON a, b FROM t"),
    (16, "CREATE VIEW n AS SELECT * FROM (SELECT 1 AS one)"),
    (16, "CREATE VIEW n AS SELECT id FROM t WHERE b IS JSON"),
    (16, "ALTER TABLE t ALTER c SET DEFAULT JSON_OBJECT('a': 1)"),
    (17, "ALTER TABLE t SET ACCESS METHOD DEFAULT"),
    (17, "ALTER TABLE t ALTER a SET STATISTICS DEFAULT"),
    (17, "ALTER TABLE g ALTER s SET EXPRESSION AS (a + 2)"),
    (17, "UPDATE t SET a = 1 WHERE JSON_EXISTS(c, '$.a')"),
    (17, "GRANT MAINTAIN ON t TO test_versions_reader"),
    (17, "MERGE INTO t USING u ON t.id = u.t_id WHEN NOT MATCHED BY SOURCE THEN DELETE"),
    (18, "ALTER TABLE t ADD n int GENERATED ALWAYS AS (a + 1) VIRTUAL"),
    (18, "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED"),
    (18, "CREATE TABLE n (a int CHECK (a > 0) NOT ENFORCED)"),
    (18, "ALTER TABLE t ADD CONSTRAINT k NOT NULL b"),
    (18, "CREATE TABLE n (a int, NOT NULL a)"),
    (18, "CREATE TABLE n (a int NOT NULL NO INHERIT)"),
    (18, "ALTER TABLE u ALTER CONSTRAINT u_t_fk NOT ENFORCED"),
    (18, "CREATE TABLE n (a int4range, b int4range, PRIMARY KEY (a, b WITHOUT OVERLAPS))"),
    (18, "ANALYZE ONLY t"),
    (15, "CREATE UNLOGGED SEQUENCE n"),
    (18, "UPDATE t SET a = 1 RETURNING WITH (OLD AS before) before.a"),
    (18, "UPDATE t SET a = 1 RETURNING old.a"),
    (18, "DELETE FROM g RETURNING (SELECT new.a)"),
)
"""Statements, with the version that is the first to understand them."""
BEHAVIOUR: Final = (
    "ALTER TABLE p SET ACCESS METHOD heap",
    "ALTER SEQUENCE q SET UNLOGGED",
    "ALTER VIEW v SET (security_invoker = true)",
    "ALTER TABLE t DETACH PARTITION p1",
    "ALTER TABLE t VALIDATE CONSTRAINT t_a_not_null",
    "ALTER TABLE t ADD CONSTRAINT t_a_not_null CHECK (a > 0)",
    "ALTER TABLE t RENAME CONSTRAINT t_a_not_null TO n",
    "ALTER TABLE t DROP CONSTRAINT t_a_not_null",
    "CREATE VIEW n WITH (security_invoker = true) AS SELECT id FROM t",
    "CREATE VIEW n WITH (security_barrier = true) AS SELECT id FROM t",
    "UPDATE t AS old SET a = 1 RETURNING old.a",
)
"""Statements of which all versions understand the words, and not all do the same."""


@pytest.mark.parametrize(("since", "sql"), SYNTAX)
def test_syntax_of_a_later_version_is_an_error_that_says_since_when_it_is_understood(since: int, sql: str) -> None:
    for postgres in POSTGRES_VERSIONS:
        error = predicted(sql, schema(SETUP), postgres=postgres).error
        if postgres < since:
            assert error is not None
            assert error.sqlstate in {"42601", "42883", "42P01", "0A000"}
            assert error.message.endswith(f" from PostgreSQL {since} on")
        else:
            assert error is None


@pytest.fixture(scope="module")
def shop(own_server: Server) -> Generator[Database]:
    with own_server.database() as made:
        owned = replace(made, owner=made.admin)
        owned.execute(SETUP)
        yield owned
        owned.execute("DROP OWNED BY test_versions_reader", "DROP ROLE test_versions_reader")


@pytest.mark.parametrize(("since", "sql"), SYNTAX)
def test_the_server_refuses_syntax_of_a_later_version_with_the_predicted_error(
    since: int, sql: str, shop: Database
) -> None:
    error = measure(shop, sql).error
    predicted_error = predicted(sql, schema(SETUP), postgres=min(shop.postgres, since - 1)).error
    assert predicted_error is not None
    refused = error is not None and error.sqlstate == predicted_error.sqlstate
    assert refused == (shop.postgres < since)


@pytest.mark.parametrize("sql", BEHAVIOUR)
def test_the_server_does_what_is_predicted_of_its_version(sql: str, shop: Database) -> None:
    prediction = predicted(sql, schema(SETUP), postgres=shop.postgres)
    assert disagreements(prediction, Verdict.measured(measure(shop, sql))) == []
    assert prediction.unknown == ()
