"""What reads: SELECT, and queries within other statements, run, only planned (EXPLAIN), or only looked at (PREPARE)."""

from __future__ import annotations

from typing import Any, Final

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Name, Query
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.catalog.expressions import sequence_name
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import dotted, relation_name, relations_in, walk

from . import bodies, references, relations, sources
from .bodies import Body
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AS = LockMode.AccessShareLock
_RS = LockMode.RowShareLock
_RX = LockMode.RowExclusiveLock
WRITES: Final = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
"""The statements that write rows, which may stand in a WITH too."""
QUERIES: Final = frozenset({ast.SelectStmt, *WRITES})


def select(work: Work, action: actions.Select) -> None:
    """Enter SELECT."""
    read(work, action.query)


def read(work: Work, query: Query) -> None:
    """Enter what a query that is run locks: every relation that it reads, with all indexes that it might use."""
    if isinstance(query.tree, ast.ExecuteStmt):
        work.doubt("what the prepared statement reads is not known")
    for name in query.reads:
        read_relation(work, work.table(name), reading_mode(query.tree))
    call(work, query.tree)


def fill(work: Work, query: Query) -> None:
    """Enter the query that fills a new table, or that WITH NO DATA only looks at."""
    if getattr(getattr(work.statement.tree, "into", None), "skipData", False):
        for name in query.reads:
            work.lock(work.table(name), reading_mode(query.tree), "The query is looked at, and not run.")
    else:
        read(work, query)


def reading_mode(tree: object) -> LockMode:
    """FOR UPDATE and its like, also in a query within, lock their tables a little more."""
    locking = any(isinstance(node, ast.SelectStmt) and node.lockingClause for node in walk(tree))
    return _RS if locking else _AS


def read_relation(work: Work, table: Table, mode: LockMode, *, certain: bool = True) -> None:
    """Enter that a relation is read, with what is below it, or below the view that it is."""
    _require_readable(work, table)
    members = work.catalog.family(table) if table.kind == "table" else (table,)
    for each in members:
        work.lock(each, mode, "A query reads it.", sources.LOCKING, certain=certain)
        work.plan_with_indexes(each, mode, certain=certain)
        if each.kind != "view":
            work.scan(each, "Read as far as the query needs it.", sources.LOCKING, scanned="unknown")
        if mode == _RS and each.kind == "table":
            work.lock_rows(each, "some")
    if table.kind == "view":
        for name in table.reads:
            read_relation(work, work.table(name), mode, certain=certain)


def _require_readable(work: Work, table: Table) -> None:
    relation = relations.find(work, table.name)
    if isinstance(relation, Index) or table.kind == "type":
        raise Refused("42809", f'cannot open relation "{table.name}"')


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
        _call_own(work, dotted(node.funcname), len(node.args or ()))


def _call_own(work: Work, name: Name, number: int) -> None:
    """Enter what functions of the schema do; those that are said to be immutable only if they are in SQL."""
    for each in references.routines_named(work, name):
        looked_into = each.volatility != "immutable" or each.language.lower() == "sql"
        if looked_into and number <= len(each.argument_types):
            run(work, bodies.of_function(each), f"the {each.kind} {each.name}")


def run(work: Work, body: Body | None, what: str) -> None:
    """Enter what a body does when it is called: it may read, whereas what it writes or creates is not worked out."""
    if body is None or any(type(each) is not ast.SelectStmt or each.intoClause for each in body.statements):
        work.doubt(f"what {what} does is not analysed")
    elif work.begins(what):
        if body.raises:
            work.may_fail("P0001", f"{what} raises an error")
        for tree in body.statements:
            for name in relations_in(tree):
                _read_within(work, name, reading_mode(tree), what)
            call(work, tree)


def _read_within(work: Work, name: Name, mode: LockMode, what: str) -> None:
    """Enter that a body may read a relation; where there is none, something may keep it from getting so far."""
    try:
        read_relation(work, work.table(name), mode, certain=False)
    except Refused as refused:
        work.may_fail(refused.error.sqlstate, f"{what} comes to read {name}: {refused.error.message}")


def lock_named(work: Work, tree: object, reason: str) -> None:
    """Enter the locks on what a statement names that is only looked at: neither run nor planned."""
    targets = [relation_name(node.relation) for node in walk(tree) if type(node) in WRITES]
    for name in targets:
        work.lock(work.table(name), _RX, reason)
    for name in relations_in(tree):
        if name not in targets:
            _lock_rewritten(work, work.table(name), reading_mode(tree), reason)


def _lock_rewritten(work: Work, table: Table, mode: LockMode, reason: str) -> None:
    """Enter the lock on a relation, and on those that a view stands for."""
    work.lock(table, mode, reason)
    for name in table.reads if table.kind == "view" else ():
        _lock_rewritten(work, work.table(name), mode, reason)


def plan(work: Work, tree: object) -> None:
    """Enter the locks of a statement that is planned, and not run: tables below and indexes are locked too."""
    reason = "A statement is planned, and not run."
    written = {relation_name(node.relation): node for node in walk(tree) if type(node) in WRITES}
    for name in relations_in(tree):
        table, inserted = work.table(name), type(written.get(name)) is ast.InsertStmt
        mode = _RX if name in written else reading_mode(tree)
        for each in (table,) if inserted else work.catalog.family(table):
            work.lock(each, mode, reason)
            if not inserted:
                work.plan_with_indexes(each, mode, reason)
        for below in table.reads if table.kind == "view" else ():
            work.lock(work.table(below), mode, reason)
