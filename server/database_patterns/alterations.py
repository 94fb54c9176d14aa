"""The subcommands of an ALTER TABLE, each an action of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .definitions import Column, Constraint, Expression, Name, TypeName


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


TableAction = (
    AddColumn | DropColumn | SetNotNull | DropNotNull | SetDefault | AlterColumnType | AddConstraint | DropConstraint
    | AlterConstraint | ValidateConstraint | AttachPartition | DetachPartition | OtherAlteration
)  # fmt: skip
