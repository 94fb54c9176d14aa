"""Which views PostgreSQL writes through by itself, and which columns of theirs are those of the table below.

Source: "Updatable Views" in the documentation of CREATE VIEW, and ``view_query_is_auto_updatable`` in PostgreSQL's
source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pglast import ast

from database_patterns.reading.definitions import dotted, relation_name, walk

from . import Catalog
from .schema import Table

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_CLAUSES: Final = (
    "withClause", "distinctClause", "groupClause", "havingClause", "windowClause", "limitOffset", "limitCount", "larg",
    "valuesLists",
)  # fmt: skip
_AGGREGATES: Final = frozenset(
    {"array_agg", "avg", "bool_and", "bool_or", "count", "every", "json_agg", "jsonb_agg", "json_object_agg",
     "jsonb_object_agg", "max", "min", "string_agg", "stddev", "sum", "variance", "generate_series", "unnest"}
)  # fmt: skip
"""Aggregates, and functions that return sets, as far as views usually have them."""


@dataclass(frozen=True, slots=True)
class Below:
    """What a view writes to: a relation, and its ``columns`` by those of the view; None where they are not known."""

    relation: Table
    columns: Mapping[str, str] | None


def is_updatable(view: Table) -> bool:
    """Whether PostgreSQL writes to the relation below a view by itself, as far as its query shows."""
    query = _query(view)
    if type(query) is not ast.SelectStmt or any(getattr(query, each) for each in _CLAUSES):
        return False
    items: Node = query.fromClause or ()
    if len(items) != 1 or type(items[0]) is not ast.RangeVar:
        return False
    calls = (node for node in walk(query.targetList) if type(node) is ast.FuncCall)
    return not any(dotted(node.funcname).name in _AGGREGATES or node.over for node in calls)


def _query(view: Table) -> Node:
    return view.query.tree if view.query else None


def below(catalog: Catalog, view: Table) -> Below | None:
    """What PostgreSQL writes to instead of a view, None where it does not, or where that is not known."""
    if not is_updatable(view):
        return None
    (item,), targets = _query(view).fromClause, _query(view).targetList
    relation = catalog.table(relation_name(item))
    return Below(relation, _columns(view, relation, targets)) if relation else None


def _columns(view: Table, relation: Table, targets: Node) -> Mapping[str, str] | None:
    """The columns of a relation, by those of the view that stand for nothing else."""
    named: list[str | None] = []
    for target in targets:
        fields: Node = target.val.fields if type(target.val) is ast.ColumnRef else (None,)
        named += relation.columns if type(fields[-1]) is ast.A_Star else [getattr(fields[-1], "sval", None)]
    if not (view.columns_complete and relation.columns_complete):
        return None
    pairs = zip(view.columns, named, strict=False)
    found = {column: below for column, below in pairs if below is not None}
    return {column: name for column, name in found.items() if list(found.values()).count(name) == 1}
