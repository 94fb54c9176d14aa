"""Writes that do not name their table plainly: through views, within a query, by a function; what TRUNCATE empties."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

SHOP = schema(
    """
    CREATE SEQUENCE free; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE FUNCTION own() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
    CREATE TABLE k (id int PRIMARY KEY);
    CREATE TABLE t (id serial PRIMARY KEY, k int REFERENCES k, v text NOT NULL, n int DEFAULT nextval('free'));
    CREATE VIEW narrow AS SELECT id, v FROM t; CREATE VIEW renamed AS SELECT id AS number, v AS text FROM narrow;
    CREATE VIEW joined AS SELECT t.id FROM t JOIN k ON k.id = t.k;
    CREATE VIEW guarded AS SELECT id FROM t;
    CREATE TRIGGER instead INSTEAD OF UPDATE ON guarded FOR EACH ROW EXECUTE FUNCTION f();
    CREATE TABLE above (id int GENERATED ALWAYS AS IDENTITY); CREATE TABLE below () INHERITS (above);
    CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
    CREATE TABLE cleared (id int PRIMARY KEY);
    CREATE TABLE clears (id int REFERENCES cleared ON DELETE SET NULL);
    CREATE FOREIGN TABLE far (id int) SERVER other;
    """
)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE narrow SET v = 'x'", {"narrow": "RX", "t": "RX", "t_pkey": "RX", "k": "RS", "k_pkey": "RS"}),
        (
            "UPDATE renamed SET text = 'x'",
            {"renamed": "RX", "narrow": "RX", "t": "RX", "t_pkey": "RX", "k": "RS", "k_pkey": "RS"},
        ),
        ("DELETE FROM narrow", {"narrow": "RX", "t": "RX", "t_pkey": "RX"}),
        ("DELETE FROM renamed WHERE number = 1", {"renamed": "RX", "narrow": "RX", "t": "RX", "t_pkey": "RX"}),
        ("INSERT INTO narrow VALUES (1, 'x')", {"narrow": "RX", "t": "RX", "free": "RX", "k": "RS", "k_pkey": "RS"}),
    ],
)
def test_a_write_through_a_view_locks_the_table_below(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, found.unknown, locks(found)) == (None, (), expected)


@pytest.mark.parametrize("sql", ["UPDATE joined SET id = 1", "DELETE FROM joined", "INSERT INTO joined VALUES (1)"])
def test_a_view_of_two_tables_is_not_followed_and_that_is_said(sql: str) -> None:
    verb = sql.partition(" ")[0]
    assert predicted(sql, SHOP).unknown == (f"what {verb} does through the view joined is not analysed",)


def test_a_trigger_of_a_view_does_what_nobody_knows() -> None:
    assert predicted("UPDATE guarded SET id = 1", SHOP).unknown == (
        "what the trigger instead of guarded does is not analysed",
        "what UPDATE does through the view guarded is not analysed",
    )


def test_a_column_that_the_view_does_not_have_is_an_error() -> None:
    assert errors(predicted("UPDATE narrow SET k = 1", SHOP)) == ("42703", [])


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d", {"t"}),
        ("WITH d AS (DELETE FROM t RETURNING id) INSERT INTO k SELECT id FROM d", {"t", "k"}),
        ("WITH d AS (UPDATE t SET v = 'x' RETURNING id) UPDATE k SET id = 1 FROM d", {"t", "k"}),
        ("WITH d AS (INSERT INTO t DEFAULT VALUES RETURNING id) DELETE FROM k USING d", {"t", "k"}),
        ("CREATE TABLE n AS WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d", {"t"}),
        ("EXPLAIN ANALYZE WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d", {"t"}),
        ("COPY (DELETE FROM t RETURNING id) TO STDOUT", {"t"}),
    ],
)
def test_a_write_within_a_query_is_a_write(sql: str, written: set[str]) -> None:
    found = predicted(sql, SHOP)
    assert {name for name, mode in locks(found).items() if mode == "RX" and name in {"t", "k"}} >= written
    assert not any("WITH" in each for each in found.unknown)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("COPY t FROM STDIN", {"t": "RX", "k": "RS", "k_pkey": "RS"}),
        ("COPY t (v) FROM STDIN", {"t": "RX", "t_id_seq": "RX", "free": "RX"}),
        ("COPY t TO STDOUT", {"t": "AS"}),
        ("COPY (SELECT id FROM t) TO STDOUT", {"t": "AS", "t_pkey": "AS"}),
    ],
)
def test_copy_locks_what_it_reads_or_writes(sql: str, expected: dict[str, str]) -> None:
    assert locks(predicted(sql, SHOP)) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM k FOR UPDATE", "SELECT (SELECT id FROM k LIMIT 1 FOR SHARE)",
        "WITH d AS (SELECT id FROM k FOR UPDATE) SELECT id FROM d",
        "WITH d AS (SELECT id FROM k FOR UPDATE) UPDATE above SET id = 1 FROM d",
        "DELETE FROM above USING (SELECT id FROM k FOR NO KEY UPDATE) d WHERE d.id = above.id",
        "INSERT INTO above SELECT id FROM k FOR UPDATE",
    ],
)  # fmt: skip
def test_rows_that_a_query_locks_are_locked_wherever_the_query_stands(sql: str) -> None:
    found = locks(predicted(sql, SHOP))
    assert (found["k"], found["k_pkey"]) == ("RS", "RS")


@pytest.mark.parametrize(
    "sql", ["SELECT own()", "UPDATE k SET id = own()", "DELETE FROM k WHERE id = own()", "INSERT INTO k SELECT own()"]
)
def test_what_a_function_of_the_project_does_is_not_known(sql: str) -> None:
    assert predicted(sql, SHOP).unknown == ("what the function own does is not analysed",)


def test_an_insert_draws_the_numbers_and_lacks_the_values_of_what_it_leaves_out() -> None:
    found = predicted("INSERT INTO t (k) VALUES (1)", SHOP)
    assert locks(found) == {"t": "RX", "t_id_seq": "RX", "free": "RX", "k": "RS", "k_pkey": "RS"}
    assert errors(found) == (None, ["23502", "23503", "23505"])
    given = predicted("INSERT INTO t (id, k, v, n) VALUES (1, 1, 'x', 1)", SHOP)
    assert (locks(given), errors(given)) == ({"t": "RX", "k": "RS", "k_pkey": "RS"}, (None, ["23503", "23505"]))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE k SET id = 1", {"k": "all", "t": "none"}),
        ("UPDATE k SET id = 1 WHERE id = 2", {"k": "some", "t": "none"}),
        ("DELETE FROM k WHERE id = 1", {"k": "some", "t": "none"}),
        ("MERGE INTO k USING above ON k.id = above.id WHEN MATCHED THEN UPDATE SET id = 1", {"k": "some", "t": "none"}),
        ("MERGE INTO k USING above ON k.id = above.id WHEN MATCHED THEN DELETE", {"k": "some", "t": "none"}),
        ("DELETE FROM cleared", {"cleared": "all", "clears": "some"}),
        ("SELECT id FROM k FOR UPDATE", {"k": "some"}),
    ],
)
def test_rows_that_are_written_are_locked_for_others(sql: str, expected: dict[str, str]) -> None:
    tables = (effect for effect in predicted(sql, SHOP).effects if effect.relation in expected)
    assert {effect.relation: effect.locks_rows for effect in tables} == expected


@pytest.mark.parametrize(
    ("sql", "certain"),
    [
        ("INSERT INTO t (k, v) VALUES (1, 'x')", {"t", "t_id_seq", "free", "k", "k_pkey"}),
        ("INSERT INTO narrow (v) VALUES ('x')", {"narrow", "t"}),
        ("UPDATE t SET n = DEFAULT", {"t", "t_pkey", "free"}),
        ("UPDATE t SET n = DEFAULT WHERE id = 1", {"t", "t_pkey"}),
        ("MERGE INTO t USING k ON t.k = k.id WHEN NOT MATCHED THEN INSERT (k, v) VALUES (k.id, 'x')",
         {"t_pkey", "k_pkey"}),
    ],
)  # fmt: skip
def test_what_every_row_takes_is_certain_and_what_some_may_take_is_not(sql: str, certain: set[str]) -> None:
    found = predicted(sql, SHOP)
    assert {each.relation for each in found.effects if each.certainty == "proven"} == certain


def test_a_foreign_table_is_written_and_emptied_as_others_are() -> None:
    assert locks(predicted("INSERT INTO far VALUES (1)", SHOP)) == {"far": "RX"}
    assert locks(predicted("TRUNCATE far", SHOP)) == {"far": "AX"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("TRUNCATE above", {"above": "AX", "below": "AX"}), ("TRUNCATE ONLY above", {"above": "AX"}),
        ("TRUNCATE ONLY above RESTART IDENTITY", {"above": "AX", "above_id_seq": "AX"}),
        ("TRUNCATE t RESTART IDENTITY", {"t": "AX", "t_pkey": "AX", "t_id_seq": "AX"}),
        ("TRUNCATE t CONTINUE IDENTITY", {"t": "AX", "t_pkey": "AX"}), ("TRUNCATE p", {"p": "AX", "p1": "AX"}),
        ("TRUNCATE k CASCADE", {"k": "AX", "k_pkey": "AX", "t": "AX", "t_pkey": "AX"}),
    ],
)  # fmt: skip
def test_truncate_locks_what_it_empties_and_the_numbers_that_it_sets_back(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, locks(found)) == (None, expected)
    assert all(effect.data_loss == "all rows" for effect in found.effects if effect.kind == "table")


def test_a_sequence_that_is_set_back_is_written_anew_and_loses_nothing() -> None:
    sequence = effect_on(predicted("TRUNCATE t RESTART IDENTITY", SHOP), "t_id_seq")
    assert (sequence.rewrite, sequence.data_loss) == (True, None)


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("TRUNCATE narrow", "42809"),
        ("TRUNCATE ONLY p", "42809"),
        ("TRUNCATE k", "0A000"),
        ("TRUNCATE nothing", "42P01"),
    ],
)
def test_what_truncate_refuses(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("LOCK TABLE narrow", {"narrow": "AX", "t": "AX"}),
        ("LOCK TABLE renamed IN SHARE MODE", {"renamed": "S", "narrow": "S", "t": "S"}),
        ("LOCK TABLE joined IN ROW EXCLUSIVE MODE", {"joined": "RX", "t": "RX", "k": "RX"}),
        ("CREATE POLICY o ON above USING (id IN (SELECT id FROM k))", {"above": "AX", "k": "AS"}),
        ("CREATE SEQUENCE n OWNED BY t.n", {"t": "AS"}), ("CREATE SEQUENCE n", {}),
        ("DROP SEQUENCE free CASCADE", {"free": "AX", "t": "AX"}),
        ("CREATE TRIGGER w AFTER INSERT ON p EXECUTE FUNCTION f()", {"p": "SRX"}),
        ("CREATE TRIGGER w AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()", {"p": "SRX", "p1": "SRX"}),
    ],
)  # fmt: skip
def test_what_stands_behind_the_relation_that_is_named_is_locked_too(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, found.unknown, locks(found)) == (None, (), expected)


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("DROP SEQUENCE free", "2BP01"),
        ("DROP SEQUENCE t_id_seq", "2BP01"),
        ("DROP SEQUENCE above_id_seq CASCADE", "2BP01"),
    ],
)
def test_a_sequence_that_a_column_draws_from_is_kept(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


@pytest.mark.parametrize(("postgres", "expected"), [(14, {}), (15, {"u_id_seq": "AX"}), (18, {"u_id_seq": "AX"})])
def test_the_sequences_of_a_table_become_logged_with_it_since_15(postgres: int, expected: dict[str, str]) -> None:
    known = schema("CREATE UNLOGGED TABLE u (id serial)")
    found = predicted("ALTER TABLE u SET LOGGED", known, postgres=postgres)
    assert (locks(found), work_on(found, "u")) == ({"u": "AX", **expected}, "rewrite")


@pytest.mark.parametrize(
    ("sql", "unknown"),
    [
        ("REINDEX DATABASE d", "which tables there are is not known"),
        ("REINDEX SCHEMA CONCURRENTLY s", "which tables there are is not known"),
        ("CREATE TABLE n AS EXECUTE p", "what the prepared statement reads is not known"),
        ("CREATE SCHEMA s CREATE TABLE n (id int)", "what CREATE SCHEMA creates within the schema is not analysed yet"),
        ("ALTER TYPE c ADD ATTRIBUTE a int CASCADE",
         "which tables are OF c, and so change with it, is not known"),
        ("ALTER TYPE c RENAME ATTRIBUTE a TO b CASCADE",
         "which tables are OF c, and so change with it, is not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said_and_never_silence(sql: str, unknown: str) -> None:
    assert predicted(sql).unknown == (unknown,)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("(id)", None),
        ("(code)", None),
        ("(a, b)", None),
        ("(b, a)", None),
        ("(a)", "42P10"),
        ("(part)", "42P10"),
        ("(part) WHERE part > 0", None),
        ("(lower(code))", None),
        ("ON CONSTRAINT t_pkey", None),
        ("ON CONSTRAINT t_code", "42704"),
    ],
)
def test_on_conflict_needs_a_unique_index_of_just_its_columns(target: str, expected: str | None) -> None:
    catalog = schema("""
        CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, a int, b int, part int, UNIQUE (a, b));
        CREATE UNIQUE INDEX ON t (part) WHERE part > 0;
    """)
    found = predicted(f"INSERT INTO t VALUES (1) ON CONFLICT {target} DO NOTHING", catalog)
    assert errors(found)[0] == expected


def test_on_conflict_of_a_table_that_is_not_known_may_find_its_index() -> None:
    found = predicted("INSERT INTO t VALUES (1) ON CONFLICT (id) DO NOTHING", schema("", complete=False))
    assert found.error is None


@pytest.mark.parametrize("postgres", [14, 18])
def test_on_conflict_locks_the_indexes_of_a_partitioned_table_on_every_version(postgres: int) -> None:
    catalog = schema("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)")
    plain = predicted("INSERT INTO p VALUES (1)", catalog, postgres=postgres)
    found = predicted("INSERT INTO p VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2", catalog, postgres=postgres)
    assert (locks(plain), locks(found)) == ({"p": "RX"}, {"p": "RX", "p_pkey": "RX"})
    assert ("0A000" in errors(found)[1], "0A000" in errors(plain)[1]) == (True, False)
