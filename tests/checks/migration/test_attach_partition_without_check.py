"""attach-partition-without-check: ATTACH PARTITION that reads the new partition."""

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
ATTACH = "ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');"
BOUND = "at IS NOT NULL AND at >= '2026-02-01' AND at < '2026-03-01'"


def test_every_row_is_checked_against_the_bound(lint: Lint) -> None:
    (finding,) = lint(ATTACH, EVENTS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ATTACH PARTITION takes AccessExclusiveLock on events_2: reads and writes wait while every row of it is checked"
        " against the partition bound."
    )
    assert finding.help == (
        "Let a CHECK prove the partition bound first:\n\n"
        f"    ALTER TABLE events_2 ADD CONSTRAINT events_2_bound CHECK ({BOUND}) NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE events_2 VALIDATE CONSTRAINT events_2_bound;\n"
        f"    {ATTACH}\n"
        "    ALTER TABLE events_2 DROP CONSTRAINT events_2_bound;"
    )


def test_a_list_of_values_is_proven_by_the_same_list(lint: Lint) -> None:
    schema = "CREATE TABLE l (r text) PARTITION BY LIST (r); CREATE TABLE l_a (r text NOT NULL);"
    attach = "ALTER TABLE l ATTACH PARTITION l_a FOR VALUES IN ('a', 'b');"
    (finding,) = lint(attach, schema)
    assert "ADD CONSTRAINT l_a_bound CHECK (r IS NOT NULL AND r IN ('a', 'b')) NOT VALID;" in finding.help
    assert lint(attach, f"{schema} ALTER TABLE l_a ADD CHECK (r IN ('b', 'a'));") == ()


def test_a_bound_that_is_not_worked_out_is_said_in_words(lint: Lint) -> None:
    schema = "CREATE TABLE h (a int) PARTITION BY HASH (a); CREATE TABLE h_0 (a int);"
    attach = "ALTER TABLE h ATTACH PARTITION h_0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    (finding,) = lint(attach, schema)
    assert finding.help.startswith("Let a CHECK prove the partition bound: add it NOT VALID, validate it in a")


@pytest.mark.parametrize(
    "text",
    [
        f"ALTER TABLE events_2 ADD CHECK (at >= '2026-02-01' AND at < '2026-03-01'); {ATTACH}",
        f"CREATE TABLE e (LIKE events); {ATTACH.replace('events_2', 'e')}",
    ],
)
def test_what_is_proven_or_new_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, EVENTS) == ()
