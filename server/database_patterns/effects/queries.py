"""What reads: SELECT, and queries within other statements, run, only planned (EXPLAIN), or only looked at (PREPARE)."""

from __future__ import annotations

from typing import Any, Final

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Query
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.catalog.expressions import sequence_name
from database_patterns.locks import LockMode
from database_patterns.model import Tristate
from database_patterns.reading.definitions import dotted, relation_name, relations_in, walk

from . import relations, sources
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AS = LockMode.AccessShareLock
_RS = LockMode.RowShareLock
_RX = LockMode.RowExclusiveLock
WRITES: Final = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
"""The statements that write rows, which may stand in a WITH too."""


def select(work: Work, action: actions.Select) -> None:
    """Enter SELECT."""
    read(work, action.query)


def read(work: Work, query: Query) -> None:
    """Enter what a query that is run locks: every relation that it reads, with all indexes that it might use."""
    if isinstance(query.tree, ast.ExecuteStmt):
        work.doubt("what the prepared statement reads is not known")
    for name in query.reads:
        read_relation(work, work.table(name), reading_mode(query.tree), scanned=_reads_all(query))
    call(work, query.tree)


def reading_mode(tree: object) -> LockMode:
    """FOR UPDATE and its like, also in a query within, lock their tables a little more."""
    locking = any(isinstance(node, ast.SelectStmt) and node.lockingClause for node in walk(tree))
    return _RS if locking else _AS


def read_relation(work: Work, table: Table, mode: LockMode, *, scanned: Tristate) -> None:
    """Enter that a relation is read, with what is below it, or below the view that it is."""
    _require_readable(work, table)
    members = work.catalog.family(table) if table.kind == "table" else (table,)
    for each in members:
        work.lock(each, mode, "A query reads it.", sources.LOCKING)
        work.plan_with_indexes(each, mode)
        if each.kind != "view":
            work.scan(each, "Read as far as the query needs it.", sources.LOCKING, scanned=scanned)
        if mode == _RS and each.kind == "table":
            work.lock_rows(each, "some")
    if table.kind == "view":
        for name in table.reads:
            read_relation(work, work.table(name), mode, scanned="unknown")


def _require_readable(work: Work, table: Table) -> None:
    relation = relations.find(work, table.name)
    if isinstance(relation, Index) or table.kind == "type":
        raise Refused("42809", f'cannot open relation "{table.name}"')


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
        name = dotted(node.funcname).name
        if any(each.volatility != "immutable" for each in work.catalog.functions.get(name, ())):
            work.doubt(f"what the function {name} does is not analysed")


def lock_named(work: Work, tree: object, reason: str) -> None:
    """Enter the locks on what a statement names that is only looked at: neither run nor planned."""
    targets = [relation_name(node.relation) for node in walk(tree) if type(node) in WRITES]
    for name in targets:
        work.lock(work.table(name), _RX, reason)
    for name in relations_in(tree):
        if name not in targets:
            work.lock(work.table(name), reading_mode(tree), reason)


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
