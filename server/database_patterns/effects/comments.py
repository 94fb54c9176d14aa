"""COMMENT, GRANT, REVOKE and SECURITY LABEL: they look an object up, and change nothing but what is said of it."""

from __future__ import annotations

from typing import Any, Final

from pglast import enums

from database_patterns.actions import Name
from database_patterns.catalog import Index, Table
from database_patterns.locks import LockMode
from database_patterns.reading.definitions import dotted, relation_name

from . import columns, existence, relations, renames, routines, user_types
from .work import Locked, Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
OBJECT = enums.ObjectType

_AS = LockMode.AccessShareLock
_SUX = LockMode.ShareUpdateExclusiveLock
_GRANT_LOCKS_SINCE: Final = 18
_OF_TABLES: Final = {
    OBJECT.OBJECT_TRIGGER: "trigger",
    OBJECT.OBJECT_POLICY: "policy",
    OBJECT.OBJECT_RULE: "rule",
}
_RELATIONS: Final = {
    OBJECT.OBJECT_TABLE: frozenset({"table", "partitioned table"}),
    OBJECT.OBJECT_VIEW: frozenset({"view"}),
    OBJECT.OBJECT_MATVIEW: frozenset({"materialized view"}),
    OBJECT.OBJECT_SEQUENCE: frozenset({"sequence"}),
    OBJECT.OBJECT_FOREIGN_TABLE: frozenset({"foreign table"}),
    OBJECT.OBJECT_INDEX: frozenset({"index", "partitioned index"}),
}
_WITH_COMMENTED_COLUMNS: Final = frozenset(
    {"table", "partitioned table", "view", "materialized view", "composite type", "foreign table"}
)


def comment(work: Work, tree: Node) -> None:
    """Enter COMMENT."""
    kind = tree.objtype
    if kind in _OF_TABLES or kind == OBJECT.OBJECT_TABCONSTRAINT:
        table = work.table(dotted(tree.object[:-1]))
        work.lock(table, _AS, "COMMENT looks the object up.")
        _require_on_table(work, table, kind, tree.object[-1].sval)
    elif kind == OBJECT.OBJECT_COLUMN:
        _comment_column(work, dotted(tree.object[:-1]), tree.object[-1].sval)
    elif kind in _RELATIONS:
        found = _relation(work, dotted(tree.object), kind)
        work.lock(found, _SUX, "COMMENT lets reads and writes go on.")
    else:
        existence.require(work, kind, tree.object)


_ROUTINES: Final = {
    OBJECT.OBJECT_FUNCTION: "function",
    OBJECT.OBJECT_PROCEDURE: "procedure",
    OBJECT.OBJECT_AGGREGATE: "aggregate",
    OBJECT.OBJECT_ROUTINE: "routine",
}


def _require_on_table(work: Work, table: Table, kind: Node, name: str) -> None:
    if kind in _OF_TABLES:
        renames.require_named(table, _OF_TABLES[kind], name)
    elif table.complete and work.constraint(table, name) is None:
        raise Refused("42704", f'constraint "{name}" for table "{table.name}" does not exist')


def _comment_column(work: Work, name: Name, column: str) -> None:
    found = relations.find(work, name)
    if relations.is_known(found) and relations.kind_of(found) not in _WITH_COMMENTED_COLUMNS:
        raise Refused("42809", f'cannot set comment on relation "{found.name.name}"')
    if not isinstance(found, Table):
        return
    if found.kind != "type":
        work.lock(found, _SUX, "COMMENT lets reads and writes go on.")
    columns.require(found, column)


def _relation(work: Work, name: Name, kind: Node) -> Locked:
    """The relation of that name; raises Refused where it is of another kind than the statement says."""
    found = relations.find(work, name, kind)
    accepted = _RELATIONS[kind]
    if relations.is_known(found) and relations.kind_of(found) not in accepted:
        raise Refused(
            "42809", f'"{found.name.name}" is not {"an" if isinstance(found, Index) else "a"} {min(accepted)}'
        )
    return found


def grant(work: Work, tree: Node) -> None:
    """Enter GRANT and REVOKE; those on all objects of a schema, or on other kinds than relations, lock nothing."""
    if tree.targtype == enums.GrantTargetType.ACL_TARGET_ALL_IN_SCHEMA or tree.objtype == OBJECT.OBJECT_SCHEMA:
        for schema in tree.objects or ():
            relations.require_schema(work, Name("", schema.sval))
        return
    if tree.targtype != enums.GrantTargetType.ACL_TARGET_OBJECT:
        return
    if tree.objtype in {OBJECT.OBJECT_TABLE, OBJECT.OBJECT_SEQUENCE}:
        for relation in tree.objects or ():
            _grant_on(work, relations.find(work, relation_name(relation)), tree)
    elif tree.objtype in _ROUTINES:
        for routine in tree.objects or ():
            routines.require(work, routine, _ROUTINES[tree.objtype])
    elif tree.objtype in {OBJECT.OBJECT_TYPE, OBJECT.OBJECT_DOMAIN}:
        for named in tree.objects or ():
            user_types.require_type(work, dotted(named), domain=tree.objtype == OBJECT.OBJECT_DOMAIN)


_WITHOUT_PRIVILEGES: Final = frozenset({"composite type", "index", "partitioned index"})


def _grant_on(work: Work, found: Locked, tree: Node) -> None:
    kind = relations.kind_of(found) if relations.is_known(found) else None
    if kind in _WITHOUT_PRIVILEGES:
        raise Refused("42809", f'"{found.name.name}" is a {kind}')
    if tree.objtype == OBJECT.OBJECT_SEQUENCE and kind not in {None, "sequence"}:
        raise Refused("42809", f'"{found.name.name}" is not a sequence')
    if work.postgres >= _GRANT_LOCKS_SINCE:
        work.lock(found, _AS, "Since PostgreSQL 18, GRANT and REVOKE lock the table against being dropped.")
    for privilege in tree.privileges or ():
        for column in privilege.cols or ():
            if isinstance(found, Table):
                columns.require(found, column.sval)


def security_label(work: Work, tree: Node) -> None:
    """Enter SECURITY LABEL, which needs a provider that is loaded."""
    work.may_fail("22023", "no provider of security labels is loaded")
    if tree.objtype in _RELATIONS:
        found = _relation(work, dotted(tree.object), tree.objtype)
        work.lock(found, _SUX, "SECURITY LABEL lets reads and writes go on.")
    elif tree.objtype == OBJECT.OBJECT_COLUMN:
        work.lock(work.table(dotted(tree.object[:-1])), _SUX, "SECURITY LABEL lets reads and writes go on.")
