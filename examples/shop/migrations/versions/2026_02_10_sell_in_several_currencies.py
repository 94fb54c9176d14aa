"""Sell in several currencies

Revision ID: 6b90f3a81ce4
Revises: 1ea4d7c2905b
Create Date: 2026-02-10 13:25:50
"""

import sqlalchemy as sa
from alembic import op

revision = "6b90f3a81ce4"
down_revision = "1ea4d7c2905b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("currency", sa.Text(), server_default="EUR", nullable=False))


def downgrade() -> None:
    op.drop_column("orders", "currency")
