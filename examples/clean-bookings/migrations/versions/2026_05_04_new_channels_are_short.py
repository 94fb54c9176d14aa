"""New channels are short

Revision ID: a4a95046ba1a
Revises: f2f10b0db393
Create Date: 2026-05-04 09:32:00
"""

from alembic import op

revision = "a4a95046ba1a"
down_revision = "f2f10b0db393"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint("bookings_channel_short", "bookings", "length(channel) <= 40", postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_constraint("bookings_channel_short", "bookings", type_="check")
