"""COPY: out of a table, out of a query, or into a table, whose foreign keys then look every row up."""

from __future__ import annotations

from typing import Any

from database_patterns import actions
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import query, relation_name, strings

from . import columns, queries, references, relations, rows, sources
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


def copy(work: Work, tree: Node) -> None:
    """Enter COPY."""
    if tree.filename or tree.is_program:
        work.may_fail("42501", "the role may not use files or programs of the server")
    if tree.relation is None:
        references.require_names(work, tree.query)
        queries.read(work, query(tree.query))
        return
    name, named = relation_name(tree.relation), strings(tree.attlist)
    if tree.is_from:
        rows.insert(work, actions.Insert(name, named))
        return
    _copy_out(work, name, named)


def _copy_out(work: Work, name: actions.Name, named: tuple[str, ...]) -> None:
    """COPY TO reads the table alone, without those that inherit from it, and no view."""
    table = work.table(name)
    found = relations.find(work, name)
    kind = relations.kind_of(found)
    if relations.is_known(found) and kind not in {"table", "materialized view"}:
        raise Refused("42809", f'cannot copy from {kind} "{table.name}"')
    for column in named:
        columns.require(table, column)
    work.lock(table, LockMode.AccessShareLock, "COPY reads it.", sources.COPY)
    work.scan(table, "COPY reads every row.", sources.COPY)
