"""foreign-key-validated-at-once: ADD FOREIGN KEY without NOT VALID."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding, Span

Lint = Callable[..., tuple[Finding, ...]]

SHOP = (
    "CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);"
)
ADD = "ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id)"


def test_a_foreign_key_validated_at_once_blocks_writes_to_both_tables(lint: Lint) -> None:
    (finding,) = lint(f"{ADD} ON DELETE CASCADE;", SHOP)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD FOREIGN KEY takes ShareRowExclusiveLock on orders and customers: writes wait until every row of orders has"
        " been looked up in customers and the transaction ends."
    )
    assert finding.help == (
        "Add it without looking at the existing rows:\n\n"
        f"    {ADD} ON DELETE CASCADE NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;"
    )
    assert [effect.relation for effect in finding.effects] == ["orders", "customers"]


def test_in_alembic_the_help_is_two_revisions(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.create_foreign_key("fk", "orders", "customers", ["customer_id"], ["id"])
        """,
        SHOP,
    )
    assert finding.help == (
        "Add it without looking at the existing rows:\n\n"
        "    op.create_foreign_key(\n"
        '        "fk",\n'
        '        "orders",\n'
        '        "customers",\n'
        '        ["customer_id"],\n'
        '        ["id"],\n'
        "        postgresql_not_valid=True,\n"
        "    )\n\n"
        "Then, in the next revision (its own transaction: transaction_per_migration=True in env.py):\n\n"
        '    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk")'
    )


