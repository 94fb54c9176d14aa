"""CREATE TABLE in all its forms: what it locks of what is there, and what PostgreSQL refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from database_patterns import actions
from database_patterns.actions import Constraint, Expression
from database_patterns.catalog import Table
from database_patterns.catalog.advance import apply
from database_patterns.catalog.new_tables import without_repeated_keys
from database_patterns.catalog.schema import constrained_columns
from database_patterns.locks import LockMode

from . import (
    bounds,
    columns,
    constraints,
    foreign_keys,
    indexes,
    inheritance,
    partition_rows,
    queries,
    references,
    relations,
    sources,
)
from .work import Refused, Work

_AS = LockMode.AccessShareLock
_SUX = LockMode.ShareUpdateExclusiveLock
_SRX = LockMode.ShareRowExclusiveLock
_AX = LockMode.AccessExclusiveLock
_KEYS = frozenset({"primary key", "unique"})


def create(work: Work, action: actions.CreateTable, *, foreign: bool = False) -> None:
    """CREATE TABLE, also FOREIGN, AS a query and as a partition: only what is there already is locked."""
    if action.from_query is not None:
        references.require_names(work, action.from_query.tree)
    if _is_there(work, action):
        return
    for column in action.columns:
        columns.require_type(work, column)
    _lock_above(work, action, foreign=foreign)
    for constraint in _written(action):
        if foreign:
            constraints.require_local(constraint)
        _refer(work, action, constraint)
    if action.of_type is not None:
        _require_composite(work, action.of_type)
    if action.from_query is not None:
        queries.fill(work, action.from_query)
    if action.partition_of is not None:
        parent = work.table(action.partition_of)
        bounds.require_bound(work, parent, action.bound, default=action.default_partition)
        bounds.require_room(work, parent, action.bound, default=action.default_partition)
    inheritance.require_mergeable(work, action)
    made = apply(work.catalog, action).table(_place(work, action))
    if made is not None:
        _require_possible(work, action, made)


def _lock_above(work: Work, action: actions.CreateTable, *, foreign: bool) -> None:
    """Enter the locks on the tables that the new one inherits from, is modelled on, or becomes a partition of."""
    for name in action.inherits:
        work.lock(_parent(work, name), _SUX, "A table inherits from it.", sources.CREATE_TABLE)
    _lock_liked(work, action)
    if action.partition_of is not None:
        parent = _parent(work, action.partition_of)
        _become_partition(work, parent, action.bound, default=action.default_partition, foreign=foreign)


def _written(action: actions.CreateTable) -> list[Constraint]:
    inline = (each for column in (*action.columns, *action.options) for each in column.constraints)
    return [*action.constraints, *inline]


def _place(work: Work, action: actions.CreateTable) -> actions.Name:
    temporary = action.persistence == "temporary" and action.table.schema is None
    return actions.Name(action.table.name, "pg_temp") if temporary else work.catalog.place_of(action.table)


def _is_there(work: Work, action: actions.CreateTable) -> bool:
    """Whether IF NOT EXISTS finds a relation of that name; a name that is taken otherwise is refused."""
    relations.require_schema(work, action.table)
    place = _place(work, action)
    if action.if_not_exists and work.catalog.exists(place):
        return True
    relations.require_free(work, place)
    return False


def _parent(work: Work, name: actions.Name) -> Table:
    """The table above a new one; raises Refused where it cannot have any below it."""
    found = work.table(name)
    if relations.is_known(found) and found.kind not in {"table", "foreign table"}:
        raise Refused("42809", f'inherited relation "{name}" is not a table or foreign table')
    return found


def _require_composite(work: Work, name: actions.Name) -> None:
    found = work.catalog.table(name)
    if found is None and work.catalog.is_type(name):
        raise Refused("42809", f"type {name} is not a composite type")
    if found is not None and found.kind != "type":
        raise Refused("42809", f"type {name} is the row type of another table")
    if found is None and work.catalog.complete:
        relations.require_schema(work, name)
        raise Refused("42704", f'type "{name}" does not exist')


def _require_possible(work: Work, action: actions.CreateTable, made: Table) -> None:
    """Raise Refused where the parts of the definition do not go together; ``made`` is the table that it would make."""
    liked = [name for like in action.like if (source := work.catalog.table(like.table)) for name in source.columns]
    columns_named = [*(each.name for each in action.columns), *liked]
    _require_once("42701", 'column "{}" specified more than once', columns_named)
    named = [each for each in without_repeated_keys(_written(action)) if each.name and each.kind != "not null"]
    indexed = (each.name or "" for each in named if each.kind in {"primary key", "unique", "exclusion"})
    _require_once("42P07", 'relation "{}" already exists', indexed)
    _require_once("42710", 'constraint "{}" is defined more than once', (each.name or "" for each in named))
    for column in (*action.columns, *action.options):
        columns.require(made, column.name)
        columns.require_default(work, made, made.columns.get(column.name, column), column.default)
    if not made.partition_key <= set(made.columns) and made.columns_complete:
        raise Refused("42703", "a column named in the partition key does not exist")
    if any(made.columns[each].generated for each in made.partition_key & set(made.columns)):
        raise Refused("42P17", "cannot use generated column in partition key")
    if [each.kind for each in _written(action)].count("primary key") > 1:
        raise Refused("42P16", f'multiple primary keys for table "{made.name}" are not allowed')
    for constraint in _written(action):
        _require_constraint(work, made, constraint)


def _require_once(sqlstate: str, message: str, names: Iterable[str]) -> None:
    repeated = next((name for name, number in Counter(names).items() if number > 1), None)
    if repeated is not None:
        raise Refused(sqlstate, message.format(repeated))


def _require_constraint(work: Work, made: Table, constraint: Constraint) -> None:
    references.require_in(work, made, constraint.expression, constraint.predicate)
    for column in constrained_columns(constraint):
        columns.require(made, column)
    constraints.require_stored(made, constraint)
    if constraint.kind in _KEYS:
        constraints.require_range(work, made, constraint)
        constraints.require_partition_key(made, constraint)
        for column in constraint.columns:
            indexes.require_class(work, "btree", made.columns[column].type if column in made.columns else None)
    if constraint.references is not None:
        own = work.catalog.resolve(constraint.references) == made.name and not work.catalog.exists(made.name)
        referenced = made if own else foreign_keys.referenced_table(work, constraint)
        foreign_keys.require_possible(work, made, referenced, constraint)


def _refer(work: Work, action: actions.CreateTable, constraint: Constraint) -> None:
    if constraint.references is None or constraint.references == action.table:
        return
    referenced = work.table(constraint.references)
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        work.lock(each, _SRX, "A foreign key of the new table adds triggers to it.", sources.CREATE_TABLE)


def _lock_liked(work: Work, action: actions.CreateTable) -> None:
    for like in action.like:
        source = work.table(like.table)
        if relations.is_known(relations.find(work, like.table)) and source.kind not in _MODELS:
            raise Refused("42809", f'relation "{like.table}" is invalid in LIKE clause')
        if source.kind != "type":
            work.lock(source, _AS, "The new table is modelled on it.", sources.CREATE_TABLE)


_MODELS = frozenset({"table", "view", "materialized view", "type", "foreign table"})


def _become_partition(work: Work, parent: Table, bound: Expression | None, *, default: bool, foreign: bool) -> None:
    if parent.complete and not parent.partitioned:
        raise Refused("42P17", f'"{parent.name}" is not partitioned')
    work.lock(parent, _AX, "It gets a partition: nobody may use it meanwhile.", sources.PARTITIONING)
    take_indexes(work, parent, foreign=foreign)
    for key in parent.foreign_keys:
        if key.references is not None:
            work.lock(work.table(key.references), _SRX, "The partition takes over a foreign key.", sources.PARTITIONING)
    take_references(work, parent)
    if not default:
        partition_rows.search_default(work, parent, bound)


def take_indexes(work: Work, parent: Table, *, foreign: bool) -> None:
    """Enter that a new partition gets its part of every index; a foreign table has none, and so refuses unique ones."""
    for index in parent.indexes.values():
        if not foreign:
            work.lock(index, _SUX, "The new partition gets its part of it.", sources.PARTITIONING)
        elif index.unique:
            raise Refused(
                "42809", f'a foreign table cannot be a partition of "{parent.name}", which has a unique index'
            )


def take_references(work: Work, parent: Table) -> None:
    """Enter that a new partition becomes referenced by every foreign key to the tables above it."""
    mode = _SRX if work.postgres >= _REFERENCES_LOCK_MORE_SINCE else _AS
    for other, _ in work.catalog.references_into(parent):
        if not work.catalog.above(other):
            work.lock(other, mode, "Its foreign key comes to refer to the new partition too.", sources.PARTITIONING)


_REFERENCES_LOCK_MORE_SINCE = 15
