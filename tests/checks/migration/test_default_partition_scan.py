"""default-partition-scan: a new partition for which the default partition is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

EVENTS = """
    CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE events_2 (id bigint, at date NOT NULL);
"""
DEFAULT = "CREATE TABLE events_d PARTITION OF events DEFAULT;"
NEW = "CREATE TABLE e PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');"


def test_every_row_of_the_default_partition_is_read(lint: Lint) -> None:
    (finding,) = lint(NEW, f"{EVENTS} {DEFAULT}")
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "A new partition of events takes AccessExclusiveLock on events_d: reads and writes wait while every row of"
        " events_d, the default partition, is read to find one that belongs to the new one."
    )
    assert (
        "ADD CONSTRAINT events_d_bound CHECK"
        " (NOT (at IS NOT NULL AND at >= '2026-02-01' AND at < '2026-03-01')) NOT VALID;"
    ) in finding.help


@pytest.mark.parametrize(
    "check",
    ["NOT (at IS NOT NULL AND at >= '2026-02-01' AND at < '2026-03-01')", "at < '2026-02-01' OR at >= '2026-03-01'"],
)
def test_a_check_that_rules_its_rows_out_spares_the_scan(lint: Lint, check: str) -> None:
    assert lint(NEW, f"{EVENTS} {DEFAULT} ALTER TABLE events_d ADD CHECK ({check});") == ()


def test_another_check_on_the_key_may_do_so(lint: Lint) -> None:
    (finding,) = lint(NEW, f"{EVENTS} {DEFAULT} ALTER TABLE events_d ADD CHECK (at < '2000-01-01');")
    assert (finding.severity, finding.certainty) == ("warning", "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE e PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');",
        "CREATE TABLE e PARTITION OF events DEFAULT;",
    ],
)
def test_a_table_without_a_default_partition_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, EVENTS) == ()
