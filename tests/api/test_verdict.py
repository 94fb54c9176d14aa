"""The verdict says what live traffic notices: locks held over later statements, locked rows, losses, broken code."""

from __future__ import annotations

import pytest

from database_patterns.api import sources
from database_patterns.api.explain import explain
from database_patterns.api.history import Options
from database_patterns.api.sources import Given, Source
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Direction
from database_patterns.reports import ExplainedMigration

SCHEMA = """
CREATE TABLE users (id bigint PRIMARY KEY, email text, age int);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint, price numeric);
CREATE MATERIALIZED VIEW totals AS SELECT sum(price) FROM posts;
"""
NICK = "ALTER TABLE users ADD COLUMN nick text"
INDEX = "CREATE INDEX ON users (email)"
KEY = "ALTER TABLE posts ADD CONSTRAINT author FOREIGN KEY (user_id) REFERENCES users"
MOMENT = "blocks reads and writes on users for a moment"
ROWS = "so that other writes to them wait until the transaction ends"


def explained(*statements: str, schema: str = SCHEMA) -> ExplainedMigration:
    options = Options(schema=Given((Source("schema.sql", schema),)))
    (migration,) = explain(sources.from_text(";\n".join(statements)), options).migrations
    return migration


def together(*statements: str) -> str:
    return explained("BEGIN", *statements, "COMMIT").verdict


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ((NICK,), "blocks reads and writes on users for a moment"),
        ((INDEX,), "blocks writes on users while all rows are read"),
        ((NICK, INDEX), "blocks reads and writes on users while all rows are read"),
        ((INDEX, NICK), "blocks writes on users while all rows are read"),
        (
            (f"{KEY} NOT VALID", "ALTER TABLE posts VALIDATE CONSTRAINT author"),
            "blocks writes on posts and users while all rows of users are read",
        ),
        (
            (NICK, "ALTER TABLE posts ALTER user_id TYPE numeric"),
            "blocks reads and writes on users and posts while all rows of posts are rewritten",
        ),
        (
            (NICK, "UPDATE users SET nick = 'x'"),
            "blocks reads and writes on users while all rows are read",
        ),
        (("REFRESH MATERIALIZED VIEW totals",), "blocks reads and writes on totals while all rows are rewritten"),
        (("SELECT 1",), "blocks neither reads nor writes"),
    ],
)
def test_a_transaction_holds_its_locks_while_its_later_statements_work(
    statements: tuple[str, ...], verdict: str
) -> None:
    assert together(*statements).split("; ")[0] == verdict


def test_outside_of_a_transaction_a_lock_ends_with_its_statement() -> None:
    assert explained(NICK, INDEX).verdict == "blocks writes on users while all rows are read"
    assert explained("BEGIN", NICK, "COMMIT", INDEX).verdict == explained(NICK, INDEX).verdict


def test_what_the_migration_itself_has_created_nobody_waits_for() -> None:
    built = ("CREATE TABLE fresh (id bigint)", "ALTER TABLE fresh ADD COLUMN name text", "UPDATE users SET age = 1")
    assert together(*built) == f"locks all rows of users, {ROWS}"
    assert together(*built[:2], "ALTER TABLE fresh DROP COLUMN name") == "blocks neither reads nor writes"


@pytest.mark.parametrize(
    ("sql", "verdict"),
    [
        ("UPDATE users SET age = 1", f"locks all rows of users, {ROWS}"),
        ("UPDATE users SET age = 1 WHERE id = 5", f"locks the rows that it selects of users, {ROWS}"),
        ("SELECT id FROM users FOR UPDATE", f"locks the rows that it selects of users, {ROWS}"),
        ("DELETE FROM users", f"locks all rows of users, {ROWS}; data of users is lost: all rows"),
        (
            "TRUNCATE users",
            f"{MOMENT}; data of users is lost: all rows",
        ),
        (
            "ALTER TABLE users DROP COLUMN age",
            f"{MOMENT}; data of users is lost: the values of age; on users, statements that name age fail (42703)",
        ),
        (
            "ALTER TABLE users RENAME TO people",
            f"{MOMENT}; on users, statements that name users fail (42P01)",
        ),
    ],
)
def test_row_locks_losses_and_broken_code_are_part_of_it(sql: str, verdict: str) -> None:
    assert explained(sql).verdict == verdict


