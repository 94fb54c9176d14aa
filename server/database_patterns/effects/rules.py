"""CREATE RULE: the relation that it rewrites is locked against all, those that its statements name as by these."""

from __future__ import annotations

from typing import Any

from database_patterns.catalog.scopes import of_table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import relation_name

from . import queries, references, relations, sources
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_MAKES_NO_VIEW_SINCE = 16


def create(work: Work, tree: Node) -> None:
    """Enter CREATE RULE."""
    found = relations.find(work, relation_name(tree.relation))
    kind = relations.kind_of(found)
    if relations.is_known(found):
        if kind == "materialized view":
            raise Refused("0A000", "rules on materialized views are not supported")
        if kind not in {"table", "partitioned table", "view"}:
            raise Refused("42809", f'relation "{found.name.name}" cannot have rules')
    table = work.table(relation_name(tree.relation))
    work.lock(table, LockMode.AccessExclusiveLock, "CREATE RULE takes AccessExclusiveLock.", sources.CREATE_RULE)
    selects = tree.event.name == "CMD_SELECT"
    if selects and table.complete and table.kind == "table":
        if work.postgres >= _MAKES_NO_VIEW_SINCE:
            raise Refused("42809", f'relation "{table.name}" cannot have ON SELECT rules')
        work.doubt("whether a table can become a view by its rule is not worked out")
    if tree.rulename in table.rules and not tree.replace:
        raise Refused("42710", f'rule "{tree.rulename}" for relation "{table.name}" already exists')
    versions = (of_table(table, alias) for alias in ("old", "new"))
    references.require_names_of(work, tree.whereClause, *versions)
    for statement in tree.actions or ():
        queries.lock_named(work, statement, "A rule names it.")
