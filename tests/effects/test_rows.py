"""SELECT, INSERT, UPDATE, DELETE, TRUNCATE: locks on tables and indexes, and on what foreign keys look up."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

SHOP = schema(
    """
    CREATE SEQUENCE tickets;
    CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text UNIQUE, name text);
    CREATE TABLE orders (id int PRIMARY KEY, customer bigint REFERENCES customer, state text);
    CREATE INDEX orders_state ON orders (state);
    CREATE TABLE line (orders int REFERENCES orders ON DELETE CASCADE ON UPDATE CASCADE, number int);
    CREATE TABLE note (line int, customer bigint REFERENCES customer ON DELETE SET NULL);
    CREATE TABLE part (id int, at date) PARTITION BY RANGE (at);
    CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE INDEX part_id ON part (id);
    CREATE TABLE animal (id int PRIMARY KEY); CREATE TABLE bird (wings int) INHERITS (animal);
    CREATE VIEW names AS SELECT name FROM customer;
    CREATE TABLE plain (a int, b int);
    CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.a := 1; RETURN new; END';
    CREATE FUNCTION idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TABLE calm (a int); CREATE TRIGGER c BEFORE UPDATE ON calm FOR EACH ROW EXECUTE FUNCTION idle();
    CREATE TABLE watched (a int); CREATE TRIGGER w BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION watch();
    """
)
CUSTOMER = {"customer": "AS", "customer_pkey": "AS", "customer_mail_key": "AS"}


def test_a_query_locks_what_it_reads_with_all_its_indexes() -> None:
    assert locks(predicted("SELECT * FROM customer WHERE id = 1", SHOP)) == CUSTOMER


def test_a_query_on_a_view_locks_the_view_and_what_it_reads() -> None:
    assert locks(predicted("SELECT * FROM names", SHOP)) == {"names": "AS", **CUSTOMER}


def test_a_query_for_update_locks_a_little_more() -> None:
    assert locks(predicted("SELECT * FROM plain FOR UPDATE", SHOP)) == {"plain": "RS"}


def test_a_query_without_tables_locks_nothing_but_the_sequence_that_it_draws_from() -> None:
    assert locks(predicted("SELECT 1 + 1", SHOP)) == {}
    assert locks(predicted("SELECT nextval('tickets'), setval('public.tickets', 5)", SHOP)) == {"tickets": "RX"}


def test_a_query_on_a_parent_reads_the_tables_that_inherit() -> None:
    assert locks(predicted("SELECT * FROM animal", SHOP)) == {"animal": "AS", "animal_pkey": "AS", "bird": "AS"}


def test_an_insert_locks_the_table_and_looks_up_its_foreign_keys() -> None:
    found = predicted("INSERT INTO orders VALUES (1, 1, 'new')", SHOP)
    assert locks(found) == {"orders": "RX", "customer": "RS", "customer_pkey": "RS", "customer_mail_key": "RS"}
    assert errors(found) == (None, ["23503", "23505"])


def test_a_foreign_key_that_stays_null_is_not_looked_up() -> None:
    assert locks(predicted("INSERT INTO orders (id, state) VALUES (1, 'new')", SHOP)) == {"orders": "RX"}


def test_an_insert_draws_from_the_sequence_of_an_identity() -> None:
    assert locks(predicted("INSERT INTO customer (name) VALUES ('x')", SHOP)) == {
        "customer": "RX", "customer_id_seq": "RX",
    }  # fmt: skip


def test_on_conflict_looks_through_the_indexes() -> None:
    inferred = predicted("INSERT INTO plain VALUES (1, 2) ON CONFLICT DO NOTHING", SHOP)
    assert (locks(inferred), inferred.may_fail) == ({"plain": "RX"}, ())
    found = predicted("INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO NOTHING", SHOP)
    assert locks(found) == {"orders": "RX", "orders_pkey": "RX", "orders_state": "RX"}


def test_the_partition_that_an_insert_reaches_depends_on_the_row() -> None:
    found = predicted("INSERT INTO part VALUES (1, '2025-05-05')", SHOP)
    assert {effect.relation: effect.certainty for effect in found.effects} == {"part": "proven", "part_1": "unknown"}


def test_an_update_of_everything_reads_everything_and_locks_the_indexes() -> None:
    found = predicted("UPDATE orders SET state = 'x'", SHOP)
    assert (locks(found), work_on(found, "orders")) == (
        {"orders": "RX", "orders_pkey": "RX", "orders_state": "RX"}, "scan",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("where", "work"),
    [("", "scan"), ("WHERE id = 1", "nothing"), ("WHERE id = 1 AND state = 'x'", "nothing"),
    ("WHERE state = 'x'", "scan?"),
     ("WHERE customer = 1", "scan"), ("WHERE id > 5", "scan?"), ("WHERE id = 1 OR customer = 1", "scan?")],
)  # fmt: skip
def test_an_index_may_spare_an_update_the_table(where: str, work: str) -> None:
    assert work_on(predicted(f"UPDATE orders SET customer = NULL {where}", SHOP), "orders") == work


def test_what_is_read_as_far_as_needed_is_not_certain_and_the_relations_of_postgresql_are_there() -> None:
    read = effect_on(predicted("SELECT a FROM plain", SHOP), "plain")
    assert (read.scan, read.certainty) == ("unknown", "unknown")
    assert effect_on(predicted("SELECT * FROM orders", SHOP), "orders_state").certainty == "proven"
    for name in ("information_schema.tables", "pg_catalog.pg_class", "pg_class"):
        assert errors(predicted(f"SELECT * FROM {name}", SHOP)) == (None, [])


def test_one_read_of_all_rows_that_is_certain_is_enough() -> None:
    assert work_on(predicted("UPDATE plain SET a = 1 FROM plain AS other", SHOP), "plain") == "scan"


def test_an_update_of_a_foreign_key_looks_it_up_and_one_of_other_columns_does_not() -> None:
    assert "customer" in locks(predicted("UPDATE orders SET customer = 5", SHOP))
    assert "customer" not in locks(predicted("UPDATE orders SET state = 'x'", SHOP))


def test_an_update_of_a_key_reaches_the_rows_that_refer_to_it() -> None:
    assert locks(predicted("UPDATE orders SET id = id + 1", SHOP))["line"] == "RX"
    found = predicted("UPDATE orders SET id = id + 1 WHERE state = 'x'", SHOP)
    assert effect_on(found, "line").certainty == "unknown"


def test_an_update_of_a_partitioned_table_locks_the_partitions_and_their_indexes() -> None:
    update = "UPDATE part SET id = 1"
    assert locks(predicted(update, SHOP)) == {"part": "RX", "part_1": "RX", "part_id": "RX", "part_1_id_idx": "RX"}
    assert locks(predicted(update, SHOP, postgres=15)) == {"part": "RX", "part_1": "RX", "part_1_id_idx": "RX"}


def test_a_delete_follows_every_foreign_key_that_refers_to_the_table() -> None:
    found = predicted("DELETE FROM customer", SHOP)
    assert {name: locks(found)[name] for name in ("customer", "orders", "note")} == {
        "customer": "RX", "orders": "RS", "note": "RX",
    }  # fmt: skip
    assert effect_on(found, "customer").data_loss == "all rows"


def test_a_delete_that_cascades_is_data_loss_there_too() -> None:
    found = predicted("DELETE FROM orders WHERE id = 5", SHOP)
    assert effect_on(found, "orders").data_loss == "the rows that WHERE selects"
    assert effect_on(found, "line").data_loss == "the rows that refer to deleted rows of orders"


def test_a_delete_reads_the_tables_of_using_and_of_subqueries() -> None:
    found = predicted("DELETE FROM plain USING note WHERE a = line AND b IN (SELECT number FROM line)", SHOP)
    assert locks(found) == {"plain": "RX", "note": "AS", "line": "AS"}


def test_a_trigger_that_fires_makes_the_prediction_unknown_unless_it_leaves_all_as_it_is() -> None:
    assert predicted("UPDATE watched SET a = 1", SHOP).unknown == (
        "what the trigger w of watched does is not analysed",
    )
    assert predicted("DELETE FROM watched", SHOP).unknown == ()
    assert predicted("UPDATE calm SET a = 1", SHOP).unknown == ()


def test_a_data_modifying_with_writes_as_a_statement_of_its_own_does() -> None:
    found = predicted("WITH gone AS (DELETE FROM plain RETURNING a) SELECT * FROM gone", SHOP)
    assert (found.unknown, locks(found)["plain"]) == ((), "RX")
    assert effect_on(found, "plain").data_loss == "all rows"


def test_an_unknown_function_may_do_anything() -> None:
    assert errors(predicted("SELECT cleanup()", SHOP)) == ("42883", [])
    assert predicted("SELECT cleanup()").unknown == (
        "the function cleanup() is not in the known schema: what it does is not known",
    )


def test_truncate_replaces_table_and_indexes_without_reading_them() -> None:
    found = predicted("TRUNCATE line", SHOP)
    assert (locks(found), effect_on(found, "line").rewrite, effect_on(found, "line").scan) == (
        {"line": "AX"},
        True,
        False,
    )


def test_truncate_of_a_referenced_table_needs_cascade() -> None:
    assert errors(predicted("TRUNCATE orders", SHOP)) == ("0A000", [])
    found = predicted("TRUNCATE orders CASCADE", SHOP)
    assert locks(found) == {"orders": "AX", "orders_pkey": "AX", "orders_state": "AX", "line": "AX"}
    assert [effect.data_loss for effect in found.effects if effect.kind == "table"] == ["all rows", "all rows"]


def test_truncate_of_all_that_refer_to_each_other_needs_no_cascade() -> None:
    assert errors(predicted("TRUNCATE orders, line", SHOP)) == (None, [])


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [("UPDATE plain SET nothing = 1", "42703"), ("UPDATE nothing SET a = 1", "42P01"), ("DELETE FROM nothing", "42P01"),
     ("INSERT INTO nothing VALUES (1)", "42P01"), ("SELECT * FROM nothing", "42P01"), ("TRUNCATE nothing", "42P01")],
)  # fmt: skip
def test_what_names_something_that_does_not_exist_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])
