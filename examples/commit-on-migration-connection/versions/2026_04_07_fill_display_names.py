"""Fill the display names

Revision ID: b35f60d9e1c7
Revises: 91c4e7a2f08d
Create Date: 2026-04-07 15:18:33
"""

import sqlalchemy as sa
from alembic import op

revision = "b35f60d9e1c7"
down_revision = "91c4e7a2f08d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE customers SET display_name = name WHERE display_name IS NULL"))
    connection.commit()


def downgrade() -> None:
    """The names were there before: nothing to take back."""
