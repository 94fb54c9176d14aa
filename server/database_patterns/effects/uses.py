"""What of a table goes with something that it names in an expression: under which lock, and what is lost."""

from __future__ import annotations

from database_patterns.catalog import Index
from database_patterns.catalog.dependents import Use
from database_patterns.locks import LockMode

from . import columns, constraints, sources
from .work import Work

_AX = LockMode.AccessExclusiveLock


def lock(work: Work, use: Use, reason: str) -> None:
    """Enter that something of a table goes with what it depends on."""
    work.lock(use.table, _AX, reason, sources.DEPENDENCIES)
    if use.kind == "view":
        columns.lock_dropped_view(work, use.table)
    elif use.kind == "column":
        columns.lock_what_goes(work, use.table, use.name)
    elif use.kind == "constraint":
        constraints.lock_what_goes(work, use.table, use.table.constraints[use.name])
    elif use.kind == "index":
        _lock_index(work, use.table.indexes[use.name], reason)
    elif use.kind == "default":
        work.breaks(use.table, f"rows without a value for {use.name} get none")


def _lock_index(work: Work, index: Index, reason: str) -> None:
    table = work.table(index.table)
    for member in work.catalog.family(table) if index.partitioned else (table,):
        work.lock(member, _AX, reason, sources.DEPENDENCIES)
        for part in member.indexes.values():
            if part.name == index.name or work.catalog.is_part_of(part, index.name):
                work.lock(part, _AX, reason, sources.DEPENDENCIES)
