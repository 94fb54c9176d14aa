"""The subcommands of ALTER TABLE that no action of their own stands for: their locks, and which of them rewrite."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

from database_patterns import actions
from database_patterns.catalog import Index, Table
from database_patterns.locks import LockMode
from database_patterns.model import Tristate

from . import sources
from .alteration import Alteration
from .work import Refused, Work

_AX: Final = LockMode.AccessExclusiveLock
_SRX: Final = LockMode.ShareRowExclusiveLock
_SUX: Final = LockMode.ShareUpdateExclusiveLock

_LEVELS: Final[dict[str, LockMode]] = {
    **dict.fromkeys(
        ("EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "EnableTrigAll", "EnableTrigUser", "DisableTrig",
         "DisableTrigAll", "DisableTrigUser"), _SRX),
    **dict.fromkeys(
        ("SetStatistics", "SetOptions", "ResetOptions", "ClusterOn", "DropCluster", "DetachPartitionFinalize",
         "AttachPartition"), _SUX),
}  # fmt: skip
"""Weaker locks than ACCESS EXCLUSIVE, which all others take."""
_STRONG_OPTIONS: Final = frozenset(
    {"user_catalog_table", "fastupdate", "gin_pending_list_limit", "pages_per_range", "autosummarize", "buffering",
     "security_barrier", "security_invoker", "check_option"}
)  # fmt: skip
"""Storage parameters that take ACCESS EXCLUSIVE; the others take SHARE UPDATE EXCLUSIVE."""
_PARAMETERS: Final = frozenset({"SetRelOptions", "ResetRelOptions", "ReplaceRelOptions"})
_RECURSING: Final = frozenset({"SetStatistics", "SetStorage", "SetExpression", "DropExpression"})


def level(action: actions.OtherAlteration) -> LockMode:
    """The lock that the subcommand takes on its relation."""
    if action.kind in _PARAMETERS:
        return _AX if _STRONG_OPTIONS.intersection(action.options) else _SUX
    return _LEVELS.get(action.kind, _AX)


def recurses(action: actions.OtherAlteration) -> bool:
    """Whether the subcommand goes on to the tables below."""
    return action.kind in _RECURSING and not action.only


def alter(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Enter what the subcommand does beside its lock."""
    if action.kind in _MORE:
        _MORE[action.kind](at, table, action)
    elif action.kind not in _ONLY_LOCKS:
        at.work.doubt(f"ALTER TABLE … {_spelled(action.kind)} is not analysed yet")


