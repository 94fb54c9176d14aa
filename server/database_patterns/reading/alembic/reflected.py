"""Tables that a migration reflects from the database: their names are known, their columns only as they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, literal_column
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.ddl import CreateTable, DDLElement
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.sql.selectable import Select

from .values import Lookup, Unknown

_MARK: Final = "reflected from the database"
_OF_COLLECTION: Final = {"contains_column", "get", "items", "keys", "values"}


@dataclass(frozen=True, slots=True)
class Columns(Lookup):
    """The columns of a reflected table: each is there as soon as it is named."""

    table: Table = field(repr=False)

    def named(self, name: str) -> object:
        if name in _OF_COLLECTION:
            return Unknown(f"the columns of {self.table.name}, {_MARK}", inert=True)
        if name not in self.table.c:
            self.table.append_column(Column(name))
        return self.table.c[name]


@dataclass(frozen=True, slots=True)
class Tables(Lookup):
    """The tables of reflected metadata."""

    metadata: MetaData = field(repr=False)

    def named(self, name: str) -> object:
        if name in _OF_COLLECTION:
            return Unknown(f"the tables, {_MARK}", inert=True)
        schema, _, table = name.rpartition(".")
        return reflected(table, self.metadata, schema=schema or None)


def reflected(name: str, metadata: MetaData, *columns: object, schema: str | None = None) -> Table:
    """The table ``name``, of which only the given ``columns`` are known."""
    known: Any = columns
    return Table(name, metadata, *known, schema=schema, info={_MARK: True}, extend_existing=True)


def reflect(metadata: MetaData) -> None:
    """From here on, the tables of ``metadata`` are those of the database."""
    metadata.info[_MARK] = True


def lookup(owner: Table | MetaData, name: str) -> Lookup | None:
    """What ``owner.name`` looks up in the database, where ``owner`` is reflected."""
    if _MARK not in owner.info:
        return None
    if isinstance(owner, MetaData):
        return Tables(owner) if name == "tables" else None
    return Columns(owner) if name in {"c", "columns"} else None


def take_names(table: Any, rows: Iterable[object]) -> None:  # noqa: ANN401  a reflected table
    """Let ``table`` have the columns that ``rows`` name."""
    for row in rows:
        for name in row if isinstance(row, Mapping) else ():
            if isinstance(name, str):
                Columns(table).named(name)


def is_reflected(owner: object) -> bool:
    """Whether ``owner`` is a table or metadata that was reflected."""
    return isinstance(owner, Table | MetaData) and _MARK in owner.info


def resolved(
    statement: ClauseElement, hole: Callable[[str], str], given: Mapping[str, object]
) -> tuple[ClauseElement, str | None]:
    """``statement`` as far as it can be rendered, and what must hold for its text; ``hole`` stands for columns.

    ``given`` are the parameters beside it, which name columns where they are no parameters of its own.

    Raises:
        CompileError: it needs the columns of a reflected table.
    """
    names = sorted({table.fullname for table in _tables(statement) if is_reflected(table)})
    if not names:
        return statement, None
    if isinstance(statement, Insert | Update) and is_reflected(statement.table):
        several: Any = statement._multi_values  # noqa: SLF001  nothing public tells what they set
        own = {each.key for each in visitors.iterate(statement) if isinstance(each, BindParameter)}
        beside = {name: value for name, value in given.items() if name not in own}
        take_names(statement.table, [statement._values or {}, beside, *(each[0] for each in several)])  # noqa: SLF001
    if isinstance(statement, Select):
        statement = _with_holes(statement, hole)
    if isinstance(statement, CreateTable) or any(
        _whole(inner) for inner in visitors.iterate(statement) if isinstance(inner, Select)
    ):
        raise CompileError(f"the columns of {', '.join(names)} are {_MARK}")
    return statement, f"as far as what is reflected of {', '.join(names)} changes nothing in it"


def _tables(statement: ClauseElement) -> Iterator[Table]:
    if isinstance(statement, DDLElement):
        element: Any = getattr(statement, "element", None)
        yield from (each for each in (element, getattr(element, "table", None)) if isinstance(each, Table))
    else:
        yield from (each for each in visitors.iterate(statement) if isinstance(each, Table))


def _whole(statement: Select[Any]) -> list[Table]:
    """The reflected tables all of whose columns a SELECT asks for."""
    return [each for each in statement._raw_columns if isinstance(each, Table) and is_reflected(each)]  # noqa: SLF001


def _with_holes(statement: Select[Any], hole: Callable[[str], str]) -> Select[Any]:
    whole = _whole(statement)
    if not whole:
        return statement
    asked: list[Any] = [
        literal_column(hole(f"the columns of {each.name}, {_MARK}"))
        if isinstance(each, Table) and is_reflected(each)
        else each
        for each in statement._raw_columns  # noqa: SLF001  nothing public tells a table from its columns
    ]
    return statement.with_only_columns(*asked, maintain_column_froms=True).select_from(*whole)
