"""enum-left-behind: the type outlives its table."""

from __future__ import annotations

from collections.abc import Callable

from database_patterns.model import Finding

Lint = Callable[..., tuple[Finding, ...]]

TABLE = """
def upgrade():
    op.create_table(
        "orders",
        sa.Column("state", sa.Enum("new", name="order_state")),
        sa.Column("kind", sa.Enum("a", name="order_kind", schema="shop")),
    )

def downgrade():
    op.drop_table("orders")
"""
DROPPED = """
    op.execute("DROP TYPE order_state")
    sa.Enum(name="order_kind", schema="shop").drop(op.get_bind())
"""


def test_all_types_of_a_table_are_one_finding_at_the_downgrade(lint: Lint) -> None:
    (finding,) = lint(TABLE)
    assert (finding.severity, finding.certainty, finding.direction, finding.span.line) == (
        "warning",
        "proven",
        "downgrade",
        16,
    )
    assert finding.message == (
        "downgrade() leaves the enum order_state and shop.order_kind behind, as dropping a table or a column drops no"
        ' type. The next upgrade fails: Type "order_state" already exists (42710).'
    )
    assert finding.help == (
        "At the end of downgrade(), drop what upgrade() has created:\n\n"
        '    op.execute("DROP TYPE order_state")\n'
        '    op.execute("DROP TYPE shop.order_kind")'
    )
    assert [each.line for each in finding.related] == [12, 13]


def test_types_that_are_dropped_are_quiet(lint: Lint) -> None:
    assert lint(TABLE + DROPPED.removeprefix("\n")) == ()


def test_a_type_that_upgrade_only_creates_where_it_is_missing_is_quiet(lint: Lint) -> None:
    text = """
        def upgrade():
            sa.Enum("new", name="order_state").create(op.get_bind(), checkfirst=True)

        def downgrade():
            op.execute("SELECT 1")
        """
    assert lint(text) == ()


def test_a_downgrade_that_does_nothing_is_another_rules(lint: Lint) -> None:
    assert lint(TABLE.replace('op.drop_table("orders")', "pass")) == ()
