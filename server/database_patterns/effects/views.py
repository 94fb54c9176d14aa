"""CREATE VIEW and CREATE MATERIALIZED VIEW, new or in place of a view that is there."""

from __future__ import annotations

from typing import Any

from database_patterns import actions
from database_patterns.catalog import Table
from database_patterns.catalog.resolving import output_columns, output_names
from database_patterns.locks import LockMode

from . import queries, references, relations, sources, types
from .other_alterations import require_known_parameters
from .work import Refused, Work


def create(work: Work, action: actions.CreateView) -> None:
    """Enter CREATE VIEW, which locks what it reads, and CREATE MATERIALIZED VIEW, which reads it."""
    if action.materialized:
        references.require_names(work, action.query.tree)
    existing = None if action.temporary else _existing(work, action)
    if existing is not None and not action.replace:
        for name in action.query.reads:
            reason = "The query is looked at before it is seen that the view is there."
            work.lock(work.table(name), LockMode.AccessShareLock, reason, sources.CREATE_VIEW)
        return
    tree: Any = work.statement.tree
    require_known_parameters(work, [option.defname for option in getattr(tree, "options", None) or ()])
    references.require_names(work, action.query.tree)
    if action.materialized:
        queries.fill(work, action.query)
    else:
        for name in action.query.reads:
            work.lock(work.table(name), LockMode.AccessShareLock, "A view is defined over it.", sources.CREATE_VIEW)
    _require_distinct(work, action)
    if existing is not None:
        _require_same_columns(work, existing, action)
        work.lock(existing, LockMode.AccessExclusiveLock, "The view is defined anew.", sources.CREATE_VIEW)


def _existing(work: Work, action: actions.CreateView) -> Table | None:
    """The view that is there already; raises Refused where its name is taken by anything else."""
    relations.require_schema(work, action.name)
    name = work.catalog.place_of(action.name)
    existing = work.catalog.relation(name)
    if isinstance(existing, Table) and action.if_not_exists:
        return existing
    if isinstance(existing, Table) and action.replace:
        if relations.is_known(existing) and existing.kind != "view":
            raise Refused("42809", f'"{existing.name}" is not a view')
        return existing
    relations.require_free(work, name)
    return None


def _require_distinct(work: Work, action: actions.CreateView) -> None:
    output = output_names(work.catalog, action.query.tree, action.columns)
    repeated = next((name for name in output if output.count(name) > 1), None)
    if repeated is not None:
        raise Refused("42701", f'column "{repeated}" specified more than once')


def _require_same_columns(work: Work, existing: Table, action: actions.CreateView) -> None:
    after = output_columns(work.catalog, action.query.tree, action.columns)
    if after is None or not existing.columns_complete:
        return
    if len(after) < len(existing.columns):
        raise Refused("42P16", "cannot drop columns from view")
    for (old, was), (new, now) in zip(existing.columns.items(), after.items(), strict=False):
        if old != new:
            raise Refused("42P16", f'cannot change name of view column "{old}" to "{new}"')
        known = types.UNKNOWN not in {was.type.name.name, now.type.name.name}
        if known and types.base_of(work.catalog, was.type) != types.base_of(work.catalog, now.type):
            raise Refused("42P16", f'cannot change data type of view column "{old}"')
