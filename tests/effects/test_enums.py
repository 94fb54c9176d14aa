"""Enum values that a transaction has added: it cannot use them itself, and where it may is said, as the server does."""

from __future__ import annotations

import pytest

from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, MigrationInContext, follow
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Prediction
from database_patterns.reading import read_text

SCHEMA = """
    CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN feeling AS mood;
    CREATE TABLE users (id int, m mood, note text, f feeling, many mood[]);
    CREATE TABLE posts (id int, tone mood);
    INSERT INTO users VALUES (1, 'ok', 'x', 'ok', '{ok}');
"""
ADD = "ALTER TYPE mood ADD VALUE 'meh'"


def followed(sql: str, catalog: Catalog | None = None) -> MigrationInContext:
    return follow(read_text(sql, "a.sql"), "upgrade", catalog or Catalog.empty(), Assumptions())


def after_adding(statement: str, add: str = ADD) -> Prediction:
    """What is predicted of a statement in the transaction that has added the value before."""
    context = followed(f"BEGIN; {add}; {statement}; COMMIT", followed(SCHEMA).at_end)
    return context.statements[-2].prediction


def verdict(found: Prediction) -> str:
    may = {each.sqlstate for each in found.may_fail}
    return "fails" if found.error and found.error.sqlstate == "55P04" else "may fail" if "55P04" in may else "passes"


USES = [
    ("ALTER TABLE users ADD m2 mood DEFAULT 'meh'", "fails"),
    ("ALTER TABLE users ADD m2 feeling DEFAULT 'meh'", "fails"),
    ("ALTER TABLE users ALTER m SET DEFAULT 'meh'", "fails"),
    ("ALTER TABLE users ADD CHECK (m <> 'meh')", "fails"),
    ("UPDATE users SET m = 'meh'", "fails"),
    ("UPDATE users SET f = 'meh' WHERE false", "fails"),
    ("UPDATE users SET id = 1 WHERE m IN ('ok', 'meh')", "fails"),
    ("DELETE FROM users WHERE 'meh' = m", "fails"),
    ("INSERT INTO users VALUES (2, 'meh')", "fails"),
    ("INSERT INTO users (note, m) VALUES ('a', 'ok'), ('b', 'meh')", "fails"),
    ("INSERT INTO users (m) SELECT 'meh'", "fails"),
    ("SELECT 'meh'::mood", "fails"),
    ("SELECT id FROM posts WHERE tone = 'meh'", "fails"),
    ("CREATE TABLE t (m mood DEFAULT 'meh')", "fails"),
    ("CREATE INDEX ON users (id) WHERE m = 'meh'", "fails"),
    ("CREATE VIEW v AS SELECT * FROM users WHERE m = 'meh'", "fails"),
    ("SELECT coalesce(m, 'meh') FROM users", "may fail"),
    ("SELECT ARRAY['meh']::mood[]", "may fail"),
    ("UPDATE users SET note = 'meh'", "passes"),
    ("UPDATE users SET note = 'ok' WHERE note = 'meh'", "passes"),
    ("UPDATE users SET m = 'ok'", "passes"),
    ("INSERT INTO users (id, note) VALUES (2, 'meh')", "passes"),
    ("SELECT 'meh'::text", "passes"),
    ("COMMENT ON TABLE users IS 'meh'", "passes"),
]


@pytest.mark.parametrize(("statement", "expected"), USES)
def test_a_value_cannot_be_used_in_the_transaction_that_adds_it(statement: str, expected: str) -> None:
    found = after_adding(statement)
    assert verdict(found) == expected
    if expected == "fails":
        assert found.error is not None
        assert found.error.message == 'unsafe use of new value "meh" of enum type mood'


@pytest.mark.parametrize(("statement", "expected"), USES)
def test_the_server_refuses_what_is_said_to_fail_and_takes_what_is_said_to_pass(
    statement: str, expected: str, database: Database
) -> None:
    database.execute(SCHEMA)
    with driver.connect(database.owner) as connection:
        for each in ("BEGIN", ADD):
            assert driver.execute(connection, each) is None
        error = driver.execute(connection, statement)
    assert error is None or error.sqlstate == "55P04"
    assert expected == "may fail" or (error is not None) == (expected == "fails")


@pytest.mark.parametrize(
    "sql",
    [
        f"{ADD}; UPDATE users SET m = 'meh'",
        f"BEGIN; {ADD}; COMMIT; BEGIN; UPDATE users SET m = 'meh'; COMMIT",
        f"BEGIN; {ADD}; ROLLBACK; UPDATE users SET note = 'meh'",
        "BEGIN; CREATE TYPE tone AS ENUM ('a'); ALTER TYPE tone ADD VALUE 'b'; SELECT 'b'::tone; COMMIT",
        "BEGIN; ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok'; UPDATE users SET m = 'ok'; COMMIT",
    ],
)
def test_a_value_that_is_committed_or_of_a_new_enum_can_be_used(sql: str) -> None:
    context = followed(sql, followed(SCHEMA).at_end)
    assert [verdict(each.prediction) for each in context.statements] == ["passes"] * len(context.statements)


def test_where_the_value_may_have_been_there_its_use_may_pass() -> None:
    sql = "BEGIN; ALTER TYPE mood ADD VALUE IF NOT EXISTS 'meh'; SELECT 'meh'::mood; COMMIT"
    assert verdict(followed(sql, Catalog.unknown()).statements[2].prediction) == "may fail"
    sql = sql.replace("IF NOT EXISTS ", "")
    assert verdict(followed(sql, Catalog.unknown()).statements[2].prediction) == "fails"


