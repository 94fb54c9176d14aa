"""RENAME and SET SCHEMA: quick, but nobody may use the relation meanwhile, and what names it afterwards fails."""

from __future__ import annotations

from collections.abc import Container

from pglast import enums

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Index, Sequence, Table
from database_patterns.locks import LockMode

from . import composites, objects, relations, sources, user_types
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock
_RELATIONS = frozenset({"table", "view", "materialized view", "sequence", "index", "foreign_table"})
_ON_TABLES = frozenset({"column", "constraint", "trigger", "policy", "rule"})
_WITH_COLUMNS = frozenset(
    {"table", "partitioned table", "view", "materialized view", "foreign table", "index", "partitioned index",
     "composite type"}
)  # fmt: skip
OBJECT = enums.ObjectType


_OF_KINDS = {
    "policy": frozenset({"table", "partitioned table"}),
    "rule": frozenset({"table", "partitioned table", "view"}),
}
"""The kinds of relations that have policies and rules."""


def rename(work: Work, action: actions.Rename) -> None:
    """Enter RENAME, which changes the catalog only."""
    if action.kind == "attribute":
        composites.rename_attribute(work, action.of, action.name or "", action.new_name)
    elif action.kind in {"type", "domain"}:
        user_types.rename(work, action)
    elif action.kind == "enum value":
        user_types.rename_value(work, action)
    elif action.kind == "schema":
        _rename_schema(work, action.name or action.of.name, action.new_name)
    elif action.kind in _RELATIONS:
        _rename_relation(work, action)
    elif action.kind in _ON_TABLES:
        _rename_on_table(work, action)
    else:
        objects.rename(work, action)


def _rename_schema(work: Work, old: str, new: str) -> None:
    if work.catalog.complete and old not in work.catalog.schemas:
        raise Refused("3F000", f'schema "{old}" does not exist')
    if new in work.catalog.schemas:
        raise Refused("42P06", f'schema "{new}" already exists')


def _rename_relation(work: Work, action: actions.Rename) -> None:
    said = getattr(work.statement.tree, "renameType", None)
    found = relations.find(work, action.of, said)
    relations.require_said(found, said)
    indexed, place = isinstance(found, Index), Name(action.new_name, found.name.schema)
    held = _SUX if indexed and action.kind == "index" else _AX
    why = "Renaming an index lets its table be used." if held == _SUX else _WHY
    work.lock(found, held, why, sources.ALTER_TABLE)
    relations.require_free(work, place, has_type=not isinstance(found, Index | Sequence))
    if not isinstance(found, Index | Sequence):
        work.breaks(found, f"statements that name {action.of.name} fail (42P01)")


_WHY = "A rename changes the catalog only, but nobody may use the table meanwhile."


def _rename_on_table(work: Work, action: actions.Rename) -> None:
    relation = relations.find(work, action.of)
    if action.kind == "column" and relations.is_known(relation) and relations.kind_of(relation) not in _WITH_COLUMNS:
        raise Refused("42809", f'cannot rename columns of relation "{relation.name.name}"')
    if isinstance(relation, Table) and relation.kind == "type":
        composites.rename_attribute(work, action.of, action.name or "", action.new_name)
        return
    known = relations.is_known(relation)
    if action.kind in _OF_KINDS and known and relations.kind_of(relation) not in _OF_KINDS[action.kind]:
        raise Refused("42809", f'relation "{relation.name.name}" cannot have a {action.kind}')
    work.lock(relation, _AX, _WHY, sources.ALTER_TABLE)
    if isinstance(relation, Index):
        _rename_in_parts(work, relation)
    if not isinstance(relation, Table):
        return
    found, old = relation, action.name or ""
    if action.kind == "column":
        _rename_column(work, found, old, action.new_name)
    elif action.kind == "constraint":
        _rename_constraint(work, found, old, action.new_name)
        return
    else:
        require_named(found, action.kind, old)
        _require_new(found, action.kind, action.new_name)
    work.breaks(found, f"statements that name {old} fail ({'42703' if action.kind == 'column' else '42P01'})")


