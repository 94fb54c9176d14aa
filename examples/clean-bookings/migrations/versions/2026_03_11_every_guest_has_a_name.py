"""Every guest has a name

Revision ID: 90bae98d2e74
Revises: 51f312c19b45
Create Date: 2026-03-11 09:18:00
"""

import sqlalchemy as sa
from alembic import op

revision = "90bae98d2e74"
down_revision = "51f312c19b45"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE guests VALIDATE CONSTRAINT guests_full_name_present")
    op.alter_column("guests", "full_name", existing_type=sa.Text(), nullable=False)
    op.drop_constraint("guests_full_name_present", "guests", type_="check")


def downgrade() -> None:
    op.create_check_constraint("guests_full_name_present", "guests", "full_name IS NOT NULL", postgresql_not_valid=True)
    op.alter_column("guests", "full_name", existing_type=sa.Text(), nullable=True)