UNSAFE = 'unsafe use of new value "meh" of enum type mood, if the transaction that added it is not committed before'


@pytest.mark.parametrize(
    ("added", "use", "when"),
    [
        ("ADD VALUE IF NOT EXISTS", "SELECT 'meh'::mood", UNSAFE),
        ("ADD VALUE", "SELECT 'meh'::mystery", f"{UNSAFE}, and 'meh' is of that type here"),
        ("ADD VALUE", "SELECT coalesce(m, 'meh') FROM users", f"{UNSAFE}, and 'meh' is of that type here"),
    ],
)
def test_a_use_that_may_fail_says_when(added: str, use: str, when: str) -> None:
    context = followed(f"BEGIN; ALTER TYPE mood {added} 'meh'; {use}; COMMIT", Catalog.unknown())
    assert [each.when for each in context.statements[2].prediction.may_fail] == [when]


def test_where_the_column_is_not_known_its_use_may_fail() -> None:
    found = followed(f"BEGIN; {ADD}; UPDATE users SET m = 'meh'; COMMIT", Catalog.unknown()).statements[2].prediction
    (failure,) = found.may_fail
    assert failure.sqlstate == "55P04"
    assert failure.when == (
        'unsafe use of new value "meh" of enum type mood, if the transaction that added it is not committed before, and'
        " 'meh' is of that type here"
    )


def test_a_revision_that_shares_its_transaction_with_the_one_before_may_fail() -> None:
    first = followed(f"BEGIN; {ADD}", followed(SCHEMA).at_end)
    second = followed("BEGIN; UPDATE users SET m = 'meh'; COMMIT", first.at_end)
    transactions = [each.statement.transaction for each in (first.statements[1], second.statements[1])]
    assert len({each.id for each in transactions if each}) == 1
    assert verdict(second.statements[1].prediction) == "may fail"


TYPES = """
    CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN short AS text; CREATE TYPE pair AS (a int); CREATE SEQUENCE numbers;
    CREATE TABLE users (id int); CREATE VIEW names AS SELECT 1 AS one; CREATE SCHEMA other;
    CREATE TYPE gone AS ENUM ('a'); DROP TYPE gone; CREATE TYPE old AS ENUM ('a'); ALTER TYPE old RENAME TO new;
"""
TAKEN = {
    "CREATE TYPE mood AS ENUM ('b')": True,
    "CREATE TYPE short AS ENUM ('b')": True,
    "CREATE TYPE pair AS ENUM ('b')": True,
    "CREATE TYPE users AS ENUM ('b')": True,
    "CREATE TYPE names AS ENUM ('b')": True,
    "CREATE TYPE new AS ENUM ('b')": True,
    "CREATE DOMAIN mood AS int": True,
    "CREATE TYPE mood AS (a int)": True,
    "CREATE TYPE mood AS RANGE (subtype = float8)": True,
    "CREATE TABLE mood (id int)": True,
    "CREATE TABLE IF NOT EXISTS mood (id int)": True,
    "CREATE TYPE public.mood AS ENUM ('b')": True,
    "CREATE TYPE other.mood AS ENUM ('b')": False,
    "CREATE TYPE numbers AS ENUM ('b')": False,
    "CREATE TYPE gone AS ENUM ('b')": False,
    "CREATE TYPE old AS ENUM ('b')": False,
    "CREATE TEMP TABLE mood (id int)": False,
    "CREATE INDEX mood ON users (id)": False,
}


@pytest.mark.parametrize("statement", TAKEN)
def test_the_name_of_a_type_is_taken_once_as_on_the_server(statement: str, database: Database) -> None:
    found = followed(statement, followed(TYPES).at_end).statements[0].prediction
    name = (
        statement.rsplit("public.", maxsplit=1)[-1].removeprefix("CREATE ").split(" (")[0].split(" AS")[0].split()[-1]
    )
    expected = ("42710", f'type "{name}" already exists') if TAKEN[statement] else None
    assert (found.error and (found.error.sqlstate, found.error.message)) == expected
    database.execute(TYPES)
    with driver.connect(database.owner) as connection:
        error = driver.execute(connection, statement)
    assert (error and (error.sqlstate, error.message)) == expected


GUARDED = """
from alembic import op
import sqlalchemy as sa

revision = "b"
down_revision = None

def upgrade():
    mood = sa.Enum("a", name="mood")
    mood.create(op.get_bind())
    {}
    op.execute("CREATE TYPE mood AS ENUM ('b')")
"""


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("pass", ["42710"]),
        ("op.create_table('t', sa.Column('m', sa.Enum('a', name='mood')))", ["42710", "42710"]),
        ("mood.create(op.get_bind(), checkfirst=True)", ["42710"]),
        ("mood.drop(op.get_bind(), checkfirst=True)", []),
        ("mood.drop(op.get_bind(), checkfirst=False)", []),
    ],
)
def test_a_type_made_before_is_refused_unless_the_revision_looks_first(between: str, expected: list[str]) -> None:
    context = follow(read_text(GUARDED.format(between), "b.py"), "upgrade", Catalog.empty(), Assumptions())
    errors = [each.prediction.error.sqlstate for each in context.statements if each.prediction.error]
    assert errors == expected
