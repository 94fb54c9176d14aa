"""Create orders

Revision ID: 0a7f3b91c5d2
Revises:
Create Date: 2026-01-13 15:40:57
"""

import sqlalchemy as sa
from alembic import op

revision = "0a7f3b91c5d2"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("orders")
