"""What a statement does, as parser-free facts: the vocabulary that catalog, effects and checks share.

``reading`` translates PostgreSQL's parse tree into these once. One SQL statement has one action, or one for each
subcommand of an ALTER TABLE. A statement kind that has no class of its own here is an ``Other``, never nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .alterations import AddColumn as AddColumn
from .alterations import AddConstraint as AddConstraint
from .alterations import AlterColumnType as AlterColumnType
from .alterations import AlterConstraint as AlterConstraint
from .alterations import AttachPartition as AttachPartition
from .alterations import DetachPartition as DetachPartition
from .alterations import DropColumn as DropColumn
from .alterations import DropConstraint as DropConstraint
from .alterations import DropNotNull as DropNotNull
from .alterations import OtherAlteration as OtherAlteration
from .alterations import SetDefault as SetDefault
from .alterations import SetNotNull as SetNotNull
from .alterations import TableAction as TableAction
from .alterations import ValidateConstraint as ValidateConstraint
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
    overriding: Literal["user", "system"] | None = None
    """Whether it says OVERRIDING … VALUE."""
    parts: bool = False
    """Whether a column is given an element or a field only."""


@dataclass(frozen=True, slots=True)
class Update:
    table: Name
    assignments: tuple[tuple[str, Expression], ...] = ()
    where: Expression | None = None
    reads: tuple[Name, ...] = ()
    only: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    table: Name
    where: Expression | None = None
    reads: tuple[Name, ...] = ()
    only: bool = False


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
    atomic: object | None = field(default=None, repr=False, compare=False)
    """What stands instead of a text, as parse trees: BEGIN ATOMIC … END, or RETURN."""
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


Action = (
    TableAction | CreateTable | Drop | CreateIndex | Rename | SetSchema | Insert | Update | Delete | Select | Truncate
    | CreateEnum | AddEnumValue | CreateDomain | CreateSequence | CreateView | CreateFunction | CreateTrigger
    | CreatePolicy | CreateSchema | CreateExtension | SetParameter | TransactionControl | DoBlock | Other
)  # fmt: skip
