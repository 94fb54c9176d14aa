"""inline-check-on-new-column: ADD COLUMN … CHECK."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY);"


def test_the_check_of_a_new_column_is_evaluated_for_every_row(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN tax int NOT NULL DEFAULT 1 CHECK (tax > 0);", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD COLUMN tax … CHECK takes AccessExclusiveLock on orders: reads and writes wait until the CHECK has been"
        " evaluated for every row and the transaction ends."
    )
    assert finding.help == (
        "Add the column alone:\n\n"
        "    ALTER TABLE orders ADD COLUMN tax integer NOT NULL DEFAULT 1;\n\n"
        "Add the CHECK without looking at the rows:\n\n"
        "    ALTER TABLE orders ADD CONSTRAINT orders_tax_check CHECK (tax > 0) NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        "    ALTER TABLE orders VALIDATE CONSTRAINT orders_tax_check;"
    )


def test_the_help_adds_the_other_constraints_of_the_column_too(lint: Lint) -> None:
    text = "ALTER TABLE orders ADD COLUMN parent bigint CHECK (parent > 0) REFERENCES orders (id);"
    (finding,) = lint(text, ORDERS)
    add = "ALTER TABLE orders ADD CONSTRAINT orders_parent_fkey FOREIGN KEY (parent) REFERENCES orders (id) NOT VALID;"
    assert f"Add the foreign key without looking at the rows:\n\n    {add}" in finding.help


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD tax int; ALTER TABLE orders ADD CHECK (tax > 0);",
        "ALTER TABLE orders ADD tax int CHECK (tax > 0) NOT ENFORCED;",
        "ALTER TABLE orders ADD tax float DEFAULT random() CHECK (tax > 0);",
        "ALTER TABLE orders ADD tax int UNIQUE;",
        "CREATE TABLE refunds (id int); ALTER TABLE refunds ADD tax int CHECK (tax > 0);",
    ],
)
def test_what_evaluates_no_check_or_is_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
