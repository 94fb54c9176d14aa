"""Rooms have kinds

Revision ID: bbda56950d9c
Revises: f7174a397585
Create Date: 2026-06-01 09:34:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "bbda56950d9c"
down_revision = "f7174a397585"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = postgresql.ENUM("single", "double", name="room_kind", create_type=False)
    kind.create(op.get_bind())
    op.add_column("rooms", sa.Column("kind", kind, nullable=True))


def downgrade() -> None:
    op.drop_column("rooms", "kind")
    op.execute("DROP TYPE room_kind")
