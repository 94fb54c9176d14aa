"""How Alembic reaches the shop's database: a transaction for each revision, and no lock waited for longer than 4 s.

The database is named by ``SHOP_DATABASE_URL``, as in ``postgresql+psycopg://shop@db.internal/shop``.
"""

from __future__ import annotations

import logging
import os

from alembic import context
from sqlalchemy import create_engine, pool

from shop.models import Base

logging.basicConfig(format="%(levelname)s %(message)s")
logging.getLogger("alembic").setLevel(logging.INFO)
url = os.environ.get("SHOP_DATABASE_URL", "postgresql+psycopg:///shop")

if context.is_offline_mode():
    context.configure(
        url=url,
        target_metadata=Base.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    # The limit is set as the connection is opened: a SET before context.configure() would open a transaction, and then
    # Alembic could not begin one of its own.
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": "-c lock_timeout=4s"})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
