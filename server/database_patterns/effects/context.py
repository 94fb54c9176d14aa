"""A migration followed statement by statement: each statement with what it will do, and the schema before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from database_patterns.actions import Name, TransactionControl
from database_patterns.catalog import Catalog
from database_patterns.model import Direction, Migration, Prediction, Statement

from .assumptions import Assumptions
from .predict import predict

_ROLLBACK: Final = TransactionControl("rollback")
_ENDS: Final = (_ROLLBACK, TransactionControl("commit"))

__all__ = ["Assumptions", "MigrationInContext", "StatementInContext", "follow"]


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
        """Whether this migration has created ``table`` before this statement, so that nobody else uses it yet."""
        return self.before.created_since(self.at_start, table)


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
    """Follow one direction of ``migration`` from ``catalog``, the schema before it.

    A ROLLBACK takes the schema back to what it was at its BEGIN, and SET LOCAL ends with its transaction.
    """
    catalog = catalog.in_use()
    at_start, followed = catalog, []
    began, transaction = catalog, None
    for statement in migration.statements(direction):
        current = statement.transaction.id if statement.transaction else None
        if current != transaction and not any(action in _ENDS for action in statement.actions):
            catalog = catalog.without_local_settings()
            began = catalog
        transaction = current
        prediction = predict(statement, catalog, assumptions)
        rolled_back = _ROLLBACK in statement.actions
        after = began.without_local_settings() if rolled_back else catalog.advance(statement)
        followed.append(
            StatementInContext(migration, direction, statement, prediction, at_start, catalog, after, assumptions)
        )
        catalog = after
    end = catalog.without_local_settings()
    return MigrationInContext(migration, direction, tuple(followed), at_start, end, assumptions)
