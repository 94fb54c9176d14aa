"""Make room for more than two billion orders

Revision ID: e3f82a60c1d9
Revises: 9ab15f6e3c80
Create Date: 2026-05-19 07:58:40
"""

import sqlalchemy as sa
from alembic import op

revision = "e3f82a60c1d9"
down_revision = "9ab15f6e3c80"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("orders", "id", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)


def downgrade() -> None:
    op.alter_column("orders", "id", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False)
