"""Find bookings by guest

Revision ID: feaf2db7a9c0
Revises: 682fd6cfceb4
Create Date: 2026-02-02 09:12:00
"""

from alembic import op

revision = "feaf2db7a9c0"
down_revision = "682fd6cfceb4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("bookings_guest_id_idx", "bookings", ["guest_id"], postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("bookings_guest_id_idx", table_name="bookings", postgresql_concurrently=True)
