"""Record the sales channel of an order

Revision ID: d4083ce5b7f2
Revises: 6b90f3a81ce4
Create Date: 2026-02-17 16:08:12
"""

import sqlalchemy as sa
from alembic import op

revision = "d4083ce5b7f2"
down_revision = "6b90f3a81ce4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("sales_channel", sa.Text(), nullable=False))


def downgrade() -> None:
    op.drop_column("orders", "sales_channel")
