"""INHERIT and NO INHERIT, and what a table must have in common with one that it becomes a child or a partition of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from database_patterns import actions
from database_patterns.actions import Column
from database_patterns.catalog import Table
from database_patterns.catalog.definitions import SERIAL_TYPES
from database_patterns.locks import LockMode

from . import sources, types
from .alteration import Alteration
from .work import Refused, Work


def require_inheritable(at: Alteration, _action: actions.OtherAlteration) -> None:
    """Raise Refused where the parents of a table cannot be changed at all."""
    if at.table.of_type is not None:
        raise Refused("42809", "cannot change inheritance of typed table")
    if at.table.partition:
        raise Refused("42809", "cannot change inheritance of a partition")
    if at.table.partitioned:
        raise Refused("42809", "cannot change inheritance of partitioned table")


def inherit(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Enter INHERIT."""
    if action.relation is None:
        return
    parent = at.work.table(action.relation)
    at.work.lock(parent, LockMode.ShareUpdateExclusiveLock, "It becomes the parent of a table.", sources.ALTER_TABLE)
    _require_parent(parent)
    if parent.name in {each.name for each in at.catalog.family(at.table)}:
        raise Refused("42P07", "circular inheritance not allowed")
    if parent.name in table.inherits:
        raise Refused("42P07", f'relation "{parent.name}" would be inherited from more than once')
    require_like(at.work, table, parent)


def _require_parent(parent: Table) -> None:
    if not parent.complete:
        return
    if parent.kind not in {"table", "foreign table"}:
        raise Refused("42809", f'ALTER action INHERIT cannot be performed on relation "{parent.name}"')
    if parent.partitioned:
        raise Refused("42809", f'cannot inherit from partitioned table "{parent.name}"')
    if parent.partition:
        raise Refused("42809", "cannot inherit from a partition")


def require_mergeable(work: Work, action: actions.CreateTable) -> None:
    """Raise Refused where a new table cannot inherit from its parents, or their columns do not go together."""
    parents = [work.table(name) for name in action.inherits]
    for parent in parents:
        _require_parent(parent)
    if len({parent.name for parent in parents}) < len(parents):
        raise Refused("42P07", "a relation would be inherited from more than once")
    merged: dict[str, Column] = {}
    for column in (each for parent in parents for each in parent.columns.values()):
        _require_same(work, merged, column)
    for column in action.columns:
        if column.name in merged and not _agree(work, column, merged[column.name]):
            raise Refused("42804", f'column "{column.name}" has a type conflict')
    _require_one_default(parents, {each.name for each in action.columns if each.default})


def _require_same(work: Work, merged: dict[str, Column], column: Column) -> None:
    known = merged.setdefault(column.name, column)
    if not _agree(work, known, column):
        raise Refused("42804", f'inherited column "{column.name}" has a type conflict')
    if (known.generated is None) != (column.generated is None):
        raise Refused("42804", f'inherited column "{column.name}" has a generation conflict')


def _require_one_default(parents: Iterable[Table], own: Collection[str]) -> None:
    """Defaults of two parents that differ need one of the new table's own."""
    found: dict[str, str] = {}
    for column in (each for parent in parents for each in parent.columns.values() if each.default):
        text = column.default.sql if column.default else ""
        if found.setdefault(column.name, text) != text and column.name not in own:
            raise Refused("42611", f'column "{column.name}" inherits conflicting default values')


def disinherit(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Enter NO INHERIT."""
    if action.relation is None:
        return
    if table.partition:
        raise Refused("42809", "cannot change inheritance of a partition")
    parent = at.work.table(action.relation)
    at.work.lock(parent, LockMode.AccessShareLock, "It stops being the parent of a table.", sources.ALTER_TABLE)
    if table.complete and parent.name not in table.inherits:
        raise Refused("42P01", f'relation "{parent.name}" is not a parent of relation "{table.name}"')


def require_like(work: Work, child: Table, parent: Table) -> None:
    """Raise Refused where a table lacks a column or a constraint of its parent, or has another one of that name."""
    for column in parent.columns.values():
        own = child.columns.get(column.name)
        if own is None:
            if child.columns_complete:
                raise Refused("42804", f'child table is missing column "{column.name}"')
            continue
        _require_like_column(work, child, own, column)
    if child.complete:
        _require_constraints(child, parent)


def _require_like_column(work: Work, child: Table, own: Column, wanted: Column) -> None:
    if not _agree(work, own, wanted):
        raise Refused("42804", f'child table "{child.name}" has different type for column "{own.name}"')
    if wanted.not_null and not own.not_null and child.columns_complete:
        raise Refused("42804", f'column "{own.name}" in child table "{child.name}" must be marked NOT NULL')
    if bool(wanted.generated) != bool(own.generated) and child.columns_complete:
        must = "must" if wanted.generated else "must not"
        raise Refused("42804", f'column "{own.name}" in child table {must} be a generated column')


def is_same(work: Work, one: Column | None, other: Column | None) -> bool:
    """Whether two columns have the same name and type."""
    return one is not None and other is not None and one.name == other.name and _agree(work, one, other)


def _agree(work: Work, one: Column, other: Column) -> bool:
    """Whether two columns are of the same type, as far as both are known."""
    known = all(each.type.name.name != types.UNKNOWN for each in (one, other))
    return not known or _resolved(work, one) == _resolved(work, other)


def _resolved(work: Work, column: Column) -> object:
    """The type, as far as it can be compared; one of the schema's own has its whole name."""
    if column.type.name.name in SERIAL_TYPES and column.type.name.schema is None:
        return SERIAL_TYPES[column.type.name.name], (), 0
    own = work.catalog.is_type(column.type.name)
    name = work.catalog.resolve_type(column.type.name) if own else column.type.name.name
    return name, column.type.modifiers, column.type.dimensions


def _require_constraints(child: Table, parent: Table) -> None:
    for wanted in parent.constraints.values():
        if wanted.kind != "check" or wanted.no_inherit or wanted.name is None:
            continue
        own = child.constraints.get(wanted.name)
        if own is None or own.kind != "check":
            raise Refused("42804", f'child table is missing constraint "{wanted.name}"')
        if own.expression and wanted.expression and own.expression.sql != wanted.expression.sql:
            raise Refused("42804", f'child table "{child.name}" has different definition for CHECK "{wanted.name}"')
        if own.no_inherit or (own.not_valid and not wanted.not_valid):
            raise Refused("42P17", f'constraint "{wanted.name}" conflicts with that of child table "{child.name}"')
