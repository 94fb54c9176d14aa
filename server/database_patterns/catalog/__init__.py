"""The schema at one point of a migration history: an immutable value, advanced statement by statement.

What it does not know stays unknown: a catalog that is not ``complete`` may lack relations that exist, and a Table that
is not ``complete`` was only met in passing (``ALTER TABLE users …``), so that it may have more than is seen here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal

from database_patterns.actions import Column, Constraint, CreateDomain, CreateEnum, CreateFunction, Name
from database_patterns.model import Statement, Transaction

from .expressions import columns_in, only_says_not_null, says_not_null
from .layers import Layers
from .schema import Index, Kind, NewValue, Relation, Sequence, Table

__all__ = ["Catalog", "Index", "Kind", "NewValue", "Relation", "Sequence", "Table", "proven_not_null"]

TEMPORARY: Final = "pg_temp"
Among = Literal["relations", "constraints", "both"]
"""What a name is unlike all others among: relations and indexes of a schema, constraints of its tables."""
Names = Layers[Name, None]
"""A set of names, in their order."""
NONE: Final[Names] = Layers()


@dataclass(frozen=True, slots=True)
class Catalog:
    """The schema, as far as it is known.

    ``relations`` holds tables, views and sequences by their qualified names, ``index_tables`` the table of each index,
    ``constraint_names`` how many tables of a schema have a constraint of a name, ``dependents`` the relations that
    depend on one (by inheritance, foreign key or query), ``drawing`` at least those whose defaults draw from a sequence
    of a name, ``ruled`` those with policies or rules, ``fresh`` the tables without rows, ``numbers`` below which one
    all numbered names (``t_a_idx1``, ``t_a_idx2`` …) are taken, ``settings`` what SET has set, with whether it was SET
    LOCAL, ``extensions`` those created, with the schemas that they are in, and ``objects`` what else there is. With
    ``whole`` it was followed from the first revision of its history, which has shown no sign of anything that it did
    not make itself: then only what may be installed beside it can exist without being known. ``new_values`` are what
    transactions have added to enums, ``new_enums`` the enums that they have made, ``multiranges`` the types that came
    with range types. ``sure`` is what is known for certain where something that is not known may have changed the
    rest, None where nothing has. Once there were guarded statements, this is what holds whether they ran or not, and
    ``alternatives`` are the schema as if none of them had run, and as if all had.
    """

    complete: bool
    relations: Layers[Name, Relation] = field(default_factory=Layers)
    index_tables: Layers[Name, Name] = field(default_factory=Layers)
    constraint_names: Layers[Name, int] = field(default_factory=Layers)
    dependents: Layers[Name, Names] = field(default_factory=Layers)
    drawing: Layers[str, Names] = field(default_factory=Layers, compare=False)
    ruled: Names = field(default_factory=Layers, compare=False)
    fresh: Names = field(default_factory=Layers)
    numbers: Layers[tuple[Among, Name], int] = field(default_factory=Layers, compare=False)
    types: Layers[Name, CreateEnum | CreateDomain | None] = field(default_factory=Layers)
    multiranges: Layers[Name, Name] = field(default_factory=Layers)
    functions: Layers[str, tuple[CreateFunction, ...]] = field(default_factory=Layers)
    objects: Layers[tuple[str, str], None] = field(default_factory=Layers)
    schemas: frozenset[str] = frozenset({"public"})
    extensions: Layers[str, str] = field(default_factory=Layers)
    settings: Layers[str, tuple[str | None, bool]] = field(default_factory=Layers)
    whole: bool = False
    new_values: tuple[NewValue, ...] = ()
    new_enums: frozenset[tuple[Name, str]] = frozenset()
    next_oid: int = 1
    sure: Catalog | None = None
    alternatives: tuple[Catalog, ...] = field(default=(), compare=False)

    @classmethod
    def empty(cls) -> Catalog:
        """A schema that is known to hold nothing yet."""
        return cls(complete=True)

    @classmethod
    def unknown(cls) -> Catalog:
        """A schema of which nothing is known."""
        return cls(complete=False)

    @classmethod
    def at_first(cls) -> Catalog:
        """What is known before the first revision of a history: not all that exists, but nothing that it has made."""
        return cls(complete=False, whole=True)

    def advance(self, statement: Statement) -> Catalog:
        """The schema after ``statement``; never raises, and what it cannot follow becomes unknown."""
        from .advance import advance, alternatives  # noqa: PLC0415 - they build on this module

        after = advance(self, statement)
        if after is not self:
            after = replace(after, alternatives=alternatives(self, statement))
        return replace(after, sure=self.sure.advance(statement)) if self.sure else after

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas that unqualified names are looked up in, in order."""
        return _schemas(self.setting("search_path") or "public")

    def setting(self, name: str) -> str | None:
        """The value that the session has set for a parameter, None when it has not."""
        return self.settings.get(name, (None, False))[0]

    @property
    def default_access_method(self) -> str:
        """How a new table stores its rows, and what DEFAULT stands for."""
        return self.setting("default_table_access_method") or "heap"

    def resolve(self, name: Name) -> Name:
        """``name`` with the schema that it stands in, or that it would be created in."""
        if name.schema is not None:
            return name
        path = (TEMPORARY, *self.search_path)
        for schema in path:
            candidate = Name(name.name, schema)
            if candidate in self.relations or candidate in self.index_tables:
                return candidate
        return self.place_of(name)

    def place_of(self, name: Name) -> Name:
        """``name`` with the schema that a new object of that name would be created in."""
        existing = (each for each in self.search_path if each in self.schemas or not self.complete)
        return name if name.schema else Name(name.name, next(existing, self.search_path[0]))

    def relation(self, name: Name) -> Relation | None:
        return self.relations.get(self.resolve(name))

    def table(self, name: Name) -> Table | None:
        """The table or view of that name."""
        relation = self.relation(name)
        return relation if isinstance(relation, Table) else None

    def index(self, name: Name) -> Index | None:
        resolved = self.resolve(name)
        table = self.table(self.index_tables[resolved]) if resolved in self.index_tables else None
        return table.indexes.get(resolved.name) if table else None

    def exists(self, name: Name) -> bool:
        """Whether a relation or an index of that name is known."""
        resolved = self.resolve(name)
        return resolved in self.relations or resolved in self.index_tables

    def is_part_of(self, index: Index, above: Name) -> bool:
        """Whether ``index`` is a partition's part of the partitioned index ``above``, directly or further down."""
        current: Index | None = index
        while current is not None and current.parent is not None:
            if current.parent == above:
                return True
            current = self.index(current.parent)
        return False

    def children(self, table: Table) -> tuple[Table, ...]:
        """Its partitions, or the tables that inherit from it, without theirs, in the order of their names."""
        found = (self.relations[name] for name in sorted(self.dependents.get(table.name, NONE)))
        return tuple(each for each in found if isinstance(each, Table) and table.name in each.inherits)

    def family(self, table: Table) -> tuple[Table, ...]:
        """The table and all below it."""
        return (table, *(each for child in self.children(table) for each in self.family(child)))

    def estimate(self, table: Table) -> int | None:
        """About how many rows the table has, with its partitions; None where not all of them have been counted."""
        if not table.partitioned:
            return table.estimate
        counts = [self.estimate(child) for child in self.children(table)]
        return sum(each for each in counts if each is not None) if None not in counts else None

    def references_to(self, table: Table) -> Iterator[tuple[Table, Constraint]]:
        """The foreign keys that refer to ``table``, each with the table that has it."""
        for name in sorted(self.dependents.get(table.name, NONE)):
            other = self.relations[name]
            if isinstance(other, Table):
                yield from ((other, key) for key in other.foreign_keys if key.references == table.name)

    def above(self, partition: Table) -> tuple[Table, ...]:
        """The partitioned tables that ``partition`` is part of, the nearest first."""
        parents = (self.relations.get(name) for name in partition.inherits if partition.partition)
        found = tuple(each for each in parents if isinstance(each, Table))
        return (*found, *(each for parent in found for each in self.above(parent)))

    def references_into(self, table: Table) -> Iterator[tuple[Table, Constraint]]:
        """The foreign keys that refer to ``table``, or to a partitioned table that it is part of."""
        for each in (table, *self.above(table)):
            yield from self.references_to(each)

    def views_on(self, table: Table, column: str | None = None) -> Iterator[Table]:
        """The views that read ``table``, or its ``column``."""
        for name in sorted(self.dependents.get(table.name, NONE)):
            view = self.relations[name]
            if isinstance(view, Table) and table.name in view.reads and column in {None, *view.reads[table.name]}:
                yield view

    def typed_tables(self, of_type: Name) -> tuple[Table, ...]:
        """The tables OF a composite type."""
        found = (self.relations[name] for name in sorted(self.dependents.get(of_type, NONE)))
        return tuple(each for each in found if isinstance(each, Table) and each.of_type == of_type)

    def sequences_of(self, table: Table, column: str | None = None) -> Iterator[Sequence]:
        """The sequences that ``table``, or its ``column``, owns."""
        for name in sorted(self.dependents.get(table.name, NONE)):
            sequence = self.relations[name]
            if isinstance(sequence, Sequence) and sequence.owner and column in {None, sequence.owner[1]}:
                yield sequence

    def domain(self, name: Name) -> CreateDomain | None:
        found = self.type(name)
        return found if isinstance(found, CreateDomain) else None

    def type(self, name: Name) -> CreateEnum | CreateDomain | None:
        """The enum or domain of that name."""
        schemas = (name.schema,) if name.schema else (TEMPORARY, *self.search_path)
        found = (self.types.get(Name(name.name, schema)) for schema in schemas)
        return next((each for each in found if each is not None), None)

    def resolve_type(self, name: Name) -> Name:
        """``name`` with the schema that the type stands in, or that it would be created in."""
        if name.schema is not None:
            return name
        candidates = (Name(name.name, schema) for schema in (TEMPORARY, *self.search_path))
        return next((each for each in candidates if each in self.types), Name(name.name, self.search_path[0]))

    def new_values_in(self, transaction: Transaction | None) -> tuple[NewValue, ...]:
        """The values that were added to enums within ``transaction``, which cannot be used before it ends."""
        if transaction is None:
            return ()
        found = (each for each in self.new_values if each.transaction == transaction.id)
        return tuple(replace(each, certain=each.certain and transaction.certain) for each in found)

    def is_type(self, name: Name) -> bool:
        """Whether a type of that name was created in the known history."""
        schemas = (name.schema,) if name.schema else (TEMPORARY, *self.search_path)
        return any(Name(name.name, schema) in self.types for schema in schemas)

    def column(self, table: Name, column: str) -> Column | None:
        found = self.table(table)
        return found.columns.get(column) if found else None

    def proves_not_null(self, table: Name, column: str) -> bool:
        """Whether a validated constraint shows that ``column`` holds no NULL, so that SET NOT NULL need not look."""
        found = self.table(table)
        return found is not None and any(
            column in proven_not_null(each)
            for each in found.constraints.values()
            if each.enforced and not each.not_valid
        )

    def index_covering(self, table: Name, key: Constraint, without: Collection[Name] = ()) -> Index | None:
        """The index by which the rows of a foreign key are found: valid, and beginning with the key's columns.

        Without one, each change of a referenced row reads all of ``table``. The indexes ``without`` do not count.
        """
        found, wanted = self.table(table), frozenset(key.columns)
        candidates = (each for each in found.indexes.values() if each.valid is True) if found else ()
        for index in (each for each in candidates if each.name not in without):
            begins = index.method in _FINDS_EQUALS and set(index.columns[: len(wanted)]) == wanted
            if begins and (index.predicate is None or only_says_not_null(index.predicate, wanted)):
                return index
        return None

    def created_since(self, earlier: Catalog, table: Name) -> bool:
        """Whether ``table`` was created between ``earlier`` and now."""
        found = self.relation(table)
        return found is not None and found.oid is not None and found.oid >= earlier.next_oid

    def in_use(self) -> Catalog:
        """The same schema some time later: what was new and empty may have rows, a transaction may have ended."""
        later = replace(self.with_rows(self.fresh), alternatives=tuple(each.in_use() for each in self.alternatives))
        if not self.new_values:
            return later
        return replace(later, new_values=tuple(replace(each, certain=False) for each in self.new_values))

    def blurred(self) -> Catalog:
        """The same schema after something that is not known: anything may have come, gone or got rows."""
        sure = replace(Catalog.unknown(), settings=self.settings, new_values=self.new_values, new_enums=self.new_enums)
        return replace(self.with_rows(self.fresh), whole=False, sure=sure)

    def with_rows(self, filled: Iterable[Name]) -> Catalog:
        """The same schema when these tables, as far as they are new and empty, may have got rows."""
        if self.alternatives:
            filled = tuple(filled)
            others = tuple(each.with_rows(filled) for each in self.alternatives)
            return replace(replace(self, alternatives=()).with_rows(filled), alternatives=others)
        written = [name for name in filled if name in self.fresh]
        if not written:
            return self
        relations = self.relations.copy()
        for name in written:
            table = relations[name]
            relations[name] = replace(table, rows="unknown") if isinstance(table, Table) else table
        return replace(self, relations=relations, fresh=self.fresh.without(written))

    def in_new_session(self) -> Catalog:
        """The same schema for another session, of which SET has set nothing."""
        others = tuple(each.in_new_session() for each in self.alternatives)
        return replace(self, settings=Layers(), alternatives=others)

    def without_local_settings(self) -> Catalog:
        """The catalog after the end of a transaction, which ends SET LOCAL."""
        if not any(local for _, local in self.settings.values()):
            return self
        lasting = Layers(each for each in self.settings.items() if not each[1][1])
        others = tuple(each.without_local_settings() for each in self.alternatives)
        return replace(self, settings=lasting, alternatives=others)


@lru_cache
def _schemas(search_path: str) -> tuple[str, ...]:
    """The schemas of a value of ``search_path``, without ``$user``, which stands for one that is not known."""
    parts = _PATH_PART.finditer(search_path)
    names = (part[2].lower() if part[2] else part[1].replace('""', '"') for part in parts)
    return tuple(name for name in names if name and name != "$user") or ("public",)


_FINDS_EQUALS: Final = frozenset({"btree", "hash"})

_PATH_PART: Final = re.compile(r'"((?:[^"]|"")*)"|([^",\s]+)')


def proven_not_null(constraint: Constraint) -> tuple[str, ...]:
    """The columns that a constraint shows to hold no NULL, once it is validated."""
    if constraint.kind == "check" and constraint.expression is not None:
        tree = constraint.expression.tree
        return tuple(column for column in sorted(columns_in(tree)) if says_not_null(tree, column))
    return constraint.columns if constraint.kind in {"not null", "primary key"} else ()
