"""ADD, VALIDATE and DROP CONSTRAINT: locks on both tables of a foreign key, what is read, and what is refused."""

from __future__ import annotations

import pytest
from tests.effects.given import effect_on, errors, locks, predicted, schema, work_on

SHOP = schema(
    """
    CREATE TABLE customer (id bigint PRIMARY KEY, email text, age int CONSTRAINT grown CHECK (age > 17));
    CREATE UNIQUE INDEX customer_email ON customer (email);
    CREATE UNIQUE INDEX customer_adult ON customer (age) WHERE age > 17;
    CREATE UNIQUE INDEX customer_lower ON customer (lower(email));
    CREATE INDEX customer_age ON customer (age);
    CREATE TABLE orders (id int PRIMARY KEY, customer bigint, twin int, code text,
                         CONSTRAINT pair UNIQUE (customer, twin));
    CREATE INDEX orders_customer ON orders (customer);
    ALTER TABLE orders ADD CONSTRAINT waiting CHECK (id > 0) NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT buyer FOREIGN KEY (customer) REFERENCES customer NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT sure FOREIGN KEY (twin) REFERENCES orders;
    CREATE TABLE part (id int, at date, customer bigint) PARTITION BY RANGE (at);
    CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE part_2 PARTITION OF part DEFAULT;
    ALTER TABLE part ADD CONSTRAINT part_key PRIMARY KEY (id, at);
    CREATE TABLE animal (id int, legs int CONSTRAINT walks CHECK (legs > 0)); CREATE TABLE bird () INHERITS (animal);
    CREATE UNLOGGED TABLE cache (id int PRIMARY KEY);
    CREATE TABLE bare (id int);
    """
)
CUSTOMER_INDEXES = dict.fromkeys(
    ["customer_pkey", "customer_email", "customer_adult", "customer_lower", "customer_age"], "AS"
)
ORDER_INDEXES = dict.fromkeys(["orders_pkey", "pair", "orders_customer"], "AS")


@pytest.mark.parametrize(
    ("constraint", "work", "possible"),
    [
        ("CHECK (age < 200)", "scan", ["23514"]),
        ("CHECK (age < 200) NOT VALID", "nothing", []),
        ("CHECK (age < 200) NOT ENFORCED", "nothing", []),
        ("UNIQUE (age)", "scan", ["23505"]),
        ("UNIQUE (age) DEFERRABLE", "scan", ["23505"]),
        ("EXCLUDE USING btree (age WITH =)", "scan", ["23P01"]),
        ("CONSTRAINT e NOT NULL email", "scan", ["23502"]),
        ("CONSTRAINT e NOT NULL email NOT VALID", "nothing", []),
        ("UNIQUE USING INDEX customer_email", "nothing", []),
    ],
)
def test_a_constraint_on_one_table_takes_access_exclusive(constraint: str, work: str, possible: list[str]) -> None:
    found = predicted(f"ALTER TABLE customer ADD {constraint}", SHOP)
    assert (locks(found)["customer"], work_on(found, "customer"), errors(found)) == ("AX", work, (None, possible))


def test_a_primary_key_reads_the_table_and_may_meet_a_null_or_a_duplicate() -> None:
    found = predicted("ALTER TABLE bare ADD PRIMARY KEY (id)", SHOP)
    assert (work_on(found, "bare"), errors(found)) == ("scan", (None, ["23505", "23502"]))


@pytest.mark.parametrize(("not_null", "work"), [("", "scan"), ("NOT NULL", "nothing")])
def test_a_primary_key_by_an_index_reads_the_table_only_for_its_not_null(not_null: str, work: str) -> None:
    known = schema(f"CREATE TABLE t (id int {not_null}); CREATE UNIQUE INDEX i ON t (id)")
    found = predicted("ALTER TABLE t ADD CONSTRAINT i PRIMARY KEY USING INDEX i", known)
    assert (work_on(found, "t"), locks(found)) == (work, {"t": "AX", "i": "AS"})


def test_an_index_that_takes_the_constraints_name_is_locked_a_little_more() -> None:
    found = predicted("ALTER TABLE customer ADD CONSTRAINT mail UNIQUE USING INDEX customer_email", SHOP)
    assert locks(found) == {"customer": "AX", "customer_email": "SUX"}


def test_a_foreign_key_blocks_writes_on_both_tables_and_reads_both() -> None:
    found = predicted("ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customer", SHOP)
    assert locks(found) == {"orders": "SRX", "customer": "SRX", **ORDER_INDEXES, **CUSTOMER_INDEXES}
    assert (work_on(found, "orders"), work_on(found, "customer")) == ("scan", "scan")
    assert errors(found) == (None, ["23503"])


