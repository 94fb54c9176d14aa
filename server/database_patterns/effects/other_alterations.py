"""The subcommands of ALTER TABLE that no action of their own stands for: their locks, and which of them rewrite."""

from __future__ import annotations

from typing import Final

from database_patterns import actions
from database_patterns.catalog import Table
from database_patterns.locks import LockMode

from . import sources
from .alteration import Alteration

_AX: Final = LockMode.AccessExclusiveLock
_SRX: Final = LockMode.ShareRowExclusiveLock
_SUX: Final = LockMode.ShareUpdateExclusiveLock

_LEVELS: Final[dict[str, LockMode]] = {
    **dict.fromkeys(
        ("EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "EnableTrigAll", "EnableTrigUser", "DisableTrig",
         "DisableTrigAll", "DisableTrigUser"), _SRX),
    **dict.fromkeys(
        ("SetStatistics", "SetOptions", "ResetOptions", "ClusterOn", "DropCluster", "DetachPartitionFinalize"), _SUX),
}  # fmt: skip
"""Weaker locks than ACCESS EXCLUSIVE, which all others take."""
_STRONG_OPTIONS: Final = frozenset(
    {"user_catalog_table", "fastupdate", "gin_pending_list_limit", "pages_per_range", "autosummarize", "buffering",
     "security_barrier", "security_invoker", "check_option"}
)  # fmt: skip
"""Storage parameters that take ACCESS EXCLUSIVE; the others take SHARE UPDATE EXCLUSIVE."""
_PARAMETERS: Final = frozenset({"SetRelOptions", "ResetRelOptions", "ReplaceRelOptions"})
_RECURSING: Final = frozenset({"SetStatistics", "SetStorage", "SetExpression", "DropExpression"})
_REWRITING: Final = {
    "SetExpression": "The generated column is computed anew for every row.",
    "SetLogged": "The table is copied, and written to the WAL.",
    "SetUnLogged": "The table is copied.",
    "SetTableSpace": "The table is copied to the other tablespace.",
    "SetAccessMethod": "The table is copied into the other access method.",
}
_NOT_ANALYSED: Final = frozenset(
    {"SetLogged", "SetUnLogged", "SetTableSpace", "SetAccessMethod", "AddInherit", "DropInherit", "ReplicaIdentity",
     "AddOf", "DropOf", "AlterConstraint", "AddIdentity", "SetIdentity", "DropIdentity", "DetachPartitionFinalize",
     "SetExpression", "GenericOptions"}
)  # fmt: skip


def level(action: actions.OtherAlteration) -> LockMode:
    """The lock that the subcommand takes on its relation."""
    if action.kind in _PARAMETERS:
        return _AX if _STRONG_OPTIONS.intersection(action.options) else _SUX
    return _LEVELS.get(action.kind, _AX)


def recurses(action: actions.OtherAlteration, _table: Table) -> bool:
    return action.kind in _RECURSING


def alter(at: Alteration, table: Table, action: actions.OtherAlteration) -> None:
    """Enter what the subcommand does beside its lock."""
    if action.kind in _NOT_ANALYSED:
        at.work.doubt(f"ALTER TABLE ({action.kind}) is not analysed yet")
