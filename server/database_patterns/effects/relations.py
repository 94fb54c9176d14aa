"""What PostgreSQL asks of the relations that a statement names: their kind, their schema, and names that are free."""

from __future__ import annotations

from typing import Final

from pglast import enums

from database_patterns.actions import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterConstraint,
    AttachPartition,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropNotNull,
    Name,
    OtherAlteration,
    SetDefault,
    SetNotNull,
    TableAction,
    ValidateConstraint,
)
from database_patterns.catalog import Index, Sequence, Table

from .work import Locked, Refused, Work

OBJECT = enums.ObjectType

_TABLES: Final = frozenset({"table", "partitioned table"})
_WITH_FOREIGN: Final = _TABLES | {"foreign table"}
_STORED: Final = _TABLES | {"materialized view"}
_WITH_ROWS: Final = _STORED | {"foreign table"}
_INDEXES: Final = frozenset({"index", "partitioned index"})
_ALTERED: Final[dict[str, frozenset[str]]] = {
    AddColumn.__name__: _WITH_FOREIGN,
    DropColumn.__name__: _WITH_FOREIGN,
    AlterColumnType.__name__: _WITH_FOREIGN,
    SetNotNull.__name__: _WITH_FOREIGN,
    DropNotNull.__name__: _WITH_FOREIGN,
    AddConstraint.__name__: _WITH_FOREIGN,
    DropConstraint.__name__: _WITH_FOREIGN,
    ValidateConstraint.__name__: _WITH_FOREIGN,
    **dict.fromkeys(("SetExpression", "DropExpression", "AddInherit", "DropInherit", "DropOids"), _WITH_FOREIGN),
    **dict.fromkeys(
        ("EnableTrig", "EnableAlwaysTrig", "EnableReplicaTrig", "EnableTrigAll", "EnableTrigUser", "DisableTrig",
         "DisableTrigAll", "DisableTrigUser"),
        _WITH_FOREIGN,
    ),
    **dict.fromkeys(
        (SetDefault.__name__, "AddIdentity", "SetIdentity", "DropIdentity"), _WITH_FOREIGN | {"view"}
    ),
    **dict.fromkeys(("SetOptions", "ResetOptions", "SetStorage"), _WITH_ROWS),
    "SetStatistics": _WITH_ROWS | _INDEXES,
    **dict.fromkeys(("SetCompression", "ClusterOn", "DropCluster", "SetAccessMethod", "ReplicaIdentity"), _STORED),
    "SetTableSpace": _STORED | _INDEXES,
    **dict.fromkeys(("SetRelOptions", "ResetRelOptions"), _STORED | {"index", "view"}),
    **dict.fromkeys(
        (AlterConstraint.__name__, "AddOf", "EnableRule", "EnableAlwaysRule", "EnableReplicaRule",
         "DisableRule", "EnableRowSecurity", "DisableRowSecurity", "ForceRowSecurity", "NoForceRowSecurity"),
        _TABLES,
    ),
    AttachPartition.__name__: _TABLES | {"partitioned index"},
    DetachPartition.__name__: _TABLES,
    "DetachPartitionFinalize": _TABLES,
    "GenericOptions": frozenset({"foreign table"}),
}  # fmt: skip
"""The kinds of relations that each subcommand of ALTER TABLE accepts (ATPrepCmd in PostgreSQL's tablecmds.c)."""
_SEQUENCES_SINCE: Final = 15
_PERSISTENCE: Final = frozenset({"SetLogged", "SetUnLogged"})
_PARTITIONED_UNTIL: Final = 17
"""Up to this version SET LOGGED and SET UNLOGGED of a partitioned table are accepted, and do nothing."""
_NAMED: Final[dict[enums.ObjectType, str]] = {
    OBJECT.OBJECT_VIEW: "view",
    OBJECT.OBJECT_MATVIEW: "materialized view",
    OBJECT.OBJECT_SEQUENCE: "sequence",
    OBJECT.OBJECT_FOREIGN_TABLE: "foreign table",
    OBJECT.OBJECT_TYPE: "composite type",
}
"""The kind that the statement itself says: ALTER VIEW refuses a table; ALTER TABLE takes all but a composite type."""


