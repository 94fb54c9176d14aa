"""Every customer has a name

Revision ID: f60b95a1d2c7
Revises: 49d3c8e2f71a
Create Date: 2026-04-07 15:18:33
"""

import sqlalchemy as sa
from alembic import op

revision = "f60b95a1d2c7"
down_revision = "49d3c8e2f71a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("customers", "name", existing_type=sa.Text(), nullable=False)


def downgrade() -> None:
    op.alter_column("customers", "name", existing_type=sa.Text(), nullable=True)
