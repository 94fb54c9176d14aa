"""Create addresses, and let an order have one

Revision ID: 72fa5d19e0c8
Revises: d4083ce5b7f2
Create Date: 2026-03-02 11:47:35
"""

import sqlalchemy as sa
from alembic import op

revision = "72fa5d19e0c8"
down_revision = "d4083ce5b7f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="addresses_customer_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("addresses_customer_id_idx", "addresses", ["customer_id"])
    op.add_column("orders", sa.Column("shipping_address_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "shipping_address_id")
    op.drop_table("addresses")
