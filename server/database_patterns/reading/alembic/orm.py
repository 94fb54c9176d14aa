"""What a session of SQLAlchemy's ORM is asked with: queries, mapped classes, and the objects that it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    LABEL_STYLE_DISAMBIGUATE_ONLY,
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Column,
    Table,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Select, TableClause

from .values import Bound, Lookup, Symbolic, Unknown

FLUSHED: Final = "when the session flushes it"
"""The ORM sends what was added or changed later, at its next query or at the end."""
NOT_LOADED: Final = "unless the session has loaded it already"
SYNCHRONIZED: Final = "as far as synchronize_session adds nothing to it"

_BUILDING: Final = {
    "distinct": "distinct", "filter": "where", "group_by": "group_by", "having": "having", "join": "join",
    "limit": "limit", "offset": "offset", "order_by": "order_by", "outerjoin": "outerjoin",
    "select_from": "select_from", "where": "where", "with_for_update": "with_for_update",
}  # fmt: skip
"""Methods of a query, and those of a SELECT that do the same."""
_SAME: Final = {"autoflush", "enable_eagerloads", "execution_options", "populate_existing", "yield_per"}
FETCHING: Final = {"all", "first", "get", "one", "one_or_none", "scalar", "count"}
_FROM_ROWS: Final = {
    "all", "fetchall", "fetchone", "first", "mappings", "one", "one_or_none", "partitions", "scalar", "scalar_one",
    "scalar_one_or_none", "scalars", "unique",
}  # fmt: skip
"""Methods of a result that lead to its objects."""


@dataclass(frozen=True, slots=True)
class Model(Lookup):
    """A mapped class: its table, and the columns by the names of its attributes."""

    name: str
    table: Table = field(repr=False)
    columns: Mapping[str, Column[Any]] = field(repr=False)

    def named(self, name: str) -> object:
        if name == "__table__":
            return self.table
        return self.table.name if name == "__tablename__" else self.columns.get(name, Unknown(f"{self.name}.{name}"))


@dataclass(frozen=True, slots=True, eq=False)
class New(Symbolic):
    """An object of a mapped class that the revision makes; ``values`` are those of its attributes so far."""

    model: Model
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Loaded(Unknown):
    """Objects of ``model`` that the session loads; None for what belongs to such objects and is not followed."""

    model: Model | None = None

    def attribute(self, name: str) -> Unknown:
        """What ``name`` of it is: the objects of a result, the value of a column, or something else."""
        if name in _FROM_ROWS:
            return self
        if self.model is not None and name in self.model.columns:
            return Unknown(self.reason, inert=True)
        return Loaded(self.reason)


@dataclass(frozen=True, slots=True)
class Query(Lookup):
    """A query of a session that was not sent yet; ``model`` where it loads objects."""

    select: Select[Any] = field(repr=False)
    entity: TableClause | None = field(repr=False)
    model: Model | None = None

    def named(self, name: str) -> object:
        """``query.statement`` as it stands; else a method, to be called."""
        return self.select.set_label_style(LABEL_STYLE_DISAMBIGUATE_ONLY) if name == "statement" else Bound(self, name)

    def built(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Query | ClauseElement | None:
        """What the method ``name`` makes of it without sending anything; None when it is not one of those known."""
        if name in _SAME:
            return self
        if name == "filter_by" and self.entity is not None:
            columns = self.model.columns if self.model else self.entity.c
            return self._with(self.select.where(*(columns[key] == value for key, value in kwargs.items())))
        if name in _BUILDING:
            return self._with(getattr(self.select, _BUILDING[name])(*args, **kwargs))
        if name in {"subquery", "scalar_subquery", "as_scalar"}:
            plain = self.select.set_label_style(LABEL_STYLE_DISAMBIGUATE_ONLY)
            return plain.subquery(*args, **kwargs) if name == "subquery" else plain.scalar_subquery()
        return None

    def fetched(self, name: str, args: list[Any]) -> Select[Any]:
        """What it sends when its method ``name``, one of ``FETCHING``, is called."""
        if name == "first":
            return self.select.limit(1)
        if name == "count":
            return select(func.count(literal_column("*"))).select_from(self.select.subquery())
        if name == "get":
            (key,) = self.select.selected_columns[0].table.primary_key
            return self.select.where(key == args[0]).set_label_style(LABEL_STYLE_DISAMBIGUATE_ONLY)
        return self.select

    def _with(self, changed: Select[Any]) -> Query:
        return Query(changed, self.entity, self.model)


def query(entities: list[Any]) -> Query:
    """``session.query(…)`` of tables, columns, expressions and mapped classes."""
    model = next((each for each in entities if isinstance(each, Model)), None)
    tables = [each.table if isinstance(each, Model) else each for each in entities]
    first = tables[0] if tables and isinstance(tables[0], TableClause) else None
    return Query(select(*tables).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL), first, model)


def core(value: object) -> object:
    """``value`` as SQLAlchemy's expressions take it: the table of a mapped class, the SELECT of a query."""
    if isinstance(value, Model):
        return value.table
    if isinstance(value, Query):
        return value.select.set_label_style(LABEL_STYLE_DISAMBIGUATE_ONLY)
    if isinstance(value, list | tuple) and any(isinstance(each, Model | Query) for each in value):
        return type(value)(core(each) for each in value)
    return value


def model_of(statement: object, models: Mapping[int, Model]) -> Model | None:
    """The mapped class that a SELECT loads objects of; ``models`` are the known ones by the identity of their table."""
    columns = statement._raw_columns if isinstance(statement, Select) else []  # noqa: SLF001  nothing public tells it
    return next((models[id(each)] for each in columns if id(each) in models), None)
