"""INSERT, UPDATE, DELETE, MERGE and TRUNCATE: locks on what is written, and what foreign keys look up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from pglast import ast, enums

from database_patterns import actions
from database_patterns.actions import Expression, Name, Query
from database_patterns.catalog import Sequence, Table
from database_patterns.catalog.definitions import own_keys
from database_patterns.catalog.expressions import columns_in, sequences_in
from database_patterns.locks import LockMode
from database_patterns.model import Tristate
from database_patterns.reading.definitions import relation_name, relations_in, walk
from database_patterns.reading.translate import OVERRIDING, translate

from . import lengths, lookups, queries, sources, targets, values
from .targets import Target
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_RX = LockMode.RowExclusiveLock
_AX = LockMode.AccessExclusiveLock


def write_within(work: Work, tree: object) -> None:
    """Enter what the data-modifying statements in the WITH of another one write."""
    outer: set[str] = {node.ctename or "" for node in walk(tree) if type(node) is ast.CommonTableExpr}
    for node in walk(tree):
        if type(node) is ast.MergeStmt and node is not tree:
            merge(work, node)
        elif type(node) in queries.WRITES and node is not tree:
            (action,) = translate(node, "WITH")
            _WRITERS[type(action)](work, _without(action, outer))


def _without(action: Any, names: set[str]) -> Any:  # noqa: ANN401 - any of the actions that write
    """The action as far as it reads relations: what queries of the WITH are called is none."""
    if isinstance(action, actions.Insert):
        kept = (
            tuple(name for name in action.query.reads if name.schema or name.name not in names) if action.query else ()
        )
        return replace(action, query=replace(action.query, reads=kept)) if action.query else action
    return replace(action, reads=tuple(name for name in action.reads if name.schema or name.name not in names))


def insert(work: Work, action: actions.Insert) -> None:
    """Enter INSERT, with the lookups of its foreign keys."""
    named = work.table(action.table)
    values.require_inserted(work, named, action)
    target = targets.find(work, named, "INSERT")
    if target is None:
        return
    table, columns = target.table, target.of(_given(work, named, action))
    if target.through_view and not action.overriding:
        values.refuse_computed(table, columns)
    work.lock(table, _RX, "INSERT lets everything but schema changes go on.")
    _look_above(work, table)
    for part in work.catalog.family(table)[1:] if table.partitioned else ():
        work.lock(part, _RX, "The partition that a row belongs to is locked.", certain=False)
        for key in own_keys(work.catalog, part):
            lookups.look_up(work, part, key, certain=False)
    _on_conflict(work, table)
    if action.query is not None:
        queries.read(work, action.query)
    _draw_numbers(work, table, columns, certain=table is named and values.writes_rows(action, table, ()))
    if table is named:
        values.require_lengths(work, table, action)
    values.may_lack(work, table, columns)
    values.may_violate(work, table, frozenset(table.columns))
    values.may_violate_domains(work, table, columns or table.columns)
    for key in table.foreign_keys:
        if not lookups.stays_null(table, key, columns):
            lookups.look_up(work, table, key, certain=table is named and values.writes_rows(action, table, key.columns))
    if not action.on_conflict:
        values.may_repeat(work, table, frozenset(table.columns))
    targets.fire(work, table, "INSERT")


def _on_conflict(work: Work, table: Table) -> None:
    clause = getattr(work.statement.tree, "onConflictClause", None)
    if clause is not None and clause.infer is not None:
        _require_arbiter(table, clause.infer)
        for index in table.indexes.values():
            work.lock(index, _RX, "ON CONFLICT looks for the index to use.")
    if clause is not None and clause.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
        _update_found(work, table, clause)
        for each in clause.targetList:
            lengths.require(work, table, each.name, each.val)
            if each.name in table.partition_key:
                work.may_fail("0A000", "ON CONFLICT would move a row to another partition")


def _require_arbiter(table: Table, infer: Node) -> None:
    """Raise Refused where there is no constraint of that name, or no unique index of just these columns."""
    if not table.complete:
        return
    if infer.conname is not None:
        if infer.conname not in table.constraints:
            raise Refused("42704", f'constraint "{infer.conname}" for table "{table.name}" does not exist')
        return
    wanted = {each.name for each in infer.indexElems}
    unique = (each for each in table.indexes.values() if each.unique)
    whole = (each for each in unique if each.predicate is None or infer.whereClause)
    if None not in wanted and not any(set(each.columns) == wanted for each in whole):
        raise Refused("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification")


def _given(work: Work, table: Table, action: actions.Insert) -> tuple[str, ...]:
    """The columns that get a value, none of them where all do; by DEFAULT VALUES none gets one."""
    tree = work.statement.tree
    if isinstance(tree, ast.InsertStmt) and tree.selectStmt is None:
        return ("",)
    defaults = values.defaulted(table, action)
    return tuple(name for name in values.written(table, action) if name not in defaults) or ("",) * bool(defaults)


def _draw_numbers(work: Work, table: Table, columns: tuple[str, ...], *, certain: bool = True) -> None:
    """Enter the sequences that fill the columns which an INSERT leaves out."""
    for each in table.columns.values():
        if not columns or each.name in columns:
            continue
        own = work.catalog.sequences_of(table, each.name) if each.identity else ()
        named = sequences_in(each.default.tree) if each.default else ()
        for sequence in (*own, *(work.catalog.relation(name) for name in named)):
            if isinstance(sequence, Sequence):
                work.lock(sequence, _RX, "A number is drawn for every row.", certain=certain)


def update(work: Work, action: actions.Update) -> None:
    """Enter UPDATE, with the foreign keys in both directions that its assignments concern."""
    named = work.table(action.table)
    values.require_assigned(work, named, action)
    target = targets.find(work, named, "UPDATE")
    if target is None:
        return
    table = target.table
    changed = {below for name, _ in action.assignments for below in target.of([name])}
    given = (name for name, value in action.assignments if target.through_view or not values.is_default(value.tree))
    values.refuse_computed(table, (below for name in given for below in target.of([name])))
    everywhere = _is_everywhere(action, target)
    _write(work, target, action, "UPDATE")
    _look_above(work, table)
    values.may_repeat(work, table, frozenset(changed))
    values.may_violate(work, table, frozenset(changed))
    values.may_violate_domains(work, table, changed)
    for name, value in action.assignments:
        queries.call(work, value.tree)
        if table is named:
            lengths.require(work, table, name, value.tree)
        for member in _members(work, table, action) if type(value.tree) is ast.SetToDefault else ():
            _draw_numbers(work, member, tuple(set(member.columns) - {name}) or ("",), certain=everywhere)
    kept = {below for name, value in action.assignments if values.may_keep(value) for below in target.of([name])}
    lookups.follow_changed(work, table, changed - kept, certain=everywhere)
    lookups.follow_changed(work, table, kept, certain=False)


def _is_everywhere(action: actions.Update | actions.Delete, target: Target) -> bool:
    """Whether all rows of the table are written, if it has any."""
    return action.where is None and not action.reads and not target.through_view


def _look_above(work: Work, table: Table) -> None:
    """The bounds of a partition that is written to by its own name are those of the tables above it, too."""
    for each in work.catalog.above(table):
        work.lock(each, LockMode.AccessShareLock, f"Its bounds are those of {table.name}, too.", certain=False)


def _members(work: Work, table: Table, action: actions.Update | actions.Delete) -> tuple[Table, ...]:
    """The tables whose rows are written: by ONLY none below the one that is named."""
    return (table,) if action.only else work.catalog.family(table)


def delete(work: Work, action: actions.Delete) -> None:
    """Enter DELETE, with what happens to the rows that refer to deleted ones."""
    target = targets.find(work, work.table(action.table), "DELETE")
    if target is None:
        return
    table = target.table
    _write(work, target, action, "DELETE")
    for each in _members(work, table, action):
        work.lose(each, "all rows" if _is_everywhere(action, target) else _SELECTED[action.where is None])
    lookups.follow_deleted(work, table, frozenset(), certain=_is_everywhere(action, target))


_SELECTED: Final = {False: "the rows that WHERE selects", True: "the rows that it finds"}


def _write(work: Work, target: Target, action: actions.Update | actions.Delete, verb: str) -> None:
    table, where = target.table, action.where
    for each in _members(work, table, action):
        work.lock(each, _RX, f"{verb} lets reads go on, and locks each row that it changes until the transaction ends.")
        work.plan_with_indexes(each, _RX)
        work.scan(each, f"{verb} looks at every row.", sources.LOCKING, scanned=_scans(work, target, each, where))
        if not _is_never(where):
            work.lock_rows(each, "all" if where is None else "some")
    for name in action.reads:
        queries.read_relation(work, work.table(name), queries.reading_mode(work.statement.tree))
    if where is not None:
        queries.call(work, where.tree)
    targets.fire(work, table, verb)


def _is_never(where: Expression | None) -> bool:
    """Whether a condition is the constant false, so that PostgreSQL looks at no row."""
    tree: Node = where.tree if where else None
    boolean = type(tree) is ast.A_Const and not tree.isnull and type(tree.val) is ast.Boolean
    return boolean and not tree.val.boolval


def _scans(work: Work, target: Target, table: Table, where: Expression | None) -> Tristate:
    """Whether all rows are read; a view has conditions and names of its own."""
    tree: Node = where.tree if where else None
    asks_null = type(tree) is ast.NullTest and tree.nulltesttype == enums.NullTestType.IS_NULL
    if asks_null and work.postgres >= _SEES_NOT_NULL_SINCE and all(map(table.requires, columns_in(tree))):
        return False
    return "unknown" if target.through_view else scans(table, where)


_SEES_NOT_NULL_SINCE: Final = 17
"""From this version on it is seen that a column which is NOT NULL cannot be NULL."""


def scans(table: Table, where: Expression | None) -> Tristate:
    """Whether finding the rows that a condition selects takes reading all of them, given the indexes there are."""
    if where is None:
        return True
    if _is_never(where):
        return False
    wanted = _equal_columns(where.tree)
    whole = [each for each in table.indexes.values() if each.predicate is None and each.valid is True]
    if any(each.unique and set(each.columns) <= wanted for each in whole):
        return False
    named = columns_in(where.tree)
    usable = any(each.depends_on & named for each in table.indexes.values())
    return "unknown" if usable or not table.complete else True


def _equal_columns(tree: Node) -> frozenset[str]:
    """The columns that a condition, or an arm of its AND, sets equal to a constant."""
    kind = type(tree)
    if kind is ast.BoolExpr and tree.boolop == enums.BoolExprType.AND_EXPR:
        return frozenset().union(*(_equal_columns(each) for each in tree.args))
    if kind is not ast.A_Expr or tree.name[-1].sval != "=" or not isinstance(tree.lexpr, ast.ColumnRef):
        return frozenset()
    constant = isinstance(tree.rexpr, ast.A_Const | ast.ParamRef | ast.TypeCast)
    return columns_in(tree.lexpr) if constant else frozenset()


def merge(work: Work, tree: Node) -> None:
    """Enter MERGE: which of its actions come to pass depends on the rows."""
    named = work.table(relation_name(tree.relation))
    if named.kind == "view" and work.postgres < _MERGES_INTO_VIEWS_SINCE:
        raise Refused("0A000", f'cannot execute MERGE on relation "{named.name}"')
    if any(rule.event != "select" for rule in named.rules.values()):
        raise Refused("0A000", f'cannot execute MERGE on relation "{named.name}": it has rules')
    target = targets.find(work, named, "MERGE")
    if target is None:
        return
    table = target.table
    for each in work.catalog.family(table):
        work.lock(each, _RX, "MERGE lets reads go on, and locks each row that it changes until the transaction ends.")
        work.plan_with_indexes(each, _RX)
        work.scan(each, "MERGE looks for the rows that match.", sources.MERGE, scanned="unknown")
    for name in relations_in((tree.sourceRelation, tree.joinCondition, tree.mergeWhenClauses, tree.withClause)):
        queries.read_relation(work, work.table(name), queries.reading_mode(tree))
    for clause in tree.mergeWhenClauses:
        _MERGED[clause.commandType](work, table, clause)
    queries.call(work, (tree.joinCondition, tree.mergeWhenClauses))


_MERGES_INTO_VIEWS_SINCE: Final = 17


def _merge_insert(work: Work, table: Table, clause: Node) -> None:
    row = ast.SelectStmt(valuesLists=(clause.values,)) if clause.values else None
    names = tuple(each.name for each in clause.targetList or ())
    action = actions.Insert(table.name, names, Query((), (row, None)), overriding=OVERRIDING[clause.override])
    values.require_inserted(work, table, action)
    columns = _given(work, table, action) if row else ("",)
    _draw_numbers(work, table, columns, certain=False)
    values.may_lack(work, table, columns)
    for key in table.foreign_keys:
        if not lookups.stays_null(table, key, columns):
            lookups.look_up(work, table, key, certain=False)
    values.may_repeat(work, table, frozenset(table.columns))
    values.may_violate(work, table, frozenset(table.columns))
    targets.fire(work, table, "INSERT")


def _update_found(work: Work, table: Table, clause: Node) -> None:
    """Enter the update of those rows that are there already, or that match."""
    columns = tuple(each.name for each in clause.targetList)
    assignments = tuple((each.name, Expression(each.val, str)) for each in clause.targetList)
    values.require_assigned(work, table, actions.Update(table.name, assignments, reads=(table.name,)))
    values.refuse_computed(table, (name for name, value in assignments if not values.is_default(value.tree)))
    for each in work.catalog.family(table):
        work.lock_rows(each, "some")
    values.may_repeat(work, table, frozenset(columns))
    values.may_violate(work, table, frozenset(columns))
    lookups.follow_changed(work, table, set(columns), certain=False)
    targets.fire(work, table, "UPDATE")


def _merge_delete(work: Work, table: Table, _clause: Node) -> None:
    for each in work.catalog.family(table):
        work.lock_rows(each, "some")
        work.lose(each, "the rows that match")
    lookups.follow_deleted(work, table, frozenset(), certain=False)
    targets.fire(work, table, "DELETE")


def _merge_nothing(_work: Work, _table: Table, _clause: Node) -> None:
    """DO NOTHING."""


_MERGED: Final[dict[Any, Callable[[Work, Table, Node], None]]] = {
    enums.CmdType.CMD_INSERT: _merge_insert,
    enums.CmdType.CMD_UPDATE: _update_found,
    enums.CmdType.CMD_DELETE: _merge_delete,
    enums.CmdType.CMD_NOTHING: _merge_nothing,
}


_WRITERS: Final[dict[type, Callable[[Work, Any], None]]] = {
    actions.Insert: insert,
    actions.Update: update,
    actions.Delete: delete,
}


def truncate(work: Work, action: actions.Truncate) -> None:
    """Enter TRUNCATE, by CASCADE also of the tables that refer to these."""
    tables = [each for name in action.tables for each in _emptied_by_name(work, name, only=name in action.only)]
    emptied = {each.name: each for each in tables}
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        for other, _ in work.catalog.references_into(table):
            if other.name not in emptied and not action.cascade:
                raise Refused("0A000", "cannot truncate a table referenced in a foreign key constraint")
            for each in work.catalog.family(other):
                if each.name not in emptied:
                    emptied[each.name] = each
                    waiting.append(each)
    for table in emptied.values():
        for sequence in work.catalog.sequences_of(table) if action.restart_identity else ():
            work.lock(sequence, _AX, "RESTART IDENTITY sets it back.", sources.LOCKING)
            work.rewrite(sequence, "The sequence's state is written anew.", sources.LOCKING)
        work.lock(table, _AX, "TRUNCATE replaces the table by an empty one.", sources.LOCKING)
        work.rewrite(table, "The table gets new, empty files.", sources.LOCKING, reads=False)
        for index in () if table.partitioned else table.indexes.values():
            work.lock(index, _AX)
            work.rebuild(index)
        work.lose(table, "all rows")


def _emptied_by_name(work: Work, name: Name, *, only: bool) -> tuple[Table, ...]:
    table = work.table(name)
    if table.kind not in {"table", "foreign table"}:
        raise Refused("42809", f'"{name}" is not a table')
    if only and table.partitioned:
        raise Refused("42809", "cannot truncate only a partitioned table")
    return (table,) if only else work.catalog.family(table)
