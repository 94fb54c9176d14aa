"""Values that INSERT and UPDATE write: as many as there are columns, of types that fit, and what they may violate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Column, Expression, TypeName
from database_patterns.catalog import Table
from database_patterns.catalog.expressions import columns_in, is_null
from database_patterns.catalog.resolving import resolve

from . import conversions, lengths, literals, types
from .types import UNKNOWN
from .volatility import analyse
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any
_NOT_A_VALUE: Final = (ast.SetToDefault, ast.MultiAssignRef, ast.ResTarget)
"""DEFAULT, a column of a row that is assigned as a whole, and an assignment to a part of a column."""


def require_fit(work: Work, value: Expression, target: TypeName, column: str, among: Table | None = None) -> None:
    """Raise Refused where an expression over the columns of ``among`` cannot become a value of a column's type."""
    if isinstance(value.tree, _NOT_A_VALUE):
        return
    _, found = analyse(value.tree, work.scope(among))
    if found is None or found.name.name == UNKNOWN:
        literals.require(work, value, target)
    else:
        _require_type(work, found, target, column)


def _require_type(work: Work, found: TypeName, target: TypeName, column: str) -> None:
    if conversions.cast(found, target, work.scope(), "UTC").error is not None:
        raise Refused("42804", f'column "{column}" is of type {target.sql} but expression is of type {found.sql}')


def require_inserted(work: Work, table: Table, action: actions.Insert) -> None:
    """Raise Refused where an INSERT names a wrong column, has not as many values as columns, or values that misfit."""
    for column in action.columns:
        if table.lacks(column):
            raise Refused("42703", f'column "{column}" of relation "{table.name}" does not exist')
        if action.columns.count(column) > 1 and not action.parts:
            raise Refused("42701", f'column "{column}" specified more than once')
    targets = action.columns or (tuple(table.columns) if table.columns_complete else ())
    rows = list(_rows(action))
    for row in rows:
        _require_number(row, targets, explicit=bool(action.columns))
        for target, value in _pairs(table, targets, row):
            if not action.parts:
                require_fit(work, Expression(value, str), target.type, target.name)
            if target.not_null and _may_be_null(value, None):
                work.may_fail("23502", f"{target.name} of {table.name} gets no value")
    for target, value in (pair for row in rows for pair in _pairs(table, targets, row)):
        _refuse_computed(target, value, overriding=action.overriding is not None)
    if not rows:
        _require_query(work, table, action, targets)


def _inserted(action: actions.Insert) -> Node:
    """The query of an INSERT, without what its WITH holds."""
    tree: Node = action.query.tree if action.query else (None,)
    return tree[0]


def _rows(action: actions.Insert) -> Iterator[Sequence[Node]]:
    """The rows of VALUES."""
    yield from getattr(_inserted(action), "valuesLists", None) or ()


def _require_number(values: Sequence[object], targets: Sequence[str], *, explicit: bool) -> None:
    if targets and len(values) > len(targets):
        raise Refused("42601", "INSERT has more expressions than target columns")
    if explicit and len(values) < len(targets):
        raise Refused("42601", "INSERT has more target columns than expressions")


def _pairs(table: Table, targets: Sequence[str], values: Sequence[Any]) -> Iterator[tuple[Column, Any]]:
    for name, value in zip(targets, values, strict=False):
        if name in table.columns:
            yield table.columns[name], value


def _require_query(work: Work, table: Table, action: actions.Insert, targets: Sequence[str]) -> None:
    """The same of INSERT … SELECT: of the columns that the query returns, some have types that are known."""
    query = _inserted(action)
    output = resolve(query, work.catalog.table)[0] if type(query) is ast.SelectStmt else None
    if output is None:
        return
    _require_number(output, targets, explicit=bool(action.columns))
    for column, (_, found) in _pairs(table, targets, output):
        if found is not None:
            _require_type(work, found, column.type, column.name)
        if column.not_null:
            work.may_fail("23502", f"the query has a NULL for {column.name} of {table.name}")
    for column, _ in _pairs(table, targets, output):
        _refuse_computed(column, query, overriding=action.overriding is not None)


def require_lengths(work: Work, table: Table, action: actions.Insert) -> None:
    """Enter which of the values that an INSERT writes may be too long."""
    columns = action.columns or tuple(table.columns)
    for row in _rows(action):
        for column, value in zip(columns, row, strict=False):
            lengths.require(work, table, column, value)
    for column, target in zip(columns, getattr(_inserted(action), "targetList", None) or (), strict=False):
        lengths.require(work, table, column, target.val)


def _refuse_computed(column: Column, value: Node, *, overriding: bool = False) -> None:
    """Raise Refused where a column is given a value that is generated, or always comes from its identity."""
    numbered = column.identity == "always" and not overriding
    if (column.generated or numbered) and not isinstance(value, ast.SetToDefault):
        raise Refused("428C9", f'column "{column.name}" can only be given DEFAULT')


