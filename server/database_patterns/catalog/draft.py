"""A catalog while one statement changes it: the only place where the mappings of a catalog are written to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, get_args

from database_patterns.actions import Column, Constraint, Name

from . import NONE, Among, Catalog, Names, names
from .expressions import sequences_in
from .layers import differing, extended
from .schema import Index, Relation, Table


class Draft:
    """A private copy of a catalog; ``catalog`` answers questions meanwhile, and is the result in the end."""

    def __init__(self, catalog: Catalog) -> None:
        self._relations = catalog.relations.copy()
        self._index_tables = catalog.index_tables.copy()
        self._constraint_names = catalog.constraint_names.copy()
        self._dependents = catalog.dependents.copy()
        self._drawing = catalog.drawing.copy()
        self._ruled = catalog.ruled.copy()
        self._fresh = catalog.fresh.copy()
        self._numbers = catalog.numbers.copy()
        self.catalog = replace(
            catalog,
            relations=self._relations,
            index_tables=self._index_tables,
            constraint_names=self._constraint_names,
            dependents=self._dependents,
            drawing=self._drawing,
            ruled=self._ruled,
            fresh=self._fresh,
            numbers=self._numbers,
        )

    def set(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of Catalog
        """Replace whole fields of the catalog."""
        self.catalog = replace(self.catalog, **changes)

    def new_oid(self) -> int:
        oid = self.catalog.next_oid
        self.set(next_oid=oid + 1)
        return oid

    def table(self, name: Name) -> Table | None:
        """The table; one that is not known yet, but may exist, is entered as incomplete."""
        found = self.catalog.table(name)
        if found is not None or self.catalog.complete or self.catalog.exists(name):
            return found
        self.set(whole=False)
        met = Table.called(self.catalog.resolve(name))
        self.put(met)
        return met

    def put(self, relation: Relation) -> None:
        """Enter a relation, or its new version, under its name."""
        self._exchange(relation.name, self._relations.get(relation.name), relation)
        self._relations[relation.name] = relation

    def remove(self, name: Name) -> None:
        self._exchange(name, self._relations.pop(name, None), None)

    def _exchange(self, name: Name, old: Relation | None, new: Relation | None) -> None:
        """Keep what finds a relation by something else in step with one that changes, comes or goes."""
        before, after = _dependencies(old), _dependencies(new)
        if new is None:
            self._release(name)
        for dependency in before - after:
            self._dependents[dependency] = self._dependents[dependency].without([name])
        for dependency in after - before:
            self._dependents[dependency] = self._dependents.get(dependency, NONE).including(name, None)
        self._exchange_indexes(name, _table(old).indexes, _table(new).indexes)
        self._exchange_constraints(name, _table(old).constraints, _table(new).constraints)
        self._enter_drawing(name, _table(old).columns, _table(new).columns)
        _enter(self._ruled, name, holds=bool(_table(new).policies or _table(new).rules))
        _enter(self._fresh, name, holds=_table(new).rows == "none")

    def _enter_drawing(self, table: Name, old: Mapping[str, Column], new: Mapping[str, Column]) -> None:
        """Enter the sequences that new or changed defaults draw from; who asks looks whether they still do."""
        if old is not new:
            for column in (new[key] for key in differing(old, new) if key in new and new[key] is not old.get(key)):
                for sequence in sequences_in(column.default.tree) if column.default else ():
                    known = self._drawing.get(sequence.name, NONE)
                    self._drawing[sequence.name] = known.including(table, None)

    def _exchange_indexes(self, table: Name, old: Mapping[str, Index], new: Mapping[str, Index]) -> None:
        if old is not new:
            changed = differing(old, new)
            before, after = ({each[key].name for key in changed if key in each} for each in (old, new))
            for index in before - after:
                self._index_tables.pop(index, None)
                self._release(index)
            self._index_tables.update(dict.fromkeys(after - before, table))

    def _exchange_constraints(self, table: Name, old: Mapping[str, Constraint], new: Mapping[str, Constraint]) -> None:
        if old is not new:
            changed = differing(old, new)
            before, after = ({key for key in changed if key in each} for each in (old, new))
            for key in before - after:
                self._count_constraint(Name(key, table.schema), -1)
                self._release(Name(key, table.schema))
            for key in after - before:
                self._count_constraint(Name(key, table.schema), 1)

    def _count_constraint(self, name: Name, number: int) -> None:
        self._constraint_names[name] = self._constraint_names.get(name, 0) + number

    def put_index(self, index: Index) -> None:
        table = self.catalog.table(index.table)
        if table is not None:
            self.put(replace(table, indexes=extended(table.indexes, index.name.name, index)))

    def choose(self, table: Name, columns: str | None, label: str, among: Among = "relations") -> str:
        """The name that PostgreSQL gives what belongs to ``table`` (``names.choose``), free ``among`` others."""
        taken = self._taken_by(among)
        chosen = names.choose(
            table.name,
            columns,
            label,
            lambda name: taken(Name(name, table.schema)),
            lambda stem: self._numbers.get((among, Name(stem, table.schema)), 1),
        )
        stem, number = names.numbered(chosen)
        if number:
            self._numbers[among, Name(stem, table.schema)] = number
        return chosen

    def _taken_by(self, among: Among) -> Callable[[Name], bool]:
        if among == "constraints":
            return self._has_constraint
        if among == "relations":
            return self._has_relation
        return lambda name: self._has_relation(name) or self._has_constraint(name)

    def _has_relation(self, name: Name) -> bool:
        """Whether it is the name of a relation or an index."""
        return name in self._relations or name in self._index_tables

    def _has_constraint(self, name: Name) -> bool:
        """Whether a constraint of that name stands on any table of the schema."""
        return self._constraint_names.get(name, 0) > 0

    def _release(self, name: Name) -> None:
        """The name may be chosen again: its number is no longer known to be taken."""
        stem, number = names.numbered(name.name)
        for among in _AMONG:
            known = (among, Name(stem, name.schema))
            if number < self._numbers.get(known, 0):
                self._numbers[known] = max(number, 1)


_AMONG: Final[tuple[Among, ...]] = get_args(Among)
_NO_TABLE: Final = Table(Name(""))


def _enter(names_that: Names, name: Name, *, holds: bool) -> None:
    if holds:
        names_that[name] = None
    else:
        names_that.pop(name, None)


def _table(relation: Relation | None) -> Table:
    """The relation, where it is one that may have indexes and constraints, else one that has none."""
    return relation if isinstance(relation, Table) else _NO_TABLE


def _dependencies(relation: Relation | None) -> set[Name]:
    if isinstance(relation, Table):
        keys = {key.references for key in relation.foreign_keys if key.references}
        of_type = {relation.of_type} if relation.of_type else set()
        return {*relation.inherits, *keys, *relation.reads, *of_type}
    return {relation.owner[0]} if relation and relation.owner else set()