def test_a_verdict_never_reassures_where_something_is_not_known() -> None:
    for sql in ("SELECT f()", "DO $$BEGIN DELETE FROM t; END$$"):
        assert explained(sql).verdict == "a part could not be analysed"


REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "b", None


def upgrade():
    op.execute("CREATE TABLE t (id int)")
    {upgrade}


def downgrade():
    {downgrade}
"""


def of_revision(direction: Direction, upgrade: str = "pass", downgrade: str = "pass") -> ExplainedMigration:
    text = REVISION.format(upgrade=upgrade, downgrade=downgrade)
    (migration,) = explain(Given((Source("b.py", text),)), direction=direction).migrations
    return migration


def test_a_call_that_cannot_run_is_in_the_verdict() -> None:
    failing = of_revision("upgrade", 'op.create_index("ix")')
    stop = "fails: TypeError: create_index() missing 2 required positional arguments: 'table_name' and 'columns'"
    assert failing.verdict == f"{stop} (line 10), and what it did before is rolled back"
    assert failing.stops == (failing.verdict,)


def test_a_direction_that_refuses_to_run_is_not_said_to_block_nothing() -> None:
    refusing = of_revision("downgrade", downgrade='raise NotImplementedError("no way back")')
    assert refusing.verdict == 'cannot be run: raise NotImplementedError("no way back") (line 14)'
    assert refusing.stops == (refusing.verdict,)
    assert of_revision("downgrade").stops == ()


@pytest.mark.parametrize(
    ("before", "end"),
    [
        ("op.execute('DROP TABLE a')", ", and what it did before is rolled back"),
        ("op.execute('DROP TABLE a')\n    op.execute('COMMIT')", ""),
        ("op.execute('DROP TABLE a')\n    op.get_bind().commit()", ""),
        ("with op.get_context().autocommit_block():\n        op.execute('DROP TABLE a')", ""),
        ("pass", ""),
    ],
)
def test_what_was_done_before_an_end_is_said_to_be_undone_where_that_is_certain(before: str, end: str) -> None:
    (stop,) = of_revision("downgrade", downgrade=f"{before}\n    raise ValueError('x')").stops
    line = 14 + (before + "\n").count("\n")
    assert stop == f"cannot be run: raise ValueError('x') (line {line}){end}"


def test_a_failure_under_a_condition_is_not_said_to_be_certain() -> None:
    asked = "if not sa.inspect(op.get_bind()).has_table('{}'):\n        op.{}"
    found = of_revision("upgrade", asked.format("u", "drop_column('t', 'nosuch')")).verdict
    guard = "if not sa.inspect(op.get_bind()).has_table('u')"
    assert found.split("; ")[0] == (
        f'would fail with 42703: column "nosuch" of relation "t" does not exist if it runs ({guard})'
    )
    found = of_revision("upgrade", asked.format("t", "create_table('t')")).verdict
    assert found == 'may fail with 42P07: relation "t" already exists, unless its condition rules that out'


def test_a_failure_that_a_gap_may_have_ruled_out_is_not_said_to_be_certain() -> None:
    found = of_revision("upgrade", "runner.sql('x')\n    op.drop_column('t', 'c')").verdict
    assert "may fail with 42703" in found
    assert not any(part.startswith("fails") for part in found.split("; "))


def test_the_worse_migration_does_the_greater_harm() -> None:
    harms = [explained(sql).harm for sql in ("SELECT 1", NICK, INDEX, "ALTER TABLE users ALTER id TYPE numeric")]
    assert harms == sorted(set(harms))
    assert explained("BEGIN", NICK, INDEX, "COMMIT").harm > max(explained(NICK).harm, explained(INDEX).harm)


def test_a_reader_really_waits_through_an_index_build_behind_an_added_column(database: Database) -> None:
    database.execute("CREATE TABLE users (id bigint, email text)")
    with driver.connect(database.owner) as migrating, driver.connect(database.owner) as reading:
        driver.execute(migrating, f"BEGIN; {NICK}; {INDEX}")
        driver.execute(reading, "SET lock_timeout = '50ms'")
        refused = driver.execute(reading, "SELECT FROM users")
        driver.execute(migrating, "ROLLBACK; BEGIN; CREATE INDEX ON users (email)")
        admitted = driver.execute(reading, "SELECT FROM users")
    assert (refused.sqlstate if refused else None, admitted) == ("55P03", None)
