"""New guests have a name

Revision ID: 2dd9a323c72e
Revises: 804cc629e3df
Create Date: 2026-03-09 09:16:00
"""

from alembic import op

revision = "2dd9a323c72e"
down_revision = "804cc629e3df"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint("guests_full_name_present", "guests", "full_name IS NOT NULL", postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_constraint("guests_full_name_present", "guests", type_="check")
