"""What a schema holds, which goes with it: relations, types, routines, other objects and extensions."""

from __future__ import annotations

from typing import NamedTuple

from database_patterns.actions import CreateFunction, Name

from . import Catalog
from .registry import Key, schema_of
from .schema import Relation


class Contents(NamedTuple):
    """All that stands in one schema; composite types are both relations and types."""

    relations: tuple[Relation, ...]
    types: tuple[Name, ...]
    functions: tuple[CreateFunction, ...]
    objects: tuple[Key, ...]
    extensions: tuple[str, ...]


def of_schema(catalog: Catalog, schema: str) -> Contents:
    """What is known to stand in a schema, the relations and types in the order of their names."""
    functions = (each for routines in catalog.functions.values() for each in routines)
    return Contents(
        tuple(catalog.relations[name] for name in sorted(catalog.relations) if name.schema == schema),
        tuple(name for name in sorted(catalog.types) if name.schema == schema),
        tuple(each for each in functions if each.name.schema == schema),
        tuple(key for key in catalog.objects if schema_of(key) == schema),
        tuple(name for name, place in catalog.extensions.items() if place == schema),
    )
