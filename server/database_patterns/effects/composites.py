"""ALTER TYPE of a composite type: its attributes, and the tables OF it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pglast import enums

from database_patterns import actions
from database_patterns.actions import Name, TableAction
from database_patterns.catalog import Table
from database_patterns.catalog.dependents import columns_of_type
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import column_definition, type_name

from . import sources
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AX = LockMode.AccessExclusiveLock


def alter(work: Work, name: Name, subcommands: Iterable[TableAction]) -> list[tuple[Table, list[TableAction]]]:
    """Enter ADD, DROP and ALTER ATTRIBUTE; the tables OF the type, with what the same does to their columns."""
    found = _require_composite(work, name)
    changes = [action for action in subcommands if isinstance(action, actions.OtherAlteration)]
    for action in (each for each in changes if each.kind == "AlterColumnType"):
        _require_attribute(found, action)
        _require_unused(work, name)
    _require_cascade(work, found, name)
    for action in changes:
        _require_attribute(found, action)
    if found is None:
        return []
    tree: Node = work.statement.tree
    tables = work.catalog.typed_tables(found.name)
    return [(each, [_of_column(each, command) for command in tree.cmds]) for each in tables]


def _require_unused(work: Work, name: Name) -> None:
    """Raise Refused where columns are of the type, whose values would have to be converted."""
    for table, column in columns_of_type(work.catalog, {work.catalog.resolve_type(name)}):
        raise Refused("0A000", f'cannot alter type "{name}" because column "{table.name}.{column}" uses it')


def _of_column(table: Table, command: Node) -> TableAction:
    """What a change of an attribute means for the column of a typed table."""
    match command.subtype:
        case enums.AlterTableType.AT_AddColumn:
            return actions.AddColumn(table.name, column_definition(command.def_))
        case enums.AlterTableType.AT_DropColumn:
            return actions.DropColumn(table.name, command.name, if_exists=bool(command.missing_ok), cascade=True)
    return actions.AlterColumnType(table.name, command.name, type_name(command.def_.typeName))


def rename_attribute(work: Work, name: Name, old: str, new: str) -> None:
    """Enter RENAME ATTRIBUTE."""
    found = _require_composite(work, name)
    if found is not None and old not in found.columns:
        raise Refused("42703", f'column "{old}" does not exist')
    if found is not None and new in found.columns:
        raise Refused("42701", f'column "{new}" of relation "{name}" already exists')
    _require_cascade(work, found, name)
    for table in work.catalog.typed_tables(found.name) if found else ():
        for each in work.catalog.family(table):
            work.lock(each, _AX, f"It is a table OF {name}, and changes with it.", sources.ALTER_TABLE)


def _require_composite(work: Work, name: Name) -> Table | None:
    """The composite type, None where it is not known; raises Refused where it is something else."""
    found = work.catalog.table(name)
    if found is not None and found.kind != "type" and found.complete:
        raise Refused("42809", f'"{name}" is not a composite type')
    missing = found is None and (work.catalog.complete or work.catalog.type(name) is not None)
    if missing:
        raise Refused("42P01", f'relation "{name}" does not exist')
    return found if found is not None and found.kind == "type" else None


def _require_attribute(found: Table | None, action: actions.OtherAlteration) -> None:
    """Raise Refused where an attribute is there already, or is not there."""
    attribute, there = action.name or "", found is not None and action.name in found.columns
    if found is not None and action.kind == "AddColumn" and there:
        raise Refused("42701", f'column "{attribute}" of relation "{found.name}" already exists')
    if found is not None and action.kind in {"DropColumn", "AlterColumnType"} and not (there or action.if_exists):
        raise Refused("42703", f'column "{attribute}" of relation "{found.name}" does not exist')


def _require_cascade(work: Work, found: Table | None, name: Name) -> None:
    """Raise Refused where tables are OF the type, and the statement does not say CASCADE."""
    if found is None and work.statement_cascades:
        work.doubt(f"which tables are OF {name}, and so change with it, is not known")
    if found is not None and work.catalog.typed_tables(found.name) and not work.statement_cascades:
        raise Refused("2BP01", f'cannot alter type "{name}" because it is the type of a typed table')
