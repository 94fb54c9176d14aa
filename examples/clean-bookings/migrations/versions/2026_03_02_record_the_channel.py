"""Record the channel of a booking

Revision ID: 804cc629e3df
Revises: 2e48155a9462
Create Date: 2026-03-02 09:15:00
"""

import sqlalchemy as sa
from alembic import op

revision = "804cc629e3df"
down_revision = "2e48155a9462"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("channel", sa.Text(), server_default="web", nullable=False))


def downgrade() -> None:
    op.drop_column("bookings", "channel")
