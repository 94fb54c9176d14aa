"""schema-change-and-backfill-in-one-transaction: many rows changed under the lock of a schema change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, total int, code text UNIQUE, at date);"


def test_a_backfill_runs_under_the_lock_of_the_schema_change_before_it(lint: Lint) -> None:
    (finding,) = lint("BEGIN;\nALTER TABLE orders ADD gross int;\nUPDATE orders SET gross = total;\nCOMMIT;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert (finding.span.line, [each.line for each in finding.related]) == (3, [2])
    assert finding.message == (
        "UPDATE of orders runs under the AccessExclusiveLock of line 2 on orders, which is held until the transaction"
        " ends: reads and writes wait until the last row is changed."
    )
    assert finding.help.split("\n\n")[:3] == [
        "Change the schema, and commit:",
        "    ALTER TABLE orders ADD gross int;",
        "Then, in a transaction of its own:",
    ]


def test_the_lock_may_be_on_another_table(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.create_table("refunds", sa.Column("order", sa.BigInteger(), sa.ForeignKey("orders.id")))
            op.execute("DELETE FROM notes")
        """,
        f"{ORDERS} CREATE TABLE notes (a int);",
    )
    assert finding.message == (
        "DELETE of notes runs under the ShareRowExclusiveLock of line 10 on orders, which is held until the transaction"
        " ends: writes wait until the last row is changed."
    )


def test_the_first_of_several_backfills_is_found(lint: Lint) -> None:
    text = "BEGIN; ALTER TABLE orders ADD b int;\nUPDATE orders SET b = 1;\nUPDATE orders SET b = total; COMMIT;"
    (finding,) = lint(text, ORDERS)
    assert finding.span.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD b int; UPDATE orders SET b = total;",
        "BEGIN; ALTER TABLE orders ADD b int; COMMIT; BEGIN; UPDATE orders SET b = total; COMMIT;",
        "BEGIN; ALTER TABLE orders ADD b int; UPDATE orders SET b = total WHERE id = 5; COMMIT;",
        "BEGIN; SELECT 1 FROM orders; UPDATE orders SET total = 0; COMMIT;",
        "BEGIN; CREATE TABLE refunds (a int); ALTER TABLE refunds ADD b int; UPDATE refunds SET b = a; COMMIT;",
    ],
)
def test_a_backfill_under_no_lock_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
