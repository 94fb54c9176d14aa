"""Functions, procedures and aggregates: found by name and arguments, altered, renamed, dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from database_patterns.actions import CreateFunction, Name, TypeName
from database_patterns.reading.definitions import cascades, dotted, type_name

from . import Catalog, dependents
from .draft import Draft

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

KINDS: Final = frozenset({"function", "procedure", "aggregate", "routine"})


def found(catalog: Catalog, written: Node) -> list[CreateFunction]:
    """The routines that a name, with its arguments where they are given (an ObjectWithArgs), may mean."""
    name = dotted(written.objname)
    places = [name.schema] if name.schema else list(catalog.search_path)
    named = [each for each in catalog.functions.get(name.name, ()) if each.name.schema in places]
    if written.args_unspecified:
        return named
    wanted = tuple(type_name(each) for each in written.objargs or ())
    return [each for each in named if same_arguments(catalog, each.argument_types, wanted)]


def same_arguments(catalog: Catalog, one: tuple[TypeName, ...], other: tuple[TypeName, ...]) -> bool:
    """Whether two lists of argument types are the same; lengths and precisions do not count."""
    return [_plain(catalog, each) for each in one] == [_plain(catalog, each) for each in other]


def _plain(catalog: Catalog, of_type: TypeName) -> TypeName:
    name = catalog.resolve_type(of_type.name) if catalog.is_type(of_type.name) else of_type.name
    return replace(of_type, name=name, modifiers=())


def drop(draft: Draft, tree: Node) -> None:
    """DROP FUNCTION and its like; one that PostgreSQL would refuse changes nothing."""
    for written in tree.objects:
        for each in found(draft.catalog, written):
            drop_one(draft, each, cascade=cascades(tree))


def drop_one(draft: Draft, function: CreateFunction, *, cascade: bool) -> None:
    """Drop one routine with what calls it."""
    users = list(dependents.of_function(draft.catalog, function))
    if users and not cascade:
        return
    for use in users:
        dependents.drop(draft, use)
    _exchange(draft, function, None)


def alter(draft: Draft, tree: Node) -> None:
    """ALTER FUNCTION: of its properties, how volatile it is counts."""
    changed: Node = next((each.arg.sval for each in tree.actions or () if each.defname == "volatility"), None)
    for each in found(draft.catalog, tree.func):
        _exchange(draft, each, replace(each, volatility=changed) if changed else each)


def rename(draft: Draft, written: Node, new: str) -> None:
    """ALTER FUNCTION … RENAME TO."""
    for each in found(draft.catalog, written):
        _exchange(draft, each, replace(each, name=Name(new, each.name.schema)))


def set_schema(draft: Draft, written: Node, schema: str) -> None:
    """ALTER FUNCTION … SET SCHEMA."""
    for each in found(draft.catalog, written):
        _exchange(draft, each, replace(each, name=Name(each.name.name, schema)))


def _exchange(draft: Draft, old: CreateFunction, new: CreateFunction | None) -> None:
    functions = draft.catalog.functions
    left = tuple(each for each in functions.get(old.name.name, ()) if each != old)
    functions = functions.including(old.name.name, left) if left else functions.without([old.name.name])
    if new is not None:
        functions = functions.including(new.name.name, (*functions.get(new.name.name, ()), new))
    draft.set(functions=functions)


def overloads(catalog: Catalog, function: CreateFunction) -> Iterator[CreateFunction]:
    """The routines of the same name and arguments, at the place where ``function`` would be made."""
    place = function.name.schema or catalog.search_path[0]
    for each in catalog.functions.get(function.name.name, ()):
        if each.name.schema == place and same_arguments(catalog, each.argument_types, function.argument_types):
            yield each
