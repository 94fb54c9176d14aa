"""The use cases, one module each: they compose reading, effects, linting, reporting and the lab for the doors."""
