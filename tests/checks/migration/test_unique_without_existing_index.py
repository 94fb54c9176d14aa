"""unique-without-existing-index: ADD UNIQUE that builds its own index."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, number text, line int);"
ADD = "ALTER TABLE orders ADD CONSTRAINT orders_line_key UNIQUE (number, line)"


def test_unique_builds_its_index_while_nobody_else_can_use_the_table(lint: Lint) -> None:
    (finding,) = lint(f"{ADD};", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD UNIQUE takes AccessExclusiveLock on orders: reads and writes wait until the whole table is read, the index"
        " orders_line_key is built and the transaction ends."
    )
    assert finding.help == (
        "Build the index while writes go on, outside a transaction:\n\n"
        "    CREATE UNIQUE INDEX CONCURRENTLY orders_line_key ON orders (number, line);\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_line_key UNIQUE USING INDEX orders_line_key;"
    )


def test_the_help_keeps_what_the_user_wrote(lint: Lint) -> None:
    text = "ALTER TABLE orders ADD UNIQUE NULLS NOT DISTINCT (number) INCLUDE (line) DEFERRABLE INITIALLY DEFERRED;"
    (finding,) = lint(text, ORDERS)
    assert finding.help.split("\n\n")[1::2] == [
        "    CREATE UNIQUE INDEX CONCURRENTLY orders_number_key ON orders (number) INCLUDE (line) NULLS NOT DISTINCT;",
        (
            "    ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE USING INDEX orders_number_key"
            " DEFERRABLE INITIALLY DEFERRED;"
        ),
    ]


def test_a_column_that_is_new_here_is_added_by_itself_first(lint: Lint) -> None:
    (finding,) = lint(
        'def upgrade():\n    op.add_column("orders", sa.Column("slug", sa.Text(), unique=True))\n', ORDERS
    )
    assert finding.help == (
        "Add the column alone:\n\n"
        '    op.add_column("orders", sa.Column("slug", sa.Text(), nullable=True))\n\n'
        "Build the index while writes go on, in a revision of its own:\n\n"
        "    with op.get_context().autocommit_block():\n"
        '        op.create_index("orders_slug_key", "orders", ["slug"], unique=True, postgresql_concurrently=True)\n\n'
        "Then, in the next revision (its own transaction: transaction_per_migration=True in env.py):\n\n"
        '    op.execute("ALTER TABLE orders ADD CONSTRAINT orders_slug_key UNIQUE USING INDEX orders_slug_key")'
    )


def test_on_a_partitioned_table_the_indexes_of_the_partitions_are_adopted_and_attached(lint: Lint) -> None:
    schema = """
        CREATE TABLE orders (number text, at date) PARTITION BY RANGE (at);
        CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    """
    (finding,) = lint("ALTER TABLE orders ADD UNIQUE (number, at);", schema)
    assert "on orders and its partitions" in finding.message
    assert [line.strip() for line in finding.help.splitlines() if line.startswith("    ")] == [
        "CREATE UNIQUE INDEX CONCURRENTLY orders_1_number_at_key ON orders_1 (number, at);",
        "ALTER TABLE orders_1 ADD CONSTRAINT orders_1_number_at_key UNIQUE USING INDEX orders_1_number_at_key;",
        "ALTER TABLE ONLY orders ADD CONSTRAINT orders_number_at_key UNIQUE (number, at);",
        "ALTER INDEX orders_number_at_key ATTACH PARTITION orders_1_number_at_key;",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (number); ALTER TABLE orders ADD UNIQUE USING INDEX i;",
        "CREATE TABLE refunds (number text); ALTER TABLE refunds ADD UNIQUE (number);",
        "CREATE TABLE refunds (number text UNIQUE);",
        "ALTER TABLE orders ADD COLUMN slug text UNIQUE;",
        "ALTER TABLE orders ADD CHECK (line > 0);",
    ],
)
def test_what_builds_no_index_or_is_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()


def test_a_table_that_is_not_known_exists(lint: Lint) -> None:
    (finding,) = lint(f"{ADD};")
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
