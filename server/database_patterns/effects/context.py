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
from database_patterns.model import Direction, Effect, Migration, PossibleFailure, Prediction, Statement
from database_patterns.reading.environment import Environment
from database_patterns.reading.histories import History

from . import alternatives
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
_NO_SUCH_CONSTRAINT: Final = "42704"

__all__ = ["Assumptions", "Held", "HistoryInContext", "MigrationInContext", "StatementInContext", "follow"]


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that an earlier statement of the same transaction has taken: it is held until the transaction ends.

    ``earlier``: an earlier revision has taken it, so that it is held where both are run at once.
    """

    effect: Effect
    since: Statement
    earlier: bool = False

    @property
    def lock(self) -> LockMode:
        assert self.effect.lock is not None  # noqa: S101 - what takes no lock holds none
        return self.effect.lock


Locks = Layers[str, Held]
"""What a transaction holds, by the relations as effects call them."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a ROLLBACK goes back to: the schema and the locks at BEGIN, or at a SAVEPOINT."""

    catalog: Catalog
    held: Locks


@dataclass(frozen=True, slots=True)
class _Open:
    """The transaction that a migration leaves open, for the next one of the same run."""

    id: str | None = None
    held: Locks = field(default_factory=Layers)


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

    def is_new(self, relation: str) -> bool:
        """``created_here`` for a relation as effects call it."""
        return any(self.created_here(name) for name in _names(relation))

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
    """One direction of a migration with all its statements in context.

    ``undoes`` is the upgrade that a downgrade takes back, where that was followed too, ``environment`` the env.py that
    runs it.
    """

    migration: Migration
    direction: Direction
    statements: tuple[StatementInContext, ...]
    at_start: Catalog
    at_end: Catalog
    assumptions: Assumptions
    open: _Open = field(default=_Open(), repr=False, compare=False)
    undoes: MigrationInContext | None = field(default=None, repr=False, compare=False)
    environment: Environment | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class HistoryInContext:
    """What is applied to one database, and each direction of its migrations in context."""

    history: History
    migrations: tuple[MigrationInContext, ...]


def follow(
    migration: Migration,
    direction: Direction,
    catalog: Catalog,
    assumptions: Assumptions,
    after: MigrationInContext | None = None,
) -> MigrationInContext:
    """Follow one direction of ``migration`` from ``catalog``, the schema before it.

    A ROLLBACK takes schema and locks back to what they were at its BEGIN, or SAVEPOINT, and SET LOCAL ends with its
    transaction. The one that ``after``, the migration run before this, has left open may go on.
    """
    catalog = catalog.in_use()
    gaps = bool(migration.gaps(direction))  # where they stand among the statements is not always known
    if gaps:
        catalog = catalog.blurred()
    at_start, followed = catalog, []
    transaction, held = (after.open.id, after.open.held) if after else (None, Layers())
    marks = {_BEGIN: _Mark(catalog, held)}
    for statement in migration.statements(direction):
        current = statement.transaction.id if statement.transaction else None
        if current != transaction and not any(action in _ENDS for action in statement.actions):
            catalog = catalog.without_local_settings()
            marks = {_BEGIN: _Mark(catalog, Layers())}
        if current != transaction or current is None:
            held = Layers()
        transaction = current
        prediction = _predict(statement, catalog, assumptions)
        mark = _mark(statement, catalog, held, marks)
        later = _after(statement, prediction, catalog, mark)
        if later.whole and (statement.confidence != "exact" or prediction.unknown or prediction.error):
            later = replace(later, whole=False)
        if gaps or _may_change_anything(statement, prediction):
            later = later.blurred()
        followed.append(
            StatementInContext(migration, direction, statement, prediction, at_start, catalog, later, assumptions, held)
        )
        held = mark.held if mark else _still_held(held, statement, prediction)
        catalog = later
    end = catalog.without_local_settings()
    left = _Open(transaction, _of_older_tables(held, at_start, catalog))
    return MigrationInContext(migration, direction, tuple(followed), at_start, end, assumptions, left)


def _of_older_tables(held: Locks, at_start: Catalog, at_end: Catalog) -> Locks:
    """The locks that others may wait for: not those of what the migration has created, which nobody else sees."""
    older = ((name, each) for name, each in held.items() if not _is_new(name, at_start, at_end))
    return Layers((name, replace(each, earlier=True)) for name, each in older)


def _is_new(relation: str, at_start: Catalog, at_end: Catalog) -> bool:
    return any(at_end.created_since(at_start, name) for name in _names(relation))


def _predict(statement: Statement, catalog: Catalog, assumptions: Assumptions) -> Prediction:
    """What the statement will do; what depends on whether guarded statements have run is uncertain."""
    prediction = _over_what_is_certain(statement, catalog, assumptions)
    if prediction.error is not None or not catalog.alternatives:
        return prediction
    return alternatives.weighed(prediction, statement, catalog, assumptions)


def _over_what_is_certain(statement: Statement, catalog: Catalog, assumptions: Assumptions) -> Prediction:
    """What the statement will do; an error that is not certain, because it rests on what may not exist, only may come.

    What it would do without that error is then predicted as if nothing were known of the schema.
    """
    prediction = predict(statement, catalog, assumptions)
    error = prediction.error
    if error is None:
        return prediction
    if statement.only_unsure == "names" and error.sqlstate in {*_ALREADY_EXISTS, _NO_SUCH_CONSTRAINT}:
        unless = "target_metadata has a naming convention, which gives another name"
    elif statement.confidence == "guarded" and error.sqlstate in _ALREADY_EXISTS:
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


def _mark(statement: Statement, catalog: Catalog, held: Locks, marks: dict[str, _Mark]) -> _Mark | None:
    """What a ROLLBACK goes back to, None for all other statements; SAVEPOINT enters its own into ``marks``."""
    kinds = {action.kind for action in statement.actions if isinstance(action, TransactionControl)}
    savepoint = getattr(statement.tree, "savepoint_name", None) or _BEGIN
    if "rollback" in kinds:
        return _Mark(marks[_BEGIN].catalog.without_local_settings(), Layers())
    if "savepoint" in kinds:
        marks[savepoint] = _Mark(catalog, held)
    return marks.get(savepoint, marks[_BEGIN]) if "rollback to" in kinds else None


def _after(statement: Statement, prediction: Prediction, catalog: Catalog, mark: _Mark | None) -> Catalog:
    """The schema after a statement; ``mark`` is what a ROLLBACK goes back to."""
    if mark is not None:
        return mark.catalog
    after = catalog.advance(statement)
    if prediction.unknown and any(isinstance(action, _MAY_WRITE) for action in statement.actions):
        return after.in_use()  # what is not known may have filled any table
    written = (effect.relation for effect in prediction.effects if effect.lock == LockMode.RowExclusiveLock)
    return after.with_rows([name for relation in written for name in _names(relation)])


def _names(relation: str) -> tuple[Name, Name]:
    """What the relation of an effect may be called in full: those in ``public`` stand without it."""
    schema, _, name = relation.partition(".")
    return Name(relation, "public"), Name(name, schema)


def _still_held(held: Locks, statement: Statement, prediction: Prediction) -> Locks:
    """The locks that are held after a statement, the strongest of each relation with the statement that took it."""
    after = held.copy()
    for effect in prediction.effects:
        before = after.get(effect.relation)
        if effect.lock and effect.held == "transaction" and (before is None or effect.lock > before.lock):
            after[effect.relation] = Held(effect, statement)
    return after
