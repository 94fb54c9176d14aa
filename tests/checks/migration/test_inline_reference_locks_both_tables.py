"""inline-reference-locks-both-tables: ADD COLUMN … REFERENCES."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP, queue

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

QUEUE = queue("them")


def test_the_other_table_is_locked_against_writes(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN payer bigint REFERENCES customers;", SHOP)
    assert (finding.severity, finding.certainty) == ("advice", "proven")
    assert finding.message == (
        "ADD COLUMN payer … REFERENCES takes AccessExclusiveLock on orders: reads and writes wait and takes"
        f" ShareRowExclusiveLock on customers: writes wait{QUEUE}"
    )
    assert finding.help == (
        "Let it give up early, and try the migration again:\n\n"
        "    SET lock_timeout = '2s';\n"
        "    ALTER TABLE orders ADD COLUMN payer bigint REFERENCES customers;"
    )


@pytest.mark.parametrize(
    "text",
    [
        "SET lock_timeout = 2000; ALTER TABLE orders ADD COLUMN payer bigint REFERENCES customers;",
        "ALTER TABLE orders ADD COLUMN payer bigint DEFAULT 1 REFERENCES customers;",
        "ALTER TABLE orders ADD COLUMN parent bigint REFERENCES orders;",
        "CREATE TABLE t (a bigint); ALTER TABLE t ADD COLUMN b bigint REFERENCES orders;",
    ],
)
def test_a_short_wait_or_a_column_with_values_or_the_same_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()
