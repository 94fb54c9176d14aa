"""CREATE INDEX and DROP INDEX, plain and concurrently, also on partitioned tables and materialized views."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from database_patterns import actions
from database_patterns.actions import Column, Name, TypeName
from database_patterns.catalog import Index, Table
from database_patterns.catalog.definitions import same_index
from database_patterns.catalog.expressions import columns_in
from database_patterns.locks import LockMode
from database_patterns.model import Tristate

from . import column_options, columns, conversions, lookups, references, sources, types
from .volatility import analyse
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock
_INDEXABLE = frozenset({"table", "materialized view"})


def create(work: Work, action: actions.CreateIndex) -> None:
    """Enter CREATE INDEX: SHARE, or by CONCURRENTLY SHARE UPDATE EXCLUSIVE, while every row is read."""
    if action.concurrently:
        work.refuse_in_transaction("CREATE INDEX CONCURRENTLY")
    table = work.table(action.table)
    if table.kind not in _INDEXABLE:
        raise Refused("42809", f'cannot create index on relation "{table.name}"')
    concurrently = action.concurrently and table.persistence != "temporary"
    mode = _SUX if concurrently else LockMode.ShareLock
    family = (table,) if action.only else work.catalog.family(table) if table.partitioned else (table,)
    verb = "lets writes go on" if concurrently else "blocks writes until the transaction ends"
    for each in family:
        work.lock(each, mode, f"Building an index {verb}.", sources.CREATE_INDEX)
    if _exists_already(work, table, action):
        return
    _require_possible(work, table, action)
    if table.partitioned and action.only:
        return
    for each in family:
        _build(work, each, action, concurrently=concurrently)
    if action.only and not table.complete:
        work.doubt(f"whether {table.name} is partitioned is not known: then ONLY builds nothing")
    if action.unique and table.rows != "none":
        left = ", and an invalid index stays behind" if concurrently else ""
        work.may_fail("23505", f"two rows of {table.name} are equal in the index's columns{left}")


def _build(work: Work, table: Table, action: actions.CreateIndex, *, concurrently: bool) -> None:
    """Enter the scan of one table; a partition that has such an index already lends it to the one above."""
    own = _lent(table, action) if table.name != work.table(action.table).name else None
    if own is not None:
        work.lock(own, LockMode.ShareLock, "It becomes the partition's part of the index.", sources.CREATE_INDEX)
        return
    how = "read twice" if concurrently else "read"
    scanned: Tristate = "unknown" if action.only and not table.complete else True
    work.scan(table, f"Every row is {how} to build the index.", sources.CREATE_INDEX, scanned=scanned)


def _lent(partition: Table, action: actions.CreateIndex) -> Index | None:
    """The partition's own index that becomes its part of the one that is created above it."""
    wanted = Index(Name(""), partition.name, action.elements, action.include, action.method, unique=action.unique)
    wanted = replace(wanted, predicate=action.predicate.tree if action.predicate else None)
    own = (each for each in partition.indexes.values() if each.parent is None and same_index(each, wanted))
    return next(own, None)


def _exists_already(work: Work, table: Table, action: actions.CreateIndex) -> bool:
    if action.name is None:
        return False
    exists = work.catalog.exists(Name(action.name, table.name.schema))
    if exists and not action.if_not_exists:
        raise Refused("42P07", f'relation "{action.name}" already exists')
    if action.if_not_exists and not exists and not table.complete:
        work.doubt(f"whether an index {action.name} exists already, valid or not, is not known: then nothing is built")
    return exists


def _require_possible(work: Work, table: Table, action: actions.CreateIndex) -> None:
    if table.partitioned and action.concurrently:
        raise Refused("0A000", f'cannot create index on partitioned table "{table.name}" concurrently')
    references.require_in(work, table, *(each.expression for each in action.elements), action.predicate)
    _require_capable(work, action)
    if action.predicate is not None:
        _require_immutable(work, table, action.predicate, "index predicate")
    named = [each.column for each in action.elements if each.column] + list(action.include)
    for column in named:
        if table.lacks(column):
            raise Refused("42703", f'column "{column}" does not exist')
    expressions = (*(each.expression for each in action.elements), action.predicate)
    computed = columns_in(tuple(each.tree for each in expressions if each))
    columns.require_stored(table, (*named, *computed), "indexes")
    if action.unique and table.partitioned:
        _require_unique_in_partitions(work, table, named)
    for element in action.elements:
        if element.expression is not None:
            _require_immutable(work, table, element.expression, "index expression")
        found = _type_of(work, table, element)
        if element.collation is not None and found is not None:
            column_options.require_collatable(work, found)
        if element.operator_class is None:
            require_class(work, action.method, found)


def _require_unique_in_partitions(work: Work, table: Table, named: Collection[str]) -> None:
    """Raise Refused where an index cannot keep the rows of all partitions apart."""
    if any(each.kind == "foreign table" for each in work.catalog.family(table)):
        raise Refused("42809", f'cannot create unique index on partitioned table "{table.name}" with foreign tables')
    if not table.partition_key <= set(named):
        raise Refused("0A000", "unique constraint on partitioned table must include all partitioning columns")


