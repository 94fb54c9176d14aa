"""What a statement does, as parser-free facts: the vocabulary that catalog, effects and checks share.

``reading`` translates PostgreSQL's parse tree into these once. One SQL statement has one action, or one for each
subcommand of an ALTER TABLE. A statement kind that has no class of its own here is an ``Other``, never nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .definitions import Column as Column
from .definitions import Constraint as Constraint
from .definitions import ConstraintKind as ConstraintKind
from .definitions import Expression as Expression
from .definitions import IndexElement as IndexElement
from .definitions import Like as Like
from .definitions import Name as Name
from .definitions import Query as Query
from .definitions import TypeName as TypeName


@dataclass(frozen=True, slots=True)
class CreateTable:
    table: Name
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    persistence: Literal["permanent", "unlogged", "temporary"] = "permanent"
    partition_by: tuple[str, tuple[IndexElement, ...]] | None = None
    """The strategy ("range", "list", "hash") and the partition key."""
    partition_of: Name | None = None
    default_partition: bool = False
    bound: Expression | None = None
    """FOR VALUES …"""
    inherits: tuple[Name, ...] = ()
    like: tuple[Like, ...] = ()
    of_type: Name | None = None
    options: tuple[Column, ...] = ()
    """What a partition or a typed table says of columns that it already has (WITH OPTIONS), their types left open."""
    from_query: Query | None = None
    column_names: tuple[str, ...] = ()
    """Those that CREATE TABLE … AS gives the query's first columns."""
    access_method: str | None = None
    """That of USING."""


