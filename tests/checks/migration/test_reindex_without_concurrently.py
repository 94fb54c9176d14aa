"""reindex-without-concurrently: REINDEX that stops writes and reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text); CREATE INDEX orders_status ON orders (status);"


@pytest.mark.parametrize("what", ["TABLE orders", "INDEX orders_status", "SCHEMA public", "(VERBOSE) TABLE orders"])
def test_a_plain_reindex_stops_writes_and_reads(lint: Lint, what: str) -> None:
    (finding,) = lint(f"REINDEX {what};", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "REINDEX takes ShareLock on orders: writes wait until the indexes are built anew and the transaction ends, and"
        " so do reads, for which PostgreSQL locks every index of a table."
    )
    *kind, name = what.split()
    assert finding.help == (
        "Build them beside the old ones while reads and writes go on, outside a transaction:\n\n"
        f"    REINDEX {' '.join(kind)} CONCURRENTLY {name};"
    )


def test_an_index_that_is_not_known_is_on_a_table_all_the_same(lint: Lint) -> None:
    (finding,) = lint("REINDEX INDEX unheard_of;")
    assert finding.message.startswith("REINDEX takes ShareLock on the table of the index: writes wait")


@pytest.mark.parametrize(
    "text",
    [
        "REINDEX TABLE CONCURRENTLY orders;",
        "REINDEX (CONCURRENTLY) INDEX orders_status;",
        "CREATE TABLE refunds (a int); CREATE INDEX i ON refunds (a); REINDEX INDEX i;",
    ],
)
def test_what_stops_nobody_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
