"""exclusion-constraint: ADD EXCLUDE."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

BOOKINGS = "CREATE EXTENSION btree_gist; CREATE TABLE bookings (room int, during tsrange);"


def test_an_exclusion_constraint_builds_its_index_while_everyone_waits(lint: Lint) -> None:
    exclude = "ADD CONSTRAINT e EXCLUDE USING gist (room WITH =, during WITH &&)"
    (finding,) = lint(f"ALTER TABLE bookings {exclude};", BOOKINGS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD EXCLUDE takes AccessExclusiveLock on bookings: reads and writes wait until the whole table is read, the"
        " index is built and the transaction ends."
    )
    assert f"INCLUDING ALL);\n    ALTER TABLE bookings_new {exclude};" in finding.help


def test_so_does_a_key_without_overlaps(lint: Lint) -> None:
    (finding,) = lint('ALTER TABLE "bookings" ADD PRIMARY KEY (room, during WITHOUT OVERLAPS);', BOOKINGS)
    assert finding.message.startswith("ADD PRIMARY KEY … WITHOUT OVERLAPS takes AccessExclusiveLock on bookings: reads")
    assert "    ALTER TABLE bookings_new ADD PRIMARY KEY (room, during WITHOUT OVERLAPS);" in finding.help


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE bookings ADD UNIQUE (room);",
        "CREATE TABLE t (during tsrange, EXCLUDE USING gist (during WITH &&));",
        "CREATE TABLE t (during tsrange); ALTER TABLE t ADD EXCLUDE USING gist (during WITH &&);",
    ],
)
def test_another_constraint_or_a_new_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, BOOKINGS) == ()
