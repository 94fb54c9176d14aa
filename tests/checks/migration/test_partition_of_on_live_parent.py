"""partition-of-on-live-parent: CREATE TABLE … PARTITION OF."""

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


def test_the_parent_is_locked_against_everyone(lint: Lint) -> None:
    bound = "FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')"
    (finding,) = lint(f"CREATE TABLE e PARTITION OF events {bound} WITH (fillfactor = 50);", EVENTS)
    assert (finding.severity, finding.certainty) == ("advice", "proven")
    assert finding.message == (
        "CREATE TABLE … PARTITION OF takes AccessExclusiveLock on events: reads and writes wait until the transaction"
        " ends, and behind it while it waits for whoever uses events."
    )
    assert finding.help == (
        "Make the table by itself, and attach it, which lets reads and writes go on:\n\n"
        "    CREATE TABLE e (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\n"
        f"    ALTER TABLE events ATTACH PARTITION e {bound};"
    )


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE n (a int) PARTITION BY LIST (a); CREATE TABLE n_1 PARTITION OF n FOR VALUES IN (1);",
        "CREATE TABLE e (LIKE events); ALTER TABLE events ATTACH PARTITION e DEFAULT;",
    ],
)
def test_a_new_parent_or_a_default_partition_that_is_read_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, EVENTS) == ()


def test_where_the_default_partition_is_read_that_is_found_instead(lint: Lint) -> None:
    schema = f"{EVENTS} CREATE TABLE events_d PARTITION OF events DEFAULT;"
    assert lint("CREATE TABLE e PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');", schema) == ()
