"""Reading a live database: what is known beside its definitions, which locks that takes, what is said when it fails."""

from __future__ import annotations

import pytest

from database_patterns.actions import Name
from database_patterns.databases import definitions, snapshot
from database_patterns.errors import UserError
from database_patterns.lab import driver
from database_patterns.lab.server import Database, Server

PARTITIONED = """
    CREATE TABLE part (id int) PARTITION BY RANGE (id);
    CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
    CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
"""


def estimates(database: Database) -> dict[str, int | None]:
    catalog = snapshot.take(database.owner).catalog
    tables = ((name.name, catalog.table(name)) for name in catalog.relations)
    return {name: catalog.estimate(table) for name, table in tables if table}


def test_rows_are_known_as_they_were_last_counted(database: Database) -> None:
    database.execute(f"CREATE TABLE never (id int); CREATE TABLE counted (id int); {PARTITIONED}")
    database.execute("INSERT INTO counted SELECT generate_series(1, 1200)", "INSERT INTO part VALUES (1), (11), (12)")
    database.execute("ANALYZE counted", "ANALYZE part_1")
    assert estimates(database) == {"never": None, "counted": 1200, "part": None, "part_1": 1, "part_2": None}
    database.execute("ANALYZE part_2", "INSERT INTO counted VALUES (1)")
    assert estimates(database) == {"never": None, "counted": 1200, "part": 3, "part_1": 1, "part_2": 2}


def test_a_table_that_is_empty_now_may_have_rows_when_the_migration_runs(database: Database) -> None:
    database.execute("CREATE TABLE t (id int)", "ANALYZE t")
    table = snapshot.take(database.owner).catalog.table(Name("t"))
    assert table is not None
    assert (table.rows, table.estimate) == ("unknown", 0)


def test_an_index_whose_build_has_failed_is_not_valid(database: Database) -> None:
    database.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1); CREATE INDEX good ON t (id)")
    with driver.connect(database.owner) as connection:
        assert driver.execute(connection, "CREATE UNIQUE INDEX CONCURRENTLY bad ON t (id)") is not None
    catalog = snapshot.take(database.owner).catalog
    found = {name: index.valid for name in ("good", "bad") if (index := catalog.index(Name(name)))}
    assert found == {"good": True, "bad": False}


def test_unqualified_names_are_looked_up_where_a_new_session_would(database: Database) -> None:
    database.execute("CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE TABLE t (id int, other int)")
    assert snapshot.take(database.owner).catalog.search_path == ("public",)
    with driver.connect(database.admin) as connection:
        connection.execute(f'ALTER DATABASE "{database.name}" SET search_path = app, missing, public'.encode())
    catalog = snapshot.take(database.owner).catalog
    assert catalog.search_path == ("app", "public")
    assert catalog.resolve(Name("t")) == Name("t", "app")


def test_a_database_without_the_schema_public_has_none(database: Database) -> None:
    with driver.connect(database.admin) as connection:
        connection.execute("DROP SCHEMA public")
    assert snapshot.take(database.owner).catalog.schemas == frozenset()


def test_relations_of_extensions_are_there_and_temporary_ones_are_nobody_elses(database: Database) -> None:
    with driver.connect(database.admin) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute("CREATE TEMPORARY TABLE mine (id int)")
        catalog = snapshot.take(database.owner).catalog
    assert sorted(name.name for name in catalog.relations) == ["pg_stat_statements", "pg_stat_statements_info"]
    assert dict(catalog.extensions.items()) == {"pg_stat_statements": "public"}
    assert catalog.complete


def test_no_lock_is_taken_but_that_of_reading(database: Database) -> None:
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, b int DEFAULT abs(-1) CHECK (b > 0)); CREATE VIEW v AS SELECT * FROM t;"
        "CREATE INDEX ON t ((b + 1)) WHERE b > 1; CREATE TABLE r (t int REFERENCES t)"
    )
    with driver.connect(database.owner) as connection:
        connection.execute("BEGIN")
        for query in (*definitions.STATEMENTS, definitions.INVALID_INDEXES, definitions.ROWS):
            driver.rows(connection, query)
        found = driver.rows(
            connection,
            "SELECT DISTINCT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE l.pid = pg_backend_pid() AND c.oid >= 16384 ORDER BY 1",
        )
    assert ("t", "AccessShareLock") in found
    assert {mode for _, mode in found} == {"AccessShareLock"}


def test_who_keeps_a_table_from_being_read_keeps_us_waiting_for_two_seconds(database: Database) -> None:
    database.execute("CREATE TABLE t (id int); CREATE VIEW v AS SELECT * FROM t")
    with driver.connect(database.owner) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE t")
        with pytest.raises(UserError) as refused:
            snapshot.take(database.owner)
    assert str(refused.value) == (
        "the live database: has a table that somebody else keeps locked against reading (ACCESS EXCLUSIVE); try again"
    )


def test_nothing_can_be_changed_on_the_way(database: Database) -> None:
    with (
        pytest.raises(UserError, match="cannot execute CREATE TABLE in a read-only transaction"),
        snapshot.reading(database.owner) as connection,
    ):
        connection.execute("CREATE TABLE t (id int)")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"password": "hidden"}, "the role or its password is not accepted"),
        ({"user": "hidden"}, "the server accepts no such connection (pg_hba.conf)"),
        ({"dbname": "hidden"}, "there is no such database on the server"),
        ({"host": "/hidden"}, "no server answers at the address"),
        ({"host": "127.0.0.1", "port": "1"}, "no server answers at the address"),
        ({"host": "hidden.invalid"}, "the host is not known"),
    ],
)
def test_what_keeps_us_from_connecting_is_said_without_the_address(
    changed: dict[str, str], why: str, own_server: Server
) -> None:
    with own_server.database() as database, pytest.raises(UserError) as refused:
        snapshot.take(driver.dsn(base=database.admin, **changed))
    assert str(refused.value) == f"the live database: cannot be connected to: {why}"


def test_what_is_no_address_is_not_repeated(lab: None) -> None:  # noqa: ARG001 - skips without the driver
    with pytest.raises(UserError) as refused:
        snapshot.take("postgresql://me:hidden@[::1/db")
    assert str(refused.value) == (
        "the live database: is not a connection URL of PostgreSQL; write it as postgresql://user:password@host/database"
    )


def test_a_server_of_a_version_that_is_not_known_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "POSTGRES_VERSIONS", (10, 11))
    with pytest.raises(UserError) as refused:
        snapshot.take(database.owner)
    assert str(refused.value) == (f"the live database: runs PostgreSQL {database.postgres}; what 10 to 11 do is known")


def test_a_definition_that_our_parser_does_not_know_leaves_the_schema_incomplete() -> None:
    catalog = snapshot.following(["CREATE TABLE t (id int)", "CREATE NEW KIND OF THING x", "CREATE TABLE u (id int)"])
    assert sorted(name.name for name in catalog.relations) == ["t", "u"]
    assert not catalog.complete
