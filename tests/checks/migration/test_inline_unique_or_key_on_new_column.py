"""inline-unique-or-key-on-new-column: ADD COLUMN … UNIQUE."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (total int);"


def test_a_unique_column_builds_its_index_from_all_rows(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD slug varchar(20) CONSTRAINT slugs UNIQUE;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD COLUMN slug … UNIQUE takes AccessExclusiveLock on orders: reads and writes wait until the whole table is"
        " read, the index slugs is built and the transaction ends."
    )
    assert finding.help == (
        "Add the column alone:\n\n"
        "    ALTER TABLE orders ADD COLUMN slug varchar(20);\n\n"
        "Build the index while writes go on, outside a transaction:\n\n"
        "    CREATE UNIQUE INDEX CONCURRENTLY slugs ON orders (slug);\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT slugs UNIQUE USING INDEX slugs;"
    )


def test_each_of_two_new_columns_has_its_own_finding(lint: Lint) -> None:
    findings = lint("ALTER TABLE orders ADD a int UNIQUE, ADD b int, ADD c int UNIQUE;", ORDERS)
    assert [each.message.split(" … ")[0] for each in findings] == ["ADD COLUMN a", "ADD COLUMN c"]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD slug text; ALTER TABLE orders ADD UNIQUE (slug);",
        "ALTER TABLE orders ADD id bigserial PRIMARY KEY;",
        "ALTER TABLE orders ADD slug int DEFAULT 1 CHECK (slug > 0);",
        "CREATE TABLE refunds (id int); ALTER TABLE refunds ADD slug text UNIQUE;",
        "ALTER TABLE orders ADD COLUMN IF NOT EXISTS total int UNIQUE;",
    ],
)
def test_what_builds_no_index_or_is_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
