"""not-null-without-default: a required column without a value for the rows that exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY); INSERT INTO orders VALUES (1);"


def test_a_required_column_without_a_default_fails_on_the_first_row(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN status varchar(20) NOT NULL;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD COLUMN status is NOT NULL and has no default: as soon as orders has a row, PostgreSQL refuses it (23502)"
        " and the migration fails."
    )
    assert finding.help == (
        "Give it a default that is right for every existing row, or add it without NOT NULL:\n\n"
        "    ALTER TABLE orders ADD COLUMN status varchar(20);\n\n"
        "Fill the existing rows in batches. Then let a CHECK constraint prove that no NULL is left:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_status_present CHECK (status IS NOT NULL) NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_status_present;\n"
        "    ALTER TABLE orders ALTER COLUMN status SET NOT NULL;\n"
        "    ALTER TABLE orders DROP CONSTRAINT orders_status_present;"
    )


def test_a_default_of_the_client_is_no_default(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.add_column("orders", sa.Column("status", sa.String(20), nullable=False, default="new"))
        """,
        ORDERS,
    )
    assert '    op.add_column("orders", sa.Column("status", sa.String(20), nullable=True))' in finding.help


@pytest.mark.parametrize(
    "definition",
    [
        "status text",
        "status text NOT NULL DEFAULT 'new'",
        "number bigint GENERATED ALWAYS AS IDENTITY",
        "number bigserial NOT NULL",
        "twice bigint GENERATED ALWAYS AS (id * 2) STORED NOT NULL",
    ],
)
def test_a_column_with_a_value_for_every_row_is_quiet(lint: Lint, definition: str) -> None:
    assert lint(f"ALTER TABLE orders ADD COLUMN {definition};", ORDERS) == ()


def test_a_primary_key_column_without_values_is_found(lint: Lint) -> None:
    assert (
        len(
            lint(
                "ALTER TABLE orders ADD COLUMN code text PRIMARY KEY;",
                "CREATE TABLE orders (a int); INSERT INTO orders VALUES (1);",
            )
        )
        == 1
    )


def test_only_the_column_that_has_no_value_is_named(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT 0, ADD COLUMN b int NOT NULL;", ORDERS)
    assert finding.message.startswith("ADD COLUMN b is NOT NULL")


@pytest.mark.parametrize("default", ["NULL", "NULL::int", "(NULL)", "(NULL::bigint)"])
def test_a_default_that_is_null_is_no_value(lint: Lint, default: str) -> None:
    (finding,) = lint(f"ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT {default};", ORDERS)
    assert finding.message.startswith("ADD COLUMN a is NOT NULL and has no default but NULL: as soon as")
    assert "    ALTER TABLE orders ADD COLUMN a integer;" in finding.help


def test_a_null_that_another_subcommand_meets_is_not_this_columns(lint: Lint) -> None:
    text = "ALTER TABLE orders ADD COLUMN a int NOT NULL DEFAULT 1, ALTER COLUMN note SET NOT NULL;"
    assert lint(text, "CREATE TABLE orders (id bigint PRIMARY KEY, note text);") == ()


def test_a_default_set_later_in_the_statement_comes_too_late(lint: Lint) -> None:
    assert len(lint("ALTER TABLE orders ADD COLUMN a int NOT NULL, ALTER COLUMN a SET DEFAULT 1;", ORDERS)) == 1


def test_a_table_created_here_is_quiet(lint: Lint) -> None:
    assert lint("CREATE TABLE refunds (id bigint); ALTER TABLE refunds ADD COLUMN a int NOT NULL;", ORDERS) == ()


def test_a_table_that_is_not_known_may_have_rows(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN a int NOT NULL;")
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
