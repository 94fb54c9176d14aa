"""How volatile an expression is, and of which type: its functions, operators and casts looked up one by one.

PostgreSQL evaluates a DEFAULT that is not volatile once for all existing rows, and accepts only immutable expressions
in indexes and generated columns. What the catalog does not hold makes the answer unknown, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pglast import ast, enums

from database_patterns.actions import Column, CreateFunction, TypeName
from database_patterns.catalog import Catalog
from database_patterns.model import Tristate
from database_patterns.reading.definitions import type_name

from . import bodies, builtins, types
from .builtins import Routine, Volatility
from .types import UNKNOWN

Node = Any
"""pglast builds its nodes at run time, so that a node's attributes are untyped here."""

_OF_SEQUENCES: Final = frozenset({"nextval", "setval", "currval"})
_ORDER: Final[tuple[Volatility, ...]] = ("immutable", "stable", "volatile")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may refer to: the columns of its table, and everything in the catalog."""

    catalog: Catalog
    postgres: int
    columns: Mapping[str, Column] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """How volatile an expression is at least, ``because`` of what, and how volatile it may be.

    ``doubts`` says in sentences why the two differ; ``sequences`` holds those that
    ``nextval`` and its like name, as written; ``extensions`` those whose functions and operators are called, False
    where the types of the arguments do not tell whether they are.
    """

    volatility: Volatility = "immutable"
    because: str = ""
    at_worst: Volatility = "immutable"
    doubts: list[str] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)
    extensions: dict[str, bool] = field(default_factory=dict)

    def add(self, volatility: Volatility, because: str) -> None:
        if _ORDER.index(volatility) > _ORDER.index(self.volatility):
            self.volatility, self.because = volatility, because
        self.at_worst = max(self.at_worst, volatility, key=_ORDER.index)

    def doubt(self, at_worst: Volatility, why: str) -> None:
        self.at_worst = max(self.at_worst, at_worst, key=_ORDER.index)
        self.doubts.append(why)

    def reaches(self, volatility: Volatility) -> Tristate:
        """Whether the expression is as volatile as that, or more."""
        wanted = _ORDER.index(volatility)
        if _ORDER.index(self.volatility) >= wanted:
            return True
        return "unknown" if _ORDER.index(self.at_worst) >= wanted else False


def analyse(tree: Node, scope: Scope) -> tuple[Verdict, TypeName | None]:
    """The volatility of an expression, and its type where that can be told."""
    verdict = Verdict()
    return verdict, _visit(tree, scope, verdict)


def _visit(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    """Record how volatile ``node`` is; its type, None where it is not known."""
    visitor = _VISITORS.get(type(node))
    if visitor is not None:
        return visitor(node, scope, verdict)
    for child in _children(node):
        _visit(child, scope, verdict)
    return None


def _children(node: Node) -> Iterable[Node]:
    if isinstance(node, tuple):
        yield from node
    elif isinstance(node, ast.Node):
        yield from (value for slot in _slots(node) if isinstance(value := getattr(node, slot), ast.Node | tuple))


def _slots(node: Node) -> tuple[str, ...]:
    slots: tuple[str, ...] = tuple(node.__slots__)
    return slots


def _constant(node: Node, _scope: Scope, _verdict: Verdict) -> TypeName | None:
    kind = type(node.val)
    if kind is ast.Float:
        whole = node.val.fval.isdigit()
        return types.plain("int8" if whole and int(node.val.fval) < 2**63 else "numeric")
    return types.plain(_CONSTANTS.get(kind, UNKNOWN))


_CONSTANTS: Final[dict[type, str]] = {ast.Integer: "int4", ast.Boolean: "bool", ast.BitString: "bit"}


def _column(node: Node, scope: Scope, _verdict: Verdict) -> TypeName | None:
    column = scope.columns.get(getattr(node.fields[-1], "sval", ""))
    return column.type if column else None


def _cast(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    source = _visit(node.arg, scope, verdict)
    target = type_name(node.typeName)
    if isinstance(node.arg, ast.A_Const) or source is None:
        return target
    one, other = types.base_of(scope.catalog, source), types.base_of(scope.catalog, target)
    known = builtins.casts(one.name.name, scope.postgres).get(other.name.name)
    if one.name == other.name and one.dimensions == other.dimensions:
        return target
    if known and known.method != "i" and one.dimensions == other.dimensions:
        verdict.add(known.volatility, f"the cast from {source.sql} to {target.sql} is {known.volatility}")
        return target
    kinds = {types.category(scope.catalog, each, scope.postgres) for each in (one, other)}
    if kinds & {"A", "E"}:
        verdict.add("stable", "the conversion of arrays and enums from and to text is stable")
    for each in (one, other):
        facts = builtins.type_facts(each.name.name, scope.postgres)
        if facts:
            verdict.add(
                facts.text_conversion, f"the conversion of {each.sql} from and to text is {facts.text_conversion}"
            )
    return target


def _function(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    *schema, name = (each.sval for each in node.funcname)
    arguments = [
        _visit(each.arg if isinstance(each, ast.NamedArgExpr) else each, scope, verdict) for each in node.args or ()
    ]
    if name in _OF_SEQUENCES and isinstance(node.args and node.args[0], ast.A_Const | ast.TypeCast):
        verdict.sequences.append(_literal(node.args[0]))
    candidates = _routines(name, tuple(schema), arguments, scope)
    if candidates:
        return _chosen(candidates, f"{name}()", verdict)
    own = [each for each in scope.catalog.functions.get(name, ()) if len(each.argument_types) == len(arguments)]
    if len(own) == 1:
        return _own_function(own[0], scope, verdict)
    verdict.doubt("volatile", f"the function {'.'.join((*schema, name))}() is not in the known schema")
    return None


def _literal(node: Node) -> str:
    node = node.arg if isinstance(node, ast.TypeCast) else node
    return getattr(getattr(node, "val", None), "sval", "") or ""


def _routines(name: str, schema: tuple[str, ...], arguments: list[TypeName | None], scope: Scope) -> list[Routine]:
    if schema and schema[-1] not in {"pg_catalog", "public"}:
        return []
    found = (each for each in builtins.routines("functions", name, scope.postgres) if each.takes(len(arguments)))
    present = [each for each in found if each.extension is None or each.extension in scope.catalog.extensions]
    return _matching(present, arguments, scope)


def _matching(candidates: Iterable[Routine], arguments: list[TypeName | None], scope: Scope) -> list[Routine]:
    """Those that take the arguments as they are, else those for any type, else by implicit casts, else all."""
    candidates = list(candidates)
    bases = [types.base_of(scope.catalog, each) if each else None for each in arguments]
    exact = [each for each in candidates if all(map(_is, bases, each.arguments))]
    kinds = [types.category(scope.catalog, each, scope.postgres) if each else None for each in bases]
    fitting = [each for each in candidates if all(map(_fits, bases, kinds, each.arguments))]
    cast = [
        each for each in candidates if all(_becomes(*pair, scope) for pair in zip(bases, each.arguments, strict=False))
    ]
    return _for_text(exact or fitting or cast or candidates, bases)


def _for_text(candidates: list[Routine], arguments: list[TypeName | None]) -> list[Routine]:
    """Where several take a string literal, that for text is meant."""
    literals = [place for place, each in enumerate(arguments) if each is not None and each.name.name == UNKNOWN]
    chosen = [
        each
        for each in candidates
        if all(place < len(each.arguments) and each.arguments[place] == "text" for place in literals)
    ]
    return chosen if literals and chosen else candidates


def _is(argument: TypeName | None, parameter: str) -> bool:
    if argument is None or argument.name.name == UNKNOWN:
        return not parameter.startswith("any")
    return argument.name.name == parameter and not argument.dimensions


def _fits(argument: TypeName | None, kind: str | None, parameter: str) -> bool:
    """Whether an argument, of a type of that category, goes into a parameter of that type or pseudo-type."""
    any_type = parameter.replace("compatible", "").removesuffix("element")
    wanted = types.POLYMORPHIC.get(kind or "", "anynonarray")
    return _is(argument, parameter) or any_type in {"any", wanted}


def _becomes(argument: TypeName | None, parameter: str, scope: Scope) -> bool:
    """Whether an argument can be cast implicitly to the type of a parameter, as far as that is known."""
    if argument is None or argument.name.name == UNKNOWN or argument.dimensions or _is(argument, parameter):
        return True
    known = builtins.casts(argument.name.name, scope.postgres).get(parameter)
    return parameter.startswith("any") or scope.catalog.is_type(argument.name) or bool(known and known.context == "i")


def _chosen(candidates: list[Routine], what: str, verdict: Verdict) -> TypeName | None:
    """Record the volatility of whichever of ``candidates`` is meant; where they differ, it is not known which."""
    brought_by = {each.extension for each in candidates}
    for extension in brought_by:
        if extension is not None:
            verdict.extensions[extension] = verdict.extensions.get(extension, False) or len(brought_by) == 1
    ordered = sorted((each.volatility for each in candidates), key=_ORDER.index)
    verdict.add(ordered[0], f"{what} is {ordered[0]}")
    if ordered[0] != ordered[-1]:
        verdict.doubt(ordered[-1], f"which {what} is meant depends on the types of its arguments")
    returned = {each.returns for each in candidates}
    name = returned.pop()
    return types.plain(name) if not returned and not name.startswith(("any", "_")) else None


def _own_function(function: CreateFunction, scope: Scope, verdict: Verdict) -> TypeName | None:
    """A function of the known schema; a simple SQL function counts as what it is inlined to."""
    inlined = _inlined(function)
    if inlined is None or function.volatility != "volatile":
        verdict.add(function.volatility, f"{function.name}() is declared {function.volatility}")
    else:
        _visit(inlined, scope, verdict)
    return function.returns


def _inlined(function: CreateFunction) -> Node | None:
    """The expression that the body of an SQL function consists of, None when it is more than that."""
    body = bodies.of_function(function) if function.language.lower() == "sql" else None
    query = body.statements[0] if body and len(body.statements) == 1 else None
    if not isinstance(query, ast.SelectStmt) or not query.targetList or len(query.targetList) != 1:
        return None
    plain = not any(
        (query.fromClause, query.whereClause, query.groupClause, query.sortClause, query.limitCount, query.op)
    )
    return query.targetList[0].val if plain else None


def _operator(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    left = _visit(node.lexpr, scope, verdict) if node.lexpr else None
    operands = node.rexpr if isinstance(node.rexpr, tuple) else (node.rexpr,)
    right, *_ = [_visit(each, scope, verdict) for each in operands]
    name = _SPELLED_OUT.get(node.name[-1].sval, node.name[-1].sval)
    present = [
        each for each in builtins.routines("operators", name, scope.postgres)
        if (each.arguments[0] == "") == (node.lexpr is None)
        and (each.extension is None or each.extension in scope.catalog.extensions)
    ]  # fmt: skip
    arguments = [_or_like(left, right), _or_like(right, left)] if node.lexpr else [types.plain(""), right]
    candidates = _matching(present, arguments, scope)
    if not candidates:
        verdict.doubt("volatile", f"the operator {name} is not in the known schema")
        return None
    result = _chosen(candidates, f"the operator {name}", verdict)
    if node.kind == enums.A_Expr_Kind.AEXPR_NULLIF:
        return left
    return types.plain("bool") if node.kind != enums.A_Expr_Kind.AEXPR_OP else result


def compares(operator: str, column: Column, scope: Scope) -> bool:
    """Whether an operator takes two values of a column's type."""
    present = (each for each in builtins.routines("operators", operator, scope.postgres) if len(each.arguments) == 2)
    here = (each for each in present if each.extension is None or each.extension in scope.catalog.extensions)
    base, kind = types.base_of(scope.catalog, column.type), types.category(scope.catalog, column.type, scope.postgres)
    casts = {} if base.dimensions else builtins.casts(base.name.name, scope.postgres)
    implicit = {target for target, each in casts.items() if each.context == "i"}
    return any(all(_fits(base, kind, each) or each in implicit for each in found.arguments) for found in here)


