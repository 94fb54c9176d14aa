"""drop-index-without-concurrently: DROP INDEX that waits for all queries, and holds up the later ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, status text); CREATE INDEX orders_status ON orders (status);"


def test_a_plain_drop_holds_up_everyone_behind_it(lint: Lint) -> None:
    (finding,) = lint("DROP INDEX orders_status;", ORDERS)
    assert (finding.severity, finding.certainty) == ("advice", "proven")
    assert finding.message == (
        "DROP INDEX orders_status takes AccessExclusiveLock on orders: it waits for every query that has begun there,"
        " and all later reads and writes wait behind it until the transaction ends."
    )
    assert finding.help == (
        "Let it wait without holding anybody up, outside a transaction:\n\n    DROP INDEX CONCURRENTLY orders_status;"
    )


def test_each_of_several_indexes_is_dropped_by_itself(lint: Lint) -> None:
    findings = lint("DROP INDEX orders_status, unheard_of;")
    assert [each.message.split(" takes ")[0] for each in findings] == [
        "DROP INDEX orders_status",
        "DROP INDEX unheard_of",
    ]
    assert "takes AccessExclusiveLock on its table" in findings[0].message


def test_a_downgrade_that_takes_back_a_plain_index_is_quiet_and_a_concurrent_one_is_not(lint: Lint) -> None:
    down = 'def downgrade():\n    op.drop_index("i", "orders")\n'
    plain = f'def upgrade():\n    op.create_index("i", "orders", ["status"])\n\n\n{down}'
    assert lint(plain, ORDERS) == ()
    block = "    with op.get_context().autocommit_block():\n    "
    online = plain.replace("    op.create_index", f"{block}    op.create_index", 1).replace(
        '"])', '"], postgresql_concurrently=True)'
    )
    (finding,) = lint(online, ORDERS)
    assert finding.direction == "downgrade"


@pytest.mark.parametrize(
    "text",
    [
        "DROP INDEX CONCURRENTLY orders_status;",
        "CREATE TABLE refunds (a int); CREATE INDEX i ON refunds (a); DROP INDEX i;",
        "CREATE TABLE e (a int) PARTITION BY LIST (a); CREATE INDEX i ON e (a); DROP INDEX i;",
        "DROP TABLE orders;",
        "DROP INDEX orders_status; DROP TABLE orders;",
    ],
)
def test_what_holds_up_nobody_or_has_no_other_way_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
