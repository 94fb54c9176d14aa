"""A catalog while one statement changes it: the only place where the mappings of a catalog are written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from database_patterns.actions import Name

from . import Catalog
from .schema import Index, Relation, Sequence, Table


class Draft:
    """A private copy of a catalog; ``catalog`` answers questions meanwhile, and is the result in the end."""

    def __init__(self, catalog: Catalog) -> None:
        self._relations = dict(catalog.relations)
        self._index_tables = dict(catalog.index_tables)
        self._dependents = dict(catalog.dependents)
        self.catalog = replace(
            catalog, relations=self._relations, index_tables=self._index_tables, dependents=self._dependents
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
        met = Table(self.catalog.resolve(name), complete=False, columns_complete=False)
        self.put(met)
        return met

    def put(self, relation: Relation) -> None:
        """Enter a relation, or its new version, under its name."""
        self._forget_dependencies(relation.name)
        self._relations[relation.name] = relation
        for name in _dependencies(relation):
            self._dependents[name] = self._dependents.get(name, frozenset()) | {relation.name}
        if isinstance(relation, Table):
            for index in relation.indexes.values():
                self._index_tables[index.name] = relation.name

    def remove(self, name: Name) -> None:
        self._forget_dependencies(name)
        self._relations.pop(name, None)

    def _forget_dependencies(self, name: Name) -> None:
        previous = self._relations.get(name)
        if previous is None:
            return
        for dependency in _dependencies(previous):
            self._dependents[dependency] = self._dependents.get(dependency, frozenset()) - {name}
        if isinstance(previous, Table):
            for index in previous.indexes.values():
                self._index_tables.pop(index.name, None)

    def put_index(self, index: Index) -> None:
        table = self.catalog.table(index.table)
        if table is not None:
            self.put(replace(table, indexes={**table.indexes, index.name.name: index}))

    def taken_by_relation(self, schema: str | None) -> Callable[[str], bool]:
        """Whether a relation or an index of that name stands in ``schema``."""
        return lambda name: Name(name, schema) in self._relations or Name(name, schema) in self._index_tables

    def taken_by_constraint(self, schema: str | None, others: Iterable[str] = ()) -> Callable[[str], bool]:
        """Whether a constraint of that name stands on any table of ``schema``, or among ``others``."""
        own = frozenset(others)
        tables = [each for each in self._relations.values() if isinstance(each, Table) and each.name.schema == schema]
        return lambda name: name in own or any(name in each.constraints for each in tables)


def _dependencies(relation: Relation) -> set[Name]:
    if isinstance(relation, Sequence):
        return {relation.owner[0]} if relation.owner else set()
    keys = {key.references for key in relation.foreign_keys if key.references}
    return {*relation.inherits, *keys, *relation.reads}
