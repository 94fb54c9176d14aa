"""Foreign keys find the rows that refer to a changed one by an index, or read the whole table for each."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

TABLES = """
    CREATE TABLE customers (id int PRIMARY KEY, v text);
    CREATE TABLE orders (id int PRIMARY KEY, customer int, n int UNIQUE);
"""
KEY = "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers"
SCAN = "each row that customers loses, or whose key changes, takes a scan of orders"


def breaks(statement: str, setup: str = TABLES) -> str | None:
    """What running code meets on ``orders``."""
    return effect_on(predicted(statement, schema(setup)), "orders").breaks_running_code


@pytest.mark.parametrize(
    ("index", "statement", "expected"),
    [
        ("", "DELETE FROM customers", "scan"),
        ("", "DELETE FROM customers WHERE id = 1", "scan?"),
        ("", "UPDATE customers SET id = id + 1", "scan"),
        ("CREATE INDEX i ON orders (customer)", "DELETE FROM customers", "nothing"),
        ("CREATE INDEX i ON orders (customer, n)", "UPDATE customers SET id = id + 1", "nothing"),
        ("CREATE INDEX i ON orders (customer) WHERE customer IS NOT NULL", "DELETE FROM customers", "nothing"),
        ("CREATE INDEX i ON orders (n, customer)", "DELETE FROM customers", "scan?"),
        ("CREATE INDEX i ON orders (customer) WHERE n > 0", "DELETE FROM customers", "scan?"),
    ],
)
def test_rows_that_refer_to_a_changed_one_are_found_by_an_index_or_a_scan(
    index: str, statement: str, expected: str
) -> None:
    found = predicted(statement, schema(f"{TABLES}; {KEY}; {index}"))
    assert work_on(found, "orders") == expected


def test_the_reason_names_the_columns_that_no_index_begins_with() -> None:
    effect = effect_on(predicted("DELETE FROM customers", schema(f"{TABLES}; {KEY}")), "orders")
    assert effect.reason == (
        "No index of orders begins with customer: each of these rows of customers takes a scan of it."
    )
    assert effect.source == "https://www.postgresql.org/docs/18/ddl-constraints.html"


def test_a_column_that_no_key_refers_to_changes_without_a_look_at_other_tables() -> None:
    found = predicted("UPDATE customers SET v = 'x'", schema(f"{TABLES}; {KEY}"))
    assert [effect.relation for effect in found.effects] == ["customers", "customers_pkey"]


def test_of_a_table_that_is_not_known_a_scan_is_not_certain() -> None:
    catalog = schema(f"CREATE TABLE customers (id int PRIMARY KEY); {KEY}", complete=False)
    assert work_on(predicted("DELETE FROM customers", catalog), "orders") == "scan?"


def test_a_deferred_key_is_looked_at_when_the_transaction_commits() -> None:
    catalog = schema(f"{TABLES}; {KEY} DEFERRABLE INITIALLY DEFERRED")
    effect = effect_on(predicted("DELETE FROM customers", catalog), "orders")
    assert (effect.certainty, effect.scan) == ("unknown", "unknown")
    assert effect_on(predicted("INSERT INTO orders VALUES (1, 1)", catalog), "customers").certainty == "unknown"
    again = "ALTER TABLE orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE INITIALLY IMMEDIATE"
    now = schema(f"{TABLES}; {KEY} DEFERRABLE INITIALLY DEFERRED; {again}")
    assert effect_on(predicted("DELETE FROM customers", now), "orders").scan is True


@pytest.mark.parametrize("validity", ["", " NOT VALID"])
def test_a_new_key_without_an_index_says_what_changes_of_the_other_table_will_take(validity: str) -> None:
    assert breaks(f"{KEY}{validity}") == f"until an index of orders begins with customer, {SCAN}"
    assert breaks(f"{KEY}{validity}", f"{TABLES}; CREATE INDEX i ON orders (customer)") is None
    assert breaks(f"{KEY} NOT ENFORCED") is None
    by_column = "ALTER TABLE orders ADD COLUMN other int REFERENCES customers"
    assert breaks(by_column) == f"until an index of orders begins with other, {SCAN}"


@pytest.mark.parametrize(
    ("indexes", "statement", "expected"),
    [
        ("CREATE INDEX i ON orders (customer)", "DROP INDEX i", f"without i, {SCAN}"),
        ("CREATE INDEX i ON orders (customer)", "DROP INDEX CONCURRENTLY i", f"without i, {SCAN}"),
        ("CREATE INDEX i ON orders (customer); CREATE INDEX j ON orders (customer, n)", "DROP INDEX i", None),
        (
            "CREATE INDEX i ON orders (customer); CREATE INDEX j ON orders (customer, n)",
            "DROP INDEX i, j",
            f"without i, {SCAN}",
        ),
        ("CREATE INDEX i ON orders (n)", "DROP INDEX i", None),
        (
            "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (customer)",
            "ALTER TABLE orders DROP CONSTRAINT u",
            f"without u, {SCAN}",
        ),
    ],
)
def test_dropping_the_index_of_a_key_says_what_goes_on_without_it(
    indexes: str, statement: str, expected: str | None
) -> None:
    assert breaks(statement, f"{TABLES}; {KEY}; {indexes}") == expected


def test_deletes_cascade_around_a_circle_of_tables_once() -> None:
    circle = schema(
        """
        CREATE TABLE a (id int PRIMARY KEY, b int, above int REFERENCES a ON DELETE CASCADE);
        CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b ON DELETE CASCADE;
        """
    )
    found = predicted("DELETE FROM a WHERE id = 1", circle)
    assert {name: effect_on(found, name).data_loss for name in "ab"} == {
        "a": "the rows that WHERE selects; the rows that refer to deleted rows of a; "
        "the rows that refer to deleted rows of b",
        "b": "the rows that refer to deleted rows of a",
    }


def test_on_conflict_do_update_changes_keys_too() -> None:
    insert = "INSERT INTO customers VALUES (1) ON CONFLICT (id) DO UPDATE SET"
    catalog = schema(f"{TABLES}; {KEY} ON UPDATE CASCADE")
    assert work_on(predicted(f"{insert} id = 2", catalog), "orders") == "scan?"
    assert [each.relation for each in predicted(f"{insert} v = 'x'", catalog).effects] == [
        "customers",
        "customers_pkey",
    ]


def test_a_key_that_follows_another_is_followed_itself() -> None:
    catalog = schema("""
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE m (id int PRIMARY KEY REFERENCES k ON UPDATE CASCADE ON DELETE CASCADE);
        CREATE TABLE n (id int PRIMARY KEY, m int REFERENCES m);
    """)
    assert locks(predicted("UPDATE k SET id = id + 1", catalog))["n"] == "RS"
    assert locks(predicted("DELETE FROM k", catalog))["n"] == "RS"


def test_rows_that_lose_their_reference_may_violate_what_their_table_demands() -> None:
    catalog = schema("""
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE m (k int NOT NULL REFERENCES k ON DELETE SET NULL, CHECK (k > 0));
    """)
    assert errors(predicted("DELETE FROM k", catalog)) == (None, ["23514", "23502", "23503"])
    assert errors(predicted("UPDATE k SET id = 1", catalog))[1] == ["23505", "23503"]


def test_triggers_fire_for_rows_that_are_deleted_or_changed_along() -> None:
    tables = """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM g(); RETURN new; END';
        CREATE TABLE k (id int PRIMARY KEY);
        CREATE TABLE m (k int REFERENCES k ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE TRIGGER t AFTER DELETE ON m FOR EACH ROW EXECUTE FUNCTION f();
    """
    doubt = ("the function g() is not in the known schema: what it does is not known",)
    assert predicted("DELETE FROM k", schema(tables)).unknown == doubt
    assert predicted("UPDATE k SET id = 1", schema(tables)).unknown == ()


def test_tables_that_refer_to_each_other_are_followed_once() -> None:
    catalog = schema("""
        CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY REFERENCES a ON UPDATE CASCADE);
        ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES b ON UPDATE CASCADE;
    """)
    assert {"a", "b"} <= set(locks(predicted("UPDATE a SET id = id + 1", catalog)))


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("DELETE FROM orders", "all rows"),
        ("DELETE FROM orders WHERE id = 1", "the rows that WHERE selects"),
        ("DELETE FROM orders USING customers", "the rows that it finds"),
    ],
)
def test_what_a_delete_loses_is_said(statement: str, lost: str) -> None:
    assert effect_on(predicted(statement, schema(TABLES)), "orders").data_loss == lost
