"""CREATE INDEX and DROP INDEX: who waits, what is read, where CONCURRENTLY works, and what PostgreSQL refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

from database_patterns.actions import Name
from database_patterns.catalog.draft import Draft
from database_patterns.reading import read_text

SHOP = schema(
    """
    CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('ok');
    CREATE FUNCTION fixed(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION loose(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
    CREATE TABLE t (id int PRIMARY KEY, name text, mail citext, at timestamptz, day date, doc json, docb jsonb,
                    tags text[], spot point, mood mood, num numeric);
    CREATE INDEX t_name ON t (name);
    CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id);
    CREATE TABLE p2_one PARTITION OF p2 FOR VALUES IN (1);
    CREATE INDEX p_at ON p (at);
    CREATE INDEX p1_id ON p1 (id);
    CREATE MATERIALIZED VIEW m AS SELECT id, name FROM t; CREATE VIEW v AS SELECT id FROM t;
    CREATE INDEX m_id ON m (id);
    CREATE TABLE parent (a int); CREATE TABLE child () INHERITS (parent);
    """
)


def test_an_index_blocks_writes_while_every_row_is_read() -> None:
    found = predicted("CREATE INDEX ON t (day)", SHOP)
    assert (locks(found), work_on(found, "t"), found.in_transaction_ok) == ({"t": "S"}, "scan", True)
    assert effect_on(found, "t").held == "transaction"


def test_an_index_built_concurrently_blocks_nobody_and_may_be_left_invalid() -> None:
    found = predicted("CREATE UNIQUE INDEX CONCURRENTLY i ON t (day)", SHOP)
    assert (locks(found), work_on(found, "t"), found.in_transaction_ok) == ({"t": "SUX"}, "scan", False)
    assert effect_on(found, "t").held == "statement"
    assert found.may_fail[0].when == "two rows of t are equal in the index's columns, and an invalid index stays behind"


def test_an_index_that_exists_is_not_built_again() -> None:
    found = predicted("CREATE INDEX IF NOT EXISTS t_name ON t (day)", SHOP)
    assert (locks(found), work_on(found, "t"), found.unknown) == ({"t": "S"}, "nothing", ())


def test_an_index_that_may_exist_is_unknown() -> None:
    found = predicted("CREATE INDEX IF NOT EXISTS i ON t (day)")
    assert found.unknown == ("whether an index i exists already, valid or not, is not known: then nothing is built",)


def test_an_index_on_a_partitioned_table_reads_every_leaf_and_takes_over_what_fits() -> None:
    found = predicted("CREATE INDEX ON p (id)", SHOP)
    assert locks(found) == {"p": "S", "p1": "S", "p1_id": "S", "p2": "S", "p2_one": "S"}
    assert {name: work_on(found, name) for name in ("p", "p1", "p2", "p2_one")} == {
        "p": "nothing", "p1": "nothing", "p2": "nothing", "p2_one": "scan",
    }  # fmt: skip


def test_an_index_on_the_parent_only_reads_nothing() -> None:
    found = predicted("CREATE INDEX ON ONLY p (id)", SHOP)
    assert (locks(found), work_on(found, "p")) == ({"p": "S"}, "nothing")


def test_an_index_does_not_go_on_to_tables_that_inherit() -> None:
    assert locks(predicted("CREATE INDEX ON parent (a)", SHOP)) == {"parent": "S"}


def test_an_index_on_a_materialized_view_blocks_its_refresh() -> None:
    found = predicted("CREATE INDEX ON m (name)", SHOP)
    assert [(effect.relation, effect.kind, effect.scan) for effect in found.effects] == [
        ("m", "materialized view", True)
    ]


@pytest.mark.parametrize(
    "definition",
    ["t (name)", "t (lower(name))", "t ((at AT TIME ZONE 'UTC'))", "t (fixed(name))", "t USING gin (docb)",
     "t USING gin (tags)", "t USING gist (spot)", "t USING hash (name)", "t USING brin (at)", "t (mail)", "t (mood)",
     't (name COLLATE "C", id DESC)', "t (id) WHERE mood = 'ok'", "t (id) INCLUDE (doc)", "t ((docb ->> 'a'))",
     "t (name text_pattern_ops)"],
)  # fmt: skip
def test_an_index_that_postgresql_accepts_is_no_error(definition: str) -> None:
    found = predicted(f"CREATE INDEX ON {definition}", SHOP)
    assert (found.error, found.unknown, locks(found)) == (None, (), {"t": "S"})


@pytest.mark.parametrize(
    ("definition", "sqlstate"),
    [
        ("INDEX ON nothing (id)", "42P01"), ("INDEX ON t (nothing)", "42703"),
        ("INDEX ON t (id) INCLUDE (nothing)", "42703"),
        ("INDEX t_name ON t (id)", "42P07"), ("INDEX t ON t (id)", "42P07"), ("INDEX ON v (id)", "42809"),
        ("INDEX ON t ((at::date))", "42P17"), ("INDEX ON t (loose(name))", "42P17"),
        ("INDEX ON t ((mood::text))", "42P17"),
        ("INDEX ON t (id) WHERE at > now()", "42P17"), ("INDEX ON t ((tags::text))", "42P17"),
        ("INDEX ON t (doc)", "42704"), ("INDEX ON t (spot)", "42704"), ("INDEX ON t USING gin (name)", "42704"),
        ("INDEX ON t USING gin ((lower(name)))", "42704"), ("INDEX ON t USING hash (id, day)", "0A000"),
        ("UNIQUE INDEX ON t USING gin (docb)", "0A000"), ("UNIQUE INDEX ON p (id)", "0A000"),
        ("INDEX CONCURRENTLY ON p (id)", "0A000"),
    ],
)  # fmt: skip
def test_an_index_that_postgresql_refuses_is_an_error(definition: str, sqlstate: str) -> None:
    assert errors(predicted(f"CREATE {definition}", SHOP)) == (sqlstate, [])


def test_a_concurrent_index_on_a_partitioned_table_locks_the_family_before_it_fails() -> None:
    assert locks(predicted("CREATE INDEX CONCURRENTLY ON p (id)", SHOP)) == dict.fromkeys(
        ("p", "p1", "p2", "p2_one"), "SUX"
    )


def test_a_dropped_index_locks_out_everybody() -> None:
    assert locks(predicted("DROP INDEX t_name", SHOP)) == {"t": "AX", "t_name": "AX"}
    assert locks(predicted("DROP INDEX m_id", SHOP)) == {"m": "AX", "m_id": "AX"}


def test_an_index_dropped_concurrently_lets_its_table_be_used() -> None:
    found = predicted("DROP INDEX CONCURRENTLY t_name", SHOP)
    assert (locks(found), found.in_transaction_ok) == ({"t": "SUX", "t_name": "AX"}, False)


def test_a_dropped_partitioned_index_takes_all_its_parts() -> None:
    found = predicted("DROP INDEX p_at", SHOP)
    assert locks(found) == dict.fromkeys(
        ["p", "p1", "p2", "p2_one", "p_at", "p1_at_idx", "p2_at_idx", "p2_one_at_idx"], "AX"
    )


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("DROP INDEX nothing", "42704"), ("DROP INDEX t_pkey", "2BP01"), ("DROP INDEX p1_at_idx", "2BP01"),
        ("DROP INDEX CONCURRENTLY p_at", "0A000"), ("DROP INDEX CONCURRENTLY t_name, m_id", "0A000"),
        ("DROP INDEX CONCURRENTLY t_name CASCADE", "0A000"),
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_dropped_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


@pytest.mark.parametrize(("how", "mode"), [("", "AccessExclusiveLock"), ("CONCURRENTLY ", "ShareUpdateExclusiveLock")])
def test_the_table_of_an_index_that_is_not_known_gets_a_lock_that_is_said(how: str, mode: str) -> None:
    found = predicted(f"DROP INDEX {how}i")
    assert (locks(found), found.unknown) == (
        {"i": "AX"},
        (f"the table of the index i is not known: it gets {mode}",),
    )


def test_whether_an_index_by_only_is_built_is_not_known_of_a_table_that_is_not() -> None:
    found = predicted("CREATE INDEX ON ONLY t (a)")
    assert (work_on(found, "t"), found.unknown) == (
        "scan?",
        ("whether t is partitioned is not known: then ONLY builds nothing",),
    )


def test_a_function_that_is_not_known_may_not_be_immutable() -> None:
    found = predicted("CREATE INDEX ON t (f(id))", schema("CREATE EXTENSION postgis; CREATE TABLE t (id int)"))
    assert found.unknown == ("the function f() is not in the known schema; an index expression must be immutable",)


def test_an_invalid_index_neither_becomes_a_constraint_nor_orders_its_table() -> None:
    draft = Draft(schema("CREATE TABLE t (id int); CREATE UNIQUE INDEX i ON t (id)"))
    index = draft.catalog.index(Name("i"))
    assert index is not None
    draft.put_index(replace(index, valid=False))
    assert errors(predicted("ALTER TABLE t ADD UNIQUE USING INDEX i", draft.catalog)) == ("55000", [])
    assert errors(predicted("ALTER TABLE t CLUSTER ON i", draft.catalog)) == ("0A000", [])


def test_a_missing_index_is_no_error_for_if_exists() -> None:
    found = predicted("DROP INDEX IF EXISTS nothing", SHOP)
    assert (found.error, found.effects) == (None, ())


def test_what_an_unknown_extension_may_bring_is_not_called_an_error() -> None:
    known = schema("CREATE EXTENSION postgis; CREATE TABLE t (a json, g geometry)")
    assert predicted("CREATE INDEX ON t (a)", known).error is None
    assert predicted("CREATE INDEX ON t USING gist (g)", known).error is None


PARTITIONED = schema(
    """
    CREATE TABLE ev (id bigint, at date) PARTITION BY RANGE (at);
    CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE other (id bigint, at date);
    CREATE INDEX ev_at ON ONLY ev (at); CREATE INDEX ev1_at ON ev1 (at); CREATE INDEX ev1_id ON ev1 (id);
    CREATE INDEX other_at ON other (at);
    """
)


def test_an_index_of_a_partition_is_attached_while_writes_go_on() -> None:
    found = predicted("ALTER INDEX ev_at ATTACH PARTITION ev1_at", PARTITIONED)
    assert (found.error, found.unknown) == (None, ())
    assert locks(found) == {"ev_at": "SUX", "ev1_at": "AX", "ev": "AS", "ev1": "AS"}


@pytest.mark.parametrize(
    ("above", "part", "sqlstate"),
    [
        ("ev_at", "ev1_id", "42P17"),
        ("ev_at", "other_at", "55000"),
        ("ev_at", "nosuch", "42P01"),
        ("ev1_at", "ev1_id", "42809"),
    ],
)
def test_only_the_same_index_of_a_partition_is_attached(above: str, part: str, sqlstate: str) -> None:
    assert errors(predicted(f"ALTER INDEX {above} ATTACH PARTITION {part}", PARTITIONED)) == (sqlstate, [])


def test_an_attached_index_goes_with_the_one_above_it() -> None:
    attached = PARTITIONED.advance(read_text("ALTER INDEX ev_at ATTACH PARTITION ev1_at").upgrade[0])
    assert locks(predicted("DROP INDEX ev_at", attached)).keys() == {"ev", "ev1", "ev_at", "ev1_at"}
    assert errors(predicted("DROP INDEX ev1_at", attached)) == ("2BP01", [])
