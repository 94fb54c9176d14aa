"""How Alembic reaches the database of the bookings: a transaction for each revision, and no lock waited for long.

The database is named by ``BOOKINGS_DATABASE_URL``, as in ``postgresql+psycopg://bookings@db.internal/bookings``.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, pool

url = os.environ.get("BOOKINGS_DATABASE_URL", "postgresql+psycopg:///bookings")

# The limit is set as the connection is opened: a SET before context.configure() would open a transaction.
engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": "-c lock_timeout=4s"})
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
