"""index-without-concurrently: a plain CREATE INDEX on a table in use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding, Span

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text);"


def test_an_index_without_concurrently_blocks_writes(lint: Lint) -> None:
    (finding,) = lint("CREATE INDEX orders_customer_idx ON orders (customer_id);", ORDERS)
    assert (finding.severity, finding.certainty, finding.span) == (
        "error",
        "size-dependent",
        Span("b.sql", 1, 1, 1, 57),
    )
    assert finding.message == (
        "CREATE INDEX takes ShareLock on orders: writes wait until the whole table is read, the index"
        " orders_customer_idx is built and the transaction ends."
    )
    assert finding.help == (
        "Build it while writes go on, outside a transaction:\n\n"
        "    CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);"
    )


def test_in_alembic_the_help_is_the_revision_that_it_should_be(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.create_index("orders_customer_idx", "orders", ["customer_id"], unique=True)
        """,
        ORDERS,
    )
    assert (finding.revision, finding.direction, finding.span) == ("b", "upgrade", Span("b.py", 10, 5, 10, 83))
    assert finding.help == (
        "Build it while writes go on, in a revision of its own:\n\n"
        "    with op.get_context().autocommit_block():\n"
        "        op.create_index(\n"
        '            "orders_customer_idx",\n'
        '            "orders",\n'
        '            ["customer_id"],\n'
        "            unique=True,\n"
        "            postgresql_concurrently=True,\n"
        "        )"
    )


@pytest.mark.parametrize(
    ("statement", "corrected"),
    [
        ("CREATE INDEX i ON orders (id DESC)", "CREATE INDEX CONCURRENTLY i ON orders (id DESC);"),
        (
            "create unique index if not exists i on orders (id) with (fillfactor = 70)",
            "create unique index CONCURRENTLY i on orders (id) with (fillfactor = 70);",
        ),
        ("CREATE INDEX ON orders (lower(note))", "CREATE INDEX CONCURRENTLY ON orders (lower(note));"),
    ],
)
def test_the_help_keeps_what_the_user_wrote(lint: Lint, statement: str, corrected: str) -> None:
    (finding,) = lint(f"{statement};", ORDERS)
    assert finding.help.splitlines()[-1].strip() == corrected


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY i ON orders (customer_id);",
        "CREATE TABLE refunds (id bigint); CREATE INDEX i ON refunds (id);",
        "CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint UNIQUE);",
    ],
)
def test_an_index_that_blocks_nobody_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()


def test_only_makes_no_difference_to_a_table_without_partitions(lint: Lint) -> None:
    (finding,) = lint("CREATE INDEX i ON ONLY orders (customer_id);", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.help.splitlines()[-1].strip() == "CREATE INDEX CONCURRENTLY i ON ONLY orders (customer_id);"


def test_only_on_a_table_that_is_not_known_may_be_the_first_step_on_a_partitioned_one(lint: Lint) -> None:
    (finding,) = lint("CREATE INDEX i ON ONLY orders (customer_id);")
    assert (finding.severity, finding.certainty) == ("warning", "unknown")
    assert finding.message.endswith("whether orders is partitioned is not known: then ONLY builds nothing.")


def test_only_on_a_partitioned_table_builds_nothing(lint: Lint) -> None:
    schema = """
        CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    """
    assert lint("CREATE INDEX i ON ONLY events (id);", schema) == ()


def test_an_index_on_a_table_that_is_not_known_is_found(lint: Lint) -> None:
    (finding,) = lint("CREATE INDEX i ON shop.orders (customer_id);")
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message.startswith("CREATE INDEX takes ShareLock on shop.orders: writes wait")


def test_a_downgrade_is_linted_as_a_downgrade(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.drop_index("i", "orders")

        def downgrade():
            op.create_index("i", "orders", ["note"])
        """,
        f"{ORDERS} CREATE INDEX i ON orders (note);",
    )
    assert (finding.direction, finding.span.line) == ("downgrade", 13)


def test_a_statement_under_a_condition_is_found_with_less_certainty(lint: Lint) -> None:
    (finding,) = lint(
        """
        import os

        def upgrade():
            if os.environ.get("FAST"):
                op.create_index("i", "orders", ["note"])
        """,
        ORDERS,
    )
    assert (finding.severity, finding.certainty) == ("warning", "unknown")
    assert "Whether it runs is not known here" in finding.message


def test_an_index_that_a_new_column_brings_is_found_at_the_column(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.add_column(
                "orders",
                sa.Column("code", sa.Text(), index=True),
            )
        """,
        ORDERS,
    )
    assert (finding.span, finding.related) == (Span("b.py", 12, 9, 12, 49), ())
