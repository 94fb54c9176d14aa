"""Syntax that a server version does not have yet: what it is, and since which version it exists.

The parser reads the newest version's SQL, so that what an older server rejects has to be known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any, Final, TypeGuard

from pglast import ast

from database_patterns import actions
from database_patterns.model import ServerError, Statement

SYNTAX_ERROR: Final = "42601"

_OF_CONSTRAINTS: Final[tuple[tuple[int, str, Callable[[actions.Constraint], bool]], ...]] = (
    (15, "NULLS NOT DISTINCT", lambda each: each.nulls_not_distinct),
    (18, "NOT ENFORCED", lambda each: not each.enforced),
    (18, "WITHOUT OVERLAPS", lambda each: each.without_overlaps),
)
_OF_COLUMNS: Final[tuple[tuple[int, str, Callable[[actions.Column], bool]], ...]] = (
    (18, "GENERATED … VIRTUAL", lambda each: each.generated == "virtual"),
)
_OF_ACTIONS: Final[tuple[tuple[int, str, Callable[[actions.Action], bool]], ...]] = (
    (18, "NOT NULL as a table constraint", lambda each: any(named.kind == "not null" for named in _named(each))),
    (15, "NULLS NOT DISTINCT", lambda each: isinstance(each, actions.CreateIndex) and each.nulls_not_distinct),
    (17, "SET EXPRESSION", lambda each: _is_alteration(each, "SetExpression")),
    (15, "SET ACCESS METHOD", lambda each: _is_alteration(each, "SetAccessMethod")),
    (17, "SET ACCESS METHOD DEFAULT", lambda each: _is_alteration(each, "SetAccessMethod") and each.name is None),
)
_OF_STATEMENTS: Final[dict[type, tuple[int, str]]] = {ast.MergeStmt: (15, "MERGE")}


def not_yet(statement: Statement, postgres: int) -> ServerError | None:
    """The syntax error that ``statement`` raises in this version, with the version from which on it does not."""
    for since, what in _features(statement):
        if postgres < since:
            return ServerError(SYNTAX_ERROR, f"syntax error: {what} is understood from PostgreSQL {since} on")
    return None


def _features(statement: Statement) -> Iterable[tuple[int, str]]:
    if type(statement.tree) in _OF_STATEMENTS:
        yield _OF_STATEMENTS[type(statement.tree)]
    for action in statement.actions:
        yield from _features_of(action)


def _features_of(action: actions.Action) -> Iterable[tuple[int, str]]:
    constraints, columns = _parts(action)
    yield from ((since, what) for since, what, has in _OF_CONSTRAINTS if any(map(has, constraints)))
    yield from ((since, what) for since, what, has in _OF_COLUMNS if any(map(has, columns)))
    yield from ((since, what) for since, what, has in _OF_ACTIONS if has(action))


def _named(action: actions.Action) -> tuple[actions.Constraint, ...]:
    """The constraints that stand beside columns, not within one."""
    if isinstance(action, actions.AddConstraint):
        return (action.constraint,)
    return action.constraints if isinstance(action, actions.CreateTable) else ()


def _is_alteration(action: actions.Action, kind: str) -> TypeGuard[actions.OtherAlteration]:
    return isinstance(action, actions.OtherAlteration) and action.kind == kind


def _parts(action: actions.Action) -> tuple[list[actions.Constraint], list[actions.Column]]:
    """Every constraint and column that an action defines."""
    columns = [each for value in _values(action) for each in _each(value) if isinstance(each, actions.Column)]
    written = [each for value in _values(action) for each in _each(value) if isinstance(each, actions.Constraint)]
    return [*written, *(each for column in columns for each in column.constraints)], columns


def _values(action: object) -> list[Any]:
    return [getattr(action, each.name) for each in fields(action)] if is_dataclass(action) else []


def _each(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any field of an action
    return value if isinstance(value, tuple) else (value,)
