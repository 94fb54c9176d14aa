"""What is not known is said, what an older version rejects is an error, and what fails on rows may fail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.effects.given import effect_on, predicted, schema

from database_patterns.catalog import Catalog
from database_patterns.effects import Assumptions, predict
from database_patterns.locks import LockMode
from database_patterns.model import Prediction, ServerError, Statement, Transaction
from database_patterns.reading import read_text

CERTAIN = Transaction("1", certain=True, reason="BEGIN")
DOUBTFUL = Transaction("1", certain=False, reason="an env.py that is not known")


def test_an_index_without_concurrently_on_an_unknown_table_blocks_writes_and_reads_every_row() -> None:
    (found,) = predicted("CREATE INDEX i ON app.t (c)").effects
    assert (found.relation, found.kind, found.lock, found.held) == ("app.t", "table", LockMode.ShareLock, "transaction")
    assert (found.rewrite, found.scan, found.certainty) == (False, True, "proven")
    assert found.reason == "Every row is read to build the index."
    assert found.source == "https://www.postgresql.org/docs/18/sql-createindex.html"


def test_an_index_built_concurrently_refuses_a_transaction() -> None:
    (statement,) = read_text("CREATE INDEX CONCURRENTLY i ON t (c)").upgrade
    assert not predicted(statement.sql).in_transaction_ok
    inside = Statement(statement.sql, statement.span, statement.tree, statement.actions, transaction=CERTAIN)
    error = predict(inside, Catalog.unknown(), Assumptions()).error
    assert error == ServerError("25001", "CREATE INDEX CONCURRENTLY cannot run inside a transaction block")
    doubtful = Statement(statement.sql, statement.span, statement.tree, statement.actions, transaction=DOUBTFUL)
    assert predict(doubtful, Catalog.unknown(), Assumptions()).error is None


def test_set_not_null_on_an_unknown_table_may_read_it() -> None:
    found = predicted("ALTER TABLE t ALTER c SET NOT NULL")
    assert effect_on(found, "t").scan == "unknown"
    assert found.unknown == ("whether a validated constraint of t proves c to be NOT NULL is not known",)


def test_set_not_null_after_a_validated_check_reads_nothing_even_on_an_unknown_table() -> None:
    proof = "ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k"
    found = predicted("ALTER TABLE t ALTER c SET NOT NULL", schema(proof, complete=False))
    assert (effect_on(found, "t").scan, found.unknown, found.may_fail) == (False, (), ())


def test_a_column_of_an_unknown_type_may_rewrite_the_table() -> None:
    found = predicted("ALTER TABLE t ADD COLUMN c app.percentage DEFAULT 5")
    assert effect_on(found, "t").rewrite == "unknown"
    assert len(found.unknown) == 1


def test_dropping_an_index_of_an_unknown_table_says_that_its_table_is_not_known() -> None:
    found = predicted("DROP INDEX i")
    assert [(each.relation, each.kind, each.lock) for each in found.effects] == [
        ("i", "index", LockMode.AccessExclusiveLock)
    ]
    assert found.unknown == ("the table of the index i is not known: it gets AccessExclusiveLock",)


@pytest.mark.parametrize(
    ("sql", "since"),
    [
        ("ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (1) VIRTUAL", 18),
        ("ALTER TABLE t ADD CONSTRAINT k NOT NULL c NOT VALID", 18),
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT ENFORCED", 18),
        ("CREATE TABLE n (a int, CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a))", 15),
        ("CREATE UNIQUE INDEX i ON t (c) NULLS NOT DISTINCT", 15),
        ("ALTER TABLE t ALTER c SET EXPRESSION AS (1)", 17),
        ("ALTER TABLE t SET ACCESS METHOD heap", 15),
    ],
)
def test_syntax_of_a_later_version_is_an_error_that_names_the_version(sql: str, since: int) -> None:
    error = predicted(sql, postgres=since - 1).error
    assert error is not None
    assert (error.sqlstate, error.message.endswith(f"is understood from PostgreSQL {since} on")) == ("42601", True)
    assert predicted(sql, postgres=since).error is None


def test_a_statement_that_does_not_parse_keeps_its_error() -> None:
    (statement,) = read_text("ALTER TABEL t").upgrade
    assert predict(statement, Catalog.empty(), Assumptions()) == Prediction(error=statement.error)


def test_a_required_column_without_default_fails_as_soon_as_there_is_a_row() -> None:
    add = "ALTER TABLE t ADD COLUMN c int NOT NULL"
    assert [each.sqlstate for each in predicted(add).may_fail] == ["23502"]
    assert predicted(add, schema("CREATE TABLE t (id int)")).may_fail[0].when == "t has a row: it would be NULL in c"
    assert predicted(f"{add} DEFAULT 1").may_fail == ()
    assert [each.sqlstate for each in predicted(f"{add} DEFAULT NULL").may_fail] == ["23502"]


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("ALTER TABLE nothing ADD COLUMN c int", "42P01"), ("ALTER TABLE t ADD COLUMN id int", "42701"),
        ("ALTER TABLE t DROP COLUMN nothing", "42703"), ("ALTER TABLE t DROP COLUMN name", "2BP01"),
        ("ALTER TABLE t ADD COLUMN c nothing", "42704"), ("CREATE INDEX i ON t (nothing)", "42703"),
        ("CREATE INDEX i ON t (now())", "42P17"), ("CREATE INDEX i ON t (data)", "42704"),
        ("DROP INDEX t_pkey", "2BP01"),
        ("ALTER TABLE t ADD PRIMARY KEY (name)", "42P16"),
        ("ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 1)", "42710"),
        ("ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES t (name)", "42830"), ("DROP TABLE t", "2BP01"),
        ("ALTER TABLE t ALTER name TYPE varchar(5)", "0A000"), ("CREATE TABLE t (id int)", "42P07"),
        ("ALTER TABLE t VALIDATE CONSTRAINT nothing", "42704"), ("CREATE INDEX CONCURRENTLY i ON p (d)", "0A000"),
        ("ALTER TABLE p ADD UNIQUE (id)", "0A000"), ("ALTER TABLE p ALTER d TYPE timestamp", "42P16"),
        ("DROP INDEX p1_id_idx", "2BP01"), ("ALTER TABLE t ALTER n DROP NOT NULL", "42601"),
    ],
)  # fmt: skip
def test_an_error_that_does_not_depend_on_rows_is_predicted_from_a_complete_schema(sql: str, sqlstate: str) -> None:
    known = schema(
        """
        CREATE TABLE t (id int PRIMARY KEY CONSTRAINT positive CHECK (id > 0), name text, data json,
                        n bigint GENERATED ALWAYS AS IDENTITY);
        CREATE VIEW v AS SELECT name FROM t;
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d);
        CREATE TABLE p1 PARTITION OF p DEFAULT;
        CREATE INDEX p_id ON p (id);
        """
    )
    error = predicted(sql, known).error
    assert error is not None
    assert error.sqlstate == sqlstate


@pytest.mark.parametrize(
    "sql",
    ["ALTER TABLE nothing ADD COLUMN c int", "ALTER TABLE t DROP COLUMN nothing", "DROP TABLE nothing", "DROP INDEX i",
     "ALTER TABLE t VALIDATE CONSTRAINT k", "ALTER TABLE t DROP CONSTRAINT k", "CREATE INDEX i ON t (c)",
     "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES other (b)", "UPDATE t SET c = 1", "DELETE FROM t", "TRUNCATE t"],
)  # fmt: skip
def test_nothing_is_an_error_for_want_of_knowledge(sql: str) -> None:
    found = predicted(sql)
    assert found.error is None
    assert found.effects


def test_a_dropped_column_is_data_loss_and_breaks_code_that_names_it() -> None:
    found = effect_on(predicted("ALTER TABLE t DROP COLUMN a, DROP COLUMN b"), "t")
    assert found.data_loss == "the values of a; the values of b"
    assert found.breaks_running_code == "statements that name a fail (42703); statements that name b fail (42703)"


def test_a_delete_by_a_whole_key_does_not_read_the_table() -> None:
    known = schema("CREATE TABLE t (a int, b int, c int, PRIMARY KEY (a, b)); CREATE INDEX ON t (c)")
    scans = {
        where: effect_on(predicted(f"DELETE FROM t {where}", known), "t").scan
        for where in ("", "WHERE a = 1 AND b = 2", "WHERE a = 1", "WHERE c > 5")
    }
    assert scans == {"": True, "WHERE a = 1 AND b = 2": False, "WHERE a = 1": "unknown", "WHERE c > 5": "unknown"}


def test_subcommands_of_one_statement_are_one_effect_with_the_strongest_lock() -> None:
    known = schema("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int, p int)")
    found = predicted("ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p NOT VALID, ADD COLUMN c int", known)
    assert {each.relation: each.lock for each in found.effects} == {
        "t": LockMode.AccessExclusiveLock,
        "p": LockMode.ShareRowExclusiveLock,
    }


@pytest.mark.parametrize(
    "sql",
    [
        "LOCK TABLE t",
        "SAVEPOINT s",
        "RELEASE s",
        "ROLLBACK TO s",
        "DECLARE c CURSOR FOR SELECT 1",
        "DECLARE c BINARY CURSOR FOR SELECT 1",
    ],
)
def test_what_needs_a_transaction_may_fail_without_one(sql: str) -> None:
    alone, *_ = read_text(sql).upgrade
    within = replace(alone, transaction=CERTAIN)
    found = [predict(each, Catalog.unknown(), Assumptions()) for each in (alone, within)]
    assert ["25P01" in [one.sqlstate for one in each.may_fail] for each in found] == [True, False]


@pytest.mark.parametrize("sql", ["DECLARE c CURSOR WITH HOLD FOR SELECT 1", "BEGIN", "COMMIT"])
def test_what_needs_no_transaction_is_as_good_without_one(sql: str) -> None:
    assert predicted(sql).may_fail == ()


@pytest.mark.parametrize(
    ("sql", "held"),
    [
        ("VACUUM t", "statement"),
        ("REINDEX TABLE CONCURRENTLY t", "statement"),
        ("ALTER TABLE p DETACH PARTITION t CONCURRENTLY", "statement"),
        ("CREATE INDEX CONCURRENTLY ON t (c)", "statement"),
        ("DROP INDEX CONCURRENTLY i", "statement"),
        ("CREATE INDEX ON t (c)", "transaction"),
        ("REINDEX TABLE t", "transaction"),
        ("SELECT * FROM t", "transaction"),
    ],
)
def test_what_refuses_a_transaction_holds_no_lock_longer_than_it_runs(sql: str, held: str) -> None:
    assert {effect.held for effect in predicted(sql).effects} == {held}
