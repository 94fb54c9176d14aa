"""Objects that are no relation, type or function: made once, dropped with what depends on them, no table touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Table, registry
from database_patterns.catalog.dependents import Use

from . import existence, relations, user_types, uses
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_TEXT_SEARCH: Final = ("tsconfiguration", "tsdictionary", "tsparser", "tstemplate")
_REPEATED: Final = {"operator": "42723", **dict.fromkeys(_TEXT_SEARCH, "23505")}
"""The errors of a second object of the same name, where it is not 42710."""
_USED_BY_TABLES: Final = {
    "operator": "indexes, checks and views",
    "opclass": "indexes",
    "opfamily": "indexes",
    "cast": "defaults, checks, indexes and views",
    "tsconfiguration": "defaults, generated columns and indexes",
    "tsdictionary": "text search configurations",
    "fdw": "foreign servers and tables",
    "foreign_server": "foreign tables",
    "language": "functions, and triggers that call them",
    "access_method": "tables and indexes",
}
"""What may depend on an object of each kind, so that it keeps it, or goes with it by CASCADE."""


def create(work: Work, tree: Node) -> None:
    """Enter CREATE of an object that touches no table."""
    key = registry.made_by(work.catalog, tree)
    if key is None or key not in work.catalog.objects or getattr(tree, "replace", False):
        return
    if not getattr(tree, "if_not_exists", False) and work.statement.confidence == "exact":
        raise Refused(_REPEATED.get(key[0], "42710"), f"{_spelled(key[0])} {key[1]} already exists")


def drop(work: Work, action: actions.Drop) -> None:
    """Enter DROP of an object; what of the tables depends on it is not followed, and said."""
    tree: Node = work.statement.tree
    for kind, identity in registry.dropped_by(work.catalog, tree):
        if kind in registry.KINDS and work.catalog.complete and (kind, identity) not in work.catalog.objects:
            if action.if_exists:
                continue
            raise Refused("42883" if kind == "operator" else "42704", f"{_spelled(kind)} {identity} does not exist")
        if action.cascade:
            lock_users(work, kind, identity)
            continue
        for use in _of_collation(work, identity) if kind == "collation" else ():
            raise Refused("2BP01", f"cannot drop collation {identity} because other objects depend on it: {use}")
        if kind in _USED_BY_TABLES:
            work.may_fail("2BP01", f"{_USED_BY_TABLES[kind]} depend on the {_spelled(kind)} {identity}")


def lock_users(work: Work, kind: str, identity: str) -> None:
    """Enter what goes with an object: columns of a collation; of other kinds it is said that it is not known."""
    if kind == "collation":
        for use in _of_collation(work, identity):
            uses.lock(work, use, "It has the collation, and goes with it.")
        if not work.catalog.complete:
            work.doubt(f"what else has the collation {identity}, and goes with it, is not known")
    elif kind in _USED_BY_TABLES:
        users = _USED_BY_TABLES[kind]
        work.doubt(f"which {users} depend on the {_spelled(kind)} {identity}, and go with it, is not known")


def _of_collation(work: Work, identity: str) -> Iterator[Use]:
    """The columns of a collation."""
    for table in [each for each in work.catalog.relations.values() if isinstance(each, Table)]:
        for column in table.columns.values():
            if column.collation is not None and column.collation.name == identity.rpartition(".")[2]:
                yield Use(table, "column", column.name)


def rename(work: Work, action: actions.Rename) -> None:
    """Enter RENAME of an object, or of a role, a database and the like."""
    tree: Node = work.statement.tree
    existence.require(work, tree.renameType, tree.object)
    if action.kind == "domconstraint":
        user_types.require_constraint(work, action.of, tree.subname)
    if action.kind not in registry.KINDS:
        return
    old = registry.named_in(work.catalog, tree.renameType, tree.object)
    if registry.renamed(old, action.new_name) in work.catalog.objects:
        raise Refused("42710", f"{_spelled(old[0])} {action.new_name} already exists")


def set_schema(work: Work, action: actions.SetSchema) -> None:
    """Enter SET SCHEMA of an object."""
    tree: Node = work.statement.tree
    existence.require(work, tree.objectType, tree.object)
    relations.require_schema(work, Name(action.of.name, action.schema))


_SPELLED: Final = {
    "opclass": "operator class", "opfamily": "operator family", "fdw": "foreign-data wrapper",
    "foreign_server": "server", "tsconfiguration": "text search configuration",
    "tsdictionary": "text search dictionary", "tsparser": "text search parser", "tstemplate": "text search template",
}  # fmt: skip


def _spelled(kind: str) -> str:
    return _SPELLED.get(kind, kind.replace("_", " "))
