"""What an expression or a query names: columns and functions, read from the parse tree."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Expression, Name
from database_patterns.reading.definitions import print_sql, walk

_NO_COLUMNS: Final[frozenset[str]] = frozenset()
# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


def columns_in(tree: object) -> frozenset[str]:
    """The names of all columns in ``tree``, without what stands before them."""
    if not tree:
        return _NO_COLUMNS
    names = (_last_name(node) for node in walk(tree) if isinstance(node, ast.ColumnRef))
    return frozenset(name for name in names if name is not None)


def _last_name(reference: Node) -> str | None:
    """The column that a reference names, None for ``*``."""
    last = reference.fields[-1]
    return last.sval if isinstance(last, ast.String) else None


def sequences_in(tree: object) -> frozenset[Name]:
    """The sequences that ``nextval`` is called with in ``tree``."""
    arguments = (_drawn_from(node) for node in walk(tree) if isinstance(node, ast.FuncCall))
    return frozenset(sequence_name(written) for written in arguments if written is not None)


def _drawn_from(call: Node) -> str | None:
    argument = call.args[0] if call.funcname[-1].sval == "nextval" and call.args else None
    literal: Node = argument.arg if isinstance(argument, ast.TypeCast) else argument
    is_text = isinstance(literal, ast.A_Const) and isinstance(literal.val, ast.String)
    return str(literal.val.sval) if is_text else None


def sequence_name(written: str) -> Name:
    """The name within the text that ``nextval`` takes."""
    *schema, name = (part.strip('"') for part in written.split("."))
    return Name(name, schema[-1] if schema else None)


def next_value(sequence: Name) -> Expression:
    """The default of a serial column."""
    literal = ast.A_Const(val=ast.String(sval=f"{sequence.schema}.{sequence.name}"))
    return Expression(ast.FuncCall(funcname=(ast.String(sval="nextval"),), args=(literal,)), print_sql)


def is_null(tree: Node) -> bool:
    """Whether ``tree`` is the word NULL."""
    return isinstance(tree, ast.A_Const) and bool(tree.isnull)


def says_not_null(tree: Node, column: str, *, negated: bool = False) -> bool:
    """Whether the truth of ``tree`` (of its opposite, when ``negated``) says by itself that ``column`` is not NULL.

    This is what PostgreSQL looks for before SET NOT NULL: the test itself, one arm of an AND, every arm of an OR.
    """
    kind = type(tree)
    if kind is ast.NullTest:
        wanted = enums.NullTestType.IS_NULL if negated else enums.NullTestType.IS_NOT_NULL
        return bool(tree.nulltesttype == wanted) and _is_column(tree.arg, column)
    if kind is not ast.BoolExpr:
        return False
    if tree.boolop == enums.BoolExprType.NOT_EXPR:
        return says_not_null(tree.args[0], column, negated=not negated)
    conjunction = (tree.boolop == enums.BoolExprType.AND_EXPR) != negated
    arms = (says_not_null(arm, column, negated=negated) for arm in tree.args)
    return any(arms) if conjunction else all(arms)


def only_says_not_null(tree: Node, columns: Iterable[str]) -> bool:
    """Whether ``tree`` is true of every row that has values in all of ``columns``, as it asks for one of these only."""
    return type(tree) is ast.NullTest and any(says_not_null(tree, column) for column in columns)


def _is_column(tree: Node, column: str) -> bool:
    return isinstance(tree, ast.ColumnRef) and _last_name(tree) == column


def implied_name(tree: Node) -> str | None:
    """The name that PostgreSQL gives to a result column, or to an index column, of this expression."""
    return _implied(tree)[0]


def _implied(tree: Node) -> tuple[str | None, int]:
    """The name and how good it is: 2 is final, 1 (a type's name) yields to one from further inside."""
    namer = _NAMERS.get(type(tree))
    return namer(tree) if namer else (None, 0)


def _from_reference(tree: Node) -> tuple[str | None, int]:
    strings = [field.sval for field in tree.fields if isinstance(field, ast.String)]
    return (strings[-1], 2) if strings else (None, 0)


def _from_indirection(tree: Node) -> tuple[str | None, int]:
    fields = [field.sval for field in tree.indirection if isinstance(field, ast.String)]
    return (fields[-1], 2) if fields else _implied(tree.arg)


def _from_cast(tree: Node) -> tuple[str | None, int]:
    inner = _implied(tree.arg)
    return inner if inner[1] == 2 else (tree.typeName.names[-1].sval, 1)


def _from_case(tree: Node) -> tuple[str | None, int]:
    inner = _implied(tree.defresult)
    return inner if inner[1] == 2 else ("case", 1)


def _from_min_max(tree: Node) -> tuple[str | None, int]:
    return "greatest" if tree.op == enums.MinMaxOp.IS_GREATEST else "least", 2


def _from_query(tree: Node) -> tuple[str | None, int]:
    """A query in parentheses is called as its only column is."""
    kind = enums.SubLinkType(tree.subLinkType)
    if kind != enums.SubLinkType.EXPR_SUBLINK:
        return _QUERY_KINDS.get(kind), 2
    select = tree.subselect
    while select.larg:
        select = select.larg
    if select.valuesLists:
        return "column1", 2
    first = select.targetList[0]
    return first.name or implied_name(first.val) or UNNAMED, 2


def _always(name: str, _tree: Node) -> tuple[str, int]:
    return name, 2


def _after(prefix: str, value: enum.IntEnum) -> tuple[str, int]:
    """The name of a function that PostgreSQL numbers: ``SVFOP_CURRENT_TIME_N`` is ``current_time``."""
    return value.name.removeprefix(prefix).removesuffix("_N").lower(), 2


UNNAMED: Final = "?column?"
"""What PostgreSQL calls a column for which it has no name."""
_QUERY_KINDS: Final = {enums.SubLinkType.EXISTS_SUBLINK: "exists", enums.SubLinkType.ARRAY_SUBLINK: "array"}
_XML_TEST: Final = enums.XmlExprOp.IS_DOCUMENT
_CALLED: Final[dict[type, str]] = {
    ast.A_ArrayExpr: "array",
    ast.CoalesceExpr: "coalesce",
    ast.GroupingFunc: "grouping",
    ast.JsonArrayAgg: "json_arrayagg",
    ast.JsonArrayConstructor: "json_array",
    ast.JsonArrayQueryConstructor: "json_array",
    ast.JsonObjectAgg: "json_objectagg",
    ast.JsonObjectConstructor: "json_object",
    ast.JsonParseExpr: "json",
    ast.JsonScalarExpr: "json_scalar",
    ast.JsonSerializeExpr: "json_serialize",
    ast.MergeSupportFunc: "merge_action",
    ast.RowExpr: "row",
    ast.XmlSerialize: "xmlserialize",
}
"""Expressions that are always called the same."""
_NAMERS: Final[dict[type, Callable[[Node], tuple[str | None, int]]]] = {
    **{kind: partial(_always, name) for kind, name in _CALLED.items()},
    ast.ColumnRef: _from_reference,
    ast.FuncCall: lambda tree: (tree.funcname[-1].sval, 2),
    ast.A_Indirection: _from_indirection,
    ast.TypeCast: _from_cast,
    ast.CollateClause: lambda tree: _implied(tree.arg),
    ast.CaseExpr: _from_case,
    ast.MinMaxExpr: _from_min_max,
    ast.A_Expr: lambda tree: ("nullif", 2) if tree.kind == enums.A_Expr_Kind.AEXPR_NULLIF else (None, 0),
    ast.JsonFuncExpr: lambda tree: (enums.JsonExprOp(tree.op).name.removesuffix("_OP").lower(), 2),
    ast.SQLValueFunction: lambda tree: _after("SVFOP_", enums.SQLValueFunctionOp(tree.op)),
    ast.SubLink: _from_query,
    ast.XmlExpr: lambda tree: (None, 0) if tree.op == _XML_TEST else _after("IS_", enums.XmlExprOp(tree.op)),
}


def renamed(tree: Node, old: str, new: str) -> Node:
    """A copy of ``tree`` in which the column ``old`` is called ``new``."""
    if isinstance(tree, tuple):
        return tuple(renamed(each, old, new) for each in tree)
    if not isinstance(tree, ast.Node):
        return tree
    return _renamed_node(tree, old, new)


def _renamed_node(tree: Node, old: str, new: str) -> Node:
    if _is_column(tree, old):
        return ast.ColumnRef(fields=(*tree.fields[:-1], ast.String(sval=new)), location=tree.location)
    slots = {slot: renamed(getattr(tree, slot), old, new) for slot in tree.__slots__}
    return type(tree)(**{slot: value for slot, value in slots.items() if value is not None})
