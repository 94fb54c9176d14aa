"""Create rooms and guests

Revision ID: c1ecf5338916
Revises:
Create Date: 2026-01-12 09:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = "c1ecf5338916"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beds", sa.Integer(), nullable=False),
        sa.CheckConstraint("beds > 0", name="rooms_beds_positive"),
        sa.UniqueConstraint("name", name="rooms_name_key"),
    )
    op.create_table(
        "guests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("email", name="guests_email_key"),
    )


def downgrade() -> None:
    op.drop_table("guests")
    op.drop_table("rooms")
