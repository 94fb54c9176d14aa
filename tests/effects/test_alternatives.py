"""What follows guarded statements is predicted as it may be: with what they create or drop, and without."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.effects.given import schema

from database_patterns.effects import Assumptions
from database_patterns.effects.context import StatementInContext, follow
from database_patterns.model import Effect, Migration
from database_patterns.reading import read_text

TABLES = """
    CREATE TABLE orders (id int PRIMARY KEY, code varchar(10), customer int);
    CREATE TABLE customers (id int PRIMARY KEY);
"""
NOT_RUN = "where a guarded statement before it has not run"
RUN = "where a guarded statement before it has run"


def after(guarded: str, statement: str, setup: str = TABLES, *, exact: bool = True) -> StatementInContext:
    """The last statement of a migration of which those of ``guarded`` may not run, nor it itself if not ``exact``."""
    read = read_text(f"{guarded};\n{statement}").upgrade
    *before, last = [replace(each, confidence="guarded", guard="if asked") for each in read]
    statements = (*before, read[-1] if exact else last)
    migration = Migration("m.sql", "sql", statements)
    return follow(migration, "upgrade", schema(setup), Assumptions(18, timezone="UTC")).statements[-1]


def effects(found: StatementInContext) -> dict[str, Effect]:
    return {effect.relation: effect for effect in found.prediction.effects}


def may_fail(found: StatementInContext) -> list[tuple[str, str]]:
    return [(each.sqlstate, each.when.rpartition(", ")[2]) for each in found.prediction.may_fail]


@pytest.mark.parametrize("guarded", ["CREATE INDEX i ON orders (code)", "DROP INDEX i"])
def test_an_index_that_may_be_there_may_be_locked_and_built_anew(guarded: str) -> None:
    setup = f"{TABLES}; CREATE INDEX i ON orders (code)" if guarded.startswith("DROP") else TABLES
    written = after(guarded, "UPDATE orders SET code = 'x' WHERE id = 1", setup)
    assert {
        name: (each.lock.name if each.lock else None, each.certainty) for name, each in effects(written).items()
    } == {
        "orders": ("RowExclusiveLock", "proven"),
        "orders_pkey": ("RowExclusiveLock", "proven"),
        "i": ("RowExclusiveLock", "unknown"),
    }
    assert written.prediction.assumed == ("what happens to i depends on whether guarded statements before it have run",)
    changed = effects(after(guarded, 'ALTER TABLE orders ALTER code TYPE text COLLATE "C"', setup))["orders"]
    assert (changed.rebuilds, changed.certainty) == (("i",), "unknown")


@pytest.mark.parametrize(
    ("guarded", "statement", "failure"),
    [
        ("CREATE INDEX i ON orders (code)", "CREATE INDEX i ON orders (id)", ("42P07", RUN)),
        ("CREATE INDEX i ON orders (code)", "DROP INDEX i", ("42704", NOT_RUN)),
        ("CREATE TABLE t (id int)", "CREATE TABLE t (id int)", ("42P07", RUN)),
        ("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)", ("42P01", NOT_RUN)),
        ("DROP TABLE customers", "INSERT INTO customers VALUES (1)", ("42P01", RUN)),
        ("ALTER TABLE orders RENAME TO sold", "DELETE FROM orders", ("42P01", RUN)),
        ("ALTER TABLE orders ADD COLUMN n int", "ALTER TABLE orders ADD COLUMN n int", ("42701", RUN)),
        ("ALTER TABLE orders ADD COLUMN n int", "UPDATE orders SET n = 1", ("42703", NOT_RUN)),
        ("ALTER TABLE orders DROP COLUMN code", "UPDATE orders SET code = 'x'", ("42703", RUN)),
        (
            "ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0)",
            "ALTER TABLE orders DROP CONSTRAINT c",
            ("42704", NOT_RUN),
        ),
        ("CREATE SEQUENCE s", "DROP SEQUENCE s", ("42P01", NOT_RUN)),
        ("CREATE VIEW v AS SELECT code FROM orders", "DROP TABLE orders", ("2BP01", RUN)),
        ("CREATE VIEW v AS SELECT code FROM orders", "SELECT * FROM v", ("42P01", NOT_RUN)),
        ("CREATE SCHEMA s", "CREATE SCHEMA s", ("42P06", RUN)),
        ("CREATE TYPE e AS ENUM ('a')", "DROP TYPE e", ("42704", NOT_RUN)),
        ("ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers", "DROP TABLE customers", ("2BP01", RUN)),
    ],
)
def test_what_may_be_there_already_or_not_yet_may_be_an_error(
    guarded: str, statement: str, failure: tuple[str, str]
) -> None:
    found = after(guarded, statement)
    assert found.prediction.error is None
    assert failure in may_fail(found)


@pytest.mark.parametrize(
    ("guarded", "statement", "relation"),
    [
        ("ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers", "DELETE FROM customers", "orders"),
        ("CREATE VIEW v AS SELECT code FROM orders", "DROP TABLE orders CASCADE", "v"),
        ("CREATE TABLE t () INHERITS (orders)", "DELETE FROM orders", "t"),
    ],
)
def test_another_relation_that_may_be_touched_is_uncertain(guarded: str, statement: str, relation: str) -> None:
    found = after(guarded, statement)
    assert effects(found)[relation].certainty == "unknown"
    (assumed,) = found.prediction.assumed
    assert relation in assumed


def test_work_that_a_guarded_constraint_would_save_is_not_certain() -> None:
    guarded = "ALTER TABLE orders ADD CONSTRAINT c CHECK (code IS NOT NULL)"
    found = effects(after(guarded, "ALTER TABLE orders ALTER code SET NOT NULL"))["orders"]
    assert (found.scan, found.certainty) == ("unknown", "unknown")


def test_a_guarded_trigger_leaves_it_open_what_a_write_does() -> None:
    trigger = "CREATE TRIGGER fires AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f()"
    found = after(trigger, "UPDATE orders SET code = 'x'")
    assert found.prediction.unknown == ("what the trigger fires of orders does is not analysed",)


def test_a_statement_under_a_condition_of_its_own_runs_where_those_before_it_have() -> None:
    found = after("CREATE TABLE t (id int)", "CREATE INDEX i ON t (id)", exact=False)
    assert (found.prediction.error, may_fail(found)) == (None, [])


def test_what_guarded_statements_do_not_touch_stays_as_certain_as_it_was() -> None:
    found = after("CREATE INDEX i ON orders (code)", "ALTER TABLE customers ADD COLUMN name text NOT NULL DEFAULT ''")
    assert [(name, each.certainty) for name, each in effects(found).items()] == [("customers", "proven")]
    assert (found.prediction.unknown, found.prediction.assumed, found.prediction.may_fail) == ((), (), ())


def test_a_guarded_insert_leaves_the_schema_as_known_as_it_was() -> None:
    found = after("INSERT INTO customers VALUES (1)", "DROP TABLE customers")
    assert found.before.complete
    assert found.before.alternatives == ()


def test_rolling_back_forgets_what_guarded_statements_may_have_done() -> None:
    found = after("BEGIN; CREATE INDEX i ON orders (code); ROLLBACK", "UPDATE orders SET code = 'x'")
    assert "i" not in effects(found)
