"""Which columns a query's names stand for: scopes of FROM clauses, one within the other, as PostgreSQL resolves them.

What a query returns, with names and, where they can be told, types, and which of its names certainly stand for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pglast import ast

from database_patterns.actions import Column, Name, TypeName
from database_patterns.reading.definitions import relation_name, slots, strings, type_name

from . import Catalog
from .expressions import UNNAMED, implied_name
from .schema import Table
from .scopes import (
    SYSTEM_COLUMNS,
    UNKNOWN,
    Output,
    Scope,
    Source,
    called,
    expanded,
    flat,
    is_ambiguous,
    is_column,
    is_output,
    is_star,
    of_output,
    of_table,
    renamed,
    starred,
)

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


@dataclass(frozen=True, slots=True)
class Problem:
    """A name that stands for nothing, unless there is a ``function`` that takes a row (``t.name`` is ``name(t)``)."""

    sqlstate: str
    message: str
    function: str | None = None


def resolve(
    tree: object, find: Callable[[Name], Table | None], *sources: Source
) -> tuple[Output | None, tuple[Problem, ...]]:
    """What a query, or an expression over ``sources``, returns, and the names in it that stand for nothing.

    ``find`` gives a relation by its name, None where it is not known. Of a tree too deep for Python nothing is told.
    """
    resolver = _Resolver(find)
    try:
        if type(tree) in _QUERIES:
            return resolver.query(tree, Scope(sources)), tuple(resolver.problems)
        resolver.visit(tree, Scope(sources))
    except RecursionError:
        return None, ()
    return None, tuple(resolver.problems)


def output_columns(catalog: Catalog, query: object, named: tuple[str, ...] = ()) -> dict[str, Column] | None:
    """The columns of a view or a table made from ``query``, ``named`` so where given; None: not known."""
    output = renamed(resolve(query, catalog.table)[0], named)
    if output is None:
        return None
    return {name: Column(name, of or TypeName(Name(UNKNOWN))) for name, of in output}


def output_names(catalog: Catalog, query: object, named: tuple[str, ...] = ()) -> list[str]:
    """The names of the columns that ``query`` returns, in order; none where they are not known."""
    return [name for name, _ in renamed(resolve(query, catalog.table)[0], named) or ()]


def columns_read(find: Callable[[Name], Table | None], query: object) -> Mapping[Name, frozenset[str]] | None:
    """The columns that ``query`` reads of each relation; None for a tree that is too deep for Python.

    What a name stands for where that is not certain counts for all that it may stand for; a whole row is no column.
    """
    resolver = _Resolver(find)
    try:
        resolver.query(query)
    except RecursionError:
        return None
    return {relation: frozenset(columns) for relation, columns in resolver.read.items()}


class _Resolver:
    """Goes through queries and expressions, and collects the ``problems`` of their names, and what they ``read``."""

    def __init__(self, find: Callable[[Name], Table | None]) -> None:
        self._find = find
        self.problems: list[Problem] = []
        self.read: dict[Name, set[str]] = {}

    def _reads(self, source: Source, *columns: str) -> None:
        """Note that ``columns`` of a source are read, or all of them where none is named."""
        if source.relation is not None:
            self.read.setdefault(source.relation, set()).update(columns or source.columns)

    # Expressions --------------------------------------------------------------------------------------------------

    def visit(self, node: object, scope: Scope) -> None:
        """Resolve every name of an expression, or of a list of them."""
        waiting = [node]
        while waiting:
            each: Node = waiting.pop()
            if isinstance(each, tuple):
                waiting.extend(reversed(each))
            elif type(each) in _QUERIES:
                self.query(each, scope)
            elif is_column(each):
                self._column(each, scope)
            elif isinstance(each, ast.Node):
                self._field(each, scope)
                waiting.extend(getattr(each, slot) for slot in reversed(slots(each)))

    def _column(self, node: Node, scope: Scope) -> None:
        *qualifiers, column = (getattr(each, "sval", None) for each in node.fields)
        if not qualifiers:
            self._plain(column, scope)
            return
        source = called(qualifiers[-1], scope)
        if len(qualifiers) == 1 and is_ambiguous(qualifiers[0], scope):
            self.problems.append(Problem("42P09", f'table reference "{qualifiers[0]}" is ambiguous'))
        elif source is None:
            self.problems.append(Problem("42P01", f'missing FROM-clause entry for table "{qualifiers[-1]}"'))
        elif column and source.lacks(column) and column not in SYSTEM_COLUMNS:
            self.problems.append(Problem("42703", f"column {qualifiers[-1]}.{column} does not exist", column))
        elif column:
            self._reads(source, column)

    def _field(self, node: Node, scope: Scope) -> None:
        """Resolve ``(t).a``, a column of a whole row."""
        row: Node = node.arg if type(node) is ast.A_Indirection else None
        if row is None or not is_column(row) or len(row.fields) > 1:
            return
        alias, column = (getattr(each, "sval", None) for each in (row.fields[0], node.indirection[0]))
        source = None if any(alias in each.columns for each in scope.sources) else called(alias, scope)
        if source is not None and column and source.lacks(column) and column not in SYSTEM_COLUMNS:
            self.problems.append(Problem("42703", f"column {alias}.{column} does not exist", column))

    def _plain(self, column: str | None, scope: Scope) -> None:
        if column is None or column in SYSTEM_COLUMNS:
            return
        for level in scope.levels():
            having = [each for each in level.sources if column in each.columns]
            if len([each for each in having if column not in each.merged]) > 1:
                self.problems.append(Problem("42702", f'column reference "{column}" is ambiguous'))
            for each in having or [each for each in level.sources if not each.lacks(column)]:
                self._reads(each, column)
            if having or not all(each.lacks(column) for each in level.sources):
                return
        if called(column, scope) is None:
            self.problems.append(Problem("42703", f'column "{column}" does not exist'))

    def _type(self, node: Node, scope: Scope) -> TypeName | None:
        """The type of an expression that takes over a column, or says its type."""
        if type(node) is ast.TypeCast:
            return type_name(node.typeName)
        if type(node) is ast.FuncCall and strings(node.funcname)[-1:] == ("count",):
            return TypeName(Name("int8"))
        *qualifiers, column = (getattr(each, "sval", "") for each in (node.fields if is_column(node) else (node,)))
        found = (each for each in scope.sources if not qualifiers or each.alias == qualifiers[-1])
        return next((each.columns[column] for each in found if column in each.columns), None)

    # Queries ------------------------------------------------------------------------------------------------------

    def query(self, node: Node, outer: Scope | None = None) -> Output | None:
        """Resolve a query, or a statement that writes rows; what it returns, None where that cannot be told."""
        scope = self._with(node.withClause, outer or Scope())
        return _QUERIES[type(node)](self, node, scope)

    def _with(self, clause: Node, scope: Scope) -> Scope:
        for each in clause.ctes if clause else ():
            aliases = strings(each.aliascolnames)
            inside = scope
            if clause.recursive:
                own = tuple((alias, None) for alias in aliases) or None
                inside = replace(scope, queries={**scope.queries, each.ctename: own})
            found = renamed(self.query(each.ctequery, inside), aliases)
            if each.search_clause or each.cycle_clause:
                found = None
            scope = replace(scope, queries={**scope.queries, each.ctename: found})
        return scope

    def _select(self, node: Node, scope: Scope) -> Output | None:
        while node.larg:
            self.query(node.rarg, scope)
            node = node.larg
            scope = self._with(node.withClause, scope)
        if node.valuesLists:
            self.visit(node.valuesLists, scope)
            return tuple((f"column{number}", None) for number in range(1, len(node.valuesLists[0]) + 1))
        inside = self._from(node.fromClause, scope)
        output = self._targets(node.targetList, inside)
        self.visit((node.whereClause, node.havingClause, node.windowClause), inside)
        self.visit((node.limitCount, node.limitOffset), scope)
        names = {name for name, _ in output} if output is not None else None
        for each in flat((*(node.groupClause or ()), *(node.distinctClause or ()), *(node.sortClause or ()))):
            if names is not None and not is_output(each, names):
                self.visit(each, inside)
        return output

    def _targets(self, targets: Node, scope: Scope) -> Output | None:
        output: list[tuple[str, TypeName | None]] = []
        known = True
        for target in targets or ():
            self.visit(target.val, scope)
            if is_star(target.val):
                for each in starred(target.val, scope):
                    self._reads(each)
                columns = expanded(target.val, scope)
                known = known and columns is not None
                output += columns or ()
            else:
                name = target.name or implied_name(target.val) or UNNAMED
                output.append((name, self._type(target.val, scope)))
        return tuple(output) if known else None

    def _insert(self, node: Node, scope: Scope) -> Output | None:
        target = self._relation(node.relation, scope)
        if node.selectStmt:
            self.query(node.selectStmt, scope)
        if node.onConflictClause:
            inside = scope.within(target, replace(target, alias="excluded", merged=frozenset(target.columns)))
            self.visit((node.onConflictClause.targetList, node.onConflictClause.whereClause), inside)
            self.visit(getattr(node.onConflictClause.infer, "whereClause", None), scope.within(target))
        return self._returned(node, scope.within(target))

    def _change(self, node: Node, scope: Scope) -> Output | None:
        """UPDATE and DELETE."""
        target = self._relation(node.relation, scope)
        others = getattr(node, "fromClause", None) or getattr(node, "usingClause", None)
        inside = self._from(others, scope, (target,))
        self.visit((getattr(node, "targetList", None), node.whereClause), inside)
        return self._returned(node, inside)

    def _merge(self, node: Node, scope: Scope) -> Output | None:
        target = self._relation(node.relation, scope)
        inside = self._from((node.sourceRelation,), scope, (target,))
        self.visit((node.joinCondition, node.mergeWhenClauses), inside)
        return self._returned(node, inside)

    def _returned(self, node: Node, scope: Scope) -> Output | None:
        """The output of RETURNING, which since 18 may say ``old`` and ``new``, where no table is called so."""
        clause = getattr(node, "returningClause", None)
        targets = clause.exprs if clause else getattr(node, "returningList", None)
        first = scope.sources[0]
        named = [each.value for each in clause.options or ()] if clause else []
        aliases = (*(each for each in ("old", "new") if called(each, scope) is None), *named)
        versions = (replace(first, alias=alias, merged=frozenset(first.columns)) for alias in aliases)
        return self._targets(targets, replace(scope, sources=(*scope.sources, *versions))) if targets else ()

    # FROM ---------------------------------------------------------------------------------------------------------

    def _from(self, items: Node, scope: Scope, first: tuple[Source, ...] = ()) -> Scope:
        sources = list(first)
        for item in items or ():
            sources += self._item(item, scope, tuple(sources))
        aliases = [each.alias for each in sources if each.alias]
        for repeated in sorted({each for each in aliases if aliases.count(each) > 1}):
            self._repeated(repeated, [each for each in sources if each.alias == repeated])
        return scope.within(*sources)

    def _repeated(self, alias: str, sources: list[Source]) -> None:
        """Tables of one name in several schemas may stand beside each other, unless another thing is called so."""
        names = [each.table for each in sources]
        if None in names or len(set(names)) < len(names):
            self.problems.append(Problem("42712", f'table name "{alias}" specified more than once'))

    def _item(self, item: Node, scope: Scope, before: tuple[Source, ...]) -> tuple[Source, ...]:
        """The sources of one item of FROM; LATERAL ones may name those ``before`` it."""
        if isinstance(item, ast.RangeVar):
            return (self._relation(item, scope),)
        if isinstance(item, ast.JoinExpr):
            return self._join(item, scope, before)
        if isinstance(item, ast.RangeTableSample):
            return self._item(item.relation, scope, before)
        alias = item.alias.aliasname if getattr(item, "alias", None) else ""
        if isinstance(item, ast.RangeSubselect):
            inside = scope.within(*before) if item.lateral else scope
            found = self.query(item.subquery, inside)
            return (of_output(alias, renamed(found, strings(item.alias.colnames) if item.alias else ())),)
        self.visit(getattr(item, "functions", None), scope.within(*before))
        return (Source(alias),)

    def _relation(self, item: Node, scope: Scope) -> Source:
        name = relation_name(item)
        alias = item.alias.aliasname if item.alias else name.name
        names = strings(item.alias.colnames) if item.alias else ()
        if name.schema is None and name.name in scope.queries:
            return of_output(alias, renamed(scope.queries[name.name], names))
        table = self._find(name)
        called = item.alias.aliasname if item.alias else None
        source = of_table(table, called) if table is not None else Source(alias, table=None if item.alias else name)
        if not names:
            return source
        self._reads(source)
        return of_output(alias, renamed(tuple(source.columns.items()), names) if source.complete else None)

    def _join(self, item: Node, scope: Scope, before: tuple[Source, ...]) -> tuple[Source, ...]:
        left = self._item(item.larg, scope, before)
        right = self._item(item.rarg, scope, (*before, *left))
        using = frozenset(strings(item.usingClause))
        if item.isNatural:
            using = frozenset(name for each in right for name in each.columns)
        right = tuple(replace(each, merged=each.merged | using) for each in right)
        for each in (*left, *right):
            if shared := using & each.columns.keys():
                self._reads(each, *shared)
        self.visit(item.quals, scope.within(*before, *left, *right))
        if item.join_using_alias:
            right = (*right, Source(item.join_using_alias.aliasname, merged=using))
        return (Source(item.alias.aliasname),) if item.alias else (*left, *right)


_QUERIES: Final[dict[type, Callable[[_Resolver, Node, Scope], Output | None]]] = {
    ast.SelectStmt: _Resolver._select,  # noqa: SLF001 - its own methods
    ast.InsertStmt: _Resolver._insert,  # noqa: SLF001
    ast.UpdateStmt: _Resolver._change,  # noqa: SLF001
    ast.DeleteStmt: _Resolver._change,  # noqa: SLF001
    ast.MergeStmt: _Resolver._merge,  # noqa: SLF001
}
