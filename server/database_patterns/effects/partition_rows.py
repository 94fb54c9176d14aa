"""What is read to be sure that each row is in the partition where it belongs, and which constraints spare that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Expression
from database_patterns.catalog import Table
from database_patterns.catalog.expressions import columns_in, says_not_null
from database_patterns.locks import LockMode
from database_patterns.model import Tristate

from . import sources
from .work import Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_AX = LockMode.AccessExclusiveLock
_OPPOSITE: Final = {">=": "<", "<": ">="}


def check_bound(work: Work, partition: Table, table: Table, bound: Expression | None) -> None:
    """Enter that the rows are checked against the partition bound, unless its constraints prove that."""
    proven = _proves_bound(partition, table, bound.tree if bound else None)
    if proven == "unknown":
        work.doubt(f"whether the constraints of {partition.name} prove its partition bound is not worked out")
    for each in work.catalog.family(partition):
        scanned: Tristate = "unknown" if proven == "unknown" else not proven
        work.scan(each, "Every row is checked against the partition bound.", scanned=scanned)
    if proven is not True and partition.rows != "none":
        work.may_fail("23514", f"a row of {partition.name} is not within the partition bound")


def search_default(work: Work, table: Table, bound: Expression | None) -> None:
    """Enter that the default partition is read for rows of a new one, unless a CHECK shows that it has none."""
    for default in (each for each in work.catalog.children(table) if each.default_partition):
        for each in work.catalog.family(default):
            work.lock(each, _AX, "No row of it may belong to the new partition.", sources.PARTITIONING)
        excluded = _excludes_bound(default, table, bound.tree if bound else None)
        if excluded == "unknown":
            work.doubt(
                f"whether the constraints of {default.name} rule out rows of the new partition is not worked out"
            )
        scanned: Tristate = "unknown" if excluded == "unknown" else not excluded
        for each in work.catalog.family(default):
            work.scan(each, "It is read for rows that belong to the new partition.", scanned=scanned)
        if excluded is not True:
            work.may_fail("23514", f"a row of {default.name} belongs to the new partition")


def _excludes_bound(default: Table, table: Table, bound: Node) -> Tristate:
    """Whether validated constraints of the default partition say that no row of it is within the bound."""
    checks = [each for each in default.constraints.values() if each.kind == "check" and not each.not_valid]
    trees: tuple[Node, ...] = tuple(each.expression.tree for each in checks if each.expression)
    if not columns_in(trees) & table.partition_key:
        return False if default.complete else "unknown"
    wanted = _bound_conditions(table, bound)
    opposite = {(column, _OPPOSITE.get(operator, ""), value) for column, operator, value in wanted}
    outside = (set(_conditions(tree.args[0])) for tree in trees if _is(tree, enums.BoolExprType.NOT_EXPR))
    either = (tree for tree in trees if _is(tree, enums.BoolExprType.OR_EXPR))
    beyond = (set().union(*(_conditions(arm) for arm in tree.args)) for tree in either)
    proven = bool(wanted) and (any(each == wanted for each in outside) or any(each == opposite for each in beyond))
    return True if proven else "unknown"


def _is(tree: Node, kind: enums.BoolExprType) -> bool:
    return type(tree) is ast.BoolExpr and bool(tree.boolop == kind)


def _proves_bound(partition: Table, table: Table, bound: Node) -> Tristate:
    """Whether validated constraints of the new partition say what its bound says, so that its rows need not be read.

    Only a bound on one plain column is worked out, and only where a CHECK repeats it; PostgreSQL sees more.
    """
    checks = [each for each in partition.constraints.values() if each.kind == "check" and not each.not_valid]
    trees = tuple(each.expression.tree for each in checks if each.expression)
    if not columns_in(trees) & table.partition_key:
        return False if partition.complete else "unknown"
    wanted = _bound_conditions(table, bound)
    said = {condition for tree in trees for condition in _conditions(tree)}
    column = next(iter(table.partition_key))
    filled = partition.columns.get(column)
    not_null = (filled is not None and filled.not_null) or any(says_not_null(tree, column) for tree in trees)
    return True if wanted and not_null and wanted <= said else "unknown"


def _bound_conditions(table: Table, bound: Node) -> set[tuple[str, str, str]]:
    """The conditions of a bound on one column, as (column, operator, constant)."""
    if len(table.partition_key) != 1 or bound is None:
        return set()
    column = next(iter(table.partition_key))
    limits = ((">=", bound.lowerdatums), ("<", bound.upperdatums))
    finite = [(operator, datums[0]) for operator, datums in limits if datums and isinstance(datums[0], ast.A_Const)]
    if bound.listdatums:
        return {(column, "in", _texts(bound.listdatums))}
    return {(column, operator, _text(datum)) for operator, datum in finite}


def _conditions(tree: Node) -> Iterator[tuple[str, str, str]]:
    """The comparisons of a column with a constant that an AND consists of."""
    kind = type(tree)
    if kind is ast.BoolExpr and tree.boolop == enums.BoolExprType.AND_EXPR:
        for arm in tree.args:
            yield from _conditions(arm)
    elif kind is ast.A_Expr and isinstance(tree.lexpr, ast.ColumnRef):
        column, operator = next(iter(columns_in(tree.lexpr))), tree.name[-1].sval
        value = tree.rexpr.arg if isinstance(tree.rexpr, ast.TypeCast) else tree.rexpr
        if isinstance(value, ast.A_Const):
            yield column, operator, _text(value)
        if operator == "=" and isinstance(value, ast.A_Const | tuple):
            yield column, "in", _texts(value if isinstance(value, tuple) else (value,))


def _texts(constants: tuple[Node, ...]) -> str:
    return ", ".join(sorted(_text(each) for each in constants))


def _text(constant: Node) -> str:
    value = constant.val
    return next((str(getattr(value, slot)) for slot in ("sval", "ival", "fval") if hasattr(value, slot)), "")
