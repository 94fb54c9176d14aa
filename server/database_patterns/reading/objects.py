"""DROP, RENAME and SET SCHEMA of any kind of object."""

from __future__ import annotations

from typing import Final

from pglast import ast, enums

from database_patterns import actions
from database_patterns.actions import Action, Name

from .definitions import Node, cascades, dotted, relation_name, type_name

OBJECT = enums.ObjectType

_DROPPED_KINDS: Final[dict[enums.ObjectType, actions.DroppedKind]] = {
    OBJECT.OBJECT_TABLE: "table",
    OBJECT.OBJECT_INDEX: "index",
    OBJECT.OBJECT_VIEW: "view",
    OBJECT.OBJECT_MATVIEW: "materialized view",
    OBJECT.OBJECT_SEQUENCE: "sequence",
    OBJECT.OBJECT_TYPE: "type",
    OBJECT.OBJECT_DOMAIN: "domain",
    OBJECT.OBJECT_SCHEMA: "schema",
    OBJECT.OBJECT_EXTENSION: "extension",
    OBJECT.OBJECT_FUNCTION: "function",
    OBJECT.OBJECT_PROCEDURE: "procedure",
    OBJECT.OBJECT_AGGREGATE: "aggregate",
    OBJECT.OBJECT_ROUTINE: "routine",
    OBJECT.OBJECT_RULE: "rule",
    OBJECT.OBJECT_TRIGGER: "trigger",
    OBJECT.OBJECT_POLICY: "policy",
    OBJECT.OBJECT_FOREIGN_TABLE: "foreign table",
    OBJECT.OBJECT_STATISTIC_EXT: "statistics",
    OBJECT.OBJECT_COLLATION: "collation",
}


def _dropped_name(node: Node) -> Name:
    if isinstance(node, ast.TypeName):
        return type_name(node).name
    if isinstance(node, ast.ObjectWithArgs):
        return dotted(node.objname)
    parts = (node,) if isinstance(node, ast.String) else node
    by_types = next((each for each in parts if isinstance(each, ast.TypeName)), None)  # casts and transforms
    return type_name(by_types).name if by_types else dotted(parts)


def drop(node: Node) -> tuple[Action, ...]:
    """DROP of objects of one kind."""
    kind = _DROPPED_KINDS.get(node.removeType, "other")
    of_table = kind in {"trigger", "policy", "rule"}
    objects = tuple((each[-1], each[:-1]) if of_table else (each, None) for each in node.objects)
    return (
        actions.Drop(
            kind=kind,
            names=tuple(_dropped_name(each) for each, _ in objects),
            if_exists=bool(node.missing_ok),
            cascade=cascades(node),
            concurrently=bool(node.concurrent),
            table=dotted(objects[0][1]) if of_table else None,
        ),
    )


def rename(node: Node) -> tuple[Action, ...]:
    """RENAME of a relation, or of something within one."""
    kind = node.renameType.name.removeprefix("OBJECT_").lower()
    return (actions.Rename(_RENAMED_KINDS.get(kind, kind), _renamed(node), node.subname, node.newname),)


def _renamed(node: Node) -> Name:
    """What stands before RENAME; a schema, role, database or tablespace has nothing around it, and is its own name."""
    if node.relation:
        return relation_name(node.relation)
    return _dropped_name(node.object) if node.object else Name(node.subname)


_RENAMED_KINDS: Final = {"tabconstraint": "constraint", "matview": "materialized view"}


def set_schema(node: Node) -> tuple[Action, ...]:
    """SET SCHEMA of an object."""
    of = relation_name(node.relation) if node.relation else _dropped_name(node.object)
    return (actions.SetSchema(node.objectType.name.removeprefix("OBJECT_").lower(), of, node.newschema),)