def _spelled(kind: str) -> str:
    """The parser's name of a subcommand as SQL: DropOids is DROP OIDS."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).upper()


def require_known_parameters(work: Work, names: Collection[str]) -> None:
    """Refuse the parameters of a view that this version does not have yet."""
    if "security_invoker" in names and work.postgres < _INVOKER_SINCE:
        raise Refused("22023", f'unrecognized parameter "security_invoker", which exists from {_INVOKER_SINCE} on')


_INVOKER_SINCE: Final = 15


def _parameters(at: Alteration, _table: Table, action: actions.OtherAlteration) -> None:
    require_known_parameters(at.work, action.options)


def _persistence(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if action.relation_kind == "sequence" and at.work.postgres < _SEQUENCES_FOLLOW_SINCE:
        raise Refused("42809", f'"{action.table.name}" is not a table')
    wanted = "permanent" if action.kind == "SetLogged" else "unlogged"
    if table.persistence == wanted:
        return
    others = _keys_against(at, table, wanted)
    if others:
        adverb, verb = ("logged", "references") if wanted == "permanent" else ("unlogged", "is referenced by")
        raise Refused(
            "42P16", f'could not change table "{table.name}" to {adverb} because it {verb} "{others[0].name}"'
        )
    is_table = action.relation_kind == "table"
    at.work.rewrite(table, f"It is copied to become {wanted}.", reads=is_table)
    for sequence in at.catalog.sequences_of(table) if at.work.postgres >= _SEQUENCES_FOLLOW_SINCE else ():
        at.work.lock(sequence, _AX, f"It becomes {wanted} with its table.", sources.ALTER_TABLE)
        at.work.rewrite(sequence, "The sequence's state is written anew.", reads=False)


_SEQUENCES_FOLLOW_SINCE: Final = 15


def _keys_against(at: Alteration, table: Table, wanted: str) -> list[Table]:
    """The tables whose foreign keys forbid the change: a permanent table may not refer to an unlogged one."""
    if wanted == "unlogged":
        return [other for other, _ in at.catalog.references_to(table) if other.persistence == "permanent"]
    referenced = (at.catalog.table(key.references) for key in table.foreign_keys if key.references)
    return [each for each in referenced if each is not None and each.persistence == "unlogged"]


def _tablespace(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    index = at.catalog.index(action.table)
    if index is not None:
        at.work.rebuild_alone(index)
        return
    at.work.rewrite(table, "The table's files are copied to the other tablespace.", reads=False, with_indexes=False)


def _access_method(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    if table.partitioned and at.work.postgres < _PARTITIONED_HAVE_A_METHOD_SINCE:
        raise Refused("42809", "cannot change access method of a partitioned table")
    if table.partitioned and at.work.postgres < _PARTITIONED_HAVE_AN_ACCESS_METHOD_SINCE:
        raise Refused("42809", "cannot change access method of a partitioned table")
    wanted = action.name or at.catalog.default_access_method
    if table.access_method == wanted:
        return
    if wanted != "heap":
        at.work.may_fail("42704", f"the server has no access method {wanted}")
    if table.access_method is None:
        at.work.doubt(f"the present access method of {table.name} is not known")
    rewritten: Tristate = "unknown" if table.access_method is None else True
    at.work.rewrite(table, f"The table is copied into the access method {wanted}.", rewritten=rewritten)


_PARTITIONED_HAVE_A_METHOD_SINCE: Final = 17


_PARTITIONED_HAVE_AN_ACCESS_METHOD_SINCE: Final = 17


def _inheritance(at: Alteration, _table: Table, action: actions.OtherAlteration) -> None:
    if action.relation is not None:
        mode = _SUX if action.kind == "AddInherit" else LockMode.AccessShareLock
        parent = at.work.table(action.relation)
        if action.kind == "AddInherit" and parent.name in {each.name for each in at.catalog.family(at.table)}:
            raise Refused("42P07", "circular inheritance not allowed")
        at.work.lock(parent, mode, "The tables are parent and child.", sources.ALTER_TABLE)


def _attach_index(at: Alteration, _table: Table, action: actions.OtherAlteration) -> None:
    name = action.relation or action.table
    above, part = at.catalog.index(action.table), at.catalog.index(name)
    if above is None or part is None:
        if above is not None and at.catalog.complete:
            raise Refused("42P01", f'relation "{name}" does not exist')
        at.work.doubt(f"the index {action.table if above is None else name} is not in the known schema")
        return
    if not above.partitioned:
        message = f'ALTER action ATTACH PARTITION cannot be performed on relation "{above.name}"'
        raise Refused("42809", message)
    parent, partition = at.work.table(above.table), at.work.table(part.table)
    if parent.name not in partition.inherits or _shape(above) != _shape(part):
        raise Refused("55000", f'cannot attach index "{part.name}" as a partition of index "{above.name}"')
    for table in (parent, partition):
        at.work.lock(table, LockMode.AccessShareLock, "One of its indexes is attached.", sources.ALTER_INDEX)
    at.work.lock(part, _AX, "It becomes part of a partitioned index.", sources.ALTER_INDEX)


def _shape(index: Index) -> tuple[object, ...]:
    """In what two indexes must agree for one to become part of the other, as far as it can be told for certain."""
    return index.method, index.unique, index.columns, index.include


def _replica_identity(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    index = table.indexes.get(action.index or "")
    if index is not None:
        at.work.lock(index, LockMode.ShareLock, "It identifies the table's rows for replicas.", sources.ALTER_TABLE)


def _cluster_on(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    index = table.indexes.get(action.name or "")
    if index is not None:
        at.work.lock(index, _SUX, "It is marked as the order of the table.", sources.ALTER_TABLE)


def _drop_identity(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    for sequence in at.catalog.sequences_of(table, action.name):
        at.work.lock(sequence, _AX, "It goes with the identity.", sources.ALTER_TABLE)


def _set_identity(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    for sequence in at.catalog.sequences_of(table, action.name):
        at.work.lock(sequence, _SRX, "The identity's sequence is altered.", sources.ALTER_TABLE)
        at.work.rewrite(sequence, "The sequence's state is written anew.", reads=False)


def _set_expression(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    column = table.columns.get(action.name or "")
    if column is None:
        at.work.doubt(f"whether {action.name} of {table.name} is stored or virtual is not known")
        at.work.rewrite(table, "A rewrite, if the column is stored.", rewritten="unknown")
    elif column.generated == "stored":
        at.work.rewrite(table, f"{column.name} is computed anew for every row.")
    elif any(each.kind == "check" for each in table.constraints.values()):
        message = "SET EXPRESSION is not supported for virtual generated columns in tables with check constraints"
        raise Refused("0A000", message)


_MORE: Final[dict[str, Callable[[Alteration, Table, actions.OtherAlteration], None]]] = {
    **dict.fromkeys(_PARAMETERS, _parameters),
    "SetLogged": _persistence,
    "SetUnLogged": _persistence,
    "SetTableSpace": _tablespace,
    "SetAccessMethod": _access_method,
    "AddInherit": _inheritance,
    "DropInherit": _inheritance,
    "AttachPartition": _attach_index,
    "ReplicaIdentity": _replica_identity,
    "ClusterOn": _cluster_on,
    "DropIdentity": _drop_identity,
    "SetIdentity": _set_identity,
    "SetExpression": _set_expression,
}
_ONLY_LOCKS: Final = frozenset(
    {*_LEVELS, "SetStorage", "SetCompression", "DropExpression", "EnableRowSecurity",
     "DisableRowSecurity",
     "ForceRowSecurity", "NoForceRowSecurity", "EnableRule", "DisableRule", "EnableAlwaysRule", "EnableReplicaRule",
     "AddIdentity", "ChangeOwner"}
)  # fmt: skip