def kind_of(relation: Locked) -> str:
    """What PostgreSQL calls the kind of a relation in its messages."""
    if isinstance(relation, Index):
        return "partitioned index" if relation.partitioned else "index"
    if isinstance(relation, Sequence):
        return "sequence"
    return {"type": "composite type"}.get(relation.kind, "partitioned table" if relation.partitioned else relation.kind)


def find(work: Work, name: Name, said: enums.ObjectType | None = None) -> Locked:
    """The relation of that name, of whatever kind; raises Refused as ``Work.table`` does.

    One that is not known is taken for an index where the statement has ``said`` so.
    """
    relation = work.catalog.relation(name) or work.catalog.index(name)
    if relation is None and said == OBJECT.OBJECT_INDEX and not work.catalog.complete:
        resolved = work.catalog.resolve(name)
        return Index(resolved, table=resolved)
    return relation or work.table(name)


def is_known(relation: Locked) -> bool:
    """Whether it is known of which kind the relation is."""
    return not isinstance(relation, Table) or relation.complete or relation.kind != "table"


def require_said(relation: Locked, said: enums.ObjectType | None) -> None:
    """Raise Refused where the statement says another kind than the relation is of (ALTER VIEW of a table)."""
    kind = kind_of(relation)
    wanted = _NAMED.get(said) if said else None
    if not is_known(relation):
        return
    if wanted is None:
        if kind == "composite type" and said in {OBJECT.OBJECT_TABLE, OBJECT.OBJECT_INDEX}:
            raise Refused("42809", f'"{relation.name.name}" is a composite type')
    elif kind != wanted:
        raise Refused("42809", f'"{relation.name.name}" is not a {wanted}')


def require_alterable(work: Work, relation: Locked, action: TableAction) -> None:
    """Raise Refused where a subcommand of ALTER TABLE does not accept this kind of relation."""
    what = action.kind if isinstance(action, OtherAlteration) else type(action).__name__
    accepted = _ALTERED.get(what, frozenset())
    if what in _PERSISTENCE:
        accepted = frozenset({"table"}) | (_SEQUENCES if work.postgres >= _SEQUENCES_SINCE else frozenset())
        accepted |= _TABLES if work.postgres <= _PARTITIONED_UNTIL else frozenset()
    if accepted and is_known(relation) and kind_of(relation) not in accepted:
        message = f'ALTER action cannot be performed on relation "{relation.name.name}", which is a {kind_of(relation)}'
        raise Refused("42809", message)


_SEQUENCES: Final = frozenset({"sequence"})


def require_schema(work: Work, name: Name) -> None:
    """Raise Refused where the schema of a new object is certainly missing."""
    there = name.schema is None or name.schema in work.catalog.schemas or name.schema in _ALWAYS_THERE
    if work.catalog.complete and not there:
        raise Refused("3F000", f'schema "{name.schema}" does not exist')


_ALWAYS_THERE: Final = frozenset({"pg_temp", "pg_catalog", "information_schema"})


def require_free(work: Work, name: Name, *, has_type: bool = True) -> None:
    """Raise Refused where a relation of that full name exists, or a type, unless the relation makes none of its own."""
    if work.catalog.exists(name):
        raise Refused("42P07", f'relation "{name.name}" already exists')
    if has_type and work.statement.confidence == "exact" and name in work.catalog.types:
        raise Refused("42710", f'type "{name.name}" already exists')


def require_free_type(work: Work, name: Name) -> None:
    """Raise Refused where a type of that name exists; every table and view has one of its own name.

    A statement that may not run is most often one that first looks whether the type is there.
    """
    require_schema(work, name)
    placed = work.catalog.place_of(name)
    taken = placed in work.catalog.types or isinstance(work.catalog.relations.get(placed), Table)
    if taken and work.statement.confidence == "exact":
        raise Refused("42710", f'type "{name.name}" already exists')
