"""A migration followed statement by statement: each statement with what it will do, and the schema before and after."""

from __future__ import annotations

from dataclasses import dataclass

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.model import Direction, Migration, Prediction, Statement


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a prediction rests on: the server's major version, and the session's ``TimeZone`` (None: not known)."""

    postgres: int = 18
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class StatementInContext:
    """A statement, its prediction, and the schema before the migration, before the statement and after it."""

    migration: Migration
    direction: Direction
    statement: Statement
    prediction: Prediction
    at_start: Catalog
    before: Catalog
    after: Catalog
    assumptions: Assumptions

    def created_here(self, table: Name) -> bool:
        """Whether this migration itself has created ``table`` before this statement, so that nobody else uses it yet."""
        return self.before.table(table) is not None and self.at_start.table(table) is None and ...


@dataclass(frozen=True, slots=True)
class MigrationInContext:
    """One direction of a migration with all its statements in context."""

    migration: Migration
    direction: Direction
    statements: tuple[StatementInContext, ...]
    at_start: Catalog
    at_end: Catalog
    assumptions: Assumptions


def follow(
    migration: Migration, direction: Direction, catalog: Catalog, assumptions: Assumptions
) -> MigrationInContext:
    """Follow one direction of ``migration`` from ``catalog``, the schema before it."""
    raise NotImplementedError
