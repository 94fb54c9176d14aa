"""Values that an enum has got in a transaction that is still open: PostgreSQL refuses to use them (55P04)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Column, Name, TypeName
from database_patterns.catalog import NewValue
from database_patterns.model import Statement, Tristate
from database_patterns.reading.definitions import relations_in, type_name, walk

from . import types
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
Scope = dict[str, TypeName]
"""The types of the columns that an expression may name."""

_UNSAFE: Final = "55P04"


def require_committed(work: Work, statement: Statement) -> None:
    """Enter that the statement uses a value which its own transaction has added.

    Raises:
        Refused: a literal of that text is certainly of that enum, and the transaction is certainly the same.
    """
    for new in work.original.new_values_in(statement.transaction):
        used = _is_used(work, statement, new)
        message = f'unsafe use of new value "{new.value}" of enum type {new.type}'
        if used is True and new.certain:
            raise Refused(_UNSAFE, message)
        if used:
            where = "" if used is True else f", and '{new.value}' is of that type here"
            work.may_fail(_UNSAFE, f"{message}, if the transaction that added it is not committed before{where}")


def _is_used(work: Work, statement: Statement, new: NewValue) -> Tristate:
    """Whether a literal with the value stands where one of the enum does."""
    literals = {id(node) for node in walk(statement.tree) if _text(node) == new.value}
    if not literals:
        return False
    verdicts: dict[int, Tristate] = dict.fromkeys(literals, "unknown")
    scope = _columns(work, statement)
    for tree, expected in (*_targets(work, statement), *_casts(statement), *_comparisons(statement, scope)):
        if id(tree) in literals and expected is not None:
            verdicts[id(tree)] = _is_enum(work, expected, new)
    return True if True in verdicts.values() else "unknown" if "unknown" in verdicts.values() else False


def _text(node: Node) -> str | None:
    value = node.val if isinstance(node, ast.A_Const) else None
    return value.sval if isinstance(value, ast.String) else None


def _is_enum(work: Work, found: TypeName, new: NewValue) -> Tristate:
    """Whether a type is the enum; what a schema that is not known names, may be."""
    base = types.base_of(work.original, found)
    if work.original.resolve_type(base.name) == new.type:
        return not base.dimensions
    return False if types.is_known(work.original, base, work.postgres) else "unknown"


def _targets(work: Work, statement: Statement) -> Iterator[tuple[Node, TypeName | None]]:
    """Literals that become the value, or the default, of a column, with its type."""
    for action in statement.actions:
        match action:
            case actions.AddColumn(column=Column(default=default, type=wanted)) if default:
                yield default.tree, wanted
            case actions.CreateTable(columns=columns):
                yield from ((each.default.tree, each.type) for each in columns if each.default)
            case actions.SetDefault(table=table, column=name, default=default) if default:
                yield default.tree, _type_of(work, table, name)
            case actions.Update(table=table, assignments=assignments):
                yield from ((value.tree, _type_of(work, table, name)) for name, value in assignments)
            case actions.Insert():
                yield from _inserted(work, action, getattr(statement.tree, "selectStmt", None))


def _inserted(work: Work, action: actions.Insert, query: Node) -> Iterator[tuple[Node, TypeName | None]]:
    table = work.original.table(action.table)
    known = tuple(table.columns) if table and table.columns_complete else ()
    names = action.columns or known
    rows = [*(getattr(query, "valuesLists", None) or ())]
    targets = getattr(query, "targetList", None)
    if targets:
        rows.append(tuple(each.val for each in targets))
    for row in rows:
        yield from ((value, _type_of(work, action.table, name)) for name, value in zip(names, row, strict=False))


def _type_of(work: Work, table: Name, column: str) -> TypeName | None:
    found = work.original.column(table, column)
    return found.type if found and found.type.name.name != types.UNKNOWN else None


def _columns(work: Work, statement: Statement) -> Scope:
    """The columns of the tables that the statement names; none of a name that two of them have."""
    found: Scope = {}
    seen: set[str] = set()
    for table in (work.original.table(name) for name in relations_in(statement.tree)):
        for name, column in (table.columns if table else {}).items():
            if name in seen or column.type.name.name == types.UNKNOWN:
                found.pop(name, None)
            else:
                found[name] = column.type
            seen.add(name)
    return found


def _casts(statement: Statement) -> Iterator[tuple[Node, TypeName | None]]:
    for node in walk(statement.tree):
        if isinstance(node, ast.TypeCast):
            yield node.arg, type_name(node.typeName)


def _comparisons(statement: Statement, scope: Scope) -> Iterator[tuple[Node, TypeName | None]]:
    """Literals that an operator takes together with one column, with the column's type."""
    for node in walk(statement.tree):
        if isinstance(node, ast.A_Expr):
            operands = [*_operands(node.lexpr), *_operands(node.rexpr)]
            columns = [each for each in operands if isinstance(each, ast.ColumnRef)]
            if len(columns) == 1:
                found = scope.get(_last_name(columns[0]))
                yield from ((each, found) for each in operands if _text(each) is not None)


def _operands(side: Node) -> tuple[Node, ...]:
    """One side of an operator; of IN, all that stands in the list."""
    return side if isinstance(side, tuple) else (side,)


def _last_name(column: Node) -> str:
    return getattr(column.fields[-1], "sval", "")
