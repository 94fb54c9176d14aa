"""Which statements of a SQL file share a transaction, for each tool that keeps such files."""

from __future__ import annotations

import pytest

from database_patterns.model import Direction, Migration
from database_patterns.reading import Running, read_text

TWO = "SELECT 1;\nSELECT 2;\n"
MESSAGE = "sends the file as one message, whose statements PostgreSQL runs in one transaction"
OWN = "runs each migration in a transaction of its own"


def shared(migration: Migration, direction: Direction = "upgrade") -> list[list[str]]:
    """The statements in groups of those that share a transaction; one by itself is in autocommit."""
    groups: dict[object, list[str]] = {}
    for each in migration.statements(direction):
        groups.setdefault(each.transaction.id if each.transaction else each.span, []).append(each.sql)
    return list(groups.values())


def reasons(migration: Migration, direction: Direction = "upgrade") -> set[tuple[bool, str] | None]:
    """How certain the transactions are, and why; None where there is none."""
    found = {each.transaction for each in migration.statements(direction)}
    return {(each.certain, each.reason) if each else None for each in found}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("1_a.up.sql", (True, f"golang-migrate {MESSAGE}")),
        ("2026_a/up.sql", (True, f"Diesel {OWN}")),
        ("V1__a.sql", (True, f"Flyway {OWN}")),
        ("R__view.sql", (True, f"Flyway {OWN}")),
        ("2026_a/migration.sql", (False, f"Prisma {MESSAGE}; since February 2026 it may send them one by one")),
    ],
)
def test_the_statements_of_a_file_share_a_transaction(path: str, reason: tuple[bool, str]) -> None:
    migration = read_text(TWO, path)
    assert shared(migration) == [["SELECT 1", "SELECT 2"]]
    assert reasons(migration) == {reason}
    assert migration.downgrade == ()


@pytest.mark.parametrize("path", ["a.sql", "0001_a.sql", "deploy/a.sql", "structure.sql"])
def test_a_file_of_no_tool_and_sqitchs_scripts_are_run_as_psql_runs_them(path: str) -> None:
    migration = read_text(TWO, path)
    assert shared(migration) == [["SELECT 1"], ["SELECT 2"]]
    assert reasons(migration) == {None}


@pytest.mark.parametrize("path", ["1_a.down.sql", "2026_a/down.sql", "U1__a.sql", "revert/a.sql", "revert/db/a.sql"])
def test_a_way_back_is_a_downgrade(path: str) -> None:
    migration = read_text(TWO, path)
    assert migration.upgrade == ()
    assert [each.sql for each in migration.downgrade] == ["SELECT 1", "SELECT 2"]


@pytest.mark.parametrize("path", ["1_a.up.sql", "2026_a/migration.sql"])
def test_one_message_with_one_statement_opens_no_transaction(path: str) -> None:
    assert reasons(read_text("CREATE INDEX CONCURRENTLY i ON t (a);\n", path)) == {None}


def test_sqlx_opens_no_transaction_only_where_the_file_begins_with_its_comment() -> None:
    assert reasons(read_text(f"-- no-transaction\n{TWO}", "1_a.sql")) == {(True, f"sqlx {MESSAGE}")}
    assert reasons(read_text("-- no-transaction\nSELECT 1;", "1_a.up.sql")) == {None}
    assert reasons(read_text(f"\n-- no-transaction\n{TWO}", "1_a.up.sql")) == {(True, f"golang-migrate {MESSAGE}")}


def test_a_commit_in_one_message_begins_another_transaction() -> None:
    migration = read_text("SELECT 1; COMMIT; SELECT 2; SELECT 3;", "1_a.up.sql")
    assert shared(migration) == [["SELECT 1"], ["COMMIT"], ["SELECT 2", "SELECT 3"]]


def test_a_commit_in_a_tools_transaction_ends_it() -> None:
    migration = read_text("SELECT 1; COMMIT; SELECT 2; SELECT 3;", "V1__a.sql")
    assert shared(migration) == [["SELECT 1"], ["COMMIT"], ["SELECT 2"], ["SELECT 3"]]


# Flyway -------------------------------------------------------------------------------------------------------------

CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON t (a);\n"


@pytest.mark.parametrize(
    "statement",
    [
        CONCURRENTLY,
        "/* slow */ create unique index\n concurrently i on t (a);",
        "DROP INDEX CONCURRENTLY i;",
        "VACUUM t;",
        "ALTER SYSTEM SET work_mem = '1GB';",
        "REINDEX SCHEMA public;",
    ],
)
def test_flyway_opens_no_transaction_for_a_statement_that_refuses_one(statement: str) -> None:
    assert reasons(read_text(statement, "V1__a.sql")) == {None}


@pytest.mark.parametrize("statement", ["REINDEX TABLE CONCURRENTLY t;", "ALTER TYPE c ADD VALUE 'x';"])
def test_flyway_does_not_know_every_statement(statement: str) -> None:
    assert reasons(read_text(statement, "V1__a.sql")) == {(True, f"Flyway {OWN}")}


