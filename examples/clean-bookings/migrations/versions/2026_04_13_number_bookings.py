"""Number the bookings

Revision ID: 217fc1cddf49
Revises: 90bae98d2e74
Create Date: 2026-04-13 09:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "217fc1cddf49"
down_revision = "90bae98d2e74"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("number", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("bookings", "number")