_SPELLED_OUT: Final = {
    "BETWEEN": "<=", "NOT BETWEEN": "<=", "BETWEEN SYMMETRIC": "<=", "NOT BETWEEN SYMMETRIC": "<=",
}  # fmt: skip
"""Words that stand for comparisons."""


def _or_like(operand: TypeName | None, other: TypeName | None) -> TypeName | None:
    """The type of an operand; a string literal takes that of the other one."""
    return other if operand is not None and operand.name.name == UNKNOWN else operand


def _sql_value(node: Node, _scope: Scope, verdict: Verdict) -> TypeName | None:
    name = node.op.name.removeprefix("SVFOP_").removesuffix("_N")
    verdict.add("stable", f"{name} is stable")
    return types.plain(_SQL_VALUES.get(name, "name"))


_SQL_VALUES: Final = {
    "CURRENT_DATE": "date",
    "CURRENT_TIME": "timetz",
    "CURRENT_TIMESTAMP": "timestamptz",
    "LOCALTIME": "time",
    "LOCALTIMESTAMP": "timestamp",
}


def _array(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    """ARRAY[…]: an array of the type of its first element that has one."""
    element = _first_typed(ast.CoalesceExpr(args=node.elements or ()), scope, verdict)
    return replace(element, dimensions=element.dimensions + 1) if element and node.elements else None


def _boolean(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    for child in _children(node):
        _visit(child, scope, verdict)
    return types.plain("bool")


def _first_typed(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    """COALESCE, GREATEST and LEAST: the type of the first argument that has one; literals alone make it text."""
    found = [_visit(child, scope, verdict) for child in node.args]
    typed = (each for each in found if each is None or each.name.name != UNKNOWN)
    return next(typed, types.plain("text"))


def _collated(node: Node, scope: Scope, verdict: Verdict) -> TypeName | None:
    return _visit(node.arg, scope, verdict)


_VISITORS: Final[dict[type, Callable[[Node, Scope, Verdict], TypeName | None]]] = {
    ast.A_Const: _constant,
    ast.ColumnRef: _column,
    ast.TypeCast: _cast,
    ast.FuncCall: _function,
    ast.A_Expr: _operator,
    ast.SQLValueFunction: _sql_value,
    ast.BoolExpr: _boolean,
    ast.NullTest: _boolean,
    ast.BooleanTest: _boolean,
    ast.CoalesceExpr: _first_typed,
    ast.MinMaxExpr: _first_typed,
    ast.CollateClause: _collated,
    ast.A_ArrayExpr: _array,
}
