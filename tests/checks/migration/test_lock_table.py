"""lock-table: LOCK TABLE in a mode that stops reads or writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]


@pytest.mark.parametrize(
    ("mode", "takes"),
    [
        ("", "AccessExclusiveLock on orders: reads and writes wait"),
        (" IN SHARE ROW EXCLUSIVE MODE", "ShareRowExclusiveLock on orders: writes wait"),
    ],
)
def test_a_lock_that_stops_others_is_held_until_the_end(lint: Lint, mode: str, takes: str) -> None:
    (finding,) = lint(f"BEGIN; LOCK TABLE orders{mode}; COMMIT;", SHOP)
    assert (finding.severity, finding.certainty) == ("warning", "proven")
    assert finding.message == f"LOCK TABLE takes {takes} until the transaction ends, whatever it does meanwhile."
    assert finding.help.endswith(" LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE.")


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN; LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE; COMMIT;",
        "BEGIN; CREATE TABLE t (a int); LOCK TABLE t; COMMIT;",
    ],
)
def test_a_lock_that_stops_neither_reads_nor_writes_or_is_on_a_new_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()
