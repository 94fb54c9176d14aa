"""Names in queries and expressions that certainly stand for nothing, so that PostgreSQL refuses the statement."""

from __future__ import annotations

from typing import Any

from pglast import ast

from database_patterns.actions import CreateFunction, Expression, Name, TypeName
from database_patterns.catalog import Table
from database_patterns.catalog.expressions import sequences_in
from database_patterns.catalog.resolving import resolve
from database_patterns.catalog.scopes import Source, of_table
from database_patterns.reading.definitions import dotted, type_name, walk

from . import builtins, literals, relations, types
from .work import Refused, Work

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any


def require_names(work: Work, tree: object, *tables: Table) -> None:
    """Raise Refused where ``tree``, a query or an expression over ``tables``, names what does not exist."""
    require_names_of(work, tree, *(of_table(each) for each in tables))


def require_names_of(work: Work, tree: object, *among: Source) -> None:
    """The same for an expression over tables under other names, as ``old`` and ``new``."""
    _, problems = resolve(tree, work.catalog.table, *among)
    for problem in problems:
        if problem.function is None or not _is_function(work, problem.function):
            raise Refused(problem.sqlstate, problem.message)
    for node in walk(tree):
        if type(node) is ast.FuncCall:
            _require_function(work, node)
        elif type(node) is ast.TypeCast:
            require_type(work, type_name(node.typeName))
            literals.require_tree(work, node.arg, type_name(node.typeName))


_SEQUENCE_IS_NAMED_SINCE = 16
"""Before this it is the schema that is said to be missing."""


def routines_named(work: Work, name: Name) -> list[CreateFunction]:
    """The routines of the schema that a name may mean."""
    places = {name.schema} if name.schema else {*work.catalog.search_path}
    return [each for each in work.catalog.functions.get(name.name, ()) if each.name.schema in places]


def _require_function(work: Work, call: Node) -> None:
    """Raise Refused where a function, or the sequence that it draws from, certainly does not exist."""
    name = dotted(call.funcname)
    ours = name.schema == "pg_catalog" or builtins.brings_routine(name.name, work.catalog.extensions, work.postgres)
    type_of_that_name = work.catalog.is_type(name) or builtins.type_facts(name.name, work.postgres) is not None
    if types.are_all_known(work.catalog) and not (ours or type_of_that_name or routines_named(work, name)):
        relations.require_schema(work, name)
        raise Refused("42883", f"function {name}() does not exist")
    for sequence in sequences_in(call) if work.catalog.complete else ():
        if not work.catalog.exists(sequence):
            if work.postgres < _SEQUENCE_IS_NAMED_SINCE:
                relations.require_schema(work, sequence)
            raise Refused("42P01", f'relation "{sequence}" does not exist')


def require_type(work: Work, of: TypeName, table: Table | None = None) -> None:
    """Raise Refused where a type, for a column of ``table`` if that is there already, certainly does not exist."""
    if types.is_missing(work.catalog, of, work.postgres, table):
        relations.require_schema(work, of.name)
        raise Refused("42704", f'type "{of.name}" does not exist')


def _is_function(work: Work, name: str) -> bool:
    """Whether ``t.name`` may stand for ``name(t)``."""
    return name in work.catalog.functions or bool(builtins.routines("functions", name, work.postgres))


def require_in(work: Work, table: Table, *expressions: Expression | None) -> None:
    """Raise Refused where an expression over one table names a column that the table does not have."""
    for each in expressions:
        if each is not None:
            require_names(work, each.tree, table)
