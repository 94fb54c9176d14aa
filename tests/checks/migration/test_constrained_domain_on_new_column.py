"""constrained-domain-on-new-column: ADD COLUMN of a domain with constraints."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = """
    CREATE DOMAIN positive AS numeric(8, 2) CHECK (VALUE > 0) CHECK (VALUE < 'infinity');
    CREATE DOMAIN label AS text;
    CREATE TABLE orders (id bigint PRIMARY KEY);
"""


def test_a_domain_with_constraints_rewrites_the_table_even_without_a_default(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN price positive;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD COLUMN price positive, a domain with constraints, takes AccessExclusiveLock on orders: reads and writes"
        " wait while the whole table and its indexes are written anew."
    )
    assert finding.help.split("\n\n")[:4] == [
        "Add it with the type below the domain, and the conditions of positive as a CHECK:",
        (
            "    ALTER TABLE orders ADD COLUMN price numeric(8,2);\n"
            "    ALTER TABLE orders ADD CONSTRAINT orders_price_check CHECK (price > 0) NOT VALID;\n"
            "    ALTER TABLE orders ADD CONSTRAINT orders_price_check1 CHECK (price < 'infinity') NOT VALID;"
        ),
        "Then, in a transaction of its own:",
        (
            "    ALTER TABLE orders VALIDATE CONSTRAINT orders_price_check;\n"
            "    ALTER TABLE orders VALIDATE CONSTRAINT orders_price_check1;"
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD COLUMN note label;",
        "ALTER TABLE orders ADD COLUMN price numeric(8, 2);",
        "CREATE TABLE refunds (price positive); ALTER TABLE refunds ADD COLUMN tax positive;",
    ],
)
def test_a_domain_without_constraints_or_a_type_that_is_not_known_to_be_one_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()


def test_a_type_that_is_not_known_is_not_analysed_rather_than_found(lint: Lint) -> None:
    assert lint("ALTER TABLE orders ADD COLUMN price unheard_of;") == ()
