"""What the tables of a database hold, in numbers: enough to see that a statement has lost some of it.

Of each column it is counted how many values there are, and how many different ones. A conversion that keeps all that
there was keeps both. What is computed of other columns is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from database_patterns.lab import driver

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection

ROWS: Final = ""
"""Stands among the names of columns for the rows."""

_COLUMNS: Final = """
    SELECT c.oid, c.oid::regclass::text, a.attnum, quote_ident(a.attname)
    FROM pg_class c LEFT JOIN pg_attribute a
      ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.oid = ANY (%s) AND c.relkind IN ('r', 'm') AND c.relispopulated ORDER BY c.oid, a.attnum
"""
_ALL: Final = "SELECT oid FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384"


@dataclass(frozen=True, slots=True)
class Column:
    """How many values a column holds, and how many different ones."""

    name: str
    values: int
    different: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a table or materialized view holds; its columns by their numbers, which no change of a name changes."""

    rows: int
    columns: Mapping[int, Column]


Contents = Mapping[int, Content]
"""By OID."""


def read_all(connection: Connection) -> Contents:
    """The content of all tables of the database."""
    return read(connection, [oid for (oid,) in driver.rows(connection, _ALL)])


def read(connection: Connection, tables: Iterable[int]) -> Contents:
    """The content of those of the tables that exist and have any."""
    found: dict[int, dict[int, str]] = {}
    names: dict[int, str] = {}
    for oid, table, number, column in driver.rows(connection, _COLUMNS, list(tables)):
        names[oid] = table
        found.setdefault(oid, {}).update({number: column} if number else {})
    return {oid: _content(connection, names[oid], columns) for oid, columns in found.items()}


def _content(connection: Connection, table: str, columns: Mapping[int, str]) -> Content:
    counts = [f"count({each}), count(DISTINCT {each}::text)" for each in columns.values()]
    query = f"SELECT {', '.join(['count(*)', *counts])} FROM ONLY {table}"  # noqa: S608 - names as PostgreSQL quotes them
    [(rows, *numbers)] = driver.rows(connection, query)
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    held = {number: Column(columns[number].strip('"'), *pair) for number, pair in zip(columns, pairs, strict=True)}
    return Content(rows, held)


def lost(before: Content, after: Content | None) -> frozenset[str]:
    """The columns of which values are gone, ``ROWS`` where rows are; a table that is gone has lost all it had."""
    if after is None:
        return frozenset({ROWS} if before.rows else ())
    if after.rows < before.rows:
        return frozenset({ROWS})
    return frozenset(
        column.name for number, column in before.columns.items() if _has_lost(column, after.columns.get(number))
    )


def _has_lost(before: Column, after: Column | None) -> bool:
    if after is None:
        return before.values > 0
    return after.values < before.values or after.different < before.different
