"""CREATE TABLE, CREATE VIEW and DROP of relations and other objects, with what goes along."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns import actions
from database_patterns.actions import Constraint, Name
from database_patterns.catalog import Kind, Sequence, Table
from database_patterns.catalog.definitions import own_keys
from database_patterns.catalog.drops import columns_of_type, drawing_from, dropped_together, obstacles
from database_patterns.catalog.expressions import output_columns
from database_patterns.locks import LockMode

from . import columns, indexes, others, renames, rows, sources
from .work import Refused, Work

_AS = LockMode.AccessShareLock
_SUX = LockMode.ShareUpdateExclusiveLock
_SRX = LockMode.ShareRowExclusiveLock
_AX = LockMode.AccessExclusiveLock


def create(work: Work, action: actions.CreateTable) -> None:
    """CREATE TABLE, also AS a query and as a partition: only what is there already is locked."""
    if _is_there(work, action):
        return
    for column in action.columns:
        columns.require_type(work, column)
    for name in action.inherits:
        work.lock(work.table(name), _SUX, "A table inherits from it.", sources.CREATE_TABLE)
    _lock_liked(work, action)
    if action.partition_of is not None:
        _become_partition(work, work.table(action.partition_of), default=action.default_partition)
    for constraint in (*action.constraints, *(each for column in action.columns for each in column.constraints)):
        _refer(work, action, constraint)
        for column in action.columns if constraint.kind in {"primary key", "unique"} else ():
            if column.name in constraint.columns:
                indexes.require_class(work, "btree", column.type)
    if action.from_query is not None:
        rows.read(work, action.from_query)


def _is_there(work: Work, action: actions.CreateTable) -> bool:
    """Whether IF NOT EXISTS finds a relation of that name; a name that is taken otherwise is refused."""
    if action.persistence == "temporary":
        return False
    if not work.catalog.exists(action.table):
        others.require_free_type(work, action.table, of_relation=True)
        return False
    if not action.if_not_exists:
        raise Refused("42P07", f'relation "{action.table}" already exists')
    return True


def _refer(work: Work, action: actions.CreateTable, constraint: Constraint) -> None:
    if constraint.references is None or constraint.references == action.table:
        return
    referenced = work.table(constraint.references)
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        work.lock(each, _SRX, "A foreign key of the new table adds triggers to it.", sources.CREATE_TABLE)


def _lock_liked(work: Work, action: actions.CreateTable) -> None:
    for like in action.like:
        work.lock(work.table(like.table), _AS, "The new table is modelled on it.", sources.CREATE_TABLE)


def _become_partition(work: Work, parent: Table, *, default: bool) -> None:
    work.lock(parent, _AX, "It gets a partition: nobody may use it meanwhile.", sources.PARTITIONING)
    for index in parent.indexes.values():
        work.lock(index, _SUX, "The new partition gets its part of it.", sources.PARTITIONING)
    for key in parent.foreign_keys:
        if key.references is not None:
            work.lock(work.table(key.references), _SRX, "The partition takes over a foreign key.", sources.PARTITIONING)
    take_references(work, parent)
    for sibling in work.catalog.children(parent):
        if sibling.default_partition and not default:
            work.lock(sibling, _AX, "No row of it may belong to the new partition.", sources.PARTITIONING)
            reason = "It is read for rows that belong to the new partition."
            for each in work.catalog.family(sibling)[1:]:
                work.lock(each, _AX, "It is part of the default partition.", sources.PARTITIONING)
            for each in work.catalog.family(sibling):
                work.scan(each, reason, sources.PARTITIONING)


def take_references(work: Work, parent: Table) -> None:
    """Enter that a new partition becomes referenced by every foreign key to the tables above it."""
    mode = _SRX if work.postgres >= _REFERENCES_LOCK_MORE_SINCE else _AS
    for other, _ in work.catalog.references_into(parent):
        if not work.catalog.above(other):
            work.lock(other, mode, "Its foreign key comes to refer to the new partition too.", sources.PARTITIONING)


_REFERENCES_LOCK_MORE_SINCE = 15


def create_view(work: Work, action: actions.CreateView) -> None:
    """Enter CREATE VIEW, which locks what it reads, and CREATE MATERIALIZED VIEW, which reads it."""
    existing = work.catalog.table(action.name)
    if existing is not None and not action.replace:
        if action.if_not_exists:
            return
        raise Refused("42P07", f'relation "{action.name}" already exists')
    if action.materialized:
        rows.read(work, action.query)
    else:
        for name in action.query.reads:
            work.lock(work.table(name), _AS, "A view is defined over it.", sources.CREATE_VIEW)
    if existing is not None:
        _require_same_columns(work, existing, action)
        work.lock(existing, _AX, "The view is defined anew.", sources.CREATE_VIEW)


def _require_same_columns(work: Work, existing: Table, action: actions.CreateView) -> None:
    read = {name: tuple(found.columns) for name in action.query.reads if (found := work.catalog.table(name))}
    after = output_columns(action.query.tree, read)
    if after is not None and existing.columns_complete and len(after) < len(existing.columns):
        raise Refused("42P16", "cannot drop columns from view")


def drop(work: Work, action: actions.Drop) -> None:
    """DROP of anything that stands in the catalog by a name of its own."""
    if action.kind == "index":
        indexes.drop(work, action)
    elif action.kind in {"table", "view", "materialized view", "foreign table", "sequence"}:
        for relation in list(_relations(work, action)):
            _drop_relation(work, relation, action)
    elif action.kind in {"trigger", "policy"} and action.table is not None:
        table = work.table(action.table)
        work.lock(table, _AX, f"DROP {action.kind.upper()} takes AccessExclusiveLock.")
        for name in () if action.if_exists else action.names:
            renames.require_named(table, action.kind, name.name)
    elif action.kind == "schema":
        _drop_schemas(work, action)
    elif action.kind in {"type", "domain"}:
        _drop_types(work, action)
    elif action.kind == "statistics":
        _drop_statistics(work, action)
    else:
        work.doubt(f"DROP {action.kind.upper()} is not analysed yet")


def _relations(work: Work, action: actions.Drop) -> Iterator[Table | Sequence]:
    for name in action.names:
        found = work.catalog.relation(name)
        if found is not None:
            kind = "sequence" if isinstance(found, Sequence) else found.kind
            if kind != action.kind:
                raise Refused("42809", f'"{name}" is not a {action.kind}')
            yield found
        elif not work.catalog.complete:
            yield _as_called(work.catalog.resolve(name), action.kind)
        elif not action.if_exists:
            raise Refused("42P01", f'{action.kind} "{name}" does not exist')


def _as_called(name: Name, kind: str) -> Table | Sequence:
    """A relation of which only the name and the kind are known."""
    if kind == "sequence":
        return Sequence(name)
    others: tuple[Kind, ...] = ("view", "materialized view", "foreign table")
    called: Kind = next((each for each in others if each == kind), "table")
    return Table(name, kind=called, complete=False, columns_complete=False)


def _drop_relation(work: Work, relation: Table | Sequence, action: actions.Drop) -> None:
    if isinstance(relation, Sequence):
        _drop_sequence(work, relation, action)
        return
    if not action.cascade:
        _require_free(work, relation, action)
    elif not work.catalog.complete:
        work.doubt(f"what depends on {relation.name}, and goes with it, is not known")
    lock_dropped(work, relation)


def _drop_sequence(work: Work, sequence: Sequence, action: actions.Drop) -> None:
    work.lock(sequence, _AX, "It is removed.", sources.DEPENDENCIES)
    owner = work.catalog.column(*sequence.owner) if sequence.owner else None
    if owner is not None and owner.identity:
        raise Refused("2BP01", f"cannot drop sequence {sequence.name} because column {owner.name} requires it")
    for table, column in drawing_from(work.catalog, sequence):
        if not action.cascade:
            raise Refused("2BP01", f"cannot drop sequence {sequence.name}: column {column} of {table.name} needs it")
        work.lock(table, _AX, f"The default of {column} goes with the sequence.", sources.DEPENDENCIES)
        work.breaks(table, f"rows without a value for {column} get none")


def _require_free(work: Work, table: Table, action: actions.Drop) -> None:
    together = dropped_together(work.catalog, action)
    for other, obstacle in obstacles(work.catalog, table):
        if other not in together:
            work.lock(table, _AX, "It is to be removed.", sources.DROP_TABLE)
            message = f"cannot drop {table.kind} {table.name} because other objects depend on it"
            raise Refused("2BP01", f"{message}: {obstacle}")


def lock_dropped(work: Work, table: Table) -> None:
    """Enter that a table or view goes, with all that belongs to it or depends on it."""
    work.lock(table, _AX, f"The {table.kind} is removed.", sources.DROP_TABLE)
    work.lock_indexes(table, _AX, "It goes with its table.")
    if table.kind in {"table", "materialized view"}:
        work.lose(table, "all rows")
    work.breaks(table, f"statements that name {table.name} fail (42P01)")
    for sequence in work.catalog.sequences_of(table):
        work.lock(sequence, _AX, "It belongs to the table.", sources.DEPENDENCIES)
    if table.kind == "table" and not table.complete:
        work.doubt(f"which tables {table.name} refers to is not known: they get {_AX.name} for a moment")
    for key in own_keys(work.catalog, table):
        if key.references is not None and key.references != table.name:
            work.lock(
                work.table(key.references),
                _AX,
                f"The triggers of a foreign key of {table.name} go.",
                sources.DROP_TABLE,
            )
    for other, key in list(work.catalog.references_into(table)):
        work.lock(other, _AX, f"Its foreign key to {table.name} goes.", sources.DEPENDENCIES)
        for part in work.catalog.family(work.table(key.references or table.name)):
            work.lock(part, _AX, f"The triggers of a foreign key of {other.name} go.", sources.DEPENDENCIES)
    for view in work.catalog.views_on(table):
        columns.lock_dropped_view(work, view)
    for child in work.catalog.children(table):
        lock_dropped(work, child)
    _leave_parents(work, table)


def _leave_parents(work: Work, table: Table) -> None:
    for name in table.inherits if table.partition else ():
        parent = work.table(name)
        work.lock(parent, _AX, "It loses a partition.", sources.PARTITIONING)
        for sibling in work.catalog.children(parent):
            if sibling.default_partition:
                work.lock(sibling, _AX, "Its bound widens by the partition's.", sources.PARTITIONING)


def _drop_schemas(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        inside = [each for key, each in work.catalog.relations.items() if key.schema == name.name]
        if inside and not action.cascade:
            raise Refused("2BP01", f"cannot drop schema {name.name} because other objects depend on it")
        if not work.catalog.complete:
            work.doubt(f"what else the schema {name.name} holds is not known")
        for relation in inside:
            if isinstance(relation, Table):
                lock_dropped(work, relation)
            else:
                work.lock(relation, _AX, "It goes with its schema.", sources.DEPENDENCIES)
        for table in _tables_with_triggers(work, name.name):
            work.lock(table, _AX, "A trigger goes with its function.", sources.DEPENDENCIES)


def _tables_with_triggers(work: Work, schema: str) -> Iterator[Table]:
    """The tables whose triggers call a function of ``schema``."""
    for relation in work.catalog.relations.values():
        triggers = relation.triggers.values() if isinstance(relation, Table) else ()
        if any(each.function and each.function.schema == schema for each in triggers) and isinstance(relation, Table):
            yield relation


def _drop_statistics(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        known = [
            each for each in work.catalog.relations.values() if isinstance(each, Table) and name.name in each.statistics
        ]
        if not known and not work.catalog.complete:
            work.doubt(f"the table of the statistics {name} is not known")
        elif not known and not action.if_exists:
            raise Refused("42704", f'statistics object "{name}" does not exist')
        for table in known:
            work.lock(table, _SUX, "DROP STATISTICS lets reads and writes go on.")


def _drop_types(work: Work, action: actions.Drop) -> None:
    for name in action.names:
        users = list(columns_of_type(work.catalog, name))
        if users and not action.cascade:
            table, column = users[0]
            message = (
                f"cannot drop type {name} because other objects depend on it: column {column} of table {table.name}"
            )
            raise Refused("2BP01", message)
        if not work.catalog.complete and action.cascade:
            work.doubt(f"which other columns are of the type {name} is not known")
        for table, column in users:
            work.lock(table, _AX, f"Its column {column} is of the type, and goes with it.", sources.DEPENDENCIES)
            columns.lock_what_goes(work, table, column)
