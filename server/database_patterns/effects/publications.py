"""Publications: tables that join or leave one are locked against schema changes, not against reads and writes."""

from __future__ import annotations

from typing import Any

from pglast import enums

from database_patterns.catalog import Table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import relation_name

from . import columns, objects, references
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_SUX = LockMode.ShareUpdateExclusiveLock


def create(work: Work, tree: Node) -> None:
    """Enter CREATE PUBLICATION."""
    objects.create(work, tree)
    _lock(work, tree, "It becomes part of a publication.")


def alter(work: Work, tree: Node) -> None:
    """Enter ALTER PUBLICATION; SET TABLE also locks what is in it by now, which is not kept here."""
    _lock(work, tree, "It joins or leaves a publication.")
    if tree.pubobjects and tree.action == enums.AlterPublicationAction.AP_SetObjects:
        work.doubt(f"which tables are in the publication {tree.pubname}, and so leave it, is not known")


def _lock(work: Work, tree: Node, reason: str) -> None:
    for each in tree.pubobjects or ():
        if each.pubtable is None:
            continue
        table = work.table(relation_name(each.pubtable.relation))
        if table.complete and (table.kind != "table" or table.persistence != "permanent"):
            raise Refused("22023", f'cannot add relation "{table.name}" to publication')
        references.require_names(work, each.pubtable.whereClause, table)
        for column in each.pubtable.columns or ():
            columns.require(table, column.sval)
        for member in _members(work, table, each.pubtable.relation):
            work.lock(member, _SUX, reason)


def _members(work: Work, table: Table, relation: Node) -> tuple[Table, ...]:
    return work.catalog.family(table) if relation.inh else (table,)
