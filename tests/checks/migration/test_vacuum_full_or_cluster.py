"""vacuum-full-or-cluster: VACUUM FULL and CLUSTER."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text); CREATE INDEX orders_status ON orders (status);"


@pytest.mark.parametrize("command", ["VACUUM FULL", "VACUUM (ANALYZE, FULL)", "CLUSTER"])
def test_a_table_that_is_copied_is_locked_against_everyone(lint: Lint, command: str) -> None:
    (finding,) = lint(f"{command} orders{' USING orders_pkey' * (command == 'CLUSTER')};", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        f"{'CLUSTER' if command == 'CLUSTER' else 'VACUUM FULL'} takes AccessExclusiveLock on orders: reads and writes"
        " wait while the whole table and its indexes are written anew."
    )
    assert "    VACUUM (ANALYZE) orders;" in finding.help


def test_without_a_name_all_tables_are_copied(lint: Lint) -> None:
    (finding,) = lint(
        "VACUUM FULL;", f"{ORDERS} CREATE TABLE a (a int); CREATE TABLE b (a int); CREATE TABLE c (a int);"
    )
    assert "on orders, a, b and 1 more: reads and writes" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "VACUUM orders;",
        "VACUUM (ANALYZE) orders;",
        "ALTER TABLE orders CLUSTER ON orders_pkey;",
        "CREATE TABLE t (a int PRIMARY KEY); CLUSTER t USING t_pkey;",
    ],
)
def test_what_copies_no_table_that_others_use_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
