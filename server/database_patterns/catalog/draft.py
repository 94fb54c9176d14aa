"""A catalog while one statement changes it: the only place where the mappings of a catalog are written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from database_patterns.actions import Name

from . import NONE, Catalog
from .layers import extended
from .schema import Index, Relation, Table


class Draft:
    """A private copy of a catalog; ``catalog`` answers questions meanwhile, and is the result in the end."""

    def __init__(self, catalog: Catalog) -> None:
        self._relations = catalog.relations.copy()
        self._index_tables = catalog.index_tables.copy()
        self._constraint_names = catalog.constraint_names.copy()
        self._dependents = catalog.dependents.copy()
        self._fresh = catalog.fresh.copy()
        self.catalog = replace(
            catalog,
            relations=self._relations,
            index_tables=self._index_tables,
            constraint_names=self._constraint_names,
            dependents=self._dependents,
            fresh=self._fresh,
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
        met = Table(self.catalog.resolve(name), complete=False, columns_complete=False)
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
        for dependency in before - after:
            self._dependents[dependency] = self._dependents[dependency].without([name])
        for dependency in after - before:
            self._dependents[dependency] = self._dependents.get(dependency, NONE).including(name, None)
        self._exchange_indexes(name, _table(old).indexes, _table(new).indexes)
        self._exchange_constraints(name, _table(old).constraints, _table(new).constraints)
        if _table(new).rows == "none":
            self._fresh[name] = None
        else:
            self._fresh.pop(name, None)

    def _exchange_indexes(self, table: Name, old: Mapping[str, Index], new: Mapping[str, Index]) -> None:
        if old is not new:
            before, after = ({index.name for index in each.values()} for each in (old, new))
            for index in before - after:
                self._index_tables.pop(index, None)
            self._index_tables.update(dict.fromkeys(after - before, table))

    def _exchange_constraints(self, table: Name, old: Iterable[str], new: Iterable[str]) -> None:
        if old is not new:
            before, after = set(old), set(new)
            for key in before - after:
                self._count_constraint(Name(key, table.schema), -1)
            for key in after - before:
                self._count_constraint(Name(key, table.schema), 1)

    def _count_constraint(self, name: Name, number: int) -> None:
        self._constraint_names[name] = self._constraint_names.get(name, 0) + number

    def put_index(self, index: Index) -> None:
        table = self.catalog.table(index.table)
        if table is not None:
            self.put(replace(table, indexes=extended(table.indexes, index.name.name, index)))

    def taken_by_relation(self, schema: str | None) -> Callable[[str], bool]:
        """Whether a relation or an index of that name stands in ``schema``."""
        return lambda name: Name(name, schema) in self._relations or Name(name, schema) in self._index_tables

    def taken_by_constraint(self, schema: str | None) -> Callable[[str], bool]:
        """Whether a constraint of that name stands on any table of ``schema``."""
        return lambda name: self._constraint_names.get(Name(name, schema), 0) > 0


_NO_TABLE: Final = Table(Name(""))


def _table(relation: Relation | None) -> Table:
    """The relation, where it is one that may have indexes and constraints, else one that has none."""
    return relation if isinstance(relation, Table) else _NO_TABLE


def _dependencies(relation: Relation | None) -> set[Name]:
    if isinstance(relation, Table):
        keys = {key.references for key in relation.foreign_keys if key.references}
        of_type = {relation.of_type} if relation.of_type else set()
        return {*relation.inherits, *keys, *relation.reads, *of_type}
    return {relation.owner[0]} if relation and relation.owner else set()
