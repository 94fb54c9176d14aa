"""detach-partition-without-concurrently: DETACH PARTITION that holds everyone up."""

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


def test_a_plain_detach_holds_up_everyone_behind_it(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE events DETACH PARTITION events_1;", EVENTS)
    assert (finding.severity, finding.certainty) == ("warning", "proven")
    assert finding.message == (
        "DETACH PARTITION takes AccessExclusiveLock on events: reads and writes wait until the transaction ends, and"
        " behind it while it waits for whoever uses events."
    )
    assert finding.help == (
        "Let it wait without holding anybody up, outside a transaction:\n\n"
        "    ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;"
    )


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;",
        "CREATE TABLE d PARTITION OF events DEFAULT; ALTER TABLE events DETACH PARTITION events_1;",
    ],
)
def test_what_holds_up_nobody_or_has_no_other_way_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, EVENTS) == ()