@pytest.mark.parametrize("unchecked", ["NOT VALID", "NOT ENFORCED"])
def test_a_foreign_key_that_is_not_validated_takes_the_same_locks_and_reads_nothing(unchecked: str) -> None:
    found = predicted(f"ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customer {unchecked}", SHOP)
    assert locks(found) == {"orders": "SRX", "customer": "SRX"}
    assert (work_on(found, "orders"), work_on(found, "customer"), errors(found)) == ("nothing", "nothing", (None, []))


def test_a_foreign_key_to_the_table_itself_locks_it_once() -> None:
    found = predicted("ALTER TABLE orders ADD FOREIGN KEY (twin) REFERENCES orders", SHOP)
    assert locks(found) == {"orders": "SRX", **ORDER_INDEXES}


def test_a_foreign_key_of_a_partitioned_table_reads_every_partition() -> None:
    found = predicted("ALTER TABLE part ADD FOREIGN KEY (customer) REFERENCES customer", SHOP)
    assert {name: locks(found)[name] for name in ("part", "part_1", "part_2", "customer")} == dict.fromkeys(
        ("part", "part_1", "part_2", "customer"), "SRX"
    )
    assert [work_on(found, name) for name in ("part", "part_1", "part_2")] == ["nothing", "scan", "scan"]


def test_a_foreign_key_to_a_partitioned_table_locks_every_partition() -> None:
    known = schema(
        """
        CREATE TABLE p (id int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10); CREATE TABLE t (p int);
        """
    )
    found = predicted("ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p NOT VALID", known)
    assert locks(found) == {"t": "SRX", "p": "SRX", "p1": "SRX"}


def test_not_valid_on_a_partitioned_table_works_since_18() -> None:
    add = "ALTER TABLE part ADD FOREIGN KEY (customer) REFERENCES customer NOT VALID"
    assert errors(predicted(add, SHOP, postgres=17)) == ("42809", [])
    assert errors(predicted(add, SHOP, postgres=18)) == (None, [])


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("orders ADD FOREIGN KEY (customer) REFERENCES nothing", "42P01"),
        ("orders ADD FOREIGN KEY (nothing) REFERENCES customer", "42703"),
        ("orders ADD FOREIGN KEY (customer) REFERENCES customer (nothing)", "42703"),
        ("orders ADD FOREIGN KEY (customer) REFERENCES customer (age)", "42830"),
        ("orders ADD FOREIGN KEY (customer) REFERENCES bare", "42704"),
        ("orders ADD FOREIGN KEY (customer, twin) REFERENCES customer", "42830"),
        ("orders ADD FOREIGN KEY (code) REFERENCES customer", "42804"),
        ("orders ADD FOREIGN KEY (id) REFERENCES cache", "42P16"),
        ("ONLY part ADD FOREIGN KEY (customer) REFERENCES customer", "42809"),
        ("customer ADD CONSTRAINT grown CHECK (age > 0)", "42710"),
        ("customer ADD CHECK (nothing > 0)", "42703"),
        ("customer ADD PRIMARY KEY (age)", "42P16"),
        ("customer ADD CONSTRAINT orders_pkey UNIQUE (age)", "42P07"),
        ("customer ADD UNIQUE USING INDEX customer_age", "42809"),
        ("customer ADD UNIQUE USING INDEX customer_adult", "42809"),
        ("customer ADD UNIQUE USING INDEX customer_lower", "42809"),
        ("customer ADD UNIQUE USING INDEX customer_pkey", "55000"),
        ("customer ADD UNIQUE USING INDEX orders_customer", "55000"),
        ("customer ADD UNIQUE USING INDEX nothing", "42704"),
        ("part ADD UNIQUE (customer)", "0A000"),
        ("part ADD CHECK (id > 0) NO INHERIT", "42P16"),
        ("ONLY animal ADD CHECK (id > 0)", "42P16"),
    ],
)
def test_a_constraint_that_cannot_be_added_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(f"ALTER TABLE {sql}", SHOP)) == (sqlstate, [])


@pytest.mark.parametrize(
    ("ours", "theirs", "comparable"),
    [
        ("int", "bigint", True), ("bigint", "int", True), ("int", "numeric", True), ("numeric", "int", False),
        ("varchar(5)", "text", True), ("text", "varchar(9)", True), ("char(3)", "text", True),
        ("date", "timestamp", True),
        ("int", "text", False), ("uuid", "text", False), ("cidr", "inet", True), ("int[]", "int", False),
    ],
)  # fmt: skip
def test_a_foreign_key_needs_types_that_can_be_compared(ours: str, theirs: str, comparable: bool) -> None:  # noqa: FBT001
    known = schema(f"CREATE TABLE p (id {theirs} PRIMARY KEY); CREATE TABLE c (p {ours})")
    found = predicted("ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p NOT VALID", known)
    assert errors(found) == ((None if comparable else "42804"), [])


