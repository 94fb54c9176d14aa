"""several-tables-locked-in-one-transaction: a second table that is locked while the first is held."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]


def test_the_second_table_is_found(lint: Lint) -> None:
    adds = ("customers ADD a", "orders ADD a", "orders ADD b")
    (finding,) = lint("\n".join(("BEGIN;", *(f"ALTER TABLE {each} int;" for each in adds), "COMMIT;")), SHOP)
    assert (finding.severity, finding.certainty) == ("advice", "proven")
    assert (finding.span.line, [each.line for each in finding.related]) == (3, [2])
    assert finding.message == (
        "This takes AccessExclusiveLock on orders: reads and writes wait, while the AccessExclusiveLock of line 2 on"
        " customers is held: who has locked the two in the other order deadlocks with it, and each table is locked"
        " while the other is waited for."
    )
    assert finding.help == "Give each table a transaction of its own:\n\n    ALTER TABLE orders ADD a int;"


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE customers ADD a int; ALTER TABLE orders ADD a int;",
        "BEGIN; ALTER TABLE orders ADD a int; ALTER TABLE orders ADD b int; COMMIT;",
        "BEGIN; CREATE TABLE n (a int); ALTER TABLE n ADD b int; ALTER TABLE orders ADD b int; COMMIT;",
    ],
)
def test_one_table_at_a_time_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()
