"""Create customers

Revision ID: 91c4e7a2f08d
Revises:
Create Date: 2026-01-12 09:14:03
"""

import sqlalchemy as sa
from alembic import op

revision = "91c4e7a2f08d"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
    )
    op.execute("INSERT INTO customers (name) VALUES ('Ada'), ('Grace')")


def downgrade() -> None:
    op.drop_table("customers")
