"""Whether a condition bounds how many rows an UPDATE or DELETE changes: then it is one row, or one of many batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Delete, Update
from database_patterns.catalog import Table
from database_patterns.catalog.expressions import columns_in
from database_patterns.model import Statement, Tristate
from database_patterns.reading.definitions import walk

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_KINDS: Final = enums.A_Expr_Kind
KEY: Final = "id"
"""What a key is taken to be called where the table is not known."""
_LOWER: Final = frozenset({">", ">="})
_UPPER: Final = frozenset({"<", "<="})


def is_bounded(action: Update | Delete, statement: Statement, table: Table | None) -> Tristate:
    """True for a key, a range with both ends or a LIMIT, "unknown" for values that many rows may have, else False."""
    where = action.where.tree if action.where else None
    sources = [getattr(statement.tree, name, None) for name in ("fromClause", "usingClause", "withClause")]
    if any(isinstance(node, ast.SelectStmt) and node.limitCount for node in walk((where, *sources))):
        return True
    return _bounds(where, table) if where is not None else False


def _bounds(tree: Node, table: Table | None) -> Tristate:
    kind = type(tree)
    if kind is ast.BoolExpr and tree.boolop == enums.BoolExprType.OR_EXPR:
        return min((_bounds(arm, table) for arm in tree.args), key=[False, "unknown", True].index)
    if kind is ast.A_Const:
        return isinstance(tree.val, ast.Boolean) and not tree.val.boolval
    arms = list(_arms(tree))
    if any(_has_both_ends(arm) for arm in arms) or _lower(arms) & _upper(arms):
        return True
    equal = frozenset().union(*(_equal(arm) for arm in arms))
    if (table is None or not table.complete) and KEY in equal:
        return True
    if table is not None and any(each.unique and set(each.columns) <= equal for each in table.indexes.values()):
        return True
    return "unknown" if equal else False


def _arms(tree: Node) -> Iterator[Node]:
    kind = type(tree)
    if kind is ast.BoolExpr and tree.boolop == enums.BoolExprType.AND_EXPR:
        for arm in tree.args:
            yield from _arms(arm)
    else:
        yield tree


def _has_both_ends(arm: Node) -> bool:
    return isinstance(arm, ast.A_Expr) and arm.kind == _KINDS.AEXPR_BETWEEN and not columns_in(arm.rexpr)


def _lower(arms: list[Node]) -> frozenset[str]:
    return frozenset().union(*(_compared(arm, _LOWER, _UPPER) for arm in arms))


def _upper(arms: list[Node]) -> frozenset[str]:
    return frozenset().union(*(_compared(arm, _UPPER, _LOWER) for arm in arms))


def _compared(arm: Node, operators: frozenset[str], turned: frozenset[str]) -> frozenset[str]:
    """The column that is on this side of a value, whichever of the two is written first."""
    kind = type(arm)
    if kind is not ast.A_Expr or arm.kind != _KINDS.AEXPR_OP or arm.lexpr is None:
        return frozenset()
    for one, other, wanted in ((arm.lexpr, arm.rexpr, operators), (arm.rexpr, arm.lexpr, turned)):
        if arm.name[-1].sval in wanted and isinstance(one, ast.ColumnRef) and not columns_in(other):
            return columns_in(one)
    return frozenset()


def _equal(arm: Node) -> frozenset[str]:
    """The column that is equal to a value, or to one of a list of them."""
    kind = type(arm)
    listed = kind is ast.A_Expr and arm.kind in {_KINDS.AEXPR_IN, _KINDS.AEXPR_OP_ANY}
    if listed and arm.name[-1].sval == "=" and not columns_in(arm.rexpr):
        return columns_in(arm.lexpr)
    return _compared(arm, frozenset({"="}), frozenset({"="}))
