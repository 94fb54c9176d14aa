"""Which argument a statement comes from: where a revision makes columns, constraints, indexes, tables and types."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alembic.ddl import base
from alembic.ddl.postgresql import PostgresqlColumnType
from sqlalchemy.dialects.postgresql import CreateDomainType, CreateEnumType, DropDomainType, DropEnumType
from sqlalchemy.dialects.postgresql.named_types import NamedType
from sqlalchemy.schema import AddConstraint, Column, CreateIndex, CreateTable, SchemaItem, SetColumnComment
from sqlalchemy.types import Enum

from database_patterns.model import Span

from .source import Source

MADE: Final = (SchemaItem, Enum, NamedType)
"""The kinds of objects that a statement may be about."""

_TYPES: Final = (CreateDomainType, CreateEnumType, DropDomainType, DropEnumType)
_KEYWORDS: Final[dict[type, str]] = {
    base.ColumnComment: "comment",
    base.ColumnDefault: "server_default",
    base.ColumnName: "new_column_name",
    base.ColumnNullable: "nullable",
    base.ComputedColumnDefault: "server_default",
    base.IdentityColumnDefault: "server_default",
    PostgresqlColumnType: "type_",
}
"""Which argument of ``alter_column`` a construct comes from."""

Place = tuple[Source, ast.AST]
"""A node, and the file that it is in."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an object was made: ``calls`` lead from ``upgrade()`` to the expression that made it, which is the last."""

    value: object
    calls: Sequence[Place]

    def spans(self) -> list[Span]:
        return [source.span(node) for source, node in self.calls]


class Origins:
    """Remembers where objects are made, and finds the one that a statement is about."""

    def __init__(self) -> None:
        self._made: dict[int, Origin] = {}

    def remember(self, value: object, calls: Sequence[Place]) -> None:
        """``value`` has been made by the last of ``calls``; it is kept, so that no other object gets its identity."""
        self._made[id(value)] = Origin(value, calls)

    def of(self, construct: object, within: Span) -> Origin | None:
        """The origin of what ``construct`` is about, which the call ``within`` sends."""
        about = list(_about(construct))
        found = next((self._made[id(each)] for each in about if id(each) in self._made), None)
        return found or next((named for each in about if (named := self._named(each, within))), None)

    def _named(self, value: object, within: Span) -> Origin | None:
        """For a copy by SQLAlchemy: the only column of that name in the call, or the only type of that name."""
        name = getattr(value, "name", None)
        kind = next((kind for kind in (Column, (Enum, NamedType)) if isinstance(value, kind)), None)
        if name is None or kind is None:
            return None
        kept = (each for each in self._made.values() if isinstance(each.value, kind))
        alike = [each for each in kept if getattr(each.value, "name", None) == name]
        here = [each for each in alike if contains(within, each.spans()[-1])]
        found = here if here or kind is Column else alike
        return found[0] if len(found) == 1 else None


def keyword(construct: object, call: ast.AST) -> ast.keyword | None:
    """The argument of ``alter_column`` that ``construct`` comes from, when the call alters several things."""
    name = next((name for kind, name in _KEYWORDS.items() if isinstance(construct, kind)), None)
    if name is None or not isinstance(call, ast.Call):
        return None
    given = [each for each in call.keywords if each.arg in set(_KEYWORDS.values())]
    return next((each for each in given if each.arg == name), None) if len(given) > 1 else None


def row(call: ast.AST, number: int, count: int) -> ast.expr | None:
    """The row of ``bulk_insert`` that the statement ``number`` of ``count`` inserts, when the call lists its rows."""
    if count < 2 or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "rows")]
    rows = given[0].elts if given and isinstance(given[0], ast.List) and call.func.attr == "bulk_insert" else []
    return rows[number] if len(rows) == count and not any(isinstance(each, ast.Starred) for each in rows) else None


def is_part(construct: object) -> bool:
    """Whether ``construct`` is about an argument of a call that has a statement for itself besides."""
    return not isinstance(construct, base.AddColumn | CreateTable)


def contains(outer: Span, inner: Span) -> bool:
    """Whether ``inner`` lies within ``outer``."""
    start, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (
        inner.path == outer.path and (outer.line, outer.column) <= start and end <= (outer.end_line, outer.end_column)
    )


def _about(construct: Any) -> Iterator[object]:  # noqa: ANN401  any construct of SQLAlchemy or Alembic
    """What ``construct`` is about, the narrowest first."""
    if isinstance(construct, base.AddColumn):
        yield construct.column
    elif isinstance(construct, (CreateTable, SetColumnComment, *_TYPES)):
        yield construct.element
    elif isinstance(construct, AddConstraint | CreateIndex):
        yield construct.element
        yield from getattr(construct.element, "elements", ())
        columns = list(getattr(construct.element, "columns", ()))
        yield from columns if len(columns) == 1 else ()
