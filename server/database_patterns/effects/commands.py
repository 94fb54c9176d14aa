"""Statements that have no action of their own, known by their parse tree: maintenance, comments, grants, sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pglast import ast, enums

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import dotted, relation_name

from . import rows, sources, user_types
from .relations import require_free_type
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
OBJECT = enums.ObjectType

_AS = LockMode.AccessShareLock
_RX = LockMode.RowExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock
_S = LockMode.ShareLock
_SRX = LockMode.ShareRowExclusiveLock
_AX = LockMode.AccessExclusiveLock
_GRANT_LOCKS_SINCE: Final = 18
_ANALYZE_INCLUDES_CHILDREN_SINCE: Final = 18


def other(work: Work, action: actions.Other) -> None:
    """Enter what a statement does that no action stands for, or that it is not analysed."""
    tree = work.statement.tree
    command = _COMMANDS.get(type(tree))
    if command is not None:
        command(work, tree)
    elif type(tree) not in _TOUCHES_NO_TABLE:
        work.doubt(f"{action.kind} is not analysed yet")


def _option(options: Node, name: str) -> bool:
    """Whether an option of the command is on."""
    found = next((each for each in options or () if each.defname == name), None)
    if found is None:
        return False
    value = getattr(found.arg, "sval", None) or str(getattr(found.arg, "boolval", getattr(found.arg, "ival", "true")))
    return value.lower() not in {"false", "off", "0"}


def _lock_table(work: Work, tree: Node) -> None:
    for relation in tree.relations:
        _lock_one(work, work.table(relation_name(relation)), LockMode(tree.mode), with_children=relation.inh)


def _lock_one(work: Work, table: Table, mode: LockMode, *, with_children: bool) -> None:
    """Enter the locks on a table with those below it, or on a view with all that it reads."""
    for each in work.catalog.family(table) if with_children else (table,):
        work.lock(each, mode, f"LOCK TABLE takes {mode.name}.")
    for name in table.reads if table.kind == "view" else ():
        _lock_one(work, work.table(name), mode, with_children=True)


def _vacuum(work: Work, tree: Node) -> None:
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
        elif _option(tree.options, "full"):
            _copy(work, table, "VACUUM FULL writes the table anew.")
        else:
            work.lock(table, _SUX, "VACUUM lets reads and writes go on.", held="statement")
            work.lock_indexes(table, _RX)


def _analyze(work: Work, root: Table, table: Table) -> None:
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


def _cluster(work: Work, tree: Node) -> None:
    if tree.relation is None:
        work.doubt("which tables have been clustered before is not known")
        return
    _copy(work, work.table(relation_name(tree.relation)), "CLUSTER writes the table anew, in the order of an index.")


def _refresh(work: Work, tree: Node) -> None:
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
            scanned = not tree.skipData
            work.scan(view, f"The new rows are read to build {index.name}.", sources.REINDEX, scanned=scanned)
            work.lock(index, _AX)
            work.rebuild(index)
    if tree.skipData:
        return
    if view.query is None:
        work.doubt(f"what the materialized view {view.name} reads is not known")
        return
    rows.read(work, view.query)


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


def _reindex(work: Work, tree: Node) -> None:
    concurrently = _option(tree.params, "concurrently")
    if concurrently:
        work.refuse_in_transaction("REINDEX CONCURRENTLY")
    kinds = enums.ReindexObjectType
    if tree.kind == kinds.REINDEX_OBJECT_INDEX:
        _reindex_one(work, relation_name(tree.relation), concurrently=concurrently)
        return
    if tree.kind == kinds.REINDEX_OBJECT_TABLE:
        root = work.table(relation_name(tree.relation))
        chosen = work.catalog.family(root)
    else:
        work.refuse_in_transaction("REINDEX SCHEMA")
        every = (each for each in work.catalog.relations.values() if isinstance(each, Table) and each.kind != "view")
        if not work.catalog.complete:
            work.doubt("which tables there are is not known")
        chosen = tuple(
            each for each in every if tree.name in {None, each.name.schema} or tree.kind != kinds.REINDEX_OBJECT_SCHEMA
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


def _comment(work: Work, tree: Node) -> None:
    if tree.objtype in {OBJECT.OBJECT_TABCONSTRAINT, OBJECT.OBJECT_TRIGGER, OBJECT.OBJECT_POLICY, OBJECT.OBJECT_RULE}:
        work.lock(work.table(dotted(tree.object[:-1])), _AS, "COMMENT looks the object up.")
    elif tree.objtype == OBJECT.OBJECT_COLUMN and not work.catalog.is_type(dotted(tree.object[:-1])):
        work.lock(work.table(dotted(tree.object[:-1])), _SUX, "COMMENT lets reads and writes go on.")
    elif tree.objtype == OBJECT.OBJECT_INDEX:
        index = work.catalog.index(dotted(tree.object))
        if index is not None:
            work.lock(index, _SUX, "COMMENT lets reads and writes go on.")
    elif tree.objtype in _COMMENTED_RELATIONS:
        name = dotted(tree.object)
        found = work.catalog.relation(name)
        work.lock(found or work.table(name), _SUX, "COMMENT lets reads and writes go on.")


_COMMENTED_RELATIONS: Final = frozenset(
    {
        OBJECT.OBJECT_TABLE,
        OBJECT.OBJECT_VIEW,
        OBJECT.OBJECT_MATVIEW,
        OBJECT.OBJECT_SEQUENCE,
        OBJECT.OBJECT_FOREIGN_TABLE,
    }
)


def _grant(work: Work, tree: Node) -> None:
    named = tree.targtype == enums.GrantTargetType.ACL_TARGET_OBJECT and tree.objtype == OBJECT.OBJECT_TABLE
    for relation in tree.objects or () if named else ():
        name = relation_name(relation)
        found = work.catalog.relation(name) or work.table(name)
        if work.postgres >= _GRANT_LOCKS_SINCE:
            work.lock(found, _AS, "Since PostgreSQL 18, GRANT and REVOKE lock the table against being dropped.")


def _alter_policy(work: Work, tree: Node) -> None:
    work.lock(work.table(relation_name(tree.table)), _AX, "ALTER POLICY takes AccessExclusiveLock.")


def _alter_sequence(work: Work, tree: Node) -> None:
    name = relation_name(tree.sequence)
    sequence = work.catalog.relation(name)
    if not isinstance(sequence, Sequence):
        if work.catalog.complete:
            raise Refused("42P01", f'relation "{name}" does not exist')
        sequence = Sequence(work.catalog.resolve(name))
    work.lock(sequence, _SRX, "ALTER SEQUENCE blocks nextval until the transaction ends.", sources.ALTER_SEQUENCE)
    for option in tree.options or ():
        if option.defname == "owned_by":
            if len(option.arg) > 1:
                work.lock(work.table(dotted(option.arg[:-1])), _AS, "Its column comes to own a sequence.")
        else:
            work.rewrite(sequence, "The sequence's state is written anew.", sources.ALTER_SEQUENCE, reads=False)


def _publication(work: Work, tree: Node) -> None:
    for each in tree.pubobjects or ():
        if each.pubtable is not None:
            table = work.table(relation_name(each.pubtable.relation))
            for member in work.catalog.family(table):
                work.lock(member, _SUX, "It becomes part of a publication.")


def _statistics(work: Work, tree: Node) -> None:
    for relation in tree.relations:
        work.lock(work.table(relation_name(relation)), _SUX, "CREATE STATISTICS lets reads and writes go on.")


def _outside_transaction(work: Work, _tree: Node) -> None:
    work.refuse_in_transaction("this statement")


def _discard(work: Work, tree: Node) -> None:
    if tree.target == enums.DiscardMode.DISCARD_ALL:
        work.refuse_in_transaction("DISCARD ALL")


def _security_label(work: Work, tree: Node) -> None:
    work.may_fail("22023", "no provider of security labels is loaded")
    if tree.objtype == OBJECT.OBJECT_TABLE:
        work.lock(work.table(dotted(tree.object)), _SUX, "SECURITY LABEL lets reads and writes go on.")


def _composite_type(work: Work, tree: Node) -> None:
    require_free_type(work, relation_name(tree.typevar))


def _range_type(work: Work, tree: Node) -> None:
    require_free_type(work, dotted(tree.typeName))


_COMMANDS: Final[dict[type, Callable[[Work, Node], None]]] = {
    ast.LockStmt: _lock_table,
    ast.VacuumStmt: _vacuum,
    ast.ClusterStmt: _cluster,
    ast.RefreshMatViewStmt: _refresh,
    ast.ReindexStmt: _reindex,
    ast.CommentStmt: _comment,
    ast.GrantStmt: _grant,
    ast.AlterPolicyStmt: _alter_policy,
    ast.AlterSeqStmt: _alter_sequence,
    ast.CompositeTypeStmt: _composite_type,
    ast.CreateRangeStmt: _range_type,
    ast.CreatePublicationStmt: _publication,
    ast.CreateStatsStmt: _statistics,
    ast.AlterDomainStmt: user_types.alter_domain,
    ast.SecLabelStmt: _security_label,
    ast.DiscardStmt: _discard,
    ast.AlterSystemStmt: _outside_transaction,
    ast.CreatedbStmt: _outside_transaction,
    ast.DropdbStmt: _outside_transaction,
    ast.CreateTableSpaceStmt: _outside_transaction,
    ast.DropTableSpaceStmt: _outside_transaction,
}

_TOUCHES_NO_TABLE: Final = frozenset(
    {ast.AlterDefaultPrivilegesStmt, ast.GrantRoleStmt, ast.CreateRoleStmt,
     ast.AlterRoleStmt, ast.DropRoleStmt, ast.ListenStmt, ast.NotifyStmt, ast.UnlistenStmt,
     ast.VariableShowStmt, ast.CreateCastStmt, ast.CreateConversionStmt, ast.ConstraintsSetStmt, ast.CheckPointStmt,
     ast.AlterRoleSetStmt, ast.AlterDatabaseSetStmt, ast.CreatePLangStmt}
)  # fmt: skip
