"""set-not-null-without-proof: SET NOT NULL that reads the whole table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text);"
SET_NOT_NULL = "ALTER TABLE orders ALTER COLUMN status SET NOT NULL;"


def test_set_not_null_reads_the_whole_table(lint: Lint) -> None:
    (finding,) = lint(SET_NOT_NULL, ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "SET NOT NULL takes AccessExclusiveLock on orders: reads and writes wait while every row is read to find a NULL"
        " in status."
    )
    assert finding.help == (
        "Let a CHECK constraint prove it first:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_status_present CHECK (status IS NOT NULL) NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_status_present;\n"
        "    ALTER TABLE orders ALTER COLUMN status SET NOT NULL;\n"
        "    ALTER TABLE orders DROP CONSTRAINT orders_status_present;"
    )


def test_in_alembic_the_help_is_two_revisions(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.alter_column("orders", "status", existing_type=sa.Text(), nullable=False, schema="shop")
        """,
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, status text);",
    )
    assert finding.help == (
        "Let a CHECK constraint prove it first:\n\n"
        "    op.create_check_constraint(\n"
        '        "orders_status_present",\n'
        '        "orders",\n'
        '        "status IS NOT NULL",\n'
        '        schema="shop",\n'
        "        postgresql_not_valid=True,\n"
        "    )\n\n"
        "Then, in the next revision (its own transaction: transaction_per_migration=True in env.py):\n\n"
        '    op.execute("ALTER TABLE shop.orders VALIDATE CONSTRAINT orders_status_present")\n'
        '    op.alter_column("orders", "status", nullable=False, schema="shop")\n'
        '    op.drop_constraint("orders_status_present", "orders", schema="shop")'
    )


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE orders (id bigint PRIMARY KEY, status text CHECK (status IS NOT NULL));",
        "CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL);",
        f"""{ORDERS} ALTER TABLE orders ADD CONSTRAINT c CHECK (status IS NOT NULL) NOT VALID;
        ALTER TABLE orders VALIDATE CONSTRAINT c;""",
    ],
)
def test_a_proven_column_is_quiet(lint: Lint, schema: str) -> None:
    assert lint(SET_NOT_NULL, schema) == ()


def test_a_proof_within_the_same_migration_counts(lint: Lint) -> None:
    assert lint(
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (status IS NOT NULL) NOT VALID;"
        f"ALTER TABLE orders VALIDATE CONSTRAINT c; {SET_NOT_NULL}",
        ORDERS,
    ) == ()  # fmt: skip


ADD = "ALTER TABLE orders ADD CONSTRAINT c CHECK (status IS NOT NULL) NOT VALID;"
VALIDATE = "ALTER TABLE orders VALIDATE CONSTRAINT c;"


def test_a_proof_validated_in_the_transaction_that_adds_it_reads_the_table_under_its_lock(lint: Lint) -> None:
    (finding,) = lint(f"BEGIN;\n{ADD}\n{VALIDATE}\n{SET_NOT_NULL}\nCOMMIT;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert (finding.span.line, [each.line for each in finding.related]) == (3, [2])
    assert finding.message == (
        "VALIDATE CONSTRAINT c reads every row of orders under the AccessExclusiveLock of line 2 on orders, which is"
        " held until the transaction ends: reads and writes wait meanwhile, as if there were no NOT VALID."
    )
    assert finding.help == (
        "Add it, and commit:\n\n"
        f"    {ADD}\n\n"
        "Then, in a transaction of its own:\n\n"
        f"    {VALIDATE}\n"
        f"    {SET_NOT_NULL}\n"
        "    ALTER TABLE orders DROP CONSTRAINT c;"
    )


def test_a_not_null_constraint_of_version_18_is_such_a_proof_too(lint: Lint) -> None:
    text = f"ALTER TABLE orders ADD CONSTRAINT c NOT NULL status NOT VALID; {VALIDATE}"
    assert len(lint(f"BEGIN; {text} COMMIT;", ORDERS)) == 1
    assert lint(text, ORDERS) == ()


def test_such_a_constraint_that_is_added_at_once_reads_the_table_too(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD CONSTRAINT c NOT NULL status;", ORDERS)
    assert finding.message == (
        "ADD NOT NULL takes AccessExclusiveLock on orders: reads and writes wait while every row is read to find a NULL"
        " in status."
    )
    assert lint("ALTER TABLE orders ADD CHECK (status <> '');", ORDERS) == ()


def test_another_check_validated_there_is_no_proof_of_not_null(lint: Lint) -> None:
    text = f"BEGIN; {ADD.replace('IS NOT NULL', '<> 1::text')} {VALIDATE} COMMIT;"
    assert lint(text, ORDERS) == ()


def test_the_second_of_two_proofs_in_one_transaction_is_validated_under_the_lock_of_the_first(lint: Lint) -> None:
    schema = f"{ORDERS} ALTER TABLE orders ADD note text; {ADD} {ADD.replace(' c ', ' d ').replace('status', 'note')}"
    prove = f"{VALIDATE} {SET_NOT_NULL}"
    again = prove.replace(" c;", " d;").replace("status", "note")
    (finding,) = lint(f"BEGIN;\n{prove}\n{again}\nCOMMIT;", schema)
    assert (finding.span.line, [each.line for each in finding.related]) == (3, [2])
    assert lint(f"BEGIN; {prove} COMMIT; BEGIN; {again} COMMIT;", schema) == ()


def test_what_another_subcommand_reads_is_not_read_for_set_not_null(lint: Lint) -> None:
    schema = "CREATE TABLE orders (id int, status text CHECK (status IS NOT NULL));"
    assert lint("ALTER TABLE orders ALTER id TYPE bigint, ALTER status SET NOT NULL;", schema) == ()


def test_the_names_of_the_help_leave_postgresql_its_own(lint: Lint, database: Database) -> None:
    (finding,) = lint(SET_NOT_NULL, ORDERS)
    database.execute(ORDERS, *(line.strip() for line in finding.help.splitlines() if line.startswith("    ")))
    with driver.connect(database.owner) as connection:
        found = driver.rows(connection, "SELECT conname FROM pg_constraint WHERE conrelid = 'orders'::regclass")
        assert {name for (name,) in found} >= (
            {"orders_pkey", "orders_status_not_null"} if database.postgres >= 18 else {"orders_pkey"}
        )


def test_a_check_that_is_not_validated_proves_nothing(lint: Lint) -> None:
    schema = f"{ORDERS} ALTER TABLE orders ADD CONSTRAINT c CHECK (status IS NOT NULL) NOT VALID;"
    assert len(lint(SET_NOT_NULL, schema)) == 1


def test_a_table_created_here_is_quiet(lint: Lint) -> None:
    assert lint(f"{ORDERS} {SET_NOT_NULL}") == ()


def test_a_column_of_which_nothing_is_known_may_be_proven_already(lint: Lint) -> None:
    (finding,) = lint(SET_NOT_NULL)
    assert (finding.severity, finding.certainty) == ("warning", "unknown")
    assert finding.message.endswith(
        " This is not certain: whether a validated constraint of orders proves status to be NOT NULL is not known."
    )


def test_the_rows_of_a_partitioned_table_are_in_its_partitions(lint: Lint) -> None:
    schema = """
        CREATE TABLE orders (id bigint, status text) PARTITION BY RANGE (id);
        CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (1) TO (1000);
    """
    (finding,) = lint(SET_NOT_NULL, schema)
    assert finding.message.startswith("SET NOT NULL takes AccessExclusiveLock on orders and its partitions: reads and")