def test_a_foreign_key_without_a_name_gets_the_one_that_postgresql_would_choose(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;", SHOP)
    assert "ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers NOT" in finding.help
    assert "VALIDATE CONSTRAINT orders_customer_id_fkey;" in finding.help


def test_the_help_keeps_what_the_user_wrote(lint: Lint) -> None:
    text = "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers MATCH FULL INITIALLY DEFERRED"
    (finding,) = lint(f"{text};", SHOP)
    named = text.replace("ADD", "ADD CONSTRAINT orders_customer_id_fkey")
    assert f"    {named} NOT VALID;" in finding.help


@pytest.mark.parametrize(
    "text",
    [
        f"{ADD} NOT VALID;",
        f"{ADD} NOT ENFORCED;",
        "ALTER TABLE orders ADD CONSTRAINT positive CHECK (id > 0);",
        "CREATE TABLE refunds (order_id bigint); ALTER TABLE refunds ADD FOREIGN KEY (order_id) REFERENCES orders;",
        "CREATE TABLE refunds (order_id bigint REFERENCES orders);",
        "ALTER TABLE orders ADD COLUMN agent_id bigint REFERENCES customers (id);",
        "ALTER TABLE orders ADD COLUMN agent_id bigint CHECK (agent_id > 0) REFERENCES customers (id);",
        "ALTER TABLE orders ADD COLUMN agent_id bigint REFERENCES customers (id), ADD COLUMN b int DEFAULT 1;",
        f"{ADD} NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;",
        f"BEGIN; {ADD} NOT VALID; COMMIT; BEGIN; ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk; COMMIT;",
        f"BEGIN; {ADD} NOT VALID; ROLLBACK; {ADD} NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk",
    ],
)
def test_a_foreign_key_that_looks_at_no_row_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()


def test_tables_that_are_not_known_exist(lint: Lint) -> None:
    (finding,) = lint(f"{ADD};")
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")


EVENTS = """
    CREATE TABLE customers (id bigint PRIMARY KEY);
    CREATE TABLE events (customer bigint, at date) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
"""
ADD_TO_EVENTS = "ALTER TABLE events ADD CONSTRAINT fk FOREIGN KEY (customer) REFERENCES customers (id)"


def test_a_partitioned_table_takes_not_valid_from_18_on(lint: Lint) -> None:
    (finding,) = lint(f"{ADD_TO_EVENTS};", EVENTS)
    assert "takes ShareRowExclusiveLock on events and its partitions and customers: writes wait" in finding.message
    assert f"    {ADD_TO_EVENTS} NOT VALID;" in finding.help


def test_before_18_its_partitions_get_the_constraint_one_by_one(lint: Lint) -> None:
    (finding,) = lint(f"{ADD_TO_EVENTS};", EVENTS, postgres=17)
    steps = [line.strip() for part in finding.help.split("\n\n")[1::2] for line in part.splitlines()]
    assert steps == [
        f"{ADD_TO_EVENTS} NOT VALID;".replace("events", "events_1"),
        "ALTER TABLE events_1 VALIDATE CONSTRAINT fk;",
        f"{ADD_TO_EVENTS};",
    ]


def test_a_key_that_comes_with_a_column_and_its_values_is_looked_up_at_once(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN agent int NOT NULL DEFAULT 1 REFERENCES customers (id);", SHOP)
    assert finding.message == (
        "ADD COLUMN agent … REFERENCES takes AccessExclusiveLock on orders: reads and writes wait, and takes"
        " ShareRowExclusiveLock on customers: writes wait until every row of orders has been looked up in customers and"
        " the transaction ends."
    )
    assert finding.help == (
        "Leave REFERENCES out, and add it without looking at the existing rows:\n\n"
        "    ALTER TABLE orders ADD COLUMN agent integer NOT NULL DEFAULT 1;\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_agent_fkey FOREIGN KEY (agent) REFERENCES customers (id)"
        " NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_agent_fkey;"
    )


def test_a_key_whose_column_gets_null_for_a_default_is_looked_up_all_the_same(lint: Lint) -> None:
    assert len(lint("ALTER TABLE orders ADD COLUMN agent int DEFAULT NULL REFERENCES customers;", SHOP)) == 1


@pytest.mark.parametrize("schema", [SHOP, None])
def test_a_key_validated_in_the_transaction_that_adds_it_is_looked_up_under_its_locks(
    lint: Lint, schema: str | None
) -> None:
    (finding,) = lint(
        f"BEGIN;\n{ADD} NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;\nCOMMIT;", schema
    )
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert (finding.span.line, [each.line for each in finding.related]) == (3, [2])
    assert finding.message == (
        "VALIDATE CONSTRAINT orders_customer_fk reads every row of orders under the ShareRowExclusiveLock of line 2 on"
        " orders and customers, which is held until the transaction ends: writes wait meanwhile, as if there were no"
        " NOT VALID."
    )
    assert finding.help == (
        "Add it, and commit:\n\n"
        f"    {ADD} NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;"
    )


def test_a_revision_is_one_transaction(lint: Lint) -> None:
    add = 'op.create_foreign_key("fk", "orders", "customers", ["customer_id"], ["id"], postgresql_not_valid=True)'
    validate = 'op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk")'
    (finding,) = lint(f"def upgrade():\n    {add}\n    {validate}\n", SHOP)
    assert (finding.span.line, finding.certainty) == (10, "size-dependent")
    apart = f"def upgrade():\n    {add}\n    with op.get_context().autocommit_block():\n        {validate}\n"
    assert lint(apart, SHOP) == ()


def test_in_one_statement_the_strongest_subcommand_locks_the_validation_too(lint: Lint) -> None:
    (finding,) = lint(f"{ADD} NOT VALID, VALIDATE CONSTRAINT orders_customer_fk;", SHOP)
    assert "under the ShareRowExclusiveLock of this statement on orders" in finding.message


def test_any_strong_lock_on_one_of_the_tables_is_held_through_a_validation(lint: Lint) -> None:
    schema = f"{SHOP} {ADD} NOT VALID;"
    validate = "ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;"
    (finding,) = lint(f"BEGIN; ALTER TABLE customers ADD COLUMN a int; {validate} COMMIT;", schema)
    assert "under the AccessExclusiveLock of line 1 on customers" in finding.message
    assert finding.help == (
        f"Validate it in a transaction of its own, before anything takes a stronger lock:\n\n    {validate}"
    )
    assert lint(f"BEGIN; SELECT * FROM customers; {validate} COMMIT;", schema) == ()


def test_a_lock_of_a_statement_that_may_not_run_is_less_certain(lint: Lint) -> None:
    (finding,) = lint(
        """
        import os

        def upgrade():
            if os.environ.get("FAST"):
                op.add_column("orders", sa.Column("a", sa.Integer()))
            op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk")
        """,
        f"{SHOP} {ADD} NOT VALID;",
    )
    assert (finding.severity, finding.certainty) == ("warning", "unknown")


def test_tables_found_by_the_search_path_are_the_same_tables(lint: Lint) -> None:
    schema = "CREATE SCHEMA shop; SET search_path = shop; " + SHOP
    assert len(lint(f"{ADD};", schema)) == 1
    assert len(lint("ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES shop.customers;", schema)) == 1


def test_a_foreign_key_of_a_new_column_is_found_at_the_key(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.add_column("orders", sa.Column("buyer_id", sa.BigInteger(),
                sa.ForeignKey("customers.id")))
        """,
        SHOP,
    )
    assert (finding.span, finding.related) == (Span("b.py", 11, 9, 11, 38), ())
