"""Find the items of a product

Revision ID: b18e6d2a07f4
Revises: 5d09c7b4fe12
Create Date: 2026-06-09 08:44:21
"""

from alembic import op

revision = "b18e6d2a07f4"
down_revision = "5d09c7b4fe12"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("order_items_product_id_idx", "order_items", ["product_id"], postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("order_items_product_id_idx", table_name="order_items", postgresql_concurrently=True)
