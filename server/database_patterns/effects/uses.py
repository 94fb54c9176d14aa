"""What goes with something that is dropped: tables, views and parts of them, under which lock, and what is lost."""

from __future__ import annotations

from database_patterns.catalog import Index, Sequence, Table, dependents
from database_patterns.catalog.definitions import own_keys
from database_patterns.catalog.dependents import Use
from database_patterns.locks import LockMode

from . import columns, constraints, foreign_keys, sources
from .work import Work

_AX = LockMode.AccessExclusiveLock


def lock(work: Work, use: Use, reason: str) -> None:
    """Enter that something of a table goes with what it depends on; composite types are not locked."""
    if use.table.kind == "type":
        return
    work.lock(use.table, _AX, reason, sources.DEPENDENCIES)
    if use.kind == "view":
        columns.lock_dropped_view(work, use.table)
    elif use.kind == "table":
        lock_dropped(work, use.table)
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


def lock_dropped(work: Work, table: Table) -> None:
    """Enter that a table or view goes, with all that belongs to it or depends on it."""
    work.lock(table, _AX, f"The {table.kind} is removed.", sources.DROP_TABLE)
    work.lock_indexes(table, _AX, "It goes with its table.")
    if table.kind in {"table", "materialized view"}:
        work.lose(table, "all rows")
    work.breaks(table, f"statements that name {table.name} fail (42P01)")
    for sequence in work.catalog.sequences_of(table):
        work.lock(sequence, _AX, "It belongs to the table.", sources.DEPENDENCIES)
    for use in dependents.elsewhere(work.catalog, table):
        lock(work, use, f"It names {table.name}, which is dropped.")
    _lock_referenced(work, table)
    for other, key in list(work.catalog.references_into(table)):
        work.lock(other, _AX, f"Its foreign key to {table.name} goes.", sources.DEPENDENCIES)
        for part in foreign_keys.having_triggers(work, work.table(key.references or table.name)):
            work.lock(part, _AX, f"The triggers of a foreign key of {other.name} go.", sources.DEPENDENCIES)
    for view in work.catalog.views_on(table):
        columns.lock_dropped_view(work, view)
    for child in work.catalog.children(table):
        lock_dropped(work, child)
    _leave_parents(work, table)


def _lock_referenced(work: Work, table: Table) -> None:
    """The tables that a dropped one refers to lose the triggers of its foreign keys."""
    if table.kind == "table" and not table.complete:
        work.doubt(f"which tables {table.name} refers to is not known: they get {_AX.name} for a moment")
    for key in own_keys(work.catalog, table):
        if key.references is not None and key.references != table.name:
            referenced = work.table(key.references)
            for each in foreign_keys.having_triggers(work, referenced):
                work.lock(each, _AX, f"The triggers of a foreign key of {table.name} go.", sources.DROP_TABLE)


def _leave_parents(work: Work, table: Table) -> None:
    for name in table.inherits if table.partition else ():
        parent = work.table(name)
        work.lock(parent, _AX, "It loses a partition.", sources.PARTITIONING)
        for sibling in work.catalog.children(parent):
            if sibling.default_partition:
                work.lock(sibling, _AX, "Its bound widens by the partition's.", sources.PARTITIONING)


def lock_dropped_sequence(work: Work, sequence: Sequence) -> None:
    """Enter that a sequence goes, and with it the defaults that draw from it."""
    work.lock(sequence, _AX, "It is removed.", sources.DEPENDENCIES)
    for table, column in dependents.drawing_from(work.catalog, sequence):
        work.lock(table, _AX, f"The default of {column} goes with the sequence.", sources.DEPENDENCIES)
        work.breaks(table, f"rows without a value for {column} get none")
