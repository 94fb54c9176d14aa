"""stored-generated-column: ADD COLUMN … GENERATED … STORED."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, total int NOT NULL);"
FILL = "Fill the existing rows in batches by primary key, each in a transaction of its own."


def test_a_stored_column_rewrites_the_table(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN cents bigint GENERATED ALWAYS AS (total * 100) STORED;", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD COLUMN cents GENERATED … STORED takes AccessExclusiveLock on orders: reads and writes wait while the whole"
        " table and its indexes are written anew."
    )
    assert finding.help.split("\n\n")[1:] == [
        (
            "    ALTER TABLE orders ADD COLUMN cents bigint;\n"
            "    CREATE FUNCTION orders_cents() RETURNS trigger LANGUAGE plpgsql AS\n"
            "        $$BEGIN NEW.cents := (SELECT total * 100 FROM (SELECT NEW.*) AS orders); RETURN NEW; END$$;\n"
            "    CREATE TRIGGER orders_cents BEFORE INSERT OR UPDATE ON orders\n"
            "        FOR EACH ROW EXECUTE FUNCTION orders_cents();"
        ),
        FILL,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD COLUMN cents int GENERATED ALWAYS AS (total * 100) VIRTUAL;",
        "CREATE TABLE refunds (a int, b int GENERATED ALWAYS AS (a * 2) STORED);",
        "ALTER TABLE orders ADD COLUMN cents int DEFAULT 5;",
    ],
)
def test_what_stores_nothing_for_old_rows_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