def require_assigned(work: Work, table: Table, action: actions.Update) -> None:
    """Raise Refused where an UPDATE names a column that there is not, or gives it a value that does not fit."""
    for name, _ in action.assignments:
        if table.lacks(name):
            raise Refused("42703", f'column "{name}" of relation "{table.name}" does not exist')
    for name, value in action.assignments:
        column = table.columns.get(name)
        if column is None:
            continue
        if not (action.reads and columns_in(value.tree)):
            require_fit(work, value, column.type, name, table)
        defaults = is_default(value.tree) and (column.default or column.identity)
        if column.not_null and not defaults and _may_be_null(value.tree, table):
            work.may_fail("23502", f"{name} of {table.name} gets no value")


def _may_be_null(value: Node, among: Table | None) -> bool:
    """Whether an expression over the columns of ``among`` is not certainly a value."""
    if isinstance(value, ast.ColumnRef) and among is not None:
        return not all(among.requires(name) for name in columns_in(value))
    return is_null(value) or not isinstance(value, ast.A_Const | ast.SQLValueFunction | ast.ResTarget)


def refuse_computed(table: Table, given: Iterable[str]) -> None:
    """Raise Refused where a value is given to a column that is generated, or always comes from its identity."""
    for name in given:
        if name in table.columns:
            _refuse_computed(table.columns[name], None)


def is_default(value: Node) -> bool:
    """Whether what is written is the word DEFAULT."""
    return isinstance(value, ast.SetToDefault)


def defaulted(table: Table, action: actions.Insert) -> frozenset[str]:
    """The columns that get DEFAULT in one of the rows at least, or their identity's number whatever is written."""
    targets = action.columns or tuple(table.columns)
    pairs = (pair for row in _rows(action) for pair in zip(targets, row, strict=False))
    identities = {each.name for each in table.columns.values() if each.identity and action.overriding == "user"}
    return frozenset(name for name, value in pairs if is_default(value)) | identities


def written(table: Table, action: actions.Insert) -> tuple[str, ...]:
    """The columns that an INSERT names, or that its values stand for; none where those are all, or not known."""
    length = max((len(row) for row in _rows(action)), default=0)
    return action.columns or (tuple(table.columns)[:length] if table.columns_complete else ())


def writes_rows(action: actions.Insert, table: Table, columns: Sequence[str]) -> bool:
    """Whether an INSERT certainly writes a row with values in all of these columns."""
    targets = action.columns or tuple(table.columns)
    rows = [dict(zip(targets, row, strict=False)) for row in _rows(action)]
    if not action.query or action.query.tree == (None, None):
        return not columns
    return any(all(name in row and not is_null(row[name]) for name in columns) for row in rows)


def may_keep(value: Expression) -> bool:
    """Whether an assignment may leave a key as it is, or make it NULL, so that no row is looked up for it."""
    return type(value.tree) in {ast.ColumnRef, ast.SetToDefault} or is_null(value.tree)


def may_lack(work: Work, table: Table, columns: tuple[str, ...]) -> None:
    """Enter the NOT NULL columns that an INSERT leaves out, and that nothing else fills."""
    for each in table.columns.values():
        if columns and each.name not in columns and each.not_null and not (each.default or each.identity):
            work.may_fail("23502", f"a row is inserted without a value for {each.name} of {table.name}")


def may_violate(work: Work, table: Table, changed: frozenset[str]) -> None:
    """Enter the checks, and the bounds of a partition, that new values of columns may not pass."""
    checks = (each for each in table.constraints.values() if each.kind == "check" and each.enforced)
    for each in checks:
        if each.not_valid or changed & columns_in(each.expression.tree if each.expression else ()):
            work.may_fail("23514", f"a row violates the CHECK {each.name}")
    keys = (above.partition_key for above in (table, *work.catalog.above(table)))
    if any(changed & key for key in keys):
        work.may_fail("23514", f"a row belongs to no partition of {table.name}, or to another one")


def may_violate_domains(work: Work, table: Table, given: Iterable[str]) -> None:
    """Enter the domains whose constraints the new values of columns may not pass."""
    for column in (table.columns[name] for name in given if name in table.columns):
        for domain in types.domains_of(work.catalog, column.type):
            if domain.constraints:
                work.may_fail("23514", f"a value of {column.name} violates the domain {domain.name}")


def may_repeat(work: Work, table: Table, changed: frozenset[str]) -> None:
    """Enter the unique indexes in which new values of columns may be there already."""
    for index in table.indexes.values():
        if index.unique and changed & index.depends_on:
            work.may_fail("23505", f"a row that is equal in the columns of {index.name} is there already")
