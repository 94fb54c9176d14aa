"""What an expression or a query names: columns and functions, read from the parse tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Name
from database_patterns.reading.definitions import walk

_NO_COLUMNS: Final[frozenset[str]] = frozenset()
# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


def columns_in(tree: object) -> frozenset[str]:
    """The names of all columns in ``tree``, without what stands before them."""
    if not tree:
        return _NO_COLUMNS
    references = (node for node in walk(tree) if isinstance(node, ast.ColumnRef))
    return frozenset(last.sval for last in (ref.fields[-1] for ref in references) if isinstance(last, ast.String))


def says_not_null(tree: Node, column: str, *, negated: bool = False) -> bool:
    """Whether the truth of ``tree`` (of its opposite, when ``negated``) says by itself that ``column`` is not NULL.

    This is what PostgreSQL looks for before SET NOT NULL: the test itself, one arm of an AND, every arm of an OR.
    """
    if isinstance(tree, ast.NullTest):
        wanted = enums.NullTestType.IS_NULL if negated else enums.NullTestType.IS_NOT_NULL
        return bool(tree.nulltesttype == wanted) and _is_column(tree.arg, column)
    if not isinstance(tree, ast.BoolExpr):
        return False
    if tree.boolop == enums.BoolExprType.NOT_EXPR:
        return says_not_null(tree.args[0], column, negated=not negated)
    conjunction = (tree.boolop == enums.BoolExprType.AND_EXPR) != negated
    arms = (says_not_null(arm, column, negated=negated) for arm in tree.args)
    return any(arms) if conjunction else all(arms)


def _is_column(tree: Node, column: str) -> bool:
    if not isinstance(tree, ast.ColumnRef):
        return False
    last = tree.fields[-1]
    return isinstance(last, ast.String) and last.sval == column


def columns_read(query: object, relations: Mapping[Name, Iterable[str]]) -> dict[Name, frozenset[str]]:
    """Which columns of ``relations`` (with all their columns) ``query`` reads.

    Names are matched without their table's alias: of two tables with a column of that name, both count.
    """
    everything, named = False, set()
    for node in walk(query):
        if isinstance(node, ast.ColumnRef):
            last = node.fields[-1]
            everything = everything or isinstance(last, ast.A_Star)
            named |= {last.sval} if isinstance(last, ast.String) else set()
    return {
        name: frozenset(columns) if everything else frozenset(named & set(columns))
        for name, columns in relations.items()
    }


def output_columns(query: Node, relations: Mapping[Name, Iterable[str]]) -> tuple[str, ...] | None:
    """The names of the columns that ``query`` returns, None when they cannot be told."""
    while isinstance(query, ast.SelectStmt) and query.larg:
        query = query.larg
    targets = query.targetList if isinstance(query, ast.SelectStmt) else None
    if targets is None:
        return None
    names: list[str] = []
    for target in targets:
        if isinstance(target.val, ast.ColumnRef) and isinstance(target.val.fields[-1], ast.A_Star):
            if len(relations) != 1:
                return None
            names += next(iter(relations.values()))
        else:
            names.append(target.name or implied_name(target.val) or "?column?")
    return tuple(names)


def implied_name(tree: Node) -> str | None:
    """The name that PostgreSQL gives to a result column, or to an index column, of this expression."""
    return _implied(tree)[0]


def _implied(tree: Node) -> tuple[str | None, int]:
    """The name and how good it is: 2 is final, 1 (a type's name) yields to one from further inside."""
    if isinstance(tree, ast.ColumnRef):
        strings = [field.sval for field in tree.fields if isinstance(field, ast.String)]
        return (strings[-1], 2) if strings else (None, 0)
    if isinstance(tree, ast.FuncCall):
        return tree.funcname[-1].sval, 2
    if isinstance(tree, ast.A_Indirection):
        fields = [field.sval for field in tree.indirection if isinstance(field, ast.String)]
        return (fields[-1], 2) if fields else _implied(tree.arg)
    if isinstance(tree, ast.TypeCast):
        inner = _implied(tree.arg)
        return inner if inner[1] == 2 else (tree.typeName.names[-1].sval, 1)
    if isinstance(tree, ast.CollateClause):
        return _implied(tree.arg)
    if isinstance(tree, ast.CaseExpr):
        inner = _implied(tree.defresult)
        return inner if inner[1] == 2 else ("case", 1)
    return _FIXED_NAMES.get(type(tree), (None, 0)) if not isinstance(tree, ast.MinMaxExpr) else (_min_max(tree), 2)


_FIXED_NAMES: Final[dict[type, tuple[str, int]]] = {
    ast.CoalesceExpr: ("coalesce", 2),
    ast.A_ArrayExpr: ("array", 2),
    ast.RowExpr: ("row", 2),
}


def _min_max(tree: Node) -> str:
    return "greatest" if tree.op == enums.MinMaxOp.IS_GREATEST else "least"


def renamed(tree: Any, old: str, new: str) -> Any:  # noqa: ANN401 - any node, tuple or value of a parse tree
    """A copy of ``tree`` in which the column ``old`` is called ``new``."""
    if isinstance(tree, tuple):
        return tuple(renamed(each, old, new) for each in tree)
    if not isinstance(tree, ast.Node):
        return tree
    if isinstance(tree, ast.ColumnRef) and _is_column(tree, old):
        return ast.ColumnRef(fields=(*tree.fields[:-1], ast.String(sval=new)), location=tree.location)
    slots = {slot: renamed(getattr(tree, slot), old, new) for slot in tree.__slots__}
    return type(tree)(**{slot: value for slot, value in slots.items() if value is not None})
