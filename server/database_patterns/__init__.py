"""database-patterns: proven knowledge of database migrations, PostgreSQL and Alembic first."""
