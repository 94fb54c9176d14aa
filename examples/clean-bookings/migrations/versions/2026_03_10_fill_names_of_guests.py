"""Fill in the names of guests from their addresses

Revision ID: 51f312c19b45
Revises: 2dd9a323c72e
Create Date: 2026-03-10 09:17:00
"""

import sqlalchemy as sa
from alembic import op

revision = "51f312c19b45"
down_revision = "2dd9a323c72e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        last = connection.scalar(sa.text("SELECT max(id) FROM guests")) or 0
        for start in range(0, last + 1, 5000):
            connection.execute(
                sa.text(
                    "UPDATE guests SET full_name = split_part(email, '@', 1)"
                    " WHERE id >= :start AND id < :start + 5000 AND full_name IS NULL"
                ),
                {"start": start},
            )


def downgrade() -> None:
    # What was filled in cannot be told from what was there.
    pass
