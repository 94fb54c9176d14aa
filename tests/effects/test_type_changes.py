"""ALTER COLUMN TYPE: what depends on the column is rebuilt, checked again, or keeps it from changing."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

from database_patterns.lab import driver
from database_patterns.lab.server import Database

SHOP = schema(
    """
    CREATE TYPE mood AS ENUM ('ok');
    CREATE TABLE customer (id int PRIMARY KEY, code varchar(10) UNIQUE, name varchar(50) COLLATE "C",
                           short varchar(5) CONSTRAINT filled CHECK (short <> ''), mood mood DEFAULT 'ok',
                           n bigint GENERATED ALWAYS AS IDENTITY, total numeric(8,2),
                           gross numeric GENERATED ALWAYS AS (total * 2) STORED,
                           seen timestamp, secret text, watched int);
    CREATE INDEX customer_name ON customer (name);
    CREATE INDEX customer_lower ON customer (lower(name));
    CREATE INDEX customer_some ON customer (id) WHERE name <> '';
    CREATE INDEX customer_pattern ON customer (code varchar_pattern_ops);
    CREATE TABLE orders (id int PRIMARY KEY, customer int CONSTRAINT buyer REFERENCES customer, code varchar(10)
                         CONSTRAINT by_code REFERENCES customer (code));
    CREATE VIEW seen AS SELECT seen FROM customer;
    CREATE POLICY own ON customer USING (secret = current_user);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER w BEFORE UPDATE OF watched ON customer FOR EACH ROW EXECUTE FUNCTION f();
    CREATE TABLE part (id int, at date, label varchar(10)) PARTITION BY RANGE (at);
    CREATE TABLE part_1 PARTITION OF part DEFAULT;
    CREATE INDEX part_label ON part (label); CREATE INDEX part_1_own ON part_1 (label, id);
    CREATE TABLE animal (id int, name text); CREATE TABLE bird () INHERITS (animal);
    """
)


def change(column: str, table: str = "customer") -> str:
    return f"ALTER TABLE {table} ALTER COLUMN {column}"


def test_a_wider_length_keeps_rows_and_plain_indexes_but_makes_others_anew() -> None:
    found = predicted(change('name TYPE varchar(90) COLLATE "C"'), SHOP)
    assert locks(found) == dict.fromkeys(["customer", "customer_name", "customer_lower", "customer_some"], "AX")
    assert effect_on(found, "customer").rebuilds == ("customer_lower", "customer_some")
    assert work_on(found, "customer") == "scan"


@pytest.mark.parametrize("changes", [("a TYPE bigint", "b TYPE geometry"), ("b TYPE geometry", "a TYPE bigint")])
def test_one_rewrite_that_is_certain_is_enough(changes: tuple[str, str]) -> None:
    known = schema("CREATE TABLE t (a int, b text)", complete=False)
    effect = effect_on(predicted(f"ALTER TABLE t ALTER {changes[0]}, ALTER {changes[1]}", known), "t")
    assert (effect.rewrite, effect.scan) == (True, True)


def test_a_type_without_its_collation_falls_back_to_the_default_and_rebuilds_the_index() -> None:
    found = predicted(change("name TYPE varchar(90)"), SHOP)
    assert set(effect_on(found, "customer").rebuilds) == {"customer_name", "customer_lower", "customer_some"}


def test_a_check_on_the_column_is_evaluated_again() -> None:
    found = predicted(change("short TYPE varchar(9)"), SHOP)
    assert (work_on(found, "customer"), effect_on(found, "customer").reason) == (
        "scan", "The CHECK filled is evaluated again.",
    )  # fmt: skip


def test_a_foreign_key_of_the_column_locks_the_other_table_and_is_validated_after_a_rewrite() -> None:
    widened = predicted(change("code TYPE varchar(20)", "orders"), SHOP)
    assert (locks(widened)["customer"], work_on(widened, "orders")) == ("AX", "nothing")
    found = predicted(change("customer TYPE bigint", "orders"), SHOP)
    assert (work_on(found, "orders"), work_on(found, "customer")) == ("rewrite", "scan")
    assert errors(found) == (None, [])
    doubled = predicted(change("customer TYPE bigint USING customer * 2", "orders"), SHOP)
    assert errors(doubled) == (None, ["23503"])


def test_foreign_keys_that_refer_to_the_column_lock_their_tables() -> None:
    found = predicted(change("id TYPE bigint"), SHOP)
    assert (work_on(found, "customer"), locks(found)["orders"], work_on(found, "orders")) == ("rewrite", "AX", "scan")


def test_an_identity_takes_its_sequence_along() -> None:
    found = predicted(change("n TYPE int"), SHOP)
    assert (locks(found)["customer_n_seq"], effect_on(found, "customer_n_seq").rewrite) == ("SRX", True)


def test_a_partitioned_index_on_the_column_is_built_anew_even_when_the_rows_stay() -> None:
    found = predicted(change("label TYPE varchar(20)", "part"), SHOP)
    assert locks(found) == dict.fromkeys(["part", "part_label", "part_1", "part_1_label_idx", "part_1_own"], "AX")
    assert (work_on(found, "part_1"), effect_on(found, "part_1").rebuilds) == ("scan", ("part_1_label_idx",))


def test_a_table_that_inherits_changes_along() -> None:
    found = predicted(change("id TYPE bigint", "animal"), SHOP)
    assert (work_on(found, "animal"), work_on(found, "bird")) == ("rewrite", "rewrite")


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        (change("seen TYPE timestamp(3)"), "0A000"), (change("secret TYPE varchar"), "0A000"),
        (change("watched TYPE bigint"), "0A000"), (change("total TYPE numeric(9,2)"), "0A000"),
        (change("gross TYPE int USING 1"), "42611"), (change("n TYPE text"), "22023"),
        (change("nothing TYPE int"), "42703"),
        (change("name TYPE int"), "42804"), (change("name TYPE unheard"), "42704"),
        (change("total TYPE date USING total::date"), "42846"), (change('total TYPE int COLLATE "C"'), "42804"),
        (change("mood TYPE int USING 1"), "42804"), (change("id TYPE text"), "42804"),
        (change("customer TYPE text", "orders"), "42804"), (change("code TYPE json USING code::json"), "42704"),
        (change("at TYPE timestamp", "part"), "42P16"), (change("label TYPE text", "part_1"), "42P16"),
        (change("id TYPE bigint", "bird"), "42P16"), (change("id TYPE bigint", "ONLY animal"), "42P16"),
        (change("short TYPE text, ALTER COLUMN short TYPE varchar"), "0A000"),
    ],
)  # fmt: skip
def test_a_type_that_cannot_change_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(sql, SHOP)) == (sqlstate, [])


def test_before_15_a_generated_column_in_the_way_was_a_syntax_error() -> None:
    sql = change("total TYPE numeric(9,2)")
    assert [errors(predicted(sql, SHOP, postgres=postgres))[0] for postgres in (14, 15)] == ["42601", "0A000"]


def test_prepared_statements_that_return_the_column_break_once() -> None:
    found = effect_on(predicted(change("short TYPE text"), SHOP), "customer")
    assert found.breaks_running_code == "prepared statements that return short fail once (0A000, cached plan)"


@pytest.mark.parametrize(
    ("sql", "possible"),
    [
        (change("short TYPE varchar(2)"), ["22001", "23514"]),
        (change("id TYPE smallint", "orders"), ["22003"]),
        (change("id TYPE numeric", "orders"), []),
        (change("id TYPE real", "orders"), ["23505"]),
        (change("id TYPE bigint USING id / 2", "orders"), ["23502", "23505"]),
        (change("id TYPE bigint USING NULL", "orders"), ["23502", "23505"]),
    ],
)
def test_what_may_fail_on_rows_is_said(sql: str, possible: list[str]) -> None:
    assert errors(predicted(sql, SHOP)) == (None, possible)


DEFAULTS = {
    "ALTER n DROP DEFAULT, ALTER n TYPE int USING n::int, ALTER n SET DEFAULT 1": None,
    "ALTER n TYPE int USING n::int, ALTER n DROP DEFAULT": None,
    "ALTER n SET DEFAULT 1, ALTER n TYPE int USING n::int, ALTER n DROP DEFAULT": None,
    "ALTER n TYPE int USING n::int, ALTER n SET DEFAULT 1": "42804",
    "ALTER n SET DEFAULT 1, ALTER n TYPE int USING n::int": "42804",
    "ADD added int DEFAULT 4, ALTER added DROP DEFAULT": "42703",
}


@pytest.mark.parametrize("subcommands", DEFAULTS)
def test_a_default_is_dropped_before_types_change_wherever_it_is_written(subcommands: str, database: Database) -> None:
    table, statement = "CREATE TABLE t (n text DEFAULT 'x')", f"ALTER TABLE t {subcommands}"
    assert errors(predicted(statement, schema(table)))[0] == DEFAULTS[subcommands]
    database.execute(table)
    with driver.connect(database.owner) as connection:
        error = driver.execute(connection, statement)
    assert (error.sqlstate if error else None) == DEFAULTS[subcommands]


def test_a_foreign_table_is_neither_rewritten_nor_read() -> None:
    catalog = schema("CREATE FOREIGN TABLE f (a int, b varchar(9)) SERVER s")
    for change in ("ALTER COLUMN a TYPE bigint", "ALTER COLUMN a SET NOT NULL", "ADD COLUMN c int DEFAULT random()"):
        found = predicted(f"ALTER FOREIGN TABLE f {change}", catalog)
        assert (locks(found), work_on(found, "f")) == ({"f": "AX"}, "nothing"), change


def test_a_type_is_the_same_however_it_is_written() -> None:
    catalog = schema("CREATE DOMAIN posint AS int CHECK (VALUE > 0); CREATE TABLE t (d public.posint, n numeric(8))")
    for change in ("d TYPE posint", "n TYPE numeric(8, 0)"):
        found = predicted(f"ALTER TABLE t ALTER COLUMN {change}", catalog)
        assert (work_on(found, "t"), effect_on(found, "t").breaks_running_code) == ("nothing", None)


def test_a_type_of_an_extension_is_the_same_with_its_schema() -> None:
    catalog = schema("CREATE EXTENSION citext; CREATE TABLE t (a public.citext UNIQUE)")
    assert errors(predicted("ALTER TABLE t ALTER COLUMN a TYPE citext", catalog)) == (None, [])
    assert work_on(predicted("ALTER TABLE t ALTER COLUMN a TYPE citext", catalog), "t") == "nothing"


@pytest.mark.parametrize(
    ("using", "expected"),
    [
        ("v::text", None),
        ("v", None),
        ("NULL", "v: all values, which USING does not read"),
        ("n::text", "v: all values, which USING does not read"),
        ("left(v, 3)", "v: what USING does not keep"),
        ("(v || 'x')::text", "v: what USING does not keep"),
    ],
)
def test_what_using_may_lose_is_said(using: str, expected: str | None) -> None:
    catalog = schema("CREATE TABLE t (v varchar(10), n int)")
    found = predicted(f"ALTER TABLE t ALTER v TYPE text USING {using}", catalog)
    assert effect_on(found, "t").data_loss == expected


def test_a_cast_in_using_loses_what_the_conversion_loses() -> None:
    catalog = schema("CREATE TABLE t (n numeric(8, 2))")
    plain, cast = (predicted(f"ALTER TABLE t ALTER n TYPE int{using}", catalog) for using in ("", " USING n::int"))
    assert effect_on(plain, "t").data_loss == effect_on(cast, "t").data_loss
    assert effect_on(cast, "t").data_loss is not None


def test_a_foreign_key_that_is_not_valid_is_made_anew_too() -> None:
    catalog = schema("CREATE TABLE k (id int PRIMARY KEY); CREATE TABLE t (k int);"
                     "ALTER TABLE t ADD FOREIGN KEY (k) REFERENCES k NOT VALID")  # fmt: skip
    assert locks(predicted("ALTER TABLE t ALTER k TYPE bigint", catalog)) == {"t": "AX", "k": "AX"}
