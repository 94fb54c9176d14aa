"""Create bookings

Revision ID: 682fd6cfceb4
Revises: c1ecf5338916
Create Date: 2026-01-13 09:11:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "682fd6cfceb4"
down_revision = "c1ecf5338916"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("room_id", sa.BigInteger(), sa.ForeignKey("rooms.id", name="bookings_room_id_fkey"), nullable=False),
        sa.Column("guest_id", sa.BigInteger(), nullable=False),
        sa.Column("nights", postgresql.DATERANGE(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index("bookings_room_id_idx", "bookings", ["room_id"])


def downgrade() -> None:
    op.drop_table("bookings")
