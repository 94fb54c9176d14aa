"""Objects that are no relation, type or function (collations, operators, publications …): known by kind and name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Name
from database_patterns.reading.definitions import dotted, strings, type_name

from . import Catalog
from .draft import Draft

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
OBJECT = enums.ObjectType

Key = tuple[str, str]
"""The kind, as the parser calls it ("collation", "opclass"), and all that tells one object from others of the kind."""

_IN_SCHEMAS: Final = frozenset(
    {"collation", "conversion", "operator", "opclass", "opfamily", "tsconfiguration", "tsdictionary", "tsparser",
     "tstemplate"}
)  # fmt: skip
_DEFINED: Final = _IN_SCHEMAS - {"conversion", "opclass", "opfamily"}
"""What DefineStmt makes, beside aggregates and types."""


def kind_of(object_type: Node) -> str:
    """The parser's word for a kind of object."""
    name: str = object_type.name
    return name.removeprefix("OBJECT_").lower()


def made_by(catalog: Catalog, tree: Node) -> Key | None:
    """The object that a CREATE statement makes, None for kinds that are kept elsewhere, or nowhere."""
    if type(tree) is ast.DefineStmt:
        kind = kind_of(tree.kind)
        if kind not in _DEFINED:
            return None
        arguments = {each.defname: each.arg for each in tree.definition or ()}
        sides = (arguments.get("leftarg"), arguments.get("rightarg")) if kind == "operator" else ()
        return kind, _identity(catalog, kind, dotted(tree.defnames), *map(_type, sides))
    named = _NAMED.get(type(tree))
    if named is None:
        return None
    kind, identity = named[0], named[1](tree)
    return kind, identity if isinstance(identity, str) else _identity(catalog, kind, *identity)


_NAMED: Final[dict[type, tuple[str, Callable[[Node], str | tuple[Any, ...]]]]] = {
    ast.CreateConversionStmt: ("conversion", lambda tree: (dotted(tree.conversion_name),)),
    ast.CreateOpClassStmt: ("opclass", lambda tree: (dotted(tree.opclassname), tree.amname)),
    ast.CreateOpFamilyStmt: ("opfamily", lambda tree: (dotted(tree.opfamilyname), tree.amname)),
    ast.CreateCastStmt: ("cast", lambda tree: f"{_type(tree.sourcetype)} as {_type(tree.targettype)}"),
    ast.CreateTransformStmt: ("transform", lambda tree: f"{_type(tree.type_name)} {tree.lang}"),
    ast.CreateAmStmt: ("access_method", lambda tree: tree.amname),
    ast.CreateFdwStmt: ("fdw", lambda tree: tree.fdwname),
    ast.CreateForeignServerStmt: ("foreign_server", lambda tree: tree.servername),
    ast.CreateEventTrigStmt: ("event_trigger", lambda tree: tree.trigname),
    ast.CreatePublicationStmt: ("publication", lambda tree: tree.pubname),
    ast.CreateSubscriptionStmt: ("subscription", lambda tree: tree.subname),
    ast.CreatePLangStmt: ("language", lambda tree: tree.plname),
}
KINDS: Final = frozenset({*_DEFINED, *(kind for kind, _ in _NAMED.values())})
MAKING: Final = frozenset({ast.DefineStmt, *_NAMED})


def dropped_by(catalog: Catalog, tree: Node) -> Iterator[Key]:
    """The objects that a DROP statement names."""
    kind = kind_of(tree.removeType)
    for each in tree.objects:
        yield kind, _named(catalog, kind, each)


def named_in(catalog: Catalog, object_type: Node, named: Node) -> Key:
    """The object that ALTER … RENAME, SET SCHEMA and the like name."""
    kind = kind_of(object_type)
    return kind, _named(catalog, kind, named)


def _named(catalog: Catalog, kind: str, named: Node) -> str:
    if type(named) is ast.String:
        return str(named.sval)
    if kind == "cast":
        return f"{_type(named[0])} as {_type(named[1])}"
    if kind == "transform":
        return f"{_type(named[0])} {named[1].sval}"
    if type(named) is ast.ObjectWithArgs:
        return _identity(catalog, kind, dotted(named.objname), *(_type(each) for each in named.objargs or ()))
    if kind in {"opclass", "opfamily"}:
        return _identity(catalog, kind, dotted(named[1:]), named[0].sval)
    return _identity(catalog, kind, dotted(named)) if kind in _IN_SCHEMAS else strings(named)[-1]


def _identity(catalog: Catalog, kind: str, name: Name, *more: str) -> str:
    """The object's full name: in the schema where one of that name stands, else where it would be made."""
    places = [name.schema] if name.schema else list(catalog.search_path)
    found = [" ".join((f"{place}.{name.name}", *more)) for place in places]
    there = (each for each in found if (kind, each) in catalog.objects)
    return next(there, found[0])


def _type(node: Node) -> str:
    return type_name(node).sql if node is not None else "none"


def make(draft: Draft, tree: Node) -> None:
    """Enter what a CREATE statement makes."""
    key = made_by(draft.catalog, tree)
    if key is not None:
        draft.set(objects=draft.catalog.objects.including(key, None))


def drop(draft: Draft, tree: Node) -> None:
    """Forget what a DROP statement names."""
    draft.set(objects=draft.catalog.objects.without(dropped_by(draft.catalog, tree)))


def rename(draft: Draft, tree: Node) -> None:
    """Enter the new name of an object."""
    old = named_in(draft.catalog, tree.renameType, tree.object)
    if old in draft.catalog.objects:
        draft.set(objects=draft.catalog.objects.without([old]).including(renamed(old, tree.newname), None))


def schema_of(key: Key) -> str | None:
    """The schema that an object stands in, None for kinds that stand in none."""
    kind, identity = key
    return identity.partition(".")[0] if kind in _IN_SCHEMAS else None


def renamed(key: Key, new: str) -> Key:
    """The object under its new name."""
    kind, identity = key
    if kind not in _IN_SCHEMAS:
        return kind, new
    name, *more = identity.split(" ")
    return kind, " ".join((f"{name.partition('.')[0]}.{new}", *more))