def _require_immutable(work: Work, table: Table, expression: actions.Expression, where: str) -> None:
    references.require_in(work, table, expression)
    verdict, _ = analyse(expression.tree, work.scope(table))
    changing = verdict.reaches("stable")
    if changing is True:
        raise Refused("42P17", f"functions in {where} must be marked IMMUTABLE: {verdict.because}")
    if changing == "unknown" and table.complete:
        for doubt in verdict.doubts:
            work.doubt(f"{doubt}; an {where} must be immutable")


def _require_capable(work: Work, action: actions.CreateIndex) -> None:
    """Raise Refused where there is no such index method, or where it cannot do what the index wants."""
    known = action.method in _OWN_METHODS or ("access_method", action.method) in work.catalog.objects
    if not known and types.are_all_known(work.catalog):
        raise Refused("42704", f'access method "{action.method}" does not exist')
    if action.unique and action.method in _OWN_METHODS - {"btree"}:
        raise Refused("0A000", f'access method "{action.method}" does not support unique indexes')
    if len(action.elements) > 1 and action.method in _ONE_COLUMN:
        raise Refused("0A000", f'access method "{action.method}" does not support multicolumn indexes')


def _type_of(work: Work, table: Table, element: actions.IndexElement) -> TypeName | None:
    if element.expression is not None:
        return analyse(element.expression.tree, work.scope(table))[1]
    column = table.columns.get(element.column or "")
    return column.type if column else None


def require_class(work: Work, method: str, found: TypeName | None) -> None:
    """Raise Refused where a type has certainly no operator class for an index of this method."""
    if found is None or not types.is_known(work.catalog, found, work.postgres):
        return
    facts = types.own_facts(work.catalog, found, work.postgres)
    certain = facts is not None or types.base_of(work.catalog, found).dimensions > 0
    if not certain or not types.are_all_known(work.catalog) or method not in _OWN_METHODS:
        return
    if conversions.operator_class(method, found, work.scope()) is None:
        message = f'data type {found.sql} has no default operator class for access method "{method}"'
        raise Refused("42704", message)


def require_classes(work: Work, index: Index, changed: Column) -> None:
    """Raise Refused where an index could not be made anew for the new type of one of its columns."""
    for element in index.elements:
        if element.column == changed.name and element.operator_class is None:
            require_class(work, index.method, changed.type)


_ONE_COLUMN = frozenset({"hash", "spgist"})
_OWN_METHODS = frozenset({"btree", "hash", "gin", "gist", "spgist", "brin"})


def drop(work: Work, action: actions.Drop) -> None:
    """DROP INDEX."""
    if action.concurrently:
        work.refuse_in_transaction("DROP INDEX CONCURRENTLY")
        if len(action.names) > 1:
            raise Refused("0A000", "DROP INDEX CONCURRENTLY does not support dropping multiple objects")
        if action.cascade:
            raise Refused("0A000", "DROP INDEX CONCURRENTLY does not support CASCADE")
    found = {name: work.catalog.index(name) for name in action.names}
    for name, index in found.items():
        if index is None:
            _drop_unknown(work, name, action)
        else:
            _drop_known(work, index, concurrently=action.concurrently)
    gone = [index for index in found.values() if index]
    for table in dict.fromkeys(index.table for index in gone):
        lookups.warn_without(work, work.table(table), {index.name for index in gone})


def _drop_unknown(work: Work, name: Name, action: actions.Drop) -> None:
    relation = work.catalog.relation(name)
    if relation is not None and (not isinstance(relation, Table) or relation.complete):
        raise Refused("42809", f'"{name}" is not an index')
    if work.catalog.complete:
        if action.if_exists:
            return
        raise Refused("42704", f'index "{name}" does not exist')
    index = Index(work.catalog.resolve(name), work.catalog.resolve(name))
    work.lock(index, _AX, "The index is removed.", sources.DROP_INDEX, certain=not action.if_exists)
    mode = (_SUX if action.concurrently else _AX).name
    work.doubt(f"the table of the index {name} is not known: it gets {mode}")


def _drop_known(work: Work, index: Index, *, concurrently: bool) -> None:
    table = work.table(index.table)
    mode = _SUX if concurrently else _AX
    why = (
        "Dropping an index concurrently lets reads and writes go on."
        if concurrently
        else "Dropping an index blocks all."
    )
    work.lock(table, mode, why, sources.DROP_INDEX)
    if concurrently and index.partitioned:
        work.lock(index, _SUX, why, sources.DROP_INDEX)
        raise Refused("0A000", f'cannot drop partitioned index "{index.name}" concurrently')
    _require_free(table, index)
    for member in work.catalog.family(table) if index.partitioned else (table,):
        work.lock(member, mode, why, sources.DROP_INDEX)
        for part in member.indexes.values():
            if part.name == index.name or work.catalog.is_part_of(part, index.name):
                work.lock(part, _AX, "The index is removed.", sources.DROP_INDEX)


def _require_free(table: Table, index: Index) -> None:
    if index.constraint is not None:
        message = (
            f"cannot drop index {index.name} because constraint {index.constraint} on table {table.name} requires it"
        )
        raise Refused("2BP01", message)
    if index.parent is not None:
        raise Refused("2BP01", f"cannot drop index {index.name} because index {index.parent} requires it")
