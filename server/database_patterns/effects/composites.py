"""ALTER TYPE of a composite type: its attributes, and the tables OF it."""

from __future__ import annotations

from collections.abc import Iterable

from database_patterns import actions
from database_patterns.actions import Name, TableAction
from database_patterns.catalog import Table
from database_patterns.catalog.drops import columns_of_type
from database_patterns.locks import LockMode

from . import sources
from .work import Refused, Work

_AX = LockMode.AccessExclusiveLock


def alter(work: Work, name: Name, subcommands: Iterable[TableAction]) -> None:
    """Enter ADD, DROP and ALTER ATTRIBUTE."""
    found = _require_composite(work, name)
    for action in subcommands:
        if not isinstance(action, actions.OtherAlteration):
            continue
        attribute = action.name or ""
        if found is not None:
            _require_attribute(found, action, attribute)
        if action.kind == "AlterColumnType":
            for table, column in columns_of_type(work.catalog, name):
                message = f'cannot alter type "{name}" because column "{table.name}.{column}" uses it'
                raise Refused("0A000", message)
        _change_typed_tables(work, found, name)
        for table in work.catalog.typed_tables(found.name) if found and action.kind == "AlterColumnType" else ():
            for each in work.catalog.family(table):
                work.rewrite(
                    each,
                    f"{attribute} is converted in every row, if its type does not stay the same.",
                    rewritten="unknown",
                )


def rename_attribute(work: Work, name: Name, old: str, new: str) -> None:
    """Enter RENAME ATTRIBUTE."""
    found = _require_composite(work, name)
    if found is None:
        _change_typed_tables(work, found, name)
        return
    if old not in found.columns:
        raise Refused("42703", f'column "{old}" does not exist')
    if new in found.columns:
        raise Refused("42701", f'column "{new}" of relation "{name}" already exists')
    _change_typed_tables(work, found, name)


def _require_composite(work: Work, name: Name) -> Table | None:
    """The composite type, None where it is not known; raises Refused where it is something else."""
    found = work.catalog.table(name)
    if found is not None and found.kind != "type" and found.complete:
        raise Refused("42809", f'"{name}" is not a composite type')
    missing = found is None and (work.catalog.complete or work.catalog.type(name) is not None)
    if missing:
        raise Refused("42P01", f'relation "{name}" does not exist')
    return found if found is not None and found.kind == "type" else None


def _require_attribute(found: Table, action: actions.OtherAlteration, attribute: str) -> None:
    there = attribute in found.columns
    if action.kind == "AddColumn" and attribute in found.columns:
        raise Refused("42701", f'column "{attribute}" of relation "{found.name}" already exists')
    if action.kind in {"DropColumn", "AlterColumnType"} and not there and not action.if_exists:
        raise Refused("42703", f'column "{attribute}" of relation "{found.name}" does not exist')


def _change_typed_tables(work: Work, found: Table | None, name: Name) -> None:
    """The tables OF the type change with it by CASCADE, and only so."""
    if found is None:
        if work.statement_cascades:
            work.doubt(f"which tables are OF {name}, and so change with it, is not known")
        return
    for table in work.catalog.typed_tables(found.name):
        if not work.statement_cascades:
            raise Refused("2BP01", f'cannot alter type "{name}" because it is the type of a typed table')
        for each in work.catalog.family(table):
            work.lock(each, _AX, f"It is a table OF {name}, and changes with it.", sources.ALTER_TABLE)
