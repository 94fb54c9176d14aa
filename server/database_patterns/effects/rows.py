"""SELECT, INSERT, UPDATE, DELETE and TRUNCATE: locks on what is read and written, and what foreign keys look up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pglast import ast, enums

from database_patterns import actions
from database_patterns.actions import Constraint, Expression, Name, Query
from database_patterns.catalog import Sequence, Table
from database_patterns.catalog.expressions import columns_in
from database_patterns.locks import LockMode
from database_patterns.model import Tristate
from database_patterns.reading.definitions import walk

from . import sources
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AS = LockMode.AccessShareLock
_RS = LockMode.RowShareLock
_RX = LockMode.RowExclusiveLock
_AX = LockMode.AccessExclusiveLock
_WRITES: Final = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


def select(work: Work, action: actions.Select) -> None:
    """Enter SELECT; FOR UPDATE and its like lock their tables a little more."""
    read(work, action.query, _RS if action.locking else _AS)


def read(work: Work, query: Query, mode: LockMode = _AS) -> None:
    """Enter what a query that is run locks: every relation that it reads, with all indexes that it might use."""
    if any(isinstance(node, _WRITES) for node in walk(query.tree)):
        work.doubt("what a data-modifying WITH writes is not analysed yet")
    for name in query.reads:
        _read_relation(work, work.table(name), mode, scanned=_reads_all(query))
    call(work, query.tree)


def _read_relation(work: Work, table: Table, mode: LockMode, *, scanned: Tristate) -> None:
    members = work.catalog.family(table) if table.kind == "table" else (table,)
    for each in members:
        work.lock(each, mode, "A query reads it.", sources.LOCKING)
        work.plan_with_indexes(each, mode)
        if each.kind != "view":
            work.scan(each, "Read as far as the query needs it.", sources.LOCKING, scanned=scanned)
    if table.kind == "view":
        for name in table.reads:
            _read_relation(work, work.table(name), mode, scanned="unknown")


def _reads_all(query: Query) -> Tristate:
    """Whether a query certainly reads whole tables; an index may hold all that it wants."""
    return False if not query.reads else "unknown"


def call(work: Work, tree: object) -> None:
    """Enter what the functions of an expression lock, as far as that is known."""
    calls = [node for node in walk(tree) if isinstance(node, ast.FuncCall)]
    if not calls:
        return
    for node in calls:
        verdict, _ = analyse(node, work.scope())
        for written in verdict.sequences:
            sequence = work.catalog.relation(sequence_name(written))
            if isinstance(sequence, Sequence):
                work.lock(sequence, _RX, "A number is drawn from it, or set.")
        for doubt in verdict.doubts:
            work.doubt(f"{doubt}: what it does is not known")


def sequence_name(written: str) -> Name:
    """The name within the text that ``nextval`` takes."""
    *schema, name = (part.strip('"') for part in written.split("."))
    return Name(name, schema[-1] if schema else None)


def insert(work: Work, action: actions.Insert) -> None:
    """Enter INSERT, with the lookups of its foreign keys."""
    table = work.table(action.table)
    work.lock(table, _RX, "INSERT lets everything but schema changes go on.")
    for part in work.catalog.family(table)[1:] if table.partitioned else ():
        work.lock(part, _RX, "The partition that a row belongs to is locked.", certain=False)
    clause = getattr(work.statement.tree, "onConflictClause", None)
    if clause is not None and clause.infer is not None:
        work.plan_with_indexes(table, _RX, "ON CONFLICT looks for the index to use.")
    if action.query is not None:
        read(work, action.query)
    for sequence in work.catalog.sequences_of(table):
        if action.columns and sequence.owner and sequence.owner[1] not in action.columns:
            work.lock(sequence, _RX, "A number is drawn for every row.")
    for key in table.foreign_keys:
        if not _stays_null(table, key, action.columns):
            _look_up(work, table, key)
    if not action.on_conflict:
        _may_repeat(work, table, frozenset(table.columns))
    _fire(work, table, "INSERT")


def _may_repeat(work: Work, table: Table, changed: frozenset[str]) -> None:
    for index in table.indexes.values():
        if index.unique and changed & index.depends_on:
            work.may_fail("23505", f"a row that is equal in the columns of {index.name} is there already")


def _stays_null(table: Table, key: Constraint, columns: tuple[str, ...]) -> bool:
    """Whether a foreign key need not be looked up, as one of its columns gets no value."""
    missing = set(key.columns) - set(columns) if columns else set()
    return any(table.columns[each].default is None for each in missing if each in table.columns)


def _look_up(work: Work, table: Table, key: Constraint, *, certain: bool = True) -> None:
    if key.references is None or not key.enforced:
        return
    referenced = work.table(key.references)
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        work.lock(each, _RS, f"New rows of {table.name} are looked up in it.", certain=certain)
        work.plan_with_indexes(each, _RS, certain=certain)
    work.may_fail("23503", f"a new row of {table.name} has no counterpart in {referenced.name}")


def update(work: Work, action: actions.Update) -> None:
    """Enter UPDATE, with the foreign keys in both directions that its assignments concern."""
    table = work.table(action.table)
    changed = {name for name, _ in action.assignments}
    for name in changed:
        if name not in table.columns and table.columns_complete:
            raise Refused("42703", f'column "{name}" of relation "{table.name}" does not exist')
    _write(work, table, action.where, action.reads, "UPDATE")
    _may_repeat(work, table, frozenset(changed))
    for _, value in action.assignments:
        call(work, value.tree)
    for key in table.foreign_keys:
        if changed.intersection(key.columns):
            _look_up(work, table, key, certain=action.where is None)
    for other, key in work.catalog.references_to(table):
        if changed.intersection(key.referenced_columns):
            _follow_reference(work, other, table, key, key.on_update, certain=action.where is None)


def delete(work: Work, action: actions.Delete) -> None:
    """Enter DELETE, with what happens to the rows that refer to deleted ones."""
    table = work.table(action.table)
    _write(work, table, action.where, action.reads, "DELETE")
    work.lose(table, "all rows" if action.where is None else "the rows that WHERE selects")
    _delete_references(work, table, frozenset(), certain=action.where is None)


def _delete_references(work: Work, table: Table, seen: frozenset[Name], *, certain: bool) -> None:
    for other, key in work.catalog.references_to(table):
        _follow_reference(work, other, table, key, key.on_delete, certain=certain)
        if key.on_delete == "cascade" and other.name not in {*seen, table.name}:
            work.lose(other, f"the rows that refer to deleted rows of {table.name}")
            _delete_references(work, other, seen | {table.name}, certain=certain)


def _follow_reference(work: Work, other: Table, table: Table, key: Constraint, what: str, *, certain: bool) -> None:
    """Enter what a changed or deleted key does to the rows that refer to it, ``certain`` unless no row may be found."""
    if not key.enforced:
        return
    checked = what in {"no action", "restrict"}
    mode = _RS if checked else _RX
    verb = "looked for" if checked else "changed" if what != "cascade" else "changed or deleted along"
    work.lock(other, mode, f"Rows that refer to {table.name} are {verb}.", certain=certain)
    work.plan_with_indexes(other, mode, certain=certain)
    if checked:
        work.may_fail("23503", f"a row of {other.name} refers to a row that is deleted, or whose key changes")


def _write(work: Work, table: Table, where: Expression | None, reads: Iterable[Name], verb: str) -> None:
    for each in work.catalog.family(table):
        work.lock(each, _RX, f"{verb} lets reads go on, and locks each row that it changes until the transaction ends.")
        work.plan_with_indexes(each, _RX)
        work.scan(each, f"{verb} looks at every row.", sources.LOCKING, scanned=scans(each, where))
    for name in reads:
        _read_relation(work, work.table(name), _AS, scanned="unknown")
    if where is not None:
        call(work, where.tree)
    _fire(work, table, verb)


def scans(table: Table, where: Expression | None) -> Tristate:
    """Whether finding the rows that a condition selects takes reading all of them, given the indexes there are."""
    if where is None:
        return True
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


def _fire(work: Work, table: Table, verb: str) -> None:
    for trigger in table.triggers.values():
        if not trigger.events or verb.lower() in trigger.events:
            work.doubt(f"what the trigger {trigger.name} of {table.name} does is not analysed")


def truncate(work: Work, action: actions.Truncate) -> None:
    """Enter TRUNCATE, by CASCADE also of the tables that refer to these."""
    tables = [each for name in action.tables for each in work.catalog.family(work.table(name))]
    emptied = {each.name: each for each in tables}
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        for other, _ in work.catalog.references_to(table):
            if other.name not in emptied and not action.cascade:
                raise Refused("0A000", "cannot truncate a table referenced in a foreign key constraint")
            if other.name not in emptied:
                emptied[other.name] = other
                waiting.append(other)
    for table in emptied.values():
        work.lock(table, _AX, "TRUNCATE replaces the table by an empty one.", sources.LOCKING)
        work.rewrite(table, "The table gets new, empty files.", sources.LOCKING, reads=False)
        for index in () if table.partitioned else table.indexes.values():
            work.lock(index, _AX)
            work.rebuild(index)
        work.lose(table, "all rows")
