"""volatile-default-on-new-column: ADD COLUMN with a default that is computed for every row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, total int NOT NULL);"
FILL = "Fill the existing rows in batches by primary key, each in a transaction of its own."
LATER = "Then, in a transaction of its own:"


def test_a_volatile_default_rewrites_the_table(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();", ORDERS)
    assert (finding.severity, finding.certainty) == ("error", "size-dependent")
    assert finding.message == (
        "ADD COLUMN token DEFAULT gen_random_uuid() takes AccessExclusiveLock on orders: reads and writes wait while"
        " the whole table and its indexes are written anew."
    )
    assert finding.help.split("\n\n") == [
        "Add the column without a value for the existing rows, then the default for new ones:",
        (
            "    ALTER TABLE orders ADD COLUMN token uuid;\n"
            "    ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();"
        ),
        FILL,
        "Then prove that no NULL is left:",
        "    ALTER TABLE orders ADD CONSTRAINT orders_token_present CHECK (token IS NOT NULL) NOT VALID;",
        LATER,
        (
            "    ALTER TABLE orders VALIDATE CONSTRAINT orders_token_present;\n"
            "    ALTER TABLE orders ALTER COLUMN token SET NOT NULL;\n"
            "    ALTER TABLE orders DROP CONSTRAINT orders_token_present;"
        ),
    ]


def test_a_key_of_the_column_is_part_of_the_same_finding(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN token uuid UNIQUE DEFAULT gen_random_uuid();", ORDERS)
    assert "    CREATE UNIQUE INDEX CONCURRENTLY orders_token_key ON orders (token);" in finding.help


@pytest.mark.parametrize(
    "default",
    ["clock_timestamp() + interval '1 day'", "lower(md5(random()::text))", "f()", "nextval('s')"],
)
def test_volatile_functions_are_found_wherever_they_are_called(lint: Lint, default: str) -> None:
    schema = f"{ORDERS} CREATE SEQUENCE s; CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT random()::text';"
    kind = "timestamptz" if "clock" in default else "text"
    assert len(lint(f"ALTER TABLE orders ADD COLUMN a {kind} DEFAULT {default};", schema)) == 1


def test_a_function_that_is_not_known_may_be_volatile(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders ADD COLUMN a text DEFAULT unheard_of();", None)
    assert (finding.severity, finding.certainty) == ("warning", "unknown")


def test_in_alembic_the_default_comes_after_the_column(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.add_column("orders", sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))
        """,
        ORDERS,
    )
    assert finding.help.split("\n\n")[1] == (
        '    op.add_column("orders", sa.Column("token", sa.Uuid(), nullable=True))\n'
        '    op.alter_column("orders", "token", server_default=sa.text("gen_random_uuid()"))'
    )


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE orders ADD COLUMN a timestamptz NOT NULL DEFAULT now();",
        "ALTER TABLE orders ADD COLUMN a text NOT NULL DEFAULT upper('x');",
        "ALTER TABLE orders ADD COLUMN a uuid; ALTER TABLE orders ALTER COLUMN a SET DEFAULT gen_random_uuid();",
        "ALTER TABLE orders ADD COLUMN a bigserial;",
        "ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (total * 2) STORED;",
        "CREATE TABLE refunds (id int); ALTER TABLE refunds ADD COLUMN a uuid DEFAULT gen_random_uuid();",
    ],
)
def test_a_value_that_is_the_same_for_all_rows_or_the_matter_of_another_rule_is_quiet(lint: Lint, text: str) -> None:
    assert lint(text, ORDERS) == ()
