"""LOCK, VACUUM, ANALYZE, CLUSTER, REFRESH and REINDEX: which relations they lock, and what they write anew."""

from __future__ import annotations

from typing import Any, Final

from pglast import enums

from database_patterns.actions import Name
from database_patterns.catalog import Index, Table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import relation_name

from . import other_alterations, queries, relations, sources
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AS = LockMode.AccessShareLock
_RX = LockMode.RowExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock
_S = LockMode.ShareLock
_AX = LockMode.AccessExclusiveLock
_ANALYZE_INCLUDES_CHILDREN_SINCE: Final = 18


def option(options: Node, name: str) -> bool:
    """Whether an option of the command is on."""
    found = next((each for each in options or () if each.defname == name), None)
    if found is None:
        return False
    value = getattr(found.arg, "sval", None) or str(getattr(found.arg, "boolval", getattr(found.arg, "ival", "true")))
    return value.lower() not in {"false", "off", "0"}


def lock_table(work: Work, tree: Node) -> None:
    """Enter LOCK TABLE."""
    work.require_transaction("LOCK TABLE")
    for relation in tree.relations:
        name = relation_name(relation)
        found = relations.find(work, name)
        if relations.is_known(found) and relations.kind_of(found) not in _LOCKED:
            raise Refused("42809", f'"{found.name.name}" is not a table or view')
        _lock_one(work, work.table(name), LockMode(tree.mode), with_children=relation.inh)


_LOCKED: Final = frozenset({"table", "partitioned table", "view"})


def _lock_one(work: Work, table: Table, mode: LockMode, *, with_children: bool) -> None:
    """Enter the locks on a table with those below it, or on a view with the tables and views that it reads."""
    for each in work.catalog.family(table) if with_children else (table,):
        work.lock(each, mode, f"LOCK TABLE takes {mode.name}.")
    below = [work.table(name) for name in (table.reads if table.kind == "view" else ())]
    for each in (one for one in below if relations.kind_of(one) in _LOCKED):
        _lock_one(work, each, mode, with_children=True)


def vacuum(work: Work, tree: Node) -> None:
    """Enter VACUUM and ANALYZE."""
    chosen = [work.table(relation_name(each.relation)) for each in tree.rels or ()]
    if tree.is_vacuumcmd:
        work.refuse_in_transaction("VACUUM")
    if not chosen:
        stored = {"table", "materialized view"}
        chosen = [each for each in work.catalog.relations.values() if isinstance(each, Table) and each.kind in stored]
        if not work.catalog.complete:
            work.doubt("which tables there are is not known")
    for root, table in ((one, each) for one in chosen for each in work.catalog.family(one)):
        if not tree.is_vacuumcmd:
            _analyze(work, root, table)
        elif option(tree.options, "full"):
            _copy(work, table, "VACUUM FULL writes the table anew.")
        else:
            work.lock(table, _SUX, "VACUUM lets reads and writes go on.")
            work.lock_indexes(table, _RX)


_ANALYZED: Final = frozenset({"table", "materialized view", "foreign table"})


def _analyze(work: Work, root: Table, table: Table) -> None:
    if table.kind not in _ANALYZED:  # only a warning is given
        return
    inherits = table.name != root.name and not root.partitioned
    if inherits and work.postgres < _ANALYZE_INCLUDES_CHILDREN_SINCE:
        work.lock(table, _AS, "Its rows count for the statistics of the table that it inherits from.")
        return
    work.lock(table, _SUX, "ANALYZE reads a sample, and lets reads and writes go on.")
    for index in table.indexes.values():
        if not index.partitioned:
            work.lock(index, _AS)


def _copy(work: Work, table: Table, reason: str) -> None:
    work.lock(table, _AX, reason)
    work.rewrite(table, reason, sources.LOCKING)
    for index in () if table.partitioned else table.indexes.values():
        work.lock(index, _AX)
        work.rebuild(index)


def _require_stored(table: Table) -> None:
    if relations.is_known(table) and table.kind not in {"table", "materialized view"}:
        raise Refused("42809", f'"{table.name}" is not a table or materialized view')


def cluster(work: Work, tree: Node) -> None:
    """Enter CLUSTER: of a partitioned table, all its partitions, each in a transaction of its own."""
    if tree.relation is None:
        work.refuse_in_transaction("CLUSTER")
        work.doubt("which tables have been clustered before is not known")
        return
    table = work.table(relation_name(tree.relation))
    _require_stored(table)
    if table.partitioned:
        if work.postgres < _CLUSTERS_PARTITIONS_SINCE:
            raise Refused("0A000", "cannot cluster a partitioned table")
        work.refuse_in_transaction("CLUSTER")
    _require_order(work, table, tree.indexname)
    if tree.indexname is None and not table.partitioned:
        work.may_fail("42704", f"{table.name} has never been clustered, so that no index orders it")
    for each in work.catalog.family(table) if table.partitioned else (table,):
        _copy(work, each, "CLUSTER writes the table anew, in the order of an index.")


_CLUSTERS_PARTITIONS_SINCE: Final = 15


