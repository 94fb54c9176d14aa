"""Check the channels of old bookings

Revision ID: f7174a397585
Revises: a4a95046ba1a
Create Date: 2026-05-05 09:33:00
"""

from alembic import op

revision = "f7174a397585"
down_revision = "a4a95046ba1a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE bookings VALIDATE CONSTRAINT bookings_channel_short")


def downgrade() -> None:
    # A constraint that is valid stays so: the revision before takes it away.
    pass
