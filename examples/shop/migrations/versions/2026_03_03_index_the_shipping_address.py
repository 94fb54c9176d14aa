"""Index the shipping address of orders

Revision ID: a9c61b4f7e35
Revises: 72fa5d19e0c8
Create Date: 2026-03-03 09:20:28
"""

from alembic import op

revision = "a9c61b4f7e35"
down_revision = "72fa5d19e0c8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "orders_shipping_address_id_idx", "orders", ["shipping_address_id"], postgresql_concurrently=True
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("orders_shipping_address_id_idx", table_name="orders", postgresql_concurrently=True)