def _require_order(work: Work, table: Table, name: str | None) -> None:
    """Raise Refused where the index that is to give the order is not one of the table's."""
    if name is None or not table.complete:
        return
    if name in table.indexes and not table.partitioned:
        other_alterations.require_clusterable(table, table.indexes[name])
    if name in table.indexes:
        return
    other = work.catalog.index(Name(name, table.name.schema)) is not None
    raise Refused("42809" if other else "42704", f'"{name}" is not an index for table "{table.name}"')


def refresh(work: Work, tree: Node) -> None:
    """Enter REFRESH MATERIALIZED VIEW."""
    view = work.table(relation_name(tree.relation))
    _require_refreshable(view, tree)
    if tree.concurrent:
        work.lock(view, LockMode.ExclusiveLock, "The view is compared with its new content; reads go on.")
        work.lock_indexes(view, _RX)
        work.scan(view, "It is compared with its new content.", sources.LOCKING)
    else:
        work.lock(view, _AX, "The view gets its new content at once.")
        work.rewrite(view, "The view is computed and stored anew.", sources.LOCKING, reads=False)
        for index in view.indexes.values():
            if not tree.skipData:
                work.scan(view, f"The new rows are read to build {index.name}.", sources.REINDEX)
            work.lock(index, _AX)
            work.rebuild(index)
    if tree.skipData:
        work.lose(view, "all rows, until it is refreshed with data")
        return
    if view.query is None:
        work.doubt(f"what the materialized view {view.name} reads is not known")
        return
    queries.read(work, view.query)


def _require_refreshable(view: Table, tree: Node) -> None:
    if tree.concurrent and tree.skipData:
        raise Refused("42601", "CONCURRENTLY and WITH NO DATA options cannot be used together")
    if view.kind == "table" and view.complete:
        raise Refused("0A000", f'"{view.name}" is not a materialized view')
    if view.kind not in {"table", "materialized view"}:
        raise Refused("42809", f'"{view.name}" is not a table or materialized view')
    keys = (each for each in view.indexes.values() if each.unique and each.predicate is None)
    if tree.concurrent and view.complete and not any(not each.has_expressions for each in keys):
        raise Refused("55000", f'cannot refresh materialized view "{view.name}" concurrently without a unique index')


def reindex(work: Work, tree: Node) -> None:
    """Enter REINDEX."""
    concurrently = option(tree.params, "concurrently")
    if concurrently:
        work.refuse_in_transaction("REINDEX CONCURRENTLY")
    kinds = enums.ReindexObjectType
    if tree.kind == kinds.REINDEX_OBJECT_INDEX:
        _reindex_one(work, relation_name(tree.relation), concurrently=concurrently)
        return
    if tree.kind == kinds.REINDEX_OBJECT_TABLE:
        root = work.table(relation_name(tree.relation))
        _require_stored(root)
        chosen = work.catalog.family(root) if root.partitioned else (root,)
    else:
        work.refuse_in_transaction("REINDEX SCHEMA")
        every = (each for each in work.catalog.relations.values() if isinstance(each, Table) and each.kind != "view")
        if not work.catalog.complete:
            work.doubt("which tables there are is not known")
        chosen = tuple(
            each for each in every if tree.kind != kinds.REINDEX_OBJECT_SCHEMA or tree.name == each.name.schema
        )
    if chosen and chosen[0].partitioned and not concurrently:
        work.refuse_in_transaction("REINDEX TABLE of a partitioned table")
    for table in chosen:
        for index in () if table.partitioned else table.indexes.values():
            _rebuild(work, table, index, concurrently=concurrently)
    for table in chosen:
        if concurrently or table.partitioned or not table.indexes:
            work.lock(table, _SUX if concurrently else _S, "Its indexes are built anew.")


def _reindex_one(work: Work, name: Name, *, concurrently: bool) -> None:
    index = work.catalog.index(name)
    if index is None:
        if work.catalog.complete:
            raise Refused("42P01", f'relation "{name}" does not exist')
        work.doubt(f"the index {name} is not in the known schema")
        return
    if index.partitioned and not concurrently:
        work.refuse_in_transaction("REINDEX INDEX of a partitioned index")
    table = work.table(index.table)
    if not index.partitioned:
        _rebuild(work, table, index, concurrently=concurrently)
        return
    work.lock(table, _SUX if concurrently else _S, "The indexes of its partitions are built anew.", sources.REINDEX)
    work.lock(index, _SUX if concurrently else _AX, "Its parts are built anew.", sources.REINDEX)
    for member in work.catalog.family(table):
        for part in member.indexes.values():
            if work.catalog.is_part_of(part, index.name):
                _rebuild_part(work, member, part, concurrently=concurrently)


def _rebuild_part(work: Work, table: Table, index: Index, *, concurrently: bool) -> None:
    if not index.partitioned:
        _rebuild(work, table, index, concurrently=concurrently)
        return
    mode = _SUX if concurrently else _S
    work.lock(table, mode, "The indexes of its partitions are built anew.", sources.REINDEX)
    work.lock(index, mode)


def _rebuild(work: Work, table: Table, index: Index, *, concurrently: bool) -> None:
    verb = "lets writes go on" if concurrently else "blocks writes"
    work.lock(table, _SUX if concurrently else _S, f"Building an index anew {verb}.", sources.REINDEX)
    work.scan(table, f"Every row is read to build {index.name}.", sources.REINDEX)
    work.lock(index, _AX, "The index is replaced.", sources.REINDEX)
    work.rebuild(index)
