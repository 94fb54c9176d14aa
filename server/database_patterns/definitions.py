"""What actions are made of: names, types, expressions, columns, constraints and index keys, as they are written."""

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
_INTERVAL_FIELDS: Final = {2: "year", 1: "month", 3: "day", 10: "hour", 11: "minute", 12: "second"}
_FULL_INTERVAL: Final = 0x7FFF
"""What the parser puts before the precision of an interval without fields."""


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type under PostgreSQL's internal name (``int8`` for bigint): ``numeric(10,2)[]`` is ``numeric``, (10, 2), 1."""

    name: Name
    modifiers: tuple[int | str, ...] = ()
    dimensions: int = 0

    @property
    def sql(self) -> str:
        """The type as people write it, such as ``varchar(50)`` or ``bigint[]``."""
        name = _SPELLINGS.get(self.name.name, str(self.name)) if self.name.schema is None else str(self.name)
        fields, modifiers = "", self.modifiers
        if self.name.name == "interval" and modifiers:
            fields, modifiers = _fields(modifiers[0]), modifiers[1:]
        written = ",".join(str(modifier) for modifier in modifiers)
        return f"{name}{fields}{f'({written})' if written else ''}{'[]' * self.dimensions}"


def _fields(mask: int | str) -> str:
    """The fields of an interval, by the mask that is its first modifier; nothing where it has all of them."""
    named = [field for bit, field in _INTERVAL_FIELDS.items() if mask != _FULL_INTERVAL and int(mask) & 1 << bit]
    return f" {' to '.join(dict.fromkeys((named[0], named[-1])))}" if named else ""


@dataclass(frozen=True, slots=True)
class Expression:
    """An SQL expression; ``tree`` is PostgreSQL's, which only ``reading``, ``catalog`` and ``effects`` may open."""

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
    operators: tuple[str, ...] = ()
    """The operator of each of them."""
    predicate: Expression | None = None
    include: tuple[str, ...] = ()
    method: str = "btree"
    not_valid: bool = False
    enforced: bool = True
    deferrable: bool = False
    deferred: bool = False
    """INITIALLY DEFERRED: it is checked when the transaction commits."""
    nulls_not_distinct: bool = False
    no_inherit: bool = False
    temporal: bool = False
    """WITHOUT OVERLAPS of a key, PERIOD of a foreign key."""
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
    sequence: Name | None = None
    """The sequence of an identity, where SEQUENCE NAME gives it one."""
    nullable: bool = False
    """Whether it says NULL."""
    storage: str | None = None
    compression: str | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """LIKE within CREATE TABLE: what it copies beside columns and their NOT NULL ("defaults", "indexes" and so on)."""

    table: Name
    including: frozenset[str] = frozenset()
