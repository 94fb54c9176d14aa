"""A disposable real PostgreSQL: it measures what statements do, as a second witness beside the prediction."""
