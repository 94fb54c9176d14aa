"""Forget phone numbers

Revision ID: 5d09c7b4fe12
Revises: e3f82a60c1d9
Create Date: 2026-06-02 12:26:05
"""

import sqlalchemy as sa
from alembic import op

revision = "5d09c7b4fe12"
down_revision = "e3f82a60c1d9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("customers", "phone")


def downgrade() -> None:
    op.add_column("customers", sa.Column("phone", sa.Text(), nullable=True))
