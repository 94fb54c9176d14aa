"""What a catalog holds: relations with their columns, constraints, indexes and triggers, and types: frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from database_patterns.actions import (
    Column,
    Constraint,
    CreateFunction,
    CreatePolicy,
    CreateTrigger,
    Expression,
    IndexElement,
    Name,
    Query,
)

from .expressions import columns_in

Kind = Literal["table", "view", "materialized view", "foreign table", "sequence", "type"]


@dataclass(frozen=True, slots=True)
class Index:
    """An index; ``constraint`` is the one that it stands behind, ``parent`` the partitioned index above it."""

    name: Name
    table: Name
    elements: tuple[IndexElement, ...] = ()
    include: tuple[str, ...] = ()
    method: str = "btree"
    unique: bool = False
    predicate: object | None = None
    """The WHERE clause, as a parse tree."""
    valid: bool | Literal["unknown"] = True
    constraint: str | None = None
    parent: Name | None = None
    partitioned: bool = False

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The keys in order, None for an expression."""
        return tuple(element.column for element in self.elements)

    @property
    def has_expressions(self) -> bool:
        return any(element.column is None for element in self.elements)

    @property
    def depends_on(self) -> frozenset[str]:
        """Every column that it names, as key, included column, in an expression or in its predicate."""
        expressions = [element.expression.tree for element in self.elements if element.expression]
        named = {name for name in (*self.columns, *self.include) if name is not None}
        return frozenset(named | columns_in((*expressions, self.predicate)))


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence, and the column that owns it."""

    name: Name
    owner: tuple[Name, str] | None = None
    oid: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rewrite rule: what it does is kept as a parse tree."""

    name: str
    event: Literal["select", "insert", "update", "delete"]
    instead: bool
    condition: object | None = None
    statements: object = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table, view, materialized view, foreign table or composite type.

    ``oid`` tells one creation from another (None: it was there before, or may have been); ``complete`` says whether all
    of it is known. Constraints carry their final names, and ``using_index`` where an index stands behind them;
    ``inherits`` holds the partitioned table for a partition. ``reads`` is for views: the columns read of each relation.
    ``rows`` is "none" as long as it is new and nothing was written to it; ``estimate`` is how many a live database has
    last counted, None where that is not known.
    """

    name: Name
    kind: Kind = "table"
    columns: Mapping[str, Column] = field(default_factory=dict)
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    indexes: Mapping[str, Index] = field(default_factory=dict)
    triggers: Mapping[str, CreateTrigger] = field(default_factory=dict)
    policies: Mapping[str, CreatePolicy] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    statistics: Mapping[str, str] = field(default_factory=dict)
    """Its extended statistics, each with its columns as they enter a name."""
    inherits: tuple[Name, ...] = ()
    of_type: Name | None = None
    """The composite type of a typed table."""
    partition: bool = False
    default_partition: bool = False
    bound: Expression | None = None
    """FOR VALUES … of a partition."""
    partition_by: tuple[str, tuple[IndexElement, ...]] | None = None
    persistence: str = "permanent"
    access_method: str | None = None
    """How its rows are stored; None where that is not known, or where it has no rows of its own."""
    query: Query | None = None
    reads: Mapping[Name, frozenset[str]] = field(default_factory=dict)
    rows: Literal["none", "unknown"] = "unknown"
    estimate: int | None = None
    oid: int | None = None
    complete: bool = True
    columns_complete: bool = True
    gone: frozenset[str] = frozenset()
    """Columns that it certainly has no more, where not all columns are known."""

    @classmethod
    def called(cls, name: Name, kind: Kind = "table") -> Table:
        """A relation of which no more than the name and the kind are known."""
        return cls(name, kind=kind, complete=False, columns_complete=False)

    def lacks(self, column: str) -> bool:
        """Whether it certainly has no column of that name."""
        return column not in self.columns and (self.columns_complete or column in self.gone)

    def requires(self, column: str) -> bool:
        """Whether it is known to have a column of that name, and that to be NOT NULL."""
        return column in self.columns and self.columns[column].not_null

    @property
    def partitioned(self) -> bool:
        return self.partition_by is not None

    @property
    def stores_rows(self) -> bool:
        """Whether it has rows of its own, which neither a partitioned nor a foreign table has."""
        return not self.partitioned and self.kind != "foreign table"

    @property
    def foreign_keys(self) -> tuple[Constraint, ...]:
        return tuple(each for each in self.constraints.values() if each.kind == "foreign key")

    @property
    def primary_key(self) -> Constraint | None:
        return next((each for each in self.constraints.values() if each.kind == "primary key"), None)

    @property
    def partition_key(self) -> frozenset[str]:
        """The columns of the partition key."""
        elements = self.partition_by[1] if self.partition_by else ()
        named = {element.column for element in elements if element.column}
        return frozenset(named | columns_in(tuple(each.expression.tree for each in elements if each.expression)))

    def constraints_on(self, column: str) -> Iterator[Constraint]:
        """The constraints that name ``column``, also in a CHECK's expression."""
        for constraint in self.constraints.values():
            if column in constrained_columns(constraint):
                yield constraint


def constrained_columns(constraint: Constraint) -> frozenset[str]:
    """The columns of the constraint's own table that it speaks of."""
    elements = tuple(element.column for element in constraint.elements if element.column)
    trees = (constraint.expression, constraint.predicate, *(element.expression for element in constraint.elements))
    named = columns_in(tuple(each.tree for each in trees if each)) if any(trees) else frozenset()
    own = () if constraint.kind == "check" else constraint.columns
    return named | {*own, *elements, *constraint.include}


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value that ``transaction`` has added to an enum; ``certain`` where the two are known to be what they seem."""

    type: Name
    value: str
    transaction: str
    certain: bool


Relation = Table | Sequence
"""An enum or domain as it was defined; the bare name of any other type."""
Function = CreateFunction
