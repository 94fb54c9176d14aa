"""primary-key-without-existing-index: ADD PRIMARY KEY that builds its own index."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint NOT NULL, shop int, line int);"


def test_a_primary_key_builds_its_index_while_nobody_else_can_use_the_table(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD PRIMARY KEY (id);", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD PRIMARY KEY takes AccessExclusiveLock on orders: reads and writes wait until the whole table is read, the"
        " index orders_pkey is built and the transaction ends."
    )
    assert finding.help == (
        "Build the index while writes go on, outside a transaction:\n\n"
        "    CREATE UNIQUE INDEX CONCURRENTLY orders_pkey ON orders (id);\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey;"
    )


def test_columns_that_take_null_are_proven_first(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD CONSTRAINT k PRIMARY KEY (id, shop, line);", ORDERS)
    assert finding.help.split("\n\n")[:4] == [
        "Prove that no NULL is in shop and line:",
        (
            "    ALTER TABLE orders ADD CONSTRAINT orders_shop_present CHECK (shop IS NOT NULL) NOT VALID;\n"
            "    ALTER TABLE orders ADD CONSTRAINT orders_line_present CHECK (line IS NOT NULL) NOT VALID;"
        ),
        "Then, in a transaction of its own:",
        (
            "    ALTER TABLE orders VALIDATE CONSTRAINT orders_shop_present;\n"
            "    ALTER TABLE orders ALTER COLUMN shop SET NOT NULL;\n"
            "    ALTER TABLE orders DROP CONSTRAINT orders_shop_present;\n"
            "    ALTER TABLE orders VALIDATE CONSTRAINT orders_line_present;\n"
            "    ALTER TABLE orders ALTER COLUMN line SET NOT NULL;\n"
            "    ALTER TABLE orders DROP CONSTRAINT orders_line_present;"
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (id); ALTER TABLE orders ADD PRIMARY KEY USING INDEX i;",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON orders (shop); ALTER TABLE orders ADD PRIMARY KEY USING INDEX i;",
        "CREATE TABLE refunds (id int); ALTER TABLE refunds ADD PRIMARY KEY (id);",
    ],
)
def test_what_builds_no_index_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
