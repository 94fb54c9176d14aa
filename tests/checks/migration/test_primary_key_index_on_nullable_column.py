"""primary-key-index-on-nullable-column: PRIMARY KEY USING INDEX that reads the table after all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint, number bigint NOT NULL); CREATE UNIQUE INDEX i ON orders (id);"
ADOPT = "ALTER TABLE orders ADD PRIMARY KEY USING INDEX i;"


def test_a_key_over_an_index_reads_the_table_for_a_null(lint: Lint) -> None:
    (finding,) = lint(ADOPT, ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD PRIMARY KEY USING INDEX i takes AccessExclusiveLock on orders: reads and writes wait while every row is"
        " read to find a NULL in id."
    )
    assert finding.help == (
        "Prove that no NULL is in id:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_id_present CHECK (id IS NOT NULL) NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_id_present;\n"
        "    ALTER TABLE orders ALTER COLUMN id SET NOT NULL;\n"
        "    ALTER TABLE orders DROP CONSTRAINT orders_id_present;\n"
        f"    {ADOPT}"
    )


@pytest.mark.parametrize(
    "schema",
    [
        ORDERS.replace("id bigint,", "id bigint NOT NULL,"),
        ORDERS.replace("id bigint,", "id bigint CHECK (id IS NOT NULL),"),
        ORDERS.replace("(id);", "(number);"),
    ],
)
def test_a_key_over_columns_without_null_is_quiet(lint: Lint, schema: str) -> None:
    assert lint(ADOPT, schema) == ()


def test_a_table_created_here_is_quiet(lint: Lint) -> None:
    assert lint(f"{ORDERS} {ADOPT}", "") == ()


def test_an_index_that_is_not_known_may_be_over_such_a_column(lint: Lint) -> None:
    (finding,) = lint(ADOPT)
    assert (finding.severity, finding.certainty) == ("warning", "unknown")
    assert finding.help == f"Make sure first that its columns are NOT NULL; then it reads nothing:\n\n    {ADOPT}"
