"""A migration followed statement by statement: each statement with what it will do, and the schema before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from database_patterns.actions import (
    Action,
    CreateTable,
    CreateView,
    Delete,
    DoBlock,
    Insert,
    Name,
    Other,
    Select,
    TransactionControl,
    Update,
)
from database_patterns.catalog import Catalog
from database_patterns.catalog.advance import in_execution_order
from database_patterns.catalog.layers import Layers
from database_patterns.locks import LockMode
from database_patterns.model import Direction, Migration, PossibleFailure, Prediction, Statement

from .assumptions import Assumptions
from .predict import predict

_ROLLBACK: Final = TransactionControl("rollback")
_ENDS: Final = (_ROLLBACK, TransactionControl("commit"))
_BEGIN: Final = ""
_MAY_WRITE: Final = (CreateTable, CreateView, Delete, DoBlock, Insert, Other, Select, Update)
_ON_ROWS: Final = (Delete, Insert, Select, Update)
_RUNS_CODE: Final = (DoBlock, Other, Select)
_ALREADY_EXISTS: Final = frozenset({"42P07", "42701", "42710"})
"""The SQLSTATEs of a table, column or other object that there is already."""

__all__ = ["Assumptions", "Held", "MigrationInContext", "StatementInContext", "follow"]


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that an earlier statement of the same transaction has taken: it is held until the transaction ends."""

    lock: LockMode
    since: Statement


@dataclass(frozen=True, slots=True)
class StatementInContext:
    """A statement, its prediction, and the schema before the migration, before the statement and after it.

    ``held`` are the locks, by relation, under which it begins.
    """

    migration: Migration
    direction: Direction
    statement: Statement
    prediction: Prediction
    at_start: Catalog
    before: Catalog
    after: Catalog
    assumptions: Assumptions
    held: Mapping[str, Held] = field(default_factory=dict)

    def created_here(self, table: Name) -> bool:
        """Whether this migration has created ``table`` before this statement, so that nobody else uses it yet."""
        return self.before.created_since(self.at_start, table)

    def before_action(self, action: Action) -> Catalog:
        """The schema after those of the statement's actions that PostgreSQL executes before this one."""
        if len(self.statement.actions) == 1:
            return self.before
        ordered = in_execution_order(self.statement.actions)
        earlier = tuple(ordered[: ordered.index(action)])
        return self.before.advance(replace(self.statement, actions=earlier, confidence="exact"))

    def by_itself(self, action: Action) -> Prediction:
        """What this one of the statement's actions does, after those that PostgreSQL executes before it."""
        if len(self.statement.actions) == 1:
            return self.prediction
        return _predict(replace(self.statement, actions=(action,)), self.before_action(action), self.assumptions)


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

    A ROLLBACK takes the schema back to what it was at its BEGIN, or SAVEPOINT, and SET LOCAL ends with its transaction.
    """
    catalog = catalog.in_use()
    gaps = bool(migration.gaps(direction))  # where they stand among the statements is not always known
    if gaps:
        catalog = catalog.blurred()
    at_start, followed = catalog, []
    marks, transaction = {_BEGIN: catalog}, None
    held: Layers[str, Held] = Layers()
    for statement in migration.statements(direction):
        current = statement.transaction.id if statement.transaction else None
        if current != transaction and not any(action in _ENDS for action in statement.actions):
            catalog = catalog.without_local_settings()
            marks = {_BEGIN: catalog}
        if current != transaction or current is None:
            held = Layers()
        transaction = current
        prediction = _predict(statement, catalog, assumptions)
        after = _after(statement, prediction, catalog, marks)
        if after.whole and (statement.confidence != "exact" or prediction.unknown or prediction.error):
            after = replace(after, whole=False)
        if gaps or _may_change_anything(statement, prediction):
            after = after.blurred()
        followed.append(
            StatementInContext(migration, direction, statement, prediction, at_start, catalog, after, assumptions, held)
        )
        held = _still_held(held, statement, prediction)
        catalog = after
    end = catalog.without_local_settings()
    return MigrationInContext(migration, direction, tuple(followed), at_start, end, assumptions)


def _predict(statement: Statement, catalog: Catalog, assumptions: Assumptions) -> Prediction:
    """What the statement will do; an error that is not certain, because it rests on what may not exist, only may come.

    What it would do without that error is then predicted as if nothing were known of the schema.
    """
    prediction = predict(statement, catalog, assumptions)
    error = prediction.error
    if error is None:
        return prediction
    if statement.confidence == "guarded" and error.sqlstate in _ALREADY_EXISTS:
        unless = "its condition rules that out"
    elif catalog.sure and predict(statement, catalog.sure, assumptions).error is None:
        unless = "a part that could not be analysed has changed that"
    else:
        return prediction
    otherwise = predict(statement, Catalog.unknown(), assumptions)
    possible = PossibleFailure(error.sqlstate, f"{error.message}, unless {unless}", expected=True)
    return replace(otherwise, may_fail=(possible, *otherwise.may_fail))


def _may_change_anything(statement: Statement, prediction: Prediction) -> bool:
    """Whether the statement may change a part of the schema that it does not show."""
    actions = statement.actions
    if statement.confidence in {"partial", "opaque"} and not all(isinstance(each, _ON_ROWS) for each in actions):
        return True
    return not actions or (bool(prediction.unknown) and any(isinstance(each, _RUNS_CODE) for each in actions))


def _after(statement: Statement, prediction: Prediction, catalog: Catalog, marks: dict[str, Catalog]) -> Catalog:
    """The schema after a statement; ``marks`` holds what a ROLLBACK goes back to, by the name of its SAVEPOINT."""
    kinds = {action.kind for action in statement.actions if isinstance(action, TransactionControl)}
    savepoint = getattr(statement.tree, "savepoint_name", None) or _BEGIN
    if "rollback" in kinds:
        return marks[_BEGIN].without_local_settings()
    if "rollback to" in kinds:
        return marks.get(savepoint, marks[_BEGIN])
    if "savepoint" in kinds:
        marks[savepoint] = catalog
    after = catalog.advance(statement)
    if prediction.unknown and any(isinstance(action, _MAY_WRITE) for action in statement.actions):
        return after.in_use()  # what is not known may have filled any table
    written = (effect.relation for effect in prediction.effects if effect.lock == LockMode.RowExclusiveLock)
    return after.with_rows([name for relation in written for name in _names(relation)])


def _names(relation: str) -> tuple[Name, Name]:
    """What the relation of an effect may be called in full: those in ``public`` stand without it."""
    schema, _, name = relation.partition(".")
    return Name(relation, "public"), Name(name, schema)


def _still_held(held: Layers[str, Held], statement: Statement, prediction: Prediction) -> Layers[str, Held]:
    """The locks that are held after a statement, the strongest of each relation with the statement that took it."""
    after = held.copy()
    for effect in prediction.effects:
        before = after.get(effect.relation)
        if effect.lock and effect.held == "transaction" and (before is None or effect.lock > before.lock):
            after[effect.relation] = Held(effect.lock, statement)
    return after
