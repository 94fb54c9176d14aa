"""Tie new bookings to their guests

Revision ID: 49baf23f1665
Revises: feaf2db7a9c0
Create Date: 2026-02-03 09:13:00
"""

from alembic import op

revision = "49baf23f1665"
down_revision = "feaf2db7a9c0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_foreign_key(
        "bookings_guest_id_fkey", "bookings", "guests", ["guest_id"], ["id"], postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint("bookings_guest_id_fkey", "bookings", type_="foreignkey")
