"""drop-column: lost data, and code that still names the column."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, coupon text NOT NULL CONSTRAINT known CHECK (coupon <> ''));"


def test_a_dropped_column_loses_its_data_and_breaks_running_code(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders DROP COLUMN coupon;", f"{ORDERS} CREATE INDEX i ON orders (coupon);")
    assert (finding.severity, finding.certainty) == ("warning", "proven")
    assert finding.message == (
        "DROP COLUMN takes AccessExclusiveLock on orders for a moment, and the values of coupon are gone for good;"
        " running code that still names the column fails (42703). index i, constraint known"
        " and constraint orders_coupon_not_null go with it."
    )
    assert finding.help == (
        "First let code that no longer writes it insert rows:\n\n"
        "    ALTER TABLE orders ALTER COLUMN coupon DROP NOT NULL;\n\n"
        "Remove coupon from models and queries, and deploy that everywhere. Drop it in a later release:\n\n"
        "    ALTER TABLE orders DROP COLUMN coupon;"
    )


@pytest.mark.parametrize(
    "column",
    [
        "coupon text",
        "coupon text NOT NULL DEFAULT ''",
        "coupon int GENERATED ALWAYS AS IDENTITY",
        "coupon serial",
        "coupon int PRIMARY KEY",
    ],
)
def test_a_column_that_an_insert_can_leave_out_is_dispensable_already(lint: Lint, column: str) -> None:
    (finding,) = lint("ALTER TABLE orders DROP COLUMN coupon;", f"CREATE TABLE orders ({column});")
    assert finding.help == (
        "First remove coupon from models and queries, and deploy that everywhere. Drop it in a later release:\n\n"
        "    ALTER TABLE orders DROP COLUMN coupon;"
    )


@pytest.mark.parametrize(
    "schema",
    ["CREATE TABLE orders (id int);", f"{ORDERS} CREATE VIEW v AS SELECT coupon FROM orders;"],
    ids=["no such column", "used by a view"],
)
def test_a_drop_that_fails_drops_nothing(lint: Lint, schema: str) -> None:
    assert lint("ALTER TABLE orders DROP COLUMN coupon;", schema) == ()


def test_in_alembic_the_help_is_python(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.drop_column("orders", "coupon")
        """,
        ORDERS,
    )
    assert '    op.alter_column("orders", "coupon", nullable=True)' in finding.help
    assert '    op.drop_column("orders", "coupon")' in finding.help


@pytest.mark.parametrize("schema", [ORDERS, None])
def test_a_downgrade_that_undoes_its_own_upgrade_is_quiet(lint: Lint, schema: str | None) -> None:
    text = """
        def upgrade():
            op.add_column("orders", sa.Column("channel", sa.Text()))

        def downgrade():
            op.drop_column("orders", "channel")
        """
    assert lint(text, schema) == ()


def test_a_downgrade_that_drops_another_column_is_found(lint: Lint) -> None:
    (finding,) = lint(
        """
        def upgrade():
            op.add_column("orders", sa.Column("channel", sa.Text()))

        def downgrade():
            op.drop_column("orders", "coupon")
        """,
        ORDERS,
    )
    assert finding.direction == "downgrade"


def test_where_the_upgrade_could_not_be_read_it_may_have_added_the_column(lint: Lint) -> None:
    (finding,) = lint(
        """
        from shop.types import Money

        def upgrade():
            op.add_column("orders", sa.Column("price", Money()))

        def downgrade():
            op.drop_column("orders", "price")
        """
    )
    assert (finding.severity, finding.certainty) == ("advice", "unknown")
    assert "Whether the upgrade of this revision adds it is not known" in finding.message


@pytest.mark.parametrize("schema", [ORDERS, None])
def test_a_column_that_this_migration_added_is_quiet(lint: Lint, schema: str | None) -> None:
    assert lint("ALTER TABLE orders ADD COLUMN tmp text; ALTER TABLE orders DROP COLUMN tmp;", schema) == ()
    assert lint("CREATE TABLE a (id bigint, b text); ALTER TABLE a DROP COLUMN b;", schema) == ()


def test_a_column_that_is_dropped_and_added_anew_is_found(lint: Lint) -> None:
    text = "ALTER TABLE orders DROP COLUMN coupon; ALTER TABLE orders ADD COLUMN coupon text;"
    assert len(lint(text, ORDERS)) == 1


def test_a_column_of_a_table_that_is_not_known_is_found(lint: Lint) -> None:
    (finding,) = lint("ALTER TABLE orders DROP COLUMN coupon;")
    assert (finding.severity, finding.certainty) == ("warning", "proven")
