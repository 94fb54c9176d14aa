"""All knowledge of PostgreSQL: a Statement, the Catalog before it and a server version, to a Prediction."""
