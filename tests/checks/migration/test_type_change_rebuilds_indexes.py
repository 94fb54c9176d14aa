"""type-change-rebuilds-indexes: ALTER COLUMN … TYPE that keeps the rows and builds indexes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = """
    SET timezone = 'UTC';
    CREATE TABLE orders (id bigint PRIMARY KEY, at timestamp, code varchar(9)); CREATE INDEX i ON orders (at);
    CREATE INDEX j ON orders (at, code);
"""


def test_indexes_that_order_differently_are_built_anew(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ALTER COLUMN at TYPE timestamptz;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "Changing the type of at to timestamptz takes AccessExclusiveLock on orders: reads and writes wait while i and"
        " j are built anew. The rows stay as they are."
    )
    assert finding.help.startswith(
        "Add a column of the new type that a trigger keeps in step:\n\n"
        "    ALTER TABLE orders ADD COLUMN at_new timestamptz;"
    )


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ALTER COLUMN code TYPE text;",
        "SET timezone = 'Europe/Paris'; ALTER TABLE orders ALTER COLUMN at TYPE timestamptz;",
        'ALTER TABLE orders ALTER COLUMN code TYPE varchar(9) COLLATE "C";',
        "CREATE TABLE t (at timestamp PRIMARY KEY); ALTER TABLE t ALTER COLUMN at TYPE timestamptz;",
    ],
)
def test_a_change_that_keeps_the_indexes_or_is_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
