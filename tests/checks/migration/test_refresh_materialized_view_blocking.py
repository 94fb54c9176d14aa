"""refresh-materialized-view-blocking: REFRESH MATERIALIZED VIEW that stops reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

TOTALS = "CREATE TABLE orders (a int); CREATE MATERIALIZED VIEW totals AS SELECT a FROM orders;"


def test_a_plain_refresh_stops_reads_of_the_view(lint: Lint) -> None:
    (finding,) = lint("REFRESH MATERIALIZED VIEW totals;", TOTALS)
    assert (finding.severity, finding.certainty) == ("warning", "size-dependent")
    assert finding.message == (
        "REFRESH MATERIALIZED VIEW takes AccessExclusiveLock on totals: reads and writes wait until its query has run"
        " and the transaction ends."
    )
    assert finding.help == (
        "Compare it with its new content while reads go on after giving it a unique index over columns of it:\n\n"
        "    REFRESH MATERIALIZED VIEW CONCURRENTLY totals;"
    )


def test_a_view_with_a_unique_index_needs_nothing_more(lint: Lint) -> None:
    (finding,) = lint("REFRESH MATERIALIZED VIEW totals;", f"{TOTALS} CREATE UNIQUE INDEX i ON totals (a);")
    assert finding.help.startswith("Compare it with its new content while reads go on:\n\n")


@pytest.mark.parametrize(
    "text",
    [
        "REFRESH MATERIALIZED VIEW totals WITH NO DATA;",
        "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; REFRESH MATERIALIZED VIEW v;",
    ],
)
def test_what_stops_no_reads_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, TOTALS) == ()


def test_a_concurrent_refresh_is_quiet(lint: Lint) -> None:
    schema = f"{TOTALS} CREATE UNIQUE INDEX i ON totals (a);"
    assert lint("REFRESH MATERIALIZED VIEW CONCURRENTLY totals;", schema) == ()
