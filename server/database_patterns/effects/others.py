"""Statements of other kinds: renames, triggers and policies, and those that touch no table at all."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.locks import LockMode

from . import sources
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock
_RELATIONS = frozenset({"table", "view", "materialized view", "sequence", "index", "foreign_table"})


def touches_no_table(_work: Work, _action: actions.Action) -> None:
    """CREATE TYPE, SET, BEGIN and the like lock no relation that exists."""


def create_extension(work: Work, action: actions.CreateExtension) -> None:
    """Enter CREATE EXTENSION, which needs the extension's files on the server."""
    sqlstate = "0A000" if work.postgres >= _MISSING_IS_A_FEATURE_SINCE else "58P01"
    work.may_fail(sqlstate, f"the extension {action.name} is not installed on the server")


_MISSING_IS_A_FEATURE_SINCE = 15


def do_block(work: Work, action: actions.DoBlock) -> None:
    """Enter DO, whose code is not looked into."""
    work.doubt(f"what a DO block in {action.language} does is not analysed")


def rename(work: Work, action: actions.Rename) -> None:
    """Enter RENAME, which changes the catalog only."""
    if action.kind in {"type", "domain", "enum value", "schema"}:
        return
    index = work.catalog.index(action.of)
    if action.kind in _RELATIONS and index is not None:
        held = LockMode.ShareUpdateExclusiveLock if action.kind == "index" else _AX
        work.lock(index, held, "Renaming an index lets its table be used.", sources.ALTER_TABLE)
        return
    if action.kind in _RELATIONS or action.kind in {"column", "constraint", "trigger", "policy", "rule"}:
        _rename_on_table(work, action)
        return
    work.doubt(f"RENAME of a {action.kind} is not analysed yet")


def _rename_on_table(work: Work, action: actions.Rename) -> None:
    relation = work.catalog.relation(action.of)
    found = relation if isinstance(relation, Sequence) else work.table(action.of)
    work.lock(
        found, _AX, "A rename changes the catalog only, but nobody may use the table meanwhile.", sources.ALTER_TABLE
    )
    if not isinstance(found, Table):
        return
    parents = [parent for name in found.inherits if (parent := work.catalog.table(name))]
    if action.kind == "column" and any(action.name in parent.columns for parent in parents):
        raise Refused("42P16", f'cannot rename inherited column "{action.name}"')
    if action.kind == "column":
        for child in work.catalog.family(found)[1:]:
            work.lock(child, _AX, "Its column is renamed along.", sources.ALTER_TABLE)
    if action.kind == "constraint":
        constraint = found.constraints.get(action.name or "")
        index = found.indexes.get(constraint.using_index or "") if constraint else None
        if isinstance(index, Index):
            work.lock(
                index, LockMode.ShareUpdateExclusiveLock, "It is renamed with its constraint.", sources.ALTER_TABLE
            )
    else:
        old = action.name or action.of.name
        work.breaks(found, f"statements that name {old} fail ({'42703' if action.kind == 'column' else '42P01'})")


def set_schema(work: Work, action: actions.SetSchema) -> None:
    """Enter SET SCHEMA of a relation."""
    if action.kind not in {"table", "view", "matview", "sequence", "foreign_table"}:
        work.doubt(f"SET SCHEMA of a {action.kind} is not analysed yet")
        return
    relation = work.catalog.relation(action.of)
    found = relation if isinstance(relation, Sequence) else work.table(action.of)
    work.lock(found, _AX, "SET SCHEMA takes AccessExclusiveLock.", sources.ALTER_TABLE)
    if isinstance(found, Table):
        for sequence in work.catalog.sequences_of(found):
            work.lock(sequence, _AX, "It moves with its table.", sources.ALTER_TABLE)
        work.breaks(found, f"statements that find {found.name} by its old schema fail (42P01)")


def create_trigger(work: Work, action: actions.CreateTrigger) -> None:
    """Enter CREATE TRIGGER."""
    table = work.table(action.table)
    for each in work.catalog.family(table) if table.partitioned else (table,):
        work.lock(each, LockMode.ShareRowExclusiveLock, "CREATE TRIGGER blocks writes.", sources.LOCKING)
    if action.constraint_from is not None:
        work.lock(work.table(action.constraint_from), LockMode.AccessShareLock, "The constraint trigger names it.")


def create_policy(work: Work, action: actions.CreatePolicy) -> None:
    """Enter CREATE POLICY."""
    work.lock(work.table(action.table), _AX, "CREATE POLICY takes AccessExclusiveLock.")
