"""Partition bounds: whether one is possible for a partitioned table, and whether it overlaps that of another partition.

Overlaps are told for one key whose values can be compared from their text; PostgreSQL compares all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pglast import ast

from database_patterns.actions import Column, Expression
from database_patterns.catalog import Table
from database_patterns.catalog.expressions import columns_in
from database_patterns.reading.definitions import print_sql

from . import conversions, literals, types
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
Limit = tuple[int, Any]
"""MINVALUE, a value, or MAXVALUE, in their order: -1, 0 or 1, and which value."""

_STRATEGIES: Final = {"r": "range", "l": "list", "h": "hash"}
_UNBOUNDED: Final = {"minvalue": -1, "maxvalue": 1}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def require_bound(work: Work, parent: Table, bound: Expression | None, *, default: bool) -> None:
    """Raise Refused where a bound does not go with the partition key, before the new partition is looked at."""
    if parent.partition_by is None:
        return
    strategy = parent.partition_by[0]
    if default:
        if strategy == "hash":
            raise Refused("42P16", "a hash-partitioned table may not have a default partition")
        return
    tree: Node = bound.tree if bound else None
    if tree is None:
        return
    if _STRATEGIES[tree.strategy] != strategy:
        raise Refused("42P16", f"invalid bound specification for a {strategy} partition")
    for limits in (tree.lowerdatums, tree.upperdatums) if strategy == "range" else ():
        if len(limits) != len(parent.partition_by[1]):
            raise Refused("42P16", "FROM and TO must each specify exactly one value per partitioning column")
    for column, datum in _values(parent, tree):
        _require_value(work, column, datum)


def conditions(parent: Table, bound: Expression) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """What a bound says of the one column of the partition key: operators, each with a value as SQL.

    None for a key of several columns or of expressions, for a hash, and for no bound at all.
    """
    key = parent.partition_by[1] if parent.partition_by else ()
    tree: Node = bound.tree
    if len(key) != 1 or key[0].column is None:
        return None
    compared = [(">=", tree.lowerdatums), ("<", tree.upperdatums)]
    finite = [(operator, datums[0]) for operator, datums in compared if datums and type(datums[0]) is ast.A_Const]
    limits = [(operator, print_sql(datum)) for operator, datum in finite]
    if tree.listdatums:
        limits = [("IN", f"({', '.join(map(print_sql, tree.listdatums))})")]
    return (key[0].column, tuple(limits)) if limits else None


def _values(parent: Table, tree: Node) -> list[tuple[Column, Node]]:
    """The values that a bound names, each with the column of the key that it is of."""
    keys = [parent.columns.get(each.column or "") for each in (parent.partition_by[1] if parent.partition_by else ())]
    rows = [tree.lowerdatums or (), tree.upperdatums or (), *((each,) for each in tree.listdatums or ())]
    pairs = [pair for row in rows for pair in zip(keys, row, strict=False)]
    return [(column, datum) for column, datum in pairs if column is not None and isinstance(datum, ast.A_Const)]


def _require_value(work: Work, column: Column, datum: Node) -> None:
    if datum.isnull:
        return
    literals.require_tree(work, datum, column.type)
    _, found = analyse(datum, work.scope())
    if found is not None and conversions.cast(found, column.type, work.scope(), "UTC").error:
        raise Refused("42804", f'specified value cannot be cast to type {column.type.sql} for column "{column.name}"')


def require_room(work: Work, parent: Table, bound: Expression | None, *, default: bool) -> None:
    """Raise Refused where a bound is empty, or certainly overlaps that of another partition."""
    others = work.catalog.children(parent)
    if default and any(each.default_partition for each in others):
        raise Refused("42P17", "the new partition conflicts with the existing default partition")
    tree: Node = bound.tree if bound and not default else None
    if tree is None or parent.partition_by is None or _STRATEGIES[tree.strategy] != parent.partition_by[0]:
        return
    own = _range(parent, tree)
    if own is not None and own[0] >= own[1]:
        raise Refused("42P17", "empty range bound specified for the new partition")
    for other in others:
        if other.bound is not None and _overlap(parent, tree, other.bound.tree):
            raise Refused("42P17", f'the new partition would overlap partition "{other.name}"')


def _overlap(parent: Table, one: Node, other: Node) -> bool:
    if one.strategy == "l":
        return bool(_listed(one) & _listed(other))
    if one.strategy == "h":
        step = min(one.modulus, other.modulus)
        return bool(one.remainder % step == other.remainder % step)
    own, theirs = _range(parent, one), _range(parent, other)
    return own is not None and theirs is not None and own[0] < theirs[1] and theirs[0] < own[1]


def _listed(tree: Node) -> frozenset[str | None]:
    """The values of a list, as texts of the same kind; None is NULL."""
    constants = [each for each in tree.listdatums or () if isinstance(each, ast.A_Const)]
    return frozenset(None if each.isnull else str(_value(each)) for each in constants)


def _range(parent: Table, tree: Node) -> tuple[Limit, Limit] | None:
    """Both ends, where they can be compared with those of other partitions."""
    elements = parent.partition_by[1] if parent.partition_by else ()
    column = parent.columns.get(elements[0].column or "") if len(elements) == 1 else None
    if column is None or tree.strategy != "r":
        return None
    lower, upper = _limit(column, tree.lowerdatums), _limit(column, tree.upperdatums)
    return (lower, upper) if lower and upper else None


def _limit(column: Column, datums: Sequence[Node]) -> Limit | None:
    datum = datums[0]
    if isinstance(datum, ast.ColumnRef):
        end = _UNBOUNDED.get(next(iter(columns_in(datum)), ""))
        return (end, None) if end else None
    value = _value(datum) if isinstance(datum, ast.A_Const) and not datum.isnull else None
    if column.type.name.name in types.INTEGERS and value is not None and re.fullmatch(r"\s*[+-]?\d+\s*", str(value)):
        return 0, int(value)
    if column.type.name.name == "date" and isinstance(value, str) and _DATE.fullmatch(value):
        return 0, value
    return None


def _value(datum: Node) -> Any:  # noqa: ANN401 - an integer or a text
    constant = datum.val
    return next(
        (getattr(constant, slot) for slot in ("sval", "ival", "fval", "boolval") if hasattr(constant, slot)), ""
    )
