"""The scopes of a query: the items of its FROM clauses with their columns, one scope within the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pglast import ast

from database_patterns.actions import Name, TypeName
from database_patterns.reading.definitions import strings

from .schema import Table

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

Output = tuple[tuple[str, TypeName | None], ...]
"""The columns that a query returns: their names, and their types where they are known."""
SYSTEM_COLUMNS: Final = frozenset({"tableoid", "ctid", "xmin", "cmin", "xmax", "cmax"})
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """One item of a FROM clause under its alias; it may have more columns than these unless ``complete``.

    It certainly has none of those that are ``gone``.
    """

    alias: str
    columns: Mapping[str, TypeName | None] = field(default_factory=dict)
    complete: bool = False
    gone: frozenset[str] = frozenset()
    table: Name | None = None
    """The relation, where it is called by its own name."""
    relation: Name | None = None
    """The relation whose columns these are, under their own names."""
    merged: frozenset[str] = frozenset()
    """Columns that a JOIN … USING has made one with those of an item before."""

    def lacks(self, column: str) -> bool:
        """Whether it certainly has no column of that name."""
        return column not in self.columns and (self.complete or column in self.gone)


@dataclass(frozen=True, slots=True)
class Scope:
    """The items that a name may stand for, and the scope around; ``queries`` are the outputs of WITH by their names."""

    sources: tuple[Source, ...] = ()
    outer: Scope | None = None
    queries: Mapping[str, Output | None] = field(default_factory=dict)

    def within(self, *sources: Source) -> Scope:
        """A scope inside this one."""
        return Scope(sources, self, self.queries)

    def levels(self) -> Iterator[Scope]:
        """This scope and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer


def of_table(table: Table, alias: str | None = None) -> Source:
    """A table or view as an item of a FROM clause."""
    types = {name: _known(column.type) for name, column in table.columns.items()}
    own = None if alias else table.name
    return Source(alias or table.name.name, types, table.columns_complete, table.gone, own, relation=table.name)


def _known(of: TypeName) -> TypeName | None:
    return None if of.name.name == UNKNOWN else of


def called(alias: str | None, scope: Scope) -> Source | None:
    """The item that is called so, in this scope or one around it; an item without a name may be it."""
    for level in scope.levels():
        for each in level.sources:
            if each.alias in {alias, ""}:
                return each
    return None


def is_ambiguous(alias: str | None, scope: Scope) -> bool:
    """Whether tables of several schemas are called so, of those that are the nearest to be so."""
    numbers = (sum(each.alias == alias for each in level.sources) for level in scope.levels())
    return next((number for number in numbers if number), 0) > 1


def of_output(alias: str, output: Output | None) -> Source:
    """What a query returns as an item of a FROM clause."""
    return Source(alias) if output is None else Source(alias, dict(output), complete=True)


def renamed(output: Output | None, names: Iterable[str]) -> Output | None:
    """The output under the names that an alias gives its first columns."""
    given = tuple(names)
    if output is None or not given:
        return output
    return (*((name, of) for name, (_, of) in zip(given, output, strict=False)), *output[len(given) :])


def is_column(tree: Node) -> bool:
    """Whether ``tree`` is a name that may stand for a column, or ``*``."""
    return type(tree) is ast.ColumnRef


def is_star(tree: Node) -> bool:
    """Whether ``tree`` is ``*``, or that of an item."""
    return is_column(tree) and type(tree.fields[-1]) is ast.A_Star


def flat(clauses: Iterable[Node]) -> Iterator[Node]:
    """The expressions of GROUP BY, its grouping sets too, DISTINCT ON and ORDER BY."""
    for each in clauses:
        if isinstance(each, ast.GroupingSet):
            yield from flat(each.content or ())
        elif each is not None:
            yield each.node if isinstance(each, ast.SortBy) else each


def is_output(tree: Node, names: set[str]) -> bool:
    """Whether what GROUP BY or ORDER BY says is a result column."""
    return is_column(tree) and len(tree.fields) == 1 and getattr(tree.fields[0], "sval", "") in names


def starred(star: Node, scope: Scope) -> list[Source]:
    """The items whose columns ``*`` or ``t.*`` stands for."""
    qualifiers = strings(star.fields[:-1])
    return [each for each in scope.sources if not qualifiers or each.alias == qualifiers[-1]]


def expanded(star: Node, scope: Scope) -> Output | None:
    """The columns that ``*`` or ``t.*`` stands for."""
    chosen = starred(star, scope)
    if not chosen or not all(each.complete for each in chosen):
        return None
    return tuple((name, of) for each in chosen for name, of in each.columns.items() if name not in each.merged)
