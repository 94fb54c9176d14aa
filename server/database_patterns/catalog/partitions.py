"""ATTACH and DETACH PARTITION, of tables and of indexes, as a catalog sees them."""

from __future__ import annotations

from dataclasses import replace

from database_patterns.actions import AttachPartition, DetachPartition, OtherAlteration

from .definitions import copy_to_partition
from .draft import Draft
from .schema import Index


def attach(draft: Draft, action: AttachPartition) -> None:
    """ATTACH PARTITION; one that PostgreSQL refuses changes nothing."""
    parent, child = draft.table(action.table), draft.table(action.partition)
    if parent is None or child is None or child.inherits:
        return
    if parent.name in {each.name for each in draft.catalog.family(child)}:
        return
    identities = {
        key: replace(column, identity=parent.columns[key].identity) if key in parent.columns else column
        for key, column in child.columns.items()
    }
    draft.put(
        replace(
            child,
            columns=identities,
            inherits=(parent.name,),
            partition=True,
            default_partition=action.default_partition,
            bound=action.bound,
        )
    )
    copy_to_partition(draft, parent, child.name)


def detach(draft: Draft, action: DetachPartition) -> None:
    """DETACH PARTITION."""
    parent, child = draft.table(action.table), draft.table(action.partition)
    if parent is None or child is None or (child.inherits and parent.name not in child.inherits):
        return
    draft.put(
        replace(
            child,
            inherits=(),
            partition=False,
            default_partition=False,
            bound=None,
            indexes={key: replace(each, parent=None) for key, each in child.indexes.items()},
            triggers={key: each for key, each in child.triggers.items() if key not in parent.triggers},
        )
    )


def attach_index(draft: Draft, action: OtherAlteration) -> None:
    """ALTER INDEX … ATTACH PARTITION."""
    above, part = draft.catalog.index(action.table), draft.catalog.index(action.relation or action.table)
    if above is None or part is None or above == part:
        return
    draft.put_index(replace(part, parent=above.name))
    _validate(draft, above)


def _validate(draft: Draft, index: Index) -> None:
    """A partitioned index is valid once every partition has a valid part of it; so may then be the one above it."""
    table = draft.catalog.table(index.table)
    children = [each for each in draft.catalog.children(table) if each.kind == "table"] if table else []
    if not all(any(each.parent == index.name and each.valid for each in child.indexes.values()) for child in children):
        return
    draft.put_index(replace(index, valid=True))
    above = draft.catalog.index(index.parent) if index.parent else None
    if above is not None and not above.valid:
        _validate(draft, above)
