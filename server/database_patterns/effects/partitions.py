"""ATTACH and DETACH PARTITION."""

from __future__ import annotations

from typing import Any

from database_patterns import actions
from database_patterns.catalog import Table
from database_patterns.catalog.definitions import same_index, same_key
from database_patterns.locks import LockMode

from . import bounds, foreign_keys, inheritance, partition_rows, sources, tables
from .alteration import Alteration
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AX = LockMode.AccessExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock
_CHECKS_THE_KIND_SINCE = 18


def attach(at: Alteration, table: Table, action: actions.AttachPartition) -> None:
    """Enter ATTACH: the new partition is locked and read, unless a CHECK shows that its rows belong there."""
    work = at.work
    _require_partitioned(work, table)
    bounds.require_bound(work, table, action.bound, default=action.default_partition)
    partition = work.table(action.partition)
    _require_attachable(work, table, partition)
    bounds.require_room(work, table, action.bound, default=action.default_partition)
    for each in work.catalog.family(partition):
        work.lock(each, _AX, "It becomes a partition.", sources.PARTITIONING)
    partition_rows.check_bound(work, partition, table, action.bound)
    tables.take_indexes(work, table, foreign=partition.kind == "foreign table")
    for index in table.indexes.values():
        if not any(same_index(each, index) for each in partition.indexes.values()):
            work.scan(partition, f"Its part of {index.name} is built from every row.")
    partition_rows.search_default(work, table, action.bound)
    tables.take_references(work, table)
    for key in table.foreign_keys:
        for each in work.catalog.family(partition):
            foreign_keys.pass_on(at, each, key)


def _require_partitioned(work: Work, table: Table) -> None:
    if table.complete and not table.partitioned:
        plain = table.kind == "table" and work.postgres < _CHECKS_THE_KIND_SINCE
        raise Refused("42P17" if plain else "42809", f'"{table.name}" is not partitioned')


def _require_attachable(work: Work, table: Table, partition: Table) -> None:
    if table.name in {each.name for each in work.catalog.family(partition)}:
        raise Refused("42P07", "circular inheritance not allowed")
    if partition.kind not in {"table", "foreign table"}:
        raise Refused("42809", f'ALTER action ATTACH PARTITION cannot be performed on relation "{partition.name}"')
    if partition.partition:
        raise Refused("42809", f'"{partition.name}" is already a partition')
    if partition.inherits:
        raise Refused("42809", "cannot attach inheritance child as partition")
    if not partition.partitioned and work.catalog.children(partition):
        raise Refused("42809", "cannot attach inheritance parent as partition")
    if partition.columns_complete and table.columns_complete:
        foreign = next((name for name in partition.columns if name not in table.columns), None)
        if foreign is not None:
            raise Refused("42804", f'table "{partition.name}" contains column "{foreign}" not found in parent')
    inheritance.require_like(work, partition, table)


def detach(at: Alteration, table: Table, action: actions.DetachPartition) -> None:
    """Enter DETACH; CONCURRENTLY waits for the partition instead of locking the parent against reads."""
    work = at.work
    _require_partitioned(work, table)
    partition = work.table(action.partition)
    _require_detachable(work, table, partition, concurrently=action.concurrently)
    for each in work.catalog.family(partition):
        work.lock(each, _AX, "It stops being a partition.", sources.PARTITIONING)
        for index in each.indexes.values():
            if index.parent is not None and each.name == partition.name and not action.concurrently:
                work.lock(index, _AX, "It stops being part of a partitioned index.", sources.PARTITIONING)
    for key in partition.foreign_keys:
        if key.references is not None and any(same_key(key, above) for above in table.foreign_keys):
            reason = "The foreign key of the partition becomes its own."
            work.lock(work.table(key.references), LockMode.ShareRowExclusiveLock, reason, sources.PARTITIONING)
    _lose_references(at, table, partition, mode=LockMode.ShareLock if action.concurrently else _AX)
    for default in (each for each in work.catalog.children(table) if each.default_partition):
        work.lock(default, _AX, "Its bound widens by the partition's.", sources.PARTITIONING)


def _require_detachable(work: Work, table: Table, partition: Table, *, concurrently: bool) -> None:
    _require_partitioned(work, table)
    if concurrently and any(each.default_partition for each in work.catalog.children(table)):
        raise Refused("55000", "cannot detach partitions concurrently when a default partition exists")
    if partition.complete and table.name not in partition.inherits:
        raise Refused("42P01", f'relation "{partition.name}" is not a partition of relation "{table.name}"')


def _lose_references(at: Alteration, table: Table, partition: Table, *, mode: LockMode) -> None:
    """Enter that no row may refer to the partition any more, for which each foreign key to those above is looked up."""
    work = at.work
    for other, _ in work.catalog.references_into(table):
        if other.partition:
            work.lock(other, LockMode.AccessShareLock, f"It is searched for rows that refer to {partition.name}.")
        else:
            work.lock(other, mode, f"Its foreign key no longer refers to {partition.name}.", sources.PARTITIONING)
        work.may_fail("23503", f"a row of {other.name} refers to {partition.name}")
