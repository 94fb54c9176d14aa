"""Names in queries and expressions that certainly stand for nothing, so that PostgreSQL refuses the statement."""

from __future__ import annotations

from database_patterns.actions import Expression
from database_patterns.catalog import Table
from database_patterns.catalog.scopes import Source, of_table, resolve

from . import builtins
from .work import Refused, Work


def require_names(work: Work, tree: object, *tables: Table) -> None:
    """Raise Refused where ``tree``, a query or an expression over ``tables``, names what does not exist."""
    require_names_of(work, tree, *(of_table(each) for each in tables))


def require_names_of(work: Work, tree: object, *among: Source) -> None:
    """The same for an expression over tables under other names, as ``old`` and ``new``."""
    _, problems = resolve(tree, work.catalog.table, *among)
    for problem in problems:
        if problem.function is None or not _is_function(work, problem.function):
            raise Refused(problem.sqlstate, problem.message)


def _is_function(work: Work, name: str) -> bool:
    """Whether ``t.name`` may stand for ``name(t)``."""
    return name in work.catalog.functions or bool(builtins.routines("functions", name, work.postgres))


def require_in(work: Work, table: Table, *expressions: Expression | None) -> None:
    """Raise Refused where an expression over one table names a column that the table does not have."""
    for each in expressions:
        if each is not None:
            require_names(work, each.tree, table)
