"""CREATE and DROP EXTENSION: what the files of an extension need, and what of the schema depends on its objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns import actions
from database_patterns.actions import Name
from database_patterns.catalog import Index, Table, dependents
from database_patterns.catalog.dependents import Use

from . import builtins, conversions, relations, types, uses
from .volatility import analyse
from .work import Refused, Work


def create(work: Work, action: actions.CreateExtension) -> None:
    """Enter CREATE EXTENSION, which needs the extension's files on the server."""
    if action.name in {*work.catalog.extensions, *_ALWAYS_INSTALLED} and work.statement.confidence == "exact":
        if action.if_not_exists:
            return
        raise Refused("42710", f'extension "{action.name}" already exists')
    relations.require_schema(work, Name(action.name, action.schema))
    sqlstate = "0A000" if work.postgres >= _MISSING_IS_A_FEATURE_SINCE else "58P01"
    work.may_fail(sqlstate, f"the extension {action.name} is not installed on the server")


_MISSING_IS_A_FEATURE_SINCE: Final = 15
_ALWAYS_INSTALLED: Final = frozenset({"plpgsql"})


def drop(work: Work, action: actions.Drop) -> None:
    """Enter DROP EXTENSION: what depends on its types, functions and operator classes goes with it by CASCADE."""
    for name in (each.name for each in action.names):
        if not is_installed(work, name):
            if action.if_exists:
                continue
            raise Refused("42704", f'extension "{name}" does not exist')
        if action.cascade:
            lock_users(work, name)
            continue
        for use in (each for each, certain in _users(work, name) if certain):
            raise Refused("2BP01", f"cannot drop extension {name} because other objects depend on it: {use}")
        work.may_fail("2BP01", f"something depends on the extension {name}")


def is_installed(work: Work, name: str) -> bool:
    """Whether the extension may be there."""
    return name in {*work.catalog.extensions, *_ALWAYS_INSTALLED} or not work.catalog.complete


def lock_users(work: Work, name: str) -> None:
    """Enter what goes with an extension."""
    for use, certain in _users(work, name):
        if certain:
            uses.lock(work, use, f"It depends on the extension {name}, and goes with it.")
        else:
            work.doubt(
                f"whether the {use.kind} {use.name} of {use.table.name} calls what {name} has brought is not known"
            )
    if name not in builtins.known_extensions() or not work.catalog.complete:
        work.doubt(f"what else depends on the extension {name}, and goes with it, is not known")


def _users(work: Work, name: str) -> Iterator[tuple[Use, bool]]:
    """What is of an extension's types, calls its functions and operators, or has its operator classes; if certainly."""
    for table in [each for each in work.catalog.relations.values() if isinstance(each, Table)]:
        for use in (*_columns(work, table, name), *_indexes(work, table, name)):
            yield use, True
        for kind, used, trees in dependents.expressions(table):
            called = analyse(trees, work.scope(table))[0].extensions
            if name in called:
                yield Use(table, kind, used), called[name]


def _columns(work: Work, table: Table, name: str) -> Iterator[Use]:
    for column in table.columns.values():
        facts = types.own_facts(work.catalog, column.type, work.postgres)
        if facts is not None and facts.extension == name:
            yield Use(table, "column", column.name)


def _indexes(work: Work, table: Table, name: str) -> Iterator[Use]:
    for index in table.indexes.values():
        classes = (_class(work, table, index, each) for each in index.elements)
        found = (builtins.operator_class_extension(index.method, each, work.postgres) for each in classes if each)
        if name in found and index.parent is None:
            yield Use(table, "constraint" if index.constraint else "index", index.name.name)


def _class(work: Work, table: Table, index: Index, element: actions.IndexElement) -> str | None:
    """The operator class of an index's key, where it is known."""
    if element.operator_class is not None:
        return element.operator_class.name
    column = table.columns.get(element.column or "")
    found = conversions.operator_class(index.method, column.type, work.scope()) if column else None
    return found[0] if found else None