def _rename_in_parts(work: Work, index: Index) -> None:
    """A column of an index is renamed in the indexes of partitions, too."""
    for member in work.catalog.family(work.table(index.table)):
        for part in member.indexes.values():
            if work.catalog.is_part_of(part, index.name):
                work.lock(part, _AX, "Its column is renamed along.", sources.ALTER_INDEX)


def _named(table: Table, kind: str) -> Container[str]:
    return {"trigger": table.triggers, "policy": table.policies, "rule": table.rules}[kind]


def _require_new(table: Table, kind: str, name: str) -> None:
    if name in _named(table, kind):
        raise Refused("42710", f'{kind} "{name}" for table "{table.name}" already exists')


def has_named(table: Table, kind: str, name: str) -> bool:
    """Whether a table is known to have a trigger, policy or rule of that name."""
    return name in _named(table, kind)


def require_named(table: Table, kind: str, name: str) -> None:
    """Raise Refused where a table certainly has no trigger, policy or rule of that name."""
    if table.complete and not has_named(table, kind, name):
        raise Refused("42704", f'{kind} "{name}" for table "{table.name}" does not exist')


def _rename_column(work: Work, table: Table, old: str, new: str) -> None:
    below = work.catalog.family(table)[1:]
    if table.of_type is not None:
        raise Refused("42809", "cannot rename column of typed table")
    if any(old in parent.columns for parent in _parents(work, table)):
        raise Refused("42P16", f'cannot rename inherited column "{old}"')
    if below and work.statement_is_only:
        raise Refused("42P16", f'inherited column "{old}" must be renamed in child tables too')
    if table.lacks(old):
        raise Refused("42703", f'column "{old}" does not exist')
    if new in table.columns:
        raise Refused("42701", f'column "{new}" of relation "{table.name}" already exists')
    for child in below:
        work.lock(child, _AX, "Its column is renamed along.", sources.ALTER_TABLE)


def _rename_constraint(work: Work, table: Table, old: str, new: str) -> None:
    if table.of_type is not None:
        raise Refused("42809", "cannot rename a constraint of a typed table")
    constraint = work.constraint(table, old)
    if constraint is None:
        if table.complete:
            raise Refused("42704", f'constraint "{old}" for table "{table.name}" does not exist')
        work.doubt(f"which index the constraint {old} of {table.name} has, if any, is not known")
        return
    index = table.indexes.get(constraint.using_index or "")
    if isinstance(index, Index):
        work.lock(index, _SUX, "It is renamed with its constraint.", sources.ALTER_TABLE)
        relations.require_free(work, Name(new, table.name.schema), has_type=False)
    if work.constraint(table, new) is not None:
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
        user_types.set_schema(work, action)
        return
    if action.kind not in _MOVED:
        objects.set_schema(work, action)
        return
    found = relations.find(work, action.of)
    relations.require_said(found, _MOVED[action.kind])
    if isinstance(found, Index):
        raise Refused("42809", f'cannot change schema of index "{found.name}"')
    work.lock(found, _AX, "SET SCHEMA takes AccessExclusiveLock.", sources.ALTER_TABLE)
    if isinstance(found, Sequence) and found.owner is not None:
        raise Refused("0A000", "cannot move an owned sequence into another schema")
    relations.require_schema(work, Name(found.name.name, action.schema))
    if isinstance(found, Sequence):
        return
    if found.name.schema != action.schema:
        relations.require_free(work, Name(found.name.name, action.schema))
    for sequence in work.catalog.sequences_of(found):
        work.lock(sequence, _AX, "It moves with its table.", sources.ALTER_TABLE)
    work.breaks(found, f"statements that find {found.name} by its old schema fail (42P01)")


_MOVED = {
    "table": OBJECT.OBJECT_TABLE,
    "view": OBJECT.OBJECT_VIEW,
    "matview": OBJECT.OBJECT_MATVIEW,
    "sequence": OBJECT.OBJECT_SEQUENCE,
    "foreign_table": OBJECT.OBJECT_FOREIGN_TABLE,
}