def test_flyway_refuses_a_mixture_unless_it_is_told() -> None:
    mixture = f"ALTER TABLE t ADD a int;\n{CONCURRENTLY}"
    why = "Flyway refuses statements that need a transaction beside one that refuses it, unless `mixed` is on"
    assert reasons(read_text(mixture, "V1__a.sql")) == {(False, why)}
    assert reasons(read_text(mixture, "V1__a.sql", context=Running(mixed=True))) == {None}
    assert reasons(read_text(TWO, "V1__a.sql", context=Running(mixed=True))) == {(True, f"Flyway {OWN}")}


def test_settings_can_turn_transactions_off() -> None:
    off = Running(in_transaction=False)
    assert reasons(read_text(TWO, "V1__a.sql", context=off)) == {None}
    assert reasons(read_text(TWO, "2026_a/up.sql", context=off)) == {(True, f"Diesel {MESSAGE}")}


# Markers ------------------------------------------------------------------------------------------------------------

GOOSE = """\
-- +goose Up
CREATE TABLE t (a int);
-- +goose StatementBegin
CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;
-- +goose StatementEnd
INSERT INTO t VALUES (1);

-- +goose Down
DROP FUNCTION f();
DROP TABLE t;
"""


def test_goose_runs_each_direction_in_a_transaction() -> None:
    migration = read_text(GOOSE, "00001_a.sql")
    assert [len(group) for group in shared(migration)] == [3]
    assert shared(migration, "downgrade") == [["DROP FUNCTION f()", "DROP TABLE t"]]
    assert reasons(migration) == reasons(migration, "downgrade") == {(True, f"goose {OWN}")}
    assert [each.span.line for each in (*migration.upgrade, *migration.downgrade)] == [2, 4, 6, 9, 10]
    assert (migration.upgrade_gaps, migration.downgrade_gaps) == ((), ())


def test_goose_without_a_transaction_sends_statement_by_statement_and_a_block_as_one() -> None:
    migration = read_text(f"-- +goose NO TRANSACTION\n{GOOSE}", "00001_a.sql")
    assert reasons(migration) == {None}
    block = f"-- +goose no transaction\n-- +goose up\n-- +goose statementbegin\n{TWO}-- +goose statementend\n"
    what = "what stands between StatementBegin and StatementEnd"
    reason = f"goose sends {what} as one message, whose statements PostgreSQL runs in one transaction"
    assert reasons(read_text(block, "1.sql")) == {(True, reason)}


def test_sql_migrates_options_hold_for_one_direction() -> None:
    text = f"-- +migrate Up notransaction\n{TWO}-- +migrate Down\n{TWO}"
    migration = read_text(text, "1.sql")
    assert reasons(migration) == {None}
    assert reasons(migration, "downgrade") == {(True, f"sql-migrate {OWN}")}


def test_dbmate_runs_each_section_in_its_own_transaction() -> None:
    text = f"-- migrate:up\n{TWO}-- migrate:down\nSELECT 3;\n-- migrate:up\nSELECT 4;\n-- migrate:down\nSELECT 5;\n"
    migration = read_text(text, "1.sql")
    assert shared(migration) == [["SELECT 1", "SELECT 2"], ["SELECT 4"]]
    assert shared(migration, "downgrade") == [["SELECT 3"], ["SELECT 5"]]
    assert reasons(migration) == {(True, f"dbmate {OWN}")}


def test_dbmate_without_a_transaction_sends_one_message() -> None:
    text = f"-- migrate:up foo:bar transaction:false\n{TWO}-- migrate:down transaction:false\nSELECT 3;\n"
    migration = read_text(text, "1.sql")
    reason = "dbmate sends the part as one message, whose statements PostgreSQL runs in one transaction"
    assert reasons(migration) == {(True, reason)}
    assert reasons(migration, "downgrade") == {None}


def test_statements_before_the_first_marker_are_said() -> None:
    migration = read_text(f"DROP TABLE t;\nSELECT 0;\n-- +goose Up\n{TWO}", "1.sql")
    assert shared(migration) == [["SELECT 1", "SELECT 2"]]
    assert [(gap.span.line, gap.what, gap.why) for gap in migration.upgrade_gaps] == [
        (1, "DROP TABLE t", "it stands before the first marker, and is not sent by the tool that the markers are for")
    ]


def test_a_file_with_only_a_way_back_loses_nothing() -> None:
    migration = read_text("-- +goose Down\nDROP TABLE t;\n", "1.sql")
    assert (migration.upgrade, shared(migration, "downgrade")) == ((), [["DROP TABLE t"]])


# Django's sqlmigrate ------------------------------------------------------------------------------------------------

DJANGO = """\
BEGIN;
--
-- Add field owner to book
--
ALTER TABLE "book" ADD COLUMN "owner" integer NULL;
--
-- Raw Python operation
--
-- THIS OPERATION CANNOT BE WRITTEN AS SQL
COMMIT;
"""


def test_an_operation_that_django_runs_in_python_is_said() -> None:
    migration = read_text(DJANGO, "0002.sql")
    assert shared(migration) == [["BEGIN"], ['ALTER TABLE "book" ADD COLUMN "owner" integer NULL'], ["COMMIT"]]
    assert reasons(migration) == {None, (True, "BEGIN on line 1 opened it")}
    assert [(gap.span.line, gap.what, gap.why) for gap in migration.upgrade_gaps] == [
        (9, "Raw Python operation", "Django runs this operation in Python, and writes no SQL for it")
    ]
