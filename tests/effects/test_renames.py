"""RENAME and SET SCHEMA: what is locked, what fails afterwards, and what PostgreSQL refuses whatever the rows are."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema

from database_patterns.catalog import Catalog

SHOP = schema(
    """
    CREATE SCHEMA app; CREATE TABLE app.taken (id int);
    CREATE TYPE mood AS ENUM ('ok'); CREATE TYPE pair AS (a int); CREATE SEQUENCE free;
    CREATE TABLE t (id serial PRIMARY KEY, name text CONSTRAINT named CHECK (name <> ''), size int UNIQUE);
    CREATE INDEX t_name ON t (name); CREATE TABLE other (id int); CREATE TABLE taken (id int);
    CREATE TABLE above (id int, v text CONSTRAINT filled CHECK (v <> ''), w int NOT NULL);
    CREATE TABLE below () INHERITS (above); CREATE TABLE lowest () INHERITS (below);
    CREATE VIEW v AS SELECT id FROM t; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'x';
    CREATE TRIGGER fires AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE POLICY mine ON t USING (true);
    """
)
WHY = "A rename changes the catalog only, but nobody may use the table meanwhile."
FAMILY = {"above": "AX", "below": "AX", "lowest": "AX"}


@pytest.mark.parametrize(
    ("sql", "relation", "why"),
    [
        ("ALTER INDEX t_name RENAME TO named", "t_name", "Renaming an index lets its table be used."),
        ("ALTER TABLE t_name RENAME TO named", "t_name", WHY),
        ("ALTER TABLE t RENAME TO u", "t", WHY),
    ],
)
def test_the_reason_says_who_may_go_on(sql: str, relation: str, why: str) -> None:
    assert effect_on(predicted(sql, SHOP), relation).reason == why


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE above RENAME v TO u", FAMILY), ("ALTER TABLE above RENAME CONSTRAINT filled TO complete", FAMILY),
        ("ALTER TABLE above RENAME CONSTRAINT above_w_not_null TO w_set", FAMILY),
        ("ALTER TABLE above RENAME TO up", {"above": "AX"}),
        ("ALTER TABLE t RENAME CONSTRAINT t_size_key TO sized", {"t": "AX", "t_size_key": "SUX"}),
        ("ALTER TABLE t RENAME CONSTRAINT named TO filled", {"t": "AX"}),
        ("ALTER TRIGGER fires ON t RENAME TO burns", {"t": "AX"}),
        ("ALTER POLICY mine ON t RENAME TO ours", {"t": "AX"}),
        ("ALTER TABLE t SET SCHEMA app", {"t": "AX", "t_id_seq": "AX"}), ("ALTER VIEW v SET SCHEMA app", {"v": "AX"}),
        ("ALTER SEQUENCE free SET SCHEMA app", {"free": "AX"}), ("ALTER TABLE t SET SCHEMA public",
         {"t": "AX", "t_id_seq": "AX"}),
        ("ALTER TYPE mood RENAME TO feeling", {}), ("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", {}),
        ("ALTER TYPE pair RENAME ATTRIBUTE a TO b", {}), ("ALTER TYPE mood SET SCHEMA app", {}),
        ("ALTER SCHEMA app RENAME TO application", {}),
    ],
)  # fmt: skip
def test_a_rename_locks_what_is_renamed_and_what_inherits_the_name(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, found.unknown, locks(found)) == (None, (), expected)
    assert all((effect.rewrite, effect.scan) == (False, False) for effect in found.effects)


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("ALTER TABLE t RENAME TO other", "42P07"), ("ALTER TABLE t RENAME TO t_name", "42P07"),
        ("ALTER INDEX t_name RENAME TO other", "42P07"), ("ALTER SEQUENCE free RENAME TO t", "42P07"),
        ("ALTER TABLE t RENAME name TO size", "42701"), ("ALTER TABLE t RENAME nothing TO x", "42703"),
        ("ALTER TABLE below RENAME v TO u", "42P16"), ("ALTER TABLE ONLY above RENAME v TO u", "42P16"),
        ("ALTER TABLE t RENAME CONSTRAINT nothing TO x", "42704"),
        ("ALTER TABLE t RENAME CONSTRAINT named TO t_size_key", "42710"),
        ("ALTER TABLE t RENAME CONSTRAINT t_size_key TO other", "42P07"),
        ("ALTER TABLE below RENAME CONSTRAINT filled TO x", "42P16"),
        ("ALTER TABLE ONLY above RENAME CONSTRAINT filled TO x", "42P16"),
        ("ALTER TRIGGER nothing ON t RENAME TO x", "42704"), ("ALTER POLICY nothing ON t RENAME TO x", "42704"),
        ("DROP TRIGGER nothing ON t", "42704"), ("DROP POLICY nothing ON t", "42704"),
        ("ALTER TABLE taken SET SCHEMA app", "42P07"), ("ALTER TABLE t SET SCHEMA nowhere", "3F000"),
        ("ALTER SEQUENCE t_id_seq SET SCHEMA app", "0A000"), ("ALTER TYPE mood ADD VALUE 'ok'", "42710"),
        ("ALTER TABLE nothing RENAME TO x", "42P01"), ("CREATE SEQUENCE free", "42P07"), ("CREATE SEQUENCE t", "42P07"),
        ("CREATE TRIGGER fires AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()", "42710"),
        ("CREATE POLICY mine ON t USING (false)", "42710"),
    ],
)  # fmt: skip
def test_what_postgresql_refuses_is_said_with_its_sqlstate(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


@pytest.mark.parametrize(
    "sql",
    ["ALTER TABLE t RENAME TO other", "ALTER TABLE t RENAME name TO size", "ALTER TRIGGER a ON t RENAME TO b",
     "ALTER TABLE t SET SCHEMA nowhere", "DROP TRIGGER IF EXISTS nothing ON t"],
)  # fmt: skip
def test_over_a_schema_that_is_not_known_nothing_is_refused(sql: str) -> None:
    found = predicted(sql)
    assert (found.error, locks(found)) == (None, {"t": "AX"})


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE SEQUENCE IF NOT EXISTS free", {}),
        ("CREATE OR REPLACE TRIGGER fires AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()", {"t": "SRX"}),
        ("CREATE TEMP SEQUENCE free", {}),
    ],
)
def test_what_is_there_already_may_be_left_replaced_or_hidden(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, found.unknown, locks(found)) == (None, (), expected)


def test_before_18_a_not_null_has_no_name_to_change() -> None:
    sql = "ALTER TABLE above RENAME CONSTRAINT above_w_not_null TO w_set"
    assert errors(predicted(sql, SHOP, postgres=17)) == ("42704", [])


def test_the_index_behind_a_constraint_of_an_unknown_table_is_said_to_be_unknown() -> None:
    assert predicted("ALTER TABLE t RENAME CONSTRAINT a TO b").unknown == (
        "which index the constraint a of t has, if any, is not known",
    )


def test_an_index_that_is_not_known_is_taken_for_one_when_it_is_renamed_as_one() -> None:
    found = predicted("ALTER INDEX t_name RENAME TO n", Catalog.unknown())
    assert (locks(found), [each.kind for each in found.effects]) == ({"t_name": "SUX"}, ["index"])
    assert locks(predicted("ALTER INDEX t RENAME TO n", SHOP)) == {"t": "AX"}