DroppedKind = Literal[
    "table", "index", "view", "materialized view", "sequence", "type", "domain", "schema", "extension", "function",
    "procedure", "aggregate", "routine", "trigger", "policy", "rule", "foreign table", "statistics", "collation",
    "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP of one or more objects; for triggers, policies and rules ``table`` is the relation that they belong to."""

    kind: DroppedKind
    names: tuple[Name, ...]
    if_exists: bool = False
    cascade: bool = False
    concurrently: bool = False
    table: Name | None = None


@dataclass(frozen=True, slots=True)
class AddColumn:
    table: Name
    column: Column
    if_not_exists: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropColumn:
    table: Name
    column: str
    if_exists: bool = False
    cascade: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetNotNull:
    table: Name
    column: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropNotNull:
    table: Name
    column: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetDefault:
    """SET DEFAULT, or DROP DEFAULT when ``default`` is None."""

    table: Name
    column: str
    default: Expression | None
    only: bool = False


@dataclass(frozen=True, slots=True)
class AlterColumnType:
    table: Name
    column: str
    type: TypeName
    using: Expression | None = None
    collation: Name | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class AddConstraint:
    table: Name
    constraint: Constraint
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropConstraint:
    table: Name
    constraint: str
    if_exists: bool = False
    cascade: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class AlterConstraint:
    """ALTER CONSTRAINT; None for what it does not speak of."""

    table: Name
    constraint: str
    deferrable: bool | None = None
    deferred: bool | None = None
    enforced: bool | None = None
    no_inherit: bool | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class ValidateConstraint:
    table: Name
    constraint: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class AttachPartition:
    table: Name
    partition: Name
    default_partition: bool = False
    bound: Expression | None = None
    """FOR VALUES …"""


@dataclass(frozen=True, slots=True)
class DetachPartition:
    table: Name
    partition: Name
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class OtherAlteration:
    """A subcommand of ALTER TABLE (INDEX, VIEW, …) without a class of its own; ``kind`` is the parser's name for it."""

    table: Name
    kind: str
    name: str | None = None
    relation_kind: str = "table"
    relation: Name | None = None
    """The other relation of INHERIT and NO INHERIT, the index that becomes part of one, an identity's SEQUENCE NAME."""
    only: bool = False
    index: str | None = None
    """The index of REPLICA IDENTITY USING INDEX."""
    options: tuple[str, ...] = ()
    """The names of the storage parameters of SET (…) and RESET (…)."""
    identity: Literal["always", "by default"] | None = None
    """What ADD GENERATED and SET GENERATED say."""
    if_exists: bool = False
    """IF EXISTS of the subcommand, not of the whole statement."""
    value: str | None = None
    """The word of SET STORAGE and SET COMPRESSION."""
    number: int | None = None
    """The column of an index that SET STATISTICS is about."""


@dataclass(frozen=True, slots=True)
class CreateIndex:
    table: Name
    name: str | None
    elements: tuple[IndexElement, ...] = ()
    include: tuple[str, ...] = ()
    method: str = "btree"
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    predicate: Expression | None = None
    nulls_not_distinct: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class Rename:
    """RENAME of a relation, column, constraint or other object; ``name`` is the old name within ``of``."""

    kind: str
    of: Name
    name: str | None
    new_name: str


@dataclass(frozen=True, slots=True)
class SetSchema:
    """SET SCHEMA of a relation, type or other object."""

    kind: str
    of: Name
    schema: str


@dataclass(frozen=True, slots=True)
class Insert:
    table: Name
    columns: tuple[str, ...] = ()
    query: Query | None = None
    on_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    table: Name
    assignments: tuple[tuple[str, Expression], ...] = ()
    where: Expression | None = None
    reads: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    table: Name
    where: Expression | None = None
    reads: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Select:
    query: Query
    locking: bool = False


@dataclass(frozen=True, slots=True)
class Truncate:
    """TRUNCATE; ``only`` are those of its tables whose partitions and heirs it leaves alone."""

    tables: tuple[Name, ...]
    cascade: bool = False
    only: tuple[Name, ...] = ()
    restart_identity: bool = False


@dataclass(frozen=True, slots=True)
class CreateEnum:
    name: Name
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddEnumValue:
    name: Name
    value: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateDomain:
    name: Name
    base: TypeName
    not_null: bool = False
    default: Expression | None = None
    constraints: tuple[Constraint, ...] = ()
    collation: Name | None = None


@dataclass(frozen=True, slots=True)
class CreateSequence:
    name: Name
    if_not_exists: bool = False
    owned_by: tuple[Name, str] | None = None
    """The table and the column of OWNED BY."""
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class CreateView:
    name: Name
    query: Query
    columns: tuple[str, ...] = ()
    """The names given to the query's first columns."""
    materialized: bool = False
    replace: bool = False
    if_not_exists: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class CreateFunction:
    name: Name
    argument_types: tuple[TypeName, ...] = ()
    returns: TypeName | None = None
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    language: str = ""
    body: str = ""
    replace: bool = False
    kind: Literal["function", "procedure", "aggregate"] = "function"


@dataclass(frozen=True, slots=True)
class CreateTrigger:
    name: str
    table: Name
    columns: tuple[str, ...] = ()
    """The columns of UPDATE OF."""
    events: tuple[str, ...] = ()
    """What fires it: "insert", "update", "delete", "truncate"."""
    function: Name | None = None
    constraint_from: Name | None = None
    replace: bool = False
    for_each_row: bool = True
    timing: Literal["before", "after", "instead of"] = "after"
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class CreatePolicy:
    name: str
    table: Name
    expressions: tuple[Expression, ...] = ()
    """USING and WITH CHECK."""


@dataclass(frozen=True, slots=True)
class CreateSchema:
    name: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateExtension:
    name: str
    schema: str | None = None
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetParameter:
    """SET; ``value`` is None for RESET and for values that are not constants."""

    name: str
    value: str | None
    local: bool = False


TransactionKind = Literal["begin", "commit", "rollback", "savepoint", "release", "rollback to", "prepare", "other"]


@dataclass(frozen=True, slots=True)
class TransactionControl:
    kind: TransactionKind


@dataclass(frozen=True, slots=True)
class DoBlock:
    language: str
    body: str


@dataclass(frozen=True, slots=True)
class Other:
    """A statement kind that has no class of its own; ``kind`` is how it begins ("GRANT", "CREATE PUBLICATION")."""

    kind: str
    relations: tuple[Name, ...] = ()


TableAction = (
    AddColumn | DropColumn | SetNotNull | DropNotNull | SetDefault | AlterColumnType | AddConstraint | DropConstraint
    | AlterConstraint | ValidateConstraint | AttachPartition | DetachPartition | OtherAlteration
)  # fmt: skip

Action = (
    TableAction | CreateTable | Drop | CreateIndex | Rename | SetSchema | Insert | Update | Delete | Select | Truncate
    | CreateEnum | AddEnumValue | CreateDomain | CreateSequence | CreateView | CreateFunction | CreateTrigger
    | CreatePolicy | CreateSchema | CreateExtension | SetParameter | TransactionControl | DoBlock | Other
)  # fmt: skip
