"""New products have a title

Revision ID: 2c7ed04b983f
Revises: f60b95a1d2c7
Create Date: 2026-04-08 09:41:52
"""

from alembic import op

revision = "2c7ed04b983f"
down_revision = "f60b95a1d2c7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint("products_title_present", "products", "title IS NOT NULL", postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_constraint("products_title_present", "products", type_="check")
