"""Every product has a title

Revision ID: 9ab15f6e3c80
Revises: 2c7ed04b983f
Create Date: 2026-04-09 09:37:14
"""

import sqlalchemy as sa
from alembic import op

revision = "9ab15f6e3c80"
down_revision = "2c7ed04b983f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE products VALIDATE CONSTRAINT products_title_present")
    op.alter_column("products", "title", existing_type=sa.Text(), nullable=False)
    op.drop_constraint("products_title_present", "products", type_="check")


def downgrade() -> None:
    op.create_check_constraint("products_title_present", "products", "title IS NOT NULL", postgresql_not_valid=True)
    op.alter_column("products", "title", existing_type=sa.Text(), nullable=True)
