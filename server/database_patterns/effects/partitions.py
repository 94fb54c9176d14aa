"""ATTACH and DETACH PARTITION."""

from __future__ import annotations

from database_patterns import actions
from database_patterns.actions import Constraint
from database_patterns.catalog import Table
from database_patterns.catalog.definitions import same_index
from database_patterns.catalog.expressions import says_not_null
from database_patterns.locks import LockMode

from . import sources
from .alteration import Alteration
from .work import Refused

_AX = LockMode.AccessExclusiveLock
_SUX = LockMode.ShareUpdateExclusiveLock


def attach(at: Alteration, table: Table, action: actions.AttachPartition) -> None:
    """Enter ATTACH: the new partition is locked and read, unless a CHECK shows that its rows belong there."""
    work = at.work
    partition = work.table(action.partition)
    if table.complete and not table.partitioned:
        raise Refused("42809", f'ALTER action ATTACH PARTITION cannot be performed on relation "{table.name}"')
    for each in work.catalog.family(partition):
        work.lock(each, _AX, "It becomes a partition.", sources.PARTITIONING)
    implied = any(_may_imply(each, table) for each in partition.constraints.values())
    if implied:
        work.doubt(f"whether the constraints of {partition.name} prove its partition bound is not worked out")
    for each in work.catalog.family(partition):
        work.scan(each, "Every row is checked against the partition bound.", scanned="unknown" if implied else True)
    for index in table.indexes.values():
        work.lock(index, _SUX, "The new partition gets its part of it.", sources.PARTITIONING)
        if not any(same_index(each, index) for each in partition.indexes.values()):
            work.scan(partition, f"Its part of {index.name} is built from every row.")
    for default in (each for each in work.catalog.children(table) if each.default_partition):
        work.lock(default, _AX, "No row of it may belong to the new partition.", sources.PARTITIONING)
        work.scan(default, "It is read for rows that belong to the new partition.")
    for key in table.foreign_keys:
        if key.references is not None:
            work.lock(work.table(key.references), LockMode.ShareRowExclusiveLock, "The partition takes over a foreign key.")


def _may_imply(constraint: Constraint, table: Table) -> bool:
    if constraint.kind != "check" or constraint.not_valid or constraint.expression is None:
        return False
    return not all(says_not_null(constraint.expression.tree, column) for column in table.partition_key)


def detach(at: Alteration, table: Table, action: actions.DetachPartition) -> None:
    """Enter DETACH; CONCURRENTLY waits for the partition instead of locking the parent against reads."""
    work = at.work
    partition = work.table(action.partition)
    if action.concurrently:
        work.refuse_in_transaction("ALTER TABLE ... DETACH CONCURRENTLY")
        if any(each.default_partition for each in work.catalog.children(table)):
            raise Refused("55000", "cannot detach partitions concurrently when a default partition exists")
    for each in work.catalog.family(partition):
        work.lock(each, _AX, "It stops being a partition.", sources.PARTITIONING)
        for index in each.indexes.values():
            if index.parent is not None and not action.concurrently:
                work.lock(index, _AX, "It stops being part of a partitioned index.", sources.PARTITIONING)
    for default in (each for each in work.catalog.children(table) if each.default_partition):
        work.lock(default, _AX, "Its bound widens by the partition's.", sources.PARTITIONING)
