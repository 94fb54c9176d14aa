"""What foreign keys make of rows that are written: new values are looked up, and rows that refer to old ones are found.

Neither side needs an index for its foreign key to work. On the side that refers there is one only where somebody has
made it, and without it each row that is deleted, or gets another key, takes a scan.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from database_patterns.actions import Constraint, Name
from database_patterns.catalog import Table
from database_patterns.catalog.definitions import own_keys
from database_patterns.locks import LockMode
from database_patterns.model import Tristate
from database_patterns.prose import listed

from . import sources, targets, values
from .work import Work

_RS = LockMode.RowShareLock
_RX = LockMode.RowExclusiveLock


def stays_null(table: Table, key: Constraint, columns: tuple[str, ...]) -> bool:
    """Whether a foreign key need not be looked up, as one of its columns gets no value."""
    missing = set(key.columns) - set(columns) if columns else set()
    return any(table.columns[each].default is None for each in missing if each in table.columns)


def look_up(work: Work, table: Table, key: Constraint, *, certain: bool = True) -> None:
    """Enter that the new values of a foreign key are looked up in the referenced table."""
    if key.references is None or not key.enforced:
        return
    certain = certain and not key.deferred
    referenced = work.table(key.references)
    for each in work.catalog.family(referenced) if referenced.partitioned else (referenced,):
        work.lock(each, _RS, f"New rows of {table.name} are looked up in it.", certain=certain)
        work.plan_with_indexes(each, _RS, certain=certain)
    work.may_fail("23503", f"a new row of {table.name} has no counterpart in {referenced.name}")


def follow_changed(
    work: Work, table: Table, changed: set[str], seen: frozenset[Name] = frozenset(), *, certain: bool
) -> None:
    """Enter the lookups of the foreign keys in both directions that changed columns concern."""
    for member in work.catalog.family(table):
        for key in own_keys(work.catalog, member):
            if changed.intersection(key.columns):
                look_up(work, member, key, certain=certain)
    for other, key in work.catalog.references_into(table):
        if changed.intersection(key.referenced_columns):
            _follow_reference(work, other, table, key, key.on_update, certain=certain)
            _follow_assigned(work, other, key, key.on_update, seen | {table.name})


def follow_deleted(work: Work, table: Table, seen: frozenset[Name], *, certain: bool) -> None:
    """Enter what happens to the rows that refer to deleted ones, and by CASCADE to those that refer to these."""
    for other, key in work.catalog.references_into(table):
        _follow_reference(work, other, table, key, key.on_delete, certain=certain)
        _follow_assigned(work, other, key, "" if key.on_delete == "cascade" else key.on_delete, seen | {table.name})
        if key.on_delete != "cascade" or not key.enforced:
            continue
        targets.fire(work, other, "DELETE")
        work.lose(other, f"the rows that refer to deleted rows of {table.name}")
        if other.name not in {*seen, table.name}:
            follow_deleted(work, other, seen | {table.name}, certain=certain)


def _follow_reference(work: Work, other: Table, table: Table, key: Constraint, what: str, *, certain: bool) -> None:
    """Enter what a changed or deleted key does to the rows that refer to it, ``certain`` unless no row may be found."""
    if not key.enforced:
        return
    checked = what in {"no action", "restrict"}
    if checked and key.deferred:  # that is done when the transaction commits
        certain = False
    mode = _RS if checked else _RX
    verb = "looked for" if checked else "changed" if what != "cascade" else "changed or deleted along"
    work.lock(other, mode, f"Rows that refer to {table.name} are {verb}.", certain=certain)
    if not checked:
        work.lock_rows(other, "some")
    work.plan_with_indexes(other, mode, certain=certain)
    if table.rows != "none":
        _find_rows(work, other, table, key, certain=certain)
    if checked:
        work.may_fail("23503", f"a row of {other.name} refers to a row that is deleted, or whose key changes")


def _follow_assigned(work: Work, other: Table, key: Constraint, what: str, seen: frozenset[Name]) -> None:
    """Enter what it means for rows that refer to a changed or deleted one that they get another key."""
    if what not in _ASSIGNS or not key.enforced:
        return
    targets.fire(work, other, "UPDATE")
    values.may_violate(work, other, frozenset(key.columns))
    if what == "set null" and any(other.requires(column) for column in key.columns):
        work.may_fail("23502", f"a row of {other.name} refers to one that is deleted, or whose key changes")
    if other.name not in seen:
        follow_changed(work, other, set(key.columns), seen, certain=False)


_ASSIGNS: Final = frozenset({"set null", "set default", "cascade"})


def _find_rows(work: Work, other: Table, table: Table, key: Constraint, *, certain: bool) -> None:
    """Enter how the rows of ``other`` that refer to a row of ``table`` are found: by an index, or one by one."""
    columns = listed(key.columns)
    reason = f"No index of {other.name} begins with {columns}: each of these rows of {table.name} takes a scan of it."
    work.scan(other, reason, sources.CONSTRAINTS, scanned=_scans(work, other, key, certain=certain))


def _scans(work: Work, other: Table, key: Constraint, *, certain: bool) -> Tristate:
    if work.catalog.index_covering(other.name, key) is not None:
        return False
    helpful = any(index.depends_on.intersection(key.columns) for index in other.indexes.values())
    return True if certain and other.complete and not helpful else "unknown"


def warn_of_scans(work: Work, table: Table, key: Constraint) -> None:
    """Enter that a new foreign key of a locked table has no index to find its rows by."""
    if table.complete and key.enforced and work.catalog.index_covering(table.name, key) is None:
        _warn(work, table, key, f"until an index of {table.name} begins with {listed(key.columns)}")


def warn_without(work: Work, table: Table, gone: Collection[Name]) -> None:
    """Enter which foreign keys of a locked table have no index any more when those called ``gone`` are."""
    for key in table.foreign_keys:
        had = work.catalog.index_covering(table.name, key)
        if key.enforced and had and work.catalog.index_covering(table.name, key, without=gone) is None:
            _warn(work, table, key, f"without {had.name}")


def _warn(work: Work, table: Table, key: Constraint, when: str) -> None:
    work.breaks(
        table, f"{when}, each row that {key.references} loses, or whose key changes, takes a scan of {table.name}"
    )
