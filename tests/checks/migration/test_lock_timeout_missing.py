"""lock-timeout-missing: locks that are waited for without an end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP, queue

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

QUEUE = queue("it")


def test_the_first_strong_lock_without_a_timeout_is_found(lint: Lint) -> None:
    (finding,) = lint("SELECT 1;\nALTER TABLE orders ADD a int;\nALTER TABLE orders ADD b int;", SHOP)
    assert (finding.severity, finding.certainty, finding.span.line) == ("warning", "proven", 2)
    assert finding.message == (
        f"No lock_timeout is set before line 2, which takes AccessExclusiveLock on orders: reads and writes wait{QUEUE}"
    )
    assert finding.help.endswith("    SET lock_timeout = '2s';\n    ALTER TABLE orders ADD a int;")


@pytest.mark.parametrize(
    "before", ["SET lock_timeout = 0;", "SET lock_timeout = '0s';", "SET statement_timeout = '2s';"]
)
def test_zero_is_no_timeout_and_another_one_is_not_for_locks(lint: Lint, before: str) -> None:
    assert len(lint(f"{before} ALTER TABLE orders ADD a int;", SHOP)) == 1


def test_a_timeout_that_comes_later_is_too_late(lint: Lint) -> None:
    assert len(lint("ALTER TABLE orders ADD a int; SET lock_timeout = '2s';", SHOP)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "SET lock_timeout = '2s'; ALTER TABLE orders ADD a int;",
        "BEGIN; SET LOCAL lock_timeout = 500; ALTER TABLE orders ADD a int; COMMIT;",
        "CREATE TABLE n (a int); ALTER TABLE n ADD b int;",
        "CREATE INDEX CONCURRENTLY i ON orders (customer_id);",
        "UPDATE orders SET customer_id = NULL;",
    ],
)
def test_a_lock_that_is_not_waited_for_long_or_stops_nobody_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()
