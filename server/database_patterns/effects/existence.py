"""Whether an object that a statement names is there, for every kind of object that has a name of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Name
from database_patterns.catalog import Table, registry
from database_patterns.reading.definitions import dotted, type_name

from . import extensions, relations, routines, user_types
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
OBJECT = enums.ObjectType

_NOT_OF_POSTGRES: Final = frozenset(
    {"publication", "subscription", "event_trigger", "foreign_server", "fdw", "transform", "conversion"}
)
"""The kinds of which PostgreSQL brings none that anybody changes: one that is not known does not exist."""


def require(work: Work, kind: OBJECT, named: Node, *, missing_ok: bool = False) -> None:
    """Raise Refused where there is certainly no such object; where PostgreSQL may have brought one, it may fail."""
    look = _LOOKS.get(kind)
    if look is not None:
        look(work, ast.String(sval=named) if isinstance(named, str) else named, missing_ok)
    elif registry.kind_of(kind) in registry.KINDS:
        _require_registered(work, kind, named, missing_ok=missing_ok)


def _require_registered(work: Work, kind: OBJECT, named: Node, *, missing_ok: bool) -> None:
    key = registry.named_in(work.catalog, kind, ast.String(sval=named) if isinstance(named, str) else named)
    if missing_ok or not work.catalog.complete or key in work.catalog.objects:
        return
    message = f"{key[0].replace('_', ' ')} {key[1]} does not exist"
    if key[0] in _NOT_OF_POSTGRES:
        raise Refused("42704", message)
    work.may_fail("42704", message)


def _schema(work: Work, named: Node, missing_ok: bool) -> None:  # noqa: FBT001 - one signature for all kinds
    if not missing_ok:
        relations.require_schema(work, Name("", named.sval))


def _extension(work: Work, named: Node, missing_ok: bool) -> None:  # noqa: FBT001
    if not missing_ok and not extensions.is_installed(work, named.sval):
        raise Refused("42704", f'extension "{named.sval}" does not exist')


def _statistics(work: Work, named: Node, missing_ok: bool) -> None:  # noqa: FBT001
    name = dotted(named)
    tables = (each for each in work.catalog.relations.values() if isinstance(each, Table))
    there = any(name.name in each.statistics for each in tables)
    if work.catalog.complete and not there and not missing_ok:
        relations.require_schema(work, name)
        raise Refused("42704", f'statistics object "{name}" does not exist')


def _type(work: Work, named: Node, missing_ok: bool) -> None:  # noqa: FBT001
    if not missing_ok:
        user_types.require_type(work, type_name(named).name if isinstance(named, ast.TypeName) else dotted(named))


def _domain(work: Work, named: Node, missing_ok: bool) -> None:  # noqa: FBT001
    if not missing_ok:
        name = type_name(named).name if isinstance(named, ast.TypeName) else dotted(named)
        user_types.require_type(work, name, domain=True)


def _routine(kind: str) -> Callable[[Work, Node, bool], None]:
    def look(work: Work, named: Node, missing_ok: bool) -> None:  # noqa: FBT001
        if not missing_ok:
            routines.require(work, named, kind)

    return look


_LOOKS: Final[dict[OBJECT, Callable[[Work, Node, bool], None]]] = {
    OBJECT.OBJECT_SCHEMA: _schema,
    OBJECT.OBJECT_EXTENSION: _extension,
    OBJECT.OBJECT_STATISTIC_EXT: _statistics,
    OBJECT.OBJECT_TYPE: _type,
    OBJECT.OBJECT_DOMAIN: _domain,
    OBJECT.OBJECT_FUNCTION: _routine("function"),
    OBJECT.OBJECT_PROCEDURE: _routine("procedure"),
    OBJECT.OBJECT_AGGREGATE: _routine("aggregate"),
    OBJECT.OBJECT_ROUTINE: _routine("routine"),
}

NAMED: Final[dict[type, tuple[OBJECT, Callable[[Node], Node]]]] = {
    ast.AlterCollationStmt: (OBJECT.OBJECT_COLLATION, lambda tree: tree.collname),
    ast.AlterStatsStmt: (OBJECT.OBJECT_STATISTIC_EXT, lambda tree: tree.defnames),
    ast.AlterEventTrigStmt: (OBJECT.OBJECT_EVENT_TRIGGER, lambda tree: tree.trigname),
    ast.AlterForeignServerStmt: (OBJECT.OBJECT_FOREIGN_SERVER, lambda tree: tree.servername),
    ast.AlterFdwStmt: (OBJECT.OBJECT_FDW, lambda tree: tree.fdwname),
    ast.CreateForeignServerStmt: (OBJECT.OBJECT_FDW, lambda tree: tree.fdwname),
    ast.CreateUserMappingStmt: (OBJECT.OBJECT_FOREIGN_SERVER, lambda tree: tree.servername),
    ast.AlterPublicationStmt: (OBJECT.OBJECT_PUBLICATION, lambda tree: tree.pubname),
    ast.AlterSubscriptionStmt: (OBJECT.OBJECT_SUBSCRIPTION, lambda tree: tree.subname),
    ast.AlterExtensionStmt: (OBJECT.OBJECT_EXTENSION, lambda tree: tree.extname),
    ast.AlterExtensionContentsStmt: (OBJECT.OBJECT_EXTENSION, lambda tree: tree.extname),
    ast.AlterTSConfigurationStmt: (OBJECT.OBJECT_TSCONFIGURATION, lambda tree: tree.cfgname),
    ast.AlterTSDictionaryStmt: (OBJECT.OBJECT_TSDICTIONARY, lambda tree: tree.dictname),
}
"""The object that a statement is about, by the kind of the statement."""
