"""Find orders by date

Revision ID: 1ea4d7c2905b
Revises: c57b0e93d8f6
Create Date: 2026-02-03 08:31:19
"""

from alembic import op

revision = "1ea4d7c2905b"
down_revision = "c57b0e93d8f6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("orders_placed_at_idx", "orders", ["placed_at"])


def downgrade() -> None:
    op.drop_index("orders_placed_at_idx", table_name="orders")
