"""What is to be done, written as SQL and as Alembic's Python."""
