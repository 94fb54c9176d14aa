"""collation-change: ALTER COLUMN … TYPE … COLLATE."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, name text, note text); CREATE INDEX i ON orders (name);"


def test_another_collation_builds_the_indexes_anew(lint: Lint) -> None:
    (finding,) = lint('ALTER TABLE orders ALTER COLUMN name TYPE text COLLATE "C";', ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "Changing the collation of name to C takes AccessExclusiveLock on orders: reads and writes wait while i is"
        " built anew. The rows stay as they are."
    )
    assert finding.help.startswith(
        "Add a column of the new collation that a trigger keeps in step:\n\n"
        '    ALTER TABLE orders ADD COLUMN name_new text COLLATE "C";'
    )


@pytest.mark.parametrize(
    "text",
    [
        'ALTER TABLE orders ALTER COLUMN note TYPE text COLLATE "C";',
        'ALTER TABLE orders ALTER COLUMN name TYPE text COLLATE "default";',
        "ALTER TABLE orders ALTER COLUMN name TYPE varchar;",
    ],
)
def test_a_column_without_an_index_or_the_same_collation_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
