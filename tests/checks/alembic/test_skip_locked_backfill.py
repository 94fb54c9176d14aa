"""skip-locked-backfill: rows that a backfill leaves out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ROWS = "(SELECT id FROM t WHERE b IS NULL LIMIT 10 FOR UPDATE{})"


def test_a_backfill_that_skips_locked_rows_is_found(lint: Lint) -> None:
    (finding,) = lint(f"UPDATE shop.t SET b = a WHERE id IN {ROWS.format(' SKIP LOCKED')};")
    assert (finding.severity, finding.certainty) == ("warning", "proven")
    assert finding.message == (
        "SKIP LOCKED passes over the rows of shop.t that the application has locked at this moment: they keep their"
        " old values, and nothing tells."
    )
    assert finding.help == (
        "Go along the primary key of shop.t, one range in a transaction, and wait for the rows that are in use:\n\n"
        "    UPDATE shop.t SET b = a WHERE id >= 1 AND id < 5001;"
    )


def test_a_query_that_chooses_the_rows_is_found_as_well(lint: Lint) -> None:
    text = f'def upgrade():\n    op.get_bind().execute(sa.text("{ROWS.format(" skip locked")[1:-1]}"))\n'
    (finding,) = lint(text)
    assert "the rows of the table that" in finding.message


@pytest.mark.parametrize("statement", [f"UPDATE t SET b = a WHERE id IN {ROWS.format('')};", "SELECT 1 FOR UPDATE;"])
def test_a_backfill_that_waits_is_quiet(lint: Lint, statement: str) -> None:
    assert lint(statement) == ()
