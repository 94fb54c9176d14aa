"""Find orders by date

Revision ID: 6e2d84f0a93b
Revises: 0a7f3b91c5d2
Create Date: 2026-02-03 08:31:19
"""

from alembic import op

revision = "6e2d84f0a93b"
down_revision = "0a7f3b91c5d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("orders_placed_at_idx", "orders", ["placed_at"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("orders_placed_at_idx", table_name="orders", postgresql_concurrently=True)
