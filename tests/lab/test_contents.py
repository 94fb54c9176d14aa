"""What tables hold is counted before and after, so that what a statement loses is seen."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from database_patterns.lab import contents, driver
from database_patterns.lab.contents import ROWS, Column, Content, lost
from database_patterns.lab.measure import measure, measuring
from database_patterns.lab.server import Database, Server

SETUP = """
    CREATE TABLE t (id int PRIMARY KEY, "Code" text, gone int, n numeric(8, 2));
    ALTER TABLE t DROP COLUMN gone;
    INSERT INTO t SELECT i, CASE WHEN i > 2 THEN 'c' || i END, i / 4.0 FROM generate_series(1, 10) i;
    CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
    INSERT INTO p VALUES (1), (2);
    CREATE MATERIALIZED VIEW later AS SELECT 1 AS one WITH NO DATA; CREATE TABLE empty ();
"""


@pytest.fixture(scope="module")
def database(server: Server) -> Generator[Database]:
    with server.database(setup_sql=SETUP) as made:
        yield made


@pytest.fixture(scope="module")
def held(database: Database) -> contents.Contents:
    with driver.connect(database.owner) as connection:
        return contents.read_all(connection)


def test_rows_and_values_are_counted_where_they_are_stored(database: Database, held: contents.Contents) -> None:
    with driver.connect(database.owner) as connection:
        named: dict[str, int] = dict(
            driver.rows(connection, "SELECT oid::regclass::text, oid FROM pg_class WHERE oid >= 16384")
        )
    assert {name: held[oid] for name, oid in named.items() if oid in held} == {
        "t": Content(10, {1: Column("id", 10, 10), 2: Column("Code", 8, 8), 4: Column("n", 10, 10)}),
        "p1": Content(2, {1: Column("id", 2, 2)}),
        "empty": Content(0, {}),
    }


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DELETE FROM t WHERE id = 1", {"t": {ROWS}}),
        ("TRUNCATE t", {"t": {ROWS}}),
        ("DROP TABLE t", {"t": {ROWS}}),
        ("DROP TABLE p", {"p1": {ROWS}}),
        ("DELETE FROM p", {"p1": {ROWS}}),
        ('ALTER TABLE t DROP COLUMN "Code"', {"t": {"Code"}}),
        ('ALTER TABLE t RENAME COLUMN "Code" TO code', {}),
        ("ALTER TABLE t ALTER n TYPE int", {"t": {"n"}}),
        ("ALTER TABLE t ALTER n TYPE numeric(12, 4)", {}),
        ("ALTER TABLE t ALTER id TYPE text", {}),
        ('UPDATE t SET "Code" = NULL WHERE id = 5', {"t": {"Code"}}),
        ("UPDATE t SET id = id + 100", {}),
        ("ALTER TABLE t ADD COLUMN more int", {}),
        ("INSERT INTO t (id) VALUES (11)", {}),
        ("DROP TABLE empty", {}),
        ("SELECT count(*) FROM t", {}),
    ],
)
def test_a_measurement_says_what_is_lost(
    sql: str, expected: dict[str, set[str]], database: Database, held: contents.Contents
) -> None:
    assert measure(database, sql, held=held).lost == expected
    with measuring(database, held=held) as run:
        assert run(sql).lost == expected


def test_without_what_was_held_nothing_is_said(database: Database) -> None:
    assert measure(database, "DELETE FROM t").lost == {}


def test_a_table_that_is_gone_has_lost_its_rows_if_it_had_any() -> None:
    assert lost(Content(1, {}), None) == {ROWS}
    assert lost(Content(0, {}), None) == frozenset()


def test_a_lock_is_kept_in_a_transaction_and_given_back_by_what_refuses_one(database: Database) -> None:
    altered = measure(database, "ALTER TABLE t ALTER n SET STATISTICS 10")
    assert altered.kept == {"t"} == set(altered.locks)
    built = measure(database, "CREATE INDEX CONCURRENTLY ON t (id)")
    assert built.kept == frozenset()
    assert "t" in built.locks
