"""Ship only to addresses that exist

Revision ID: 05e8b2d6c94f
Revises: a9c61b4f7e35
Create Date: 2026-03-03 14:55:01
"""

from alembic import op

revision = "05e8b2d6c94f"
down_revision = "a9c61b4f7e35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_foreign_key("orders_shipping_address_id_fkey", "orders", "addresses", ["shipping_address_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("orders_shipping_address_id_fkey", "orders", type_="foreignkey")
