"""Publications: tables that join or leave one are locked against schema changes, not against reads and writes."""

from __future__ import annotations

from typing import Any

from pglast import ast, enums

from database_patterns.catalog import Table
from database_patterns.catalog.scopes import SYSTEM_COLUMNS
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import relation_name

from . import columns, maintenance, objects, references
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
    if tree.pubobjects and tree.action == enums.AlterPublicationAction.AP_AddObjects:
        work.may_fail("42710", f"one of them is in the publication {tree.pubname} already")
    elif tree.pubobjects and tree.action == enums.AlterPublicationAction.AP_DropObjects:
        work.may_fail("42704", f"one of them is not in the publication {tree.pubname}")
    if tree.pubobjects and tree.action == enums.AlterPublicationAction.AP_SetObjects:
        work.doubt(f"which tables are in the publication {tree.pubname}, and so leave it, is not known")


def _lock(work: Work, tree: Node, reason: str) -> None:
    _require_one_list(tree)
    for each in tree.pubobjects or ():
        if each.pubtable is None:
            continue
        table = work.table(relation_name(each.pubtable.relation))
        if table.complete and (table.kind != "table" or table.persistence != "permanent"):
            raise Refused("22023", f'cannot add relation "{table.name}" to publication')
        references.require_names(work, each.pubtable.whereClause, table)
        _require_columns(work, table, tuple(column.sval for column in each.pubtable.columns or ()))
        for member in _members(work, table, each.pubtable.relation):
            work.lock(member, _SUX, reason)


def _members(work: Work, table: Table, relation: Node) -> tuple[Table, ...]:
    """What is added by its own name: the partitions of a table go with it without that."""
    return work.catalog.family(table) if relation.inh and not table.partitioned else (table,)


def _require_columns(work: Work, table: Table, wanted: tuple[str, ...]) -> None:
    """Raise Refused where a publication's list of columns is not one."""
    tree: Node = work.statement.tree
    for column in wanted:
        if column in SYSTEM_COLUMNS:
            raise Refused("42P10", f'cannot use system column "{column}" in publication column list')
        columns.require(table, column)
        if wanted.count(column) > 1:
            raise Refused("42710", f'duplicate column "{column}" in publication column list')
    if not wanted:
        return
    if getattr(tree, "action", None) == enums.AlterPublicationAction.AP_DropObjects:
        raise Refused("42601", "column list must not be specified in ALTER PUBLICATION … DROP")
    if table.partitioned and type(tree) is ast.CreatePublicationStmt and not _by_root(tree):
        raise Refused("22023", f'cannot use column list for relation "{table.name}" in publication "{tree.pubname}"')


def _by_root(tree: Node) -> bool:
    """Whether changes of partitions are published as those of the table above them."""
    return maintenance.option(tree.options, "publish_via_partition_root")


def _require_one_list(tree: Node) -> None:
    """Raise Refused where a table is named twice with lists of columns."""
    tables = [each.pubtable for each in tree.pubobjects or () if each.pubtable]
    names = [relation_name(each.relation) for each in tables]
    for table, name in zip(tables, names, strict=True):
        if table.columns and names.count(name) > 1:
            raise Refused("42710", f'conflicting or redundant column lists for table "{name}"')
