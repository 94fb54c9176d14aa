"""Check the guests of old bookings

Revision ID: 2e48155a9462
Revises: 49baf23f1665
Create Date: 2026-02-04 09:14:00
"""

from alembic import op

revision = "2e48155a9462"
down_revision = "49baf23f1665"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE bookings VALIDATE CONSTRAINT bookings_guest_id_fkey")


def downgrade() -> None:
    # A constraint that is valid stays so: the revision before takes it away.
    pass
