"""tablespace-or-access-method-change: SET TABLESPACE and SET ACCESS METHOD."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text); CREATE INDEX orders_status ON orders (status);"


@pytest.mark.parametrize("command", ["SET TABLESPACE fast", "SET ACCESS METHOD columnar"])
def test_a_table_is_copied(lint: Lint, command: str) -> None:
    (finding,) = lint(f"ALTER TABLE orders {command};", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        f"{command} takes AccessExclusiveLock on orders: reads and writes wait while the whole table is copied."
    )
    assert f"    ALTER TABLE orders_new {command};" in finding.help


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders SET ACCESS METHOD heap;",
        "CREATE TABLE t (a int); ALTER TABLE t SET TABLESPACE fast;",
        "ALTER INDEX orders_status SET TABLESPACE fast;",
    ],
)
def test_what_copies_no_table_that_others_use_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
