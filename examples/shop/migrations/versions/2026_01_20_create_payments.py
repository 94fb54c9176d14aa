"""Create payments

Revision ID: c57b0e93d8f6
Revises: 8d2e61f04ab3
Create Date: 2026-01-20 10:02:44
"""

import sqlalchemy as sa
from alembic import op

revision = "c57b0e93d8f6"
down_revision = "8d2e61f04ab3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("provider", "provider_reference", name="payments_provider_provider_reference_key"),
    )
    op.create_index("payments_order_id_idx", "payments", ["order_id"])


def downgrade() -> None:
    op.drop_table("payments")
