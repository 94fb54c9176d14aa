"""What a statement does, as parser-free facts: the vocabulary that catalog, effects and checks share.

``reading`` translates PostgreSQL's parse tree into these once. One SQL statement has one action, or one for each
subcommand of an ALTER TABLE. A statement kind that has no class of its own here is an ``Other``, never nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple


class Name(NamedTuple):
    """A possibly schema-qualified name as the server stores it (unquoted names folded to lower case)."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return self.name if self.schema in {None, "public"} else f"{self.schema}.{self.name}"


_SPELLINGS: Final = {
    "bool": "boolean", "bpchar": "char", "float4": "real", "float8": "double precision", "int2": "smallint",
    "int4": "integer", "int8": "bigint",
}  # fmt: skip
_FULL_INTERVAL: Final = 0x7FFF
"""What the parser puts before the precision of an interval without fields."""


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type under PostgreSQL's internal name: ``numeric(10,2)[]`` is ``Name("numeric"), (10, 2), 1``, bigint ``int8``."""

    name: Name
    modifiers: tuple[int | str, ...] = ()
    dimensions: int = 0

    @property
    def sql(self) -> str:
        """The type as people write it, such as ``varchar(50)`` or ``bigint[]``."""
        modifiers = ",".join(str(modifier) for modifier in self.modifiers if modifier != _FULL_INTERVAL)
        name = _SPELLINGS.get(self.name.name, str(self.name)) if self.name.schema is None else str(self.name)
        return f"{name}{f'({modifiers})' if modifiers else ''}{'[]' * self.dimensions}"


@dataclass(frozen=True, slots=True)
class Expression:
    """An SQL expression; only ``reading``, ``catalog`` and ``effects`` may open ``tree``, PostgreSQL's parse tree of it."""

    tree: object
    printer: Callable[[object], str] = field(repr=False, compare=False)

    @property
    def sql(self) -> str:
        """The expression as SQL text, printed from the tree when asked for (most are never shown)."""
        return self.printer(self.tree)


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and the relations that it reads; ``tree`` as in Expression."""

    reads: tuple[Name, ...]
    tree: object


@dataclass(frozen=True, slots=True)
class IndexElement:
    """One key of an index: a column name or an expression, with what stands behind it."""

    column: str | None
    expression: Expression | None = None
    operator_class: Name | None = None
    collation: Name | None = None


ConstraintKind = Literal["check", "not null", "unique", "primary key", "foreign key", "exclusion"]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint as written, on a column or on the table; ``name`` is None where PostgreSQL chooses it."""

    kind: ConstraintKind
    name: str | None = None
    columns: tuple[str, ...] = ()
    expression: Expression | None = None
    references: Name | None = None
    referenced_columns: tuple[str, ...] = ()
    using_index: str | None = None
    elements: tuple[IndexElement, ...] = ()
    """The keys of an exclusion constraint."""
    predicate: Expression | None = None
    include: tuple[str, ...] = ()
    method: str = "btree"
    not_valid: bool = False
    enforced: bool = True
    deferrable: bool = False
    nulls_not_distinct: bool = False
    no_inherit: bool = False
    without_overlaps: bool = False
    on_delete: str = "no action"
    on_update: str = "no action"


@dataclass(frozen=True, slots=True)
class Column:
    """A column definition.

    ``not_null`` is what the definition itself says, by NOT NULL, PRIMARY KEY or identity. ``constraints`` are those
    written inline; a plain unnamed NOT NULL is not among them.
    """

    name: str
    type: TypeName
    not_null: bool = False
    default: Expression | None = None
    generated: Literal["stored", "virtual"] | None = None
    identity: Literal["always", "by default"] | None = None
    collation: Name | None = None
    constraints: tuple[Constraint, ...] = ()


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
    inherits: tuple[Name, ...] = ()
    like: tuple[Name, ...] = ()
    of_type: Name | None = None
    from_query: Query | None = None


DroppedKind = Literal[
    "table", "index", "view", "materialized view", "sequence", "type", "domain", "schema", "extension", "function",
    "procedure", "trigger", "policy", "foreign table", "statistics", "collation", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP of one or more objects; for triggers and policies ``table`` is the relation that they belong to."""

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
class ValidateConstraint:
    table: Name
    constraint: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class AttachPartition:
    table: Name
    partition: Name
    default_partition: bool = False


@dataclass(frozen=True, slots=True)
class DetachPartition:
    table: Name
    partition: Name
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class OtherAlteration:
    """A subcommand of ALTER TABLE (INDEX, VIEW, …) that has no class of its own; ``kind`` is the parser's name for it."""

    table: Name
    kind: str
    name: str | None = None
    relation_kind: str = "table"


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
    tables: tuple[Name, ...]
    cascade: bool = False


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


@dataclass(frozen=True, slots=True)
class CreateView:
    name: Name
    query: Query
    materialized: bool = False
    replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateFunction:
    name: Name
    argument_types: tuple[TypeName, ...] = ()
    returns: TypeName | None = None
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    language: str = ""
    body: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True)
class CreateTrigger:
    name: str
    table: Name
    columns: tuple[str, ...] = ()
    """The columns of UPDATE OF."""
    function: Name | None = None
    constraint_from: Name | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class CreatePolicy:
    name: str
    table: Name


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


@dataclass(frozen=True, slots=True)
class TransactionControl:
    kind: Literal["begin", "commit", "rollback", "savepoint", "release", "rollback to", "prepare", "other"]


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
    | ValidateConstraint | AttachPartition | DetachPartition | OtherAlteration
)  # fmt: skip

Action = (
    TableAction | CreateTable | Drop | CreateIndex | Rename | SetSchema | Insert | Update | Delete | Select | Truncate | CreateEnum
    | AddEnumValue | CreateDomain | CreateSequence | CreateView | CreateFunction | CreateTrigger | CreatePolicy
    | CreateSchema | CreateExtension | SetParameter | TransactionControl | DoBlock | Other
)  # fmt: skip
