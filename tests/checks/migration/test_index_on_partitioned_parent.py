"""index-on-partitioned-parent: CREATE INDEX that reads all partitions of a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

EVENTS = """
    CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
"""


def test_each_partition_gets_its_index_concurrently(lint: Lint) -> None:
    (finding,) = lint("CREATE INDEX events_id ON events (id);", EVENTS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "CREATE INDEX takes ShareLock on events and its partitions: writes wait until all of them are read, one after"
        " the other, and the transaction ends."
    )
    steps = [[line.strip() for line in part.splitlines()] for part in finding.help.split("\n\n")[1::2]]
    assert steps == [
        ["CREATE INDEX events_id ON ONLY events (id);"],
        [
            "CREATE INDEX CONCURRENTLY events_1_id_idx ON events_1 (id);",
            "CREATE INDEX CONCURRENTLY events_2_id_idx ON events_2 (id);",
        ],
        [
            "ALTER INDEX events_id ATTACH PARTITION events_1_id_idx;",
            "ALTER INDEX events_id ATTACH PARTITION events_2_id_idx;",
        ],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX events_id ON ONLY events (id);",
        "CREATE INDEX events_1_id ON events_1 (id);",
        "CREATE INDEX CONCURRENTLY events_id ON events (id);",
        (
            "CREATE TABLE new (a int) PARTITION BY LIST (a); CREATE TABLE new_1 PARTITION OF new FOR VALUES IN (1);"
            "CREATE INDEX new_a ON new (a);"
        ),
    ],
)
def test_what_reads_no_partitions_or_is_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, EVENTS) == ()
