"""check-validated-at-once: ADD CHECK without NOT VALID."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, total int, paid int);"
ADD = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)"
VALIDATE = "ALTER TABLE orders VALIDATE CONSTRAINT positive;"


def test_a_check_is_evaluated_for_every_row(lint: Lint) -> None:
    (finding,) = lint(f"{ADD};", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD CHECK takes AccessExclusiveLock on orders: reads and writes wait until it has been evaluated for every row"
        " and the transaction ends."
    )
    assert finding.help == (
        "Add it without looking at the existing rows:\n\n"
        f"    {ADD} NOT VALID;\n\n"
        "Then, in a transaction of its own:\n\n"
        f"    {VALIDATE}"
    )


@pytest.mark.parametrize(
    ("check", "name"),
    [("total > 0", "orders_total_check"), ("total > paid", "orders_check"), ("random() < 1", "orders_check")],
)
def test_a_check_without_a_name_gets_the_one_that_postgresql_would_choose(lint: Lint, check: str, name: str) -> None:
    (finding,) = lint(f"ALTER TABLE orders ADD CHECK ({check});", ORDERS)
    assert f"ADD CONSTRAINT {name} CHECK ({check}) NOT VALID;" in finding.help
    assert f"VALIDATE CONSTRAINT {name};" in finding.help


def test_a_check_validated_in_the_transaction_that_adds_it_is_evaluated_under_its_lock(lint: Lint) -> None:
    (finding,) = lint(f"BEGIN;\n{ADD} NOT VALID;\n{VALIDATE}\nCOMMIT;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert (finding.span.line, [each.line for each in finding.related]) == (3, [2])
    assert finding.message == (
        "VALIDATE CONSTRAINT positive reads every row of orders under the AccessExclusiveLock of line 2 on orders,"
        " which is held until the transaction ends: reads and writes wait meanwhile, as if there were no NOT VALID."
    )
    assert finding.help == (
        f"Add it, and commit:\n\n    {ADD} NOT VALID;\n\nThen, in a transaction of its own:\n\n    {VALIDATE}"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{ADD} NOT VALID; {VALIDATE}",
        f"{ADD} NOT ENFORCED;",
        (
            "BEGIN; ALTER TABLE orders ADD CONSTRAINT c CHECK (total IS NOT NULL) NOT VALID;"
            "ALTER TABLE orders VALIDATE CONSTRAINT c; COMMIT;"
        ),
        "CREATE TABLE refunds (total int); ALTER TABLE refunds ADD CHECK (total > 0);",
        "ALTER TABLE orders ADD COLUMN tax int CHECK (tax > 0);",
        "ALTER TABLE orders ADD UNIQUE (total);",
    ],
)
def test_what_evaluates_no_check_or_is_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
