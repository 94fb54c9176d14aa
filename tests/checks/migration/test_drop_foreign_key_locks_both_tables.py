"""drop-foreign-key-locks-both-tables: DROP CONSTRAINT of a foreign key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.checks.migration.short_locks import SHOP, queue

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

QUEUE = queue("them")


def test_both_tables_are_locked_against_everyone(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders DROP CONSTRAINT fk;", SHOP)
    assert (finding.severity, finding.certainty) == ("advice", "proven")
    assert finding.message == (
        "Dropping the foreign key fk takes AccessExclusiveLock on orders: reads and writes wait and takes"
        f" AccessExclusiveLock on customers: reads and writes wait{QUEUE}"
    )
    assert finding.help == (
        "Let it give up early, and try the migration again:\n\n"
        "    SET lock_timeout = '2s';\n"
        "    ALTER TABLE orders DROP CONSTRAINT fk;"
    )


@pytest.mark.parametrize(
    "text",
    [
        "SET lock_timeout = '2s'; ALTER TABLE orders DROP CONSTRAINT fk;",
        "ALTER TABLE orders DROP CONSTRAINT orders_pkey;",
        "CREATE TABLE t (a bigint CONSTRAINT k REFERENCES orders); ALTER TABLE t DROP CONSTRAINT k;",
    ],
)
def test_a_short_wait_or_another_constraint_or_a_new_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, SHOP) == ()


def test_a_downgrade_that_takes_a_key_back_is_quiet(lint: Lint) -> None:
    down = "def upgrade():\n    pass\n\n\ndef downgrade():\n    op.drop_constraint('fk', 'orders')\n"
    assert lint(down, SHOP) == ()
