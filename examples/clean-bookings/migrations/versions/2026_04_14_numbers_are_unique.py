"""Numbers of bookings are unique

Revision ID: f2f10b0db393
Revises: 217fc1cddf49
Create Date: 2026-04-14 09:31:00
"""

from alembic import op

revision = "f2f10b0db393"
down_revision = "217fc1cddf49"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("bookings_number_key", "bookings", ["number"], unique=True, postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("bookings_number_key", table_name="bookings", postgresql_concurrently=True)
