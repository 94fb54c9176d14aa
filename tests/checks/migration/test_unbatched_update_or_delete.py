"""unbatched-update-or-delete: UPDATE and DELETE of many rows in one statement."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, total int, code text UNIQUE, at date);"


def test_rows_that_nothing_bounds_are_changed_at_once(lint: Lint) -> None:
    (finding,) = lint("UPDATE orders SET total = 0 WHERE total IS NULL OR total < 0;", ORDERS)
    assert (finding.severity, finding.certainty) == ("warning", "size-dependent")
    assert finding.message == (
        "UPDATE changes all rows that its condition selects of orders at once: whoever writes one of them waits until"
        " the last is changed and the transaction ends; dead rows, WAL and the lag of replicas grow as much."
    )
    assert finding.help == (
        "Change the rows in batches along the primary key, each in a transaction of its own, outside a transaction:\n\n"
        "    DO $$\n"
        "    DECLARE\n"
        "        first bigint := 0;\n"
        "        last bigint := (SELECT max(id) FROM orders);\n"
        "    BEGIN\n"
        "        WHILE first <= last LOOP\n"
        "            UPDATE orders SET total = 0 WHERE (total IS NULL OR total < 0) AND id >= first AND id < first +"
        " 5000;\n            COMMIT;\n"
        "            first := first + 5000;\n"
        "        END LOOP;\n"
        "    END $$;"
    )


def test_in_alembic_the_help_is_a_loop_in_an_autocommit_block(lint: Lint) -> None:
    (finding,) = lint('def upgrade():\n    op.execute("DELETE FROM orders")\n', ORDERS)
    assert finding.help.split("\n\n")[1] == (
        "    with op.get_context().autocommit_block():\n"
        "        connection = op.get_bind()\n"
        '        last = connection.scalar(sa.text("SELECT max(id) FROM orders")) or 0\n'
        "        for first in range(0, last + 1, 5000):\n"
        "            connection.execute(\n"
        '                sa.text("DELETE FROM orders WHERE id >= :first AND id < :first + 5000"),\n'
        '                {"first": first},\n'
        "            )"
    )


def test_values_that_many_rows_may_have_are_less_certain(lint: Lint) -> None:
    (finding,) = lint("DELETE FROM orders WHERE total = 0;", ORDERS)
    assert (finding.severity, finding.certainty) == ("advice", "unknown")
    assert finding.message.endswith(" How many these are, the condition does not tell.")


def test_without_an_integer_key_the_help_is_in_words(lint: Lint) -> None:
    for schema in ("CREATE TABLE orders (a int);", "CREATE TABLE orders (id uuid PRIMARY KEY);"):
        (finding,) = lint("DELETE FROM orders;", schema)
        assert finding.help.startswith("Change the rows in batches of some thousand along the primary key, each in a")


@pytest.mark.parametrize(
    "where", ["WHERE id > 5", "WHERE true", "WHERE id > total AND id < 7", "WHERE id = 1 OR total > 1"]
)
def test_a_condition_with_one_end_bounds_nothing(lint: Lint, where: str) -> None:
    (finding,) = lint(f"DELETE FROM orders {where};", ORDERS)
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM orders WHERE id = 5;",
        "DELETE FROM orders WHERE code = 'a' OR code = 'b';",
        "DELETE FROM orders WHERE code IN ('a', 'b') AND total > 0;",
        "DELETE FROM orders WHERE 5000 <= id AND id < 10000 AND total > 0;",
        "UPDATE orders SET total = 0 WHERE at BETWEEN '2026-01-01' AND '2026-01-02';",
        "UPDATE orders SET total = 0 WHERE id IN (SELECT id FROM orders WHERE total > 0 LIMIT 500);",
        "WITH b AS (SELECT id FROM orders LIMIT 9) UPDATE orders SET total = 0 FROM b WHERE b.id = orders.id;",
        "DELETE FROM orders WHERE false;",
        "CREATE TABLE refunds (a int); DELETE FROM refunds;",
        "BEGIN; ALTER TABLE orders ADD b int; UPDATE orders SET b = total; COMMIT;",
    ],
)
def test_a_batch_or_a_key_or_a_new_table_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
