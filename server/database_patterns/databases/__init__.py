"""Live databases: connecting to one, and reading its schema, without a change and without a lock that anybody feels."""
