"""logging-mode-change: SET LOGGED and SET UNLOGGED."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text); CREATE INDEX orders_status ON orders (status);"


def test_a_table_is_copied(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders SET UNLOGGED;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "SET UNLOGGED takes AccessExclusiveLock on orders: reads and writes wait while the whole table is copied."
    )
    assert [part for part in finding.help.split("\n\n") if part.startswith("    ")] == [
        "    CREATE TABLE orders_new (LIKE orders INCLUDING ALL);\n    ALTER TABLE orders_new SET UNLOGGED;",
        "    ALTER TABLE orders RENAME TO orders_old;\n    ALTER TABLE orders_new RENAME TO orders;",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders SET LOGGED;",
        "CREATE UNLOGGED TABLE t (a int); ALTER TABLE t SET LOGGED;",
        "ALTER TABLE orders SET (fillfactor = 50);",
    ],
)
def test_what_copies_no_table_that_others_use_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
