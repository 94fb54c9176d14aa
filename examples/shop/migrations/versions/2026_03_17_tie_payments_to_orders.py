"""Tie new payments to their orders

Revision ID: be17f0a3586d
Revises: 05e8b2d6c94f
Create Date: 2026-03-17 10:33:46
"""

from alembic import op

revision = "be17f0a3586d"
down_revision = "05e8b2d6c94f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_foreign_key(
        "payments_order_id_fkey", "payments", "orders", ["order_id"], ["id"], postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint("payments_order_id_fkey", "payments", type_="foreignkey")
