"""Check that the old payments have orders too

Revision ID: 49d3c8e2f71a
Revises: be17f0a3586d
Create Date: 2026-03-18 10:12:09
"""

from alembic import op

revision = "49d3c8e2f71a"
down_revision = "be17f0a3586d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE payments VALIDATE CONSTRAINT payments_order_id_fkey")


def downgrade() -> None:
    """A constraint that was proven to hold need not become unproven: the revision before this one drops it."""
