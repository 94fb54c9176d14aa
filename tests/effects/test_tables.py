"""CREATE and DROP of tables, views, partitions, types and schemas: what exists already and is locked all the same."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

from database_patterns.actions import Name
from database_patterns.catalog import Catalog

SHOP = schema(
    """
    CREATE TYPE mood AS ENUM ('ok'); CREATE SCHEMA app; CREATE SEQUENCE free;
    CREATE TABLE customer (id bigint PRIMARY KEY, name text, mood mood);
    CREATE TABLE orders (id serial PRIMARY KEY, customer bigint REFERENCES customer);
    CREATE VIEW names AS SELECT name FROM customer; CREATE VIEW short AS SELECT name FROM names;
    CREATE MATERIALIZED VIEW counted AS SELECT customer, count(*) AS n FROM orders GROUP BY customer;
    CREATE UNIQUE INDEX counted_customer ON counted (customer);
    CREATE TABLE animal (id int); CREATE TABLE bird () INHERITS (animal);
    CREATE TABLE log (at date, who bigint REFERENCES customer) PARTITION BY RANGE (at);
    CREATE INDEX log_at ON log (at);
    CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE log_rest PARTITION OF log DEFAULT;
    CREATE TABLE app.item (id int PRIMARY KEY); CREATE SEQUENCE app.numbers;
    CREATE TABLE fresh (at date NOT NULL, who bigint);
    CREATE TABLE fits (at date NOT NULL, who bigint, CHECK (at >= '2026-01-01' AND at < '2027-01-01'));
    CREATE TABLE vague (at date NOT NULL, who bigint, CHECK (at > '2020-01-01'));
    CREATE STATISTICS together ON id, name FROM customer;
    """
)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE n (id int PRIMARY KEY, name text UNIQUE)", {}),
        ("CREATE TABLE n (c bigint REFERENCES customer)", {"customer": "SRX"}),
        ("CREATE TABLE n (c bigint, FOREIGN KEY (c) REFERENCES customer)", {"customer": "SRX"}),
        ("CREATE TABLE n (id int PRIMARY KEY, up int REFERENCES n)", {}),
        ("CREATE TABLE n (LIKE customer INCLUDING ALL)", {"customer": "AS"}),
        ("CREATE TABLE n () INHERITS (animal)", {"animal": "SUX"}),
        ("CREATE TABLE n AS SELECT * FROM animal", {"animal": "AS", "bird": "AS"}),
        ("CREATE TABLE n PARTITION OF log FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
         {"log": "AX", "log_at": "SUX", "customer": "SRX", "log_rest": "AX"}),
        ("CREATE TABLE IF NOT EXISTS customer (id int)", {}),
        ("CREATE VIEW n AS SELECT id FROM customer", {"customer": "AS"}),
        ("CREATE OR REPLACE VIEW names AS SELECT name, id FROM customer", {"customer": "AS", "names": "AX"}),
        ("CREATE MATERIALIZED VIEW n AS SELECT id FROM animal", {"animal": "AS", "bird": "AS"}),
        ("CREATE SEQUENCE n", {}), ("CREATE TYPE n AS ENUM ('a')", {}), ("CREATE SCHEMA n", {}),
        ("CREATE DOMAIN n AS int CHECK (VALUE > 0)", {}), ("ALTER TYPE mood ADD VALUE 'great'", {}),
    ],
)  # fmt: skip
def test_creating_locks_only_what_exists_already(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, found.unknown, locks(found)) == (None, (), expected)


def test_a_replaced_view_must_keep_its_columns() -> None:
    known = schema("CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a, b FROM t")
    assert errors(predicted("CREATE OR REPLACE VIEW v AS SELECT a FROM t", known)) == ("42P16", [])
    assert errors(predicted("CREATE OR REPLACE VIEW v AS SELECT *, 1 AS c FROM t", known)) == (None, [])


def test_a_new_partition_makes_the_default_partition_be_read() -> None:
    found = predicted("CREATE TABLE n PARTITION OF log FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')", SHOP)
    assert (work_on(found, "log"), work_on(found, "log_rest")) == ("nothing", "scan")
    assert effect_on(found, "log_rest").reason == "It is read for rows that belong to the new partition."


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("CREATE TABLE customer (id int)", "42P07"), ("CREATE TABLE names (id int)", "42P07"),
        ("CREATE TABLE customer_pkey (id int)", "42P07"), ("CREATE TABLE n (c unheard)", "42704"),
        ("CREATE TABLE n (c int REFERENCES nothing)", "42P01"), ("CREATE TABLE n (c json PRIMARY KEY)", "42704"),
        ("CREATE VIEW names AS SELECT 1", "42P07"),
        ("CREATE TABLE n PARTITION OF nothing DEFAULT", "42P01"), ("CREATE TABLE n (LIKE nothing)", "42P01"),
    ],
)  # fmt: skip
def test_what_cannot_be_created_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE orders CASCADE",
         {"orders": "AX", "orders_pkey": "AX", "orders_id_seq": "AX", "customer": "AX", "counted": "AX",
          "counted_customer": "AX"}),
        ("DROP TABLE log_1", {"log_1": "AX", "log_1_at_idx": "AX", "log": "AX", "log_rest": "AX"}),
        ("DROP VIEW short", {"short": "AX"}),
        ("DROP VIEW names CASCADE", {"names": "AX", "short": "AX"}),
        ("DROP MATERIALIZED VIEW counted", {"counted": "AX", "counted_customer": "AX"}),
        ("DROP SEQUENCE free", {"free": "AX"}),
        ("DROP TABLE animal CASCADE", {"animal": "AX", "bird": "AX"}),
        ("DROP SCHEMA app CASCADE", {"app.item": "AX", "app.item_pkey": "AX", "app.numbers": "AX"}),
        ("DROP TYPE mood CASCADE", {"customer": "AX"}),
        ("DROP STATISTICS together", {"customer": "SUX"}),
        ("DROP TABLE IF EXISTS nothing", {}),
    ],
)  # fmt: skip
def test_dropping_locks_all_that_goes_along(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (found.error, locks(found)) == (None, expected)


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("DROP TABLE customer", "2BP01"), ("DROP TABLE animal", "2BP01"), ("DROP VIEW names", "2BP01"),
        ("DROP TABLE names", "42809"), ("DROP VIEW customer", "42809"), ("DROP TABLE nothing", "42P01"),
        ("DROP SEQUENCE orders_id_seq", "2BP01"), ("DROP TYPE mood", "2BP01"), ("DROP SCHEMA app", "2BP01"),
        ("DROP STATISTICS nothing", "42704"),
    ],
)  # fmt: skip
def test_what_cannot_be_dropped_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


def test_dropping_a_table_is_data_loss_and_breaks_code() -> None:
    effect = effect_on(predicted("DROP TABLE orders CASCADE", SHOP), "orders")
    assert (effect.data_loss, effect.breaks_running_code) == (
        "all rows", "statements that name orders fail (42P01)",
    )  # fmt: skip


def test_a_dropped_view_loses_rows_only_where_it_has_stored_them() -> None:
    assert effect_on(predicted("DROP MATERIALIZED VIEW counted", SHOP), "counted").data_loss == "all rows"
    assert effect_on(predicted("DROP VIEW short", SHOP), "short").data_loss is None


def test_a_dropped_type_takes_its_columns() -> None:
    assert effect_on(predicted("DROP TYPE mood CASCADE", SHOP), "customer").data_loss == "the values of mood"


def test_dropping_an_unknown_table_locks_that_one_at_least() -> None:
    assert locks(predicted("DROP TABLE app.t")) == {"app.t": "AX"}


@pytest.mark.parametrize(("table", "work"), [("fresh", "scan"), ("fits", "nothing"), ("vague", "scan?")])
def test_an_attached_table_is_read_unless_a_check_repeats_the_bound(table: str, work: str) -> None:
    known = schema(
        """
        CREATE TABLE log (at date, who bigint) PARTITION BY RANGE (at);
        CREATE TABLE fresh (at date NOT NULL, who bigint);
        CREATE TABLE fits (at date NOT NULL, who bigint, CHECK (at >= '2026-01-01' AND at < '2027-01-01'));
        CREATE TABLE vague (at date NOT NULL, who bigint, CHECK (at > '2020-01-01'));
        """
    )
    attach = f"ALTER TABLE log ATTACH PARTITION {table} FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    found = predicted(attach, known)
    assert (locks(found), work_on(found, table)) == ({"log": "SUX", table: "AX"}, work)


def test_attaching_reads_the_default_partition_and_builds_the_missing_index() -> None:
    attach = "ALTER TABLE log ATTACH PARTITION fits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    found = predicted(attach, SHOP)
    assert (work_on(found, "fits"), work_on(found, "log_rest"), locks(found)["log_at"]) == ("scan", "scan", "SUX")


def test_detaching_locks_out_everybody_and_concurrently_refuses_a_transaction() -> None:
    known = schema(
        """
        CREATE TABLE log (at date) PARTITION BY RANGE (at); CREATE INDEX log_at ON log (at);
        CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        """
    )
    assert locks(predicted("ALTER TABLE log DETACH PARTITION log_1", known)) == {
        "log": "AX", "log_1": "AX", "log_1_at_idx": "AX",
    }  # fmt: skip
    found = predicted("ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY", known)
    assert (locks(found), found.in_transaction_ok) == ({"log": "SUX", "log_1": "AX"}, False)


def test_detaching_concurrently_is_refused_beside_a_default_partition() -> None:
    assert errors(predicted("ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY", SHOP)) == ("55000", [])


@pytest.mark.parametrize(
    ("sql", "unknown"),
    [
        ("DROP TABLE t", ["which tables t refers to is not known: they get AccessExclusiveLock for a moment"]),
        (
            "DROP TABLE IF EXISTS t CASCADE",
            [
                "what depends on t, and goes with it, is not known",
                "which tables t refers to is not known: they get AccessExclusiveLock for a moment",
            ],
        ),
        ("DROP VIEW t", []),
    ],
)
def test_what_goes_with_a_table_that_is_not_known_is_not_known_either(sql: str, unknown: list[str]) -> None:
    assert list(predicted(sql, Catalog.unknown()).unknown) == unknown


def test_of_two_keys_over_the_same_columns_one_is_made_which_takes_the_name_that_is_given() -> None:
    table = schema(
        "CREATE TABLE t (a int, b int, PRIMARY KEY (a), CONSTRAINT named UNIQUE (a), UNIQUE (b), UNIQUE (b))"
    )
    found = table.table(Name("t"))
    assert found is not None
    assert sorted(found.indexes) == ["named", "t_b_key"]
    assert {name: each.kind for name, each in found.constraints.items() if each.kind != "not null"} == {
        "named": "primary key",
        "t_b_key": "unique",
    }