def test_validating_a_check_lets_reads_and_writes_go_on() -> None:
    found = predicted("ALTER TABLE orders VALIDATE CONSTRAINT waiting", SHOP)
    assert (locks(found), work_on(found, "orders"), errors(found)) == ({"orders": "SUX"}, "scan", (None, ["23514"]))


def test_validating_a_foreign_key_lets_both_tables_be_written() -> None:
    found = predicted("ALTER TABLE orders VALIDATE CONSTRAINT buyer", SHOP)
    assert locks(found) == {"orders": "SUX", "customer": "RS", **ORDER_INDEXES, **CUSTOMER_INDEXES}


def test_validating_what_is_valid_reads_nothing() -> None:
    found = predicted("ALTER TABLE orders VALIDATE CONSTRAINT sure", SHOP)
    assert (locks(found), work_on(found, "orders")) == ({"orders": "SUX"}, "nothing")


@pytest.mark.parametrize(("name", "sqlstate"), [("nothing", "42704"), ("orders_pkey", "42809"), ("pair", "42809")])
def test_what_cannot_be_validated_is_an_error(name: str, sqlstate: str) -> None:
    assert errors(predicted(f"ALTER TABLE orders VALIDATE CONSTRAINT {name}", SHOP)) == (sqlstate, [])


def test_validating_an_unknown_constraint_may_read_the_table() -> None:
    found = predicted("ALTER TABLE t VALIDATE CONSTRAINT k")
    assert (locks(found), work_on(found, "t")) == ({"t": "SUX"}, "scan?")
    assert found.unknown == ("what the constraint k of t demands is not known",)


def test_dropping_a_foreign_key_locks_out_everybody_from_both_tables() -> None:
    assert locks(predicted("ALTER TABLE orders DROP CONSTRAINT buyer", SHOP)) == {"orders": "AX", "customer": "AX"}


def test_dropping_a_unique_constraint_takes_its_index() -> None:
    assert locks(predicted("ALTER TABLE orders DROP CONSTRAINT pair", SHOP)) == {"orders": "AX", "pair": "AX"}


def test_dropping_a_key_that_is_referred_to_needs_cascade() -> None:
    assert errors(predicted("ALTER TABLE customer DROP CONSTRAINT customer_pkey", SHOP)) == ("2BP01", [])
    assert locks(predicted("ALTER TABLE customer DROP CONSTRAINT customer_pkey CASCADE", SHOP)) == {
        "customer": "AX", "customer_pkey": "AX", "orders": "AX",
    }  # fmt: skip


def test_dropping_the_key_of_a_partitioned_table_takes_every_part_of_its_index() -> None:
    found = predicted("ALTER TABLE part DROP CONSTRAINT part_key", SHOP)
    assert locks(found) == dict.fromkeys(["part", "part_1", "part_2", "part_key", "part_1_pkey", "part_2_pkey"], "AX")


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("customer DROP CONSTRAINT nothing", "42704"),
        ("bird DROP CONSTRAINT walks", "42P16"),
        ("part_1 DROP CONSTRAINT part_1_pkey", "42P16"),
    ],
)
def test_a_constraint_that_cannot_be_dropped_is_an_error(sql: str, sqlstate: str) -> None:
    assert errors(predicted(f"ALTER TABLE {sql}", SHOP)) == (sqlstate, [])


def test_the_constraint_behind_not_null_has_a_name_since_18() -> None:
    drop = "ALTER TABLE orders DROP CONSTRAINT orders_id_not_null"
    assert errors(predicted(drop, SHOP, postgres=17)) == ("42704", [])
    assert errors(predicted("ALTER TABLE part DROP CONSTRAINT part_at_not_null", SHOP)) == ("42P16", [])  # in a key


def test_dropping_an_unknown_constraint_says_that_another_table_may_be_locked() -> None:
    found = predicted("ALTER TABLE t DROP CONSTRAINT k")
    assert locks(found) == {"t": "AX"}
    assert found.unknown == ("which other table the constraint k of t locks, if any, is not known",)


def test_replacing_a_foreign_key_in_one_statement_takes_the_stronger_locks_and_validates() -> None:
    swap = "ALTER TABLE orders DROP CONSTRAINT buyer, ADD CONSTRAINT buyer FOREIGN KEY (customer) REFERENCES customer"
    found = predicted(swap, SHOP)
    assert (locks(found)["orders"], locks(found)["customer"]) == ("AX", "AX")
    assert effect_on(found, "orders").scan is True


@pytest.mark.parametrize(("postgres", "children"), [(17, "S"), (18, "AX")])
def test_a_key_of_a_partitioned_table_locks_the_partitions_as_an_index_does_before_18(
    postgres: int, children: str
) -> None:
    found = predicted("ALTER TABLE part ADD UNIQUE (at, customer)", SHOP, postgres=postgres)
    assert locks(found) == {"part": "AX", "part_1": children, "part_2": children}
