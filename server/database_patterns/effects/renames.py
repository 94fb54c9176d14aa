"""RENAME and SET SCHEMA: quick, but nobody may use the relation meanwhile, and what names it afterwards fails."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.locks import LockMode

from . import sources
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock
_RELATIONS = frozenset({"table", "view", "materialized view", "sequence", "index", "foreign_table"})
_ON_TABLES = frozenset({"column", "constraint", "trigger", "policy", "rule"})
_TOUCH_NO_TABLE = frozenset({"type", "domain", "enum value", "schema", "attribute"})
_NOT_NULL_HAS_A_NAME_SINCE = 18


def rename(work: Work, action: actions.Rename) -> None:
    """Enter RENAME, which changes the catalog only."""
    index = work.catalog.index(action.of)
    if index is None and action.kind == "index" and not work.catalog.complete and not work.catalog.relation(action.of):
        name = work.catalog.resolve(action.of)
        index = Index(name, table=name)
    if action.kind in _TOUCH_NO_TABLE:
        if action.kind == "attribute" and work.statement_cascades:
            work.doubt("which tables are OF the type, and so change with it, is not worked out")
    elif action.kind in _RELATIONS and index is not None:
        _require_free(work, Name(action.new_name, index.name.schema))
        held = _SUX if action.kind == "index" else _AX
        work.lock(index, held, "Renaming an index lets its table be used.", sources.ALTER_TABLE)
    elif action.kind in _RELATIONS or action.kind in _ON_TABLES:
        _rename_on_table(work, action)
    else:
        work.doubt(f"RENAME of a {action.kind} is not analysed yet")


def _require_free(work: Work, name: Name) -> None:
    if name in work.catalog.relations or name in work.catalog.index_tables:
        raise Refused("42P07", f'relation "{name.name}" already exists')


def _rename_on_table(work: Work, action: actions.Rename) -> None:
    relation = work.catalog.relation(action.of)
    found = relation if isinstance(relation, Sequence) else work.table(action.of)
    reason = "A rename changes the catalog only, but nobody may use the table meanwhile."
    work.lock(found, _AX, reason, sources.ALTER_TABLE)
    old = action.name or ""
    if action.kind in _RELATIONS:
        _require_free(work, Name(action.new_name, found.name.schema))
    if isinstance(found, Sequence):
        return
    if action.kind == "column":
        _rename_column(work, found, old, action.new_name)
    elif action.kind == "constraint":
        _rename_constraint(work, found, old, action.new_name)
        return
    elif action.kind in {"trigger", "policy"}:
        require_named(found, action.kind, old)
    work.breaks(
        found,
        f"statements that name {old or action.of.name} fail ({'42703' if action.kind == 'column' else '42P01'})",
    )


def require_named(table: Table, kind: str, name: str) -> None:
    """Raise Refused where a table certainly has no trigger or policy of that name."""
    known = table.triggers if kind == "trigger" else table.policies
    if table.complete and name not in known:
        raise Refused("42704", f'{kind} "{name}" for table "{table.name}" does not exist')


def _rename_column(work: Work, table: Table, old: str, new: str) -> None:
    below = work.catalog.family(table)[1:]
    if any(old in parent.columns for parent in _parents(work, table)):
        raise Refused("42P16", f'cannot rename inherited column "{old}"')
    if below and work.statement_is_only:
        raise Refused("42P16", f'inherited column "{old}" must be renamed in child tables too')
    if table.columns_complete and old not in table.columns:
        raise Refused("42703", f'column "{old}" does not exist')
    if new in table.columns:
        raise Refused("42701", f'column "{new}" of relation "{table.name}" already exists')
    for child in below:
        work.lock(child, _AX, "Its column is renamed along.", sources.ALTER_TABLE)


def _rename_constraint(work: Work, table: Table, old: str, new: str) -> None:
    constraint = table.constraints.get(old)
    nameless = constraint is not None and constraint.kind == "not null" and work.postgres < _NOT_NULL_HAS_A_NAME_SINCE
    if constraint is None or nameless:
        if table.complete:
            raise Refused("42704", f'constraint "{old}" for table "{table.name}" does not exist')
        work.doubt(f"which index the constraint {old} of {table.name} has, if any, is not known")
        return
    index = table.indexes.get(constraint.using_index or "")
    if isinstance(index, Index):
        work.lock(index, _SUX, "It is renamed with its constraint.", sources.ALTER_TABLE)
        _require_free(work, Name(new, table.name.schema))
    if new in table.constraints:
        raise Refused("42710", f'constraint "{new}" for relation "{table.name}" already exists')
    if constraint.kind not in {"check", "not null"} or constraint.no_inherit:
        return
    if any(old in parent.constraints for parent in _parents(work, table)):
        raise Refused("42P16", f'cannot rename inherited constraint "{old}"')
    below = work.catalog.family(table)[1:]
    if below and work.statement_is_only:
        raise Refused("42P16", f'inherited constraint "{old}" must be renamed in child tables too')
    for child in below:
        work.lock(child, _AX, "Its constraint is renamed along.", sources.ALTER_TABLE)


def _parents(work: Work, table: Table) -> list[Table]:
    return [parent for name in table.inherits if (parent := work.catalog.table(name))]


def set_schema(work: Work, action: actions.SetSchema) -> None:
    """Enter SET SCHEMA of a relation, which takes its sequences along; types touch no table."""
    if action.kind in {"type", "domain"}:
        return
    if action.kind not in {"table", "view", "matview", "sequence", "foreign_table"}:
        work.doubt(f"SET SCHEMA of a {action.kind} is not analysed yet")
        return
    relation = work.catalog.relation(action.of)
    found = relation if isinstance(relation, Sequence) else work.table(action.of)
    work.lock(found, _AX, "SET SCHEMA takes AccessExclusiveLock.", sources.ALTER_TABLE)
    if work.catalog.complete and action.schema not in work.catalog.schemas:
        raise Refused("3F000", f'schema "{action.schema}" does not exist')
    if isinstance(found, Sequence):
        if found.owner is not None:
            raise Refused("0A000", "cannot move an owned sequence into another schema")
        return
    if found.name.schema != action.schema:
        _require_free(work, Name(found.name.name, action.schema))
    for sequence in work.catalog.sequences_of(found):
        work.lock(sequence, _AX, "It moves with its table.", sources.ALTER_TABLE)
    work.breaks(found, f"statements that find {found.name} by its old schema fail (42P01)")
