"""From a statement to a Prediction: the table from the kind of an action to the function that knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_args

from pglast import ast

from database_patterns import actions
from database_patterns.actions import Action, TableAction
from database_patterns.catalog import Catalog
from database_patterns.model import Prediction, Statement
from database_patterns.reading.definitions import relation_name
from database_patterns.reading.translate import translate

from . import (
    alterations,
    commands,
    drops,
    enums,
    extensions,
    indexes,
    maintenance,
    others,
    queries,
    references,
    renames,
    routines,
    rows,
    tables,
    user_types,
    versions,
    views,
)
from .assumptions import Assumptions
from .work import Refused, Work

Handler = Callable[[Work, Any], None]
_TABLE_ACTIONS: Final = get_args(TableAction)


def predict(statement: Statement, catalog: Catalog, assumptions: Assumptions) -> Prediction:
    """What PostgreSQL will do with ``statement`` when the schema is ``catalog``.

    Never raises. A statement that is not understood comes back with ``unknown``; one that will fail whatever the rows
    are, with ``error`` and with the locks that it takes until then.
    """
    error = statement.error or versions.not_yet(statement, assumptions.postgres)
    if error is not None:
        return Prediction(error=error)
    work = Work(statement, catalog, assumptions)
    try:
        _enter(work, statement)
    except Refused as refused:
        return Prediction() if _is_left_out(statement, catalog) else work.prediction(refused.error)
    return work.prediction()


def _is_left_out(statement: Statement, catalog: Catalog) -> bool:
    """Whether the statement says IF EXISTS of a relation that does not exist."""
    tree: Any = statement.tree
    relation = getattr(tree, "relation", None) or getattr(tree, "sequence", None)
    if not getattr(tree, "missing_ok", False) or relation is None:
        return False
    return catalog.complete and not catalog.exists(relation_name(relation))


def _enter(work: Work, statement: Statement) -> None:
    wrapping = WRAPPING.get(type(statement.tree))
    if wrapping is not None:
        wrapping(work, statement)
        return
    if not statement.actions:
        work.doubt("the statement is known in part only, and is not analysed")
        return
    if type(statement.tree) in queries.QUERIES:
        references.require_names(work, statement.tree)
    subcommands = [action for action in statement.actions if isinstance(action, _TABLE_ACTIONS)]
    if subcommands:
        alterations.alter_table(work, subcommands)
    for action in statement.actions:
        if not isinstance(action, _TABLE_ACTIONS):
            _HANDLERS[type(action)](work, action)
    if type(statement.tree) in _WITH_WRITES:
        rows.write_within(work, statement.tree)
    enums.require_committed(work, statement)


_WITH_WRITES: Final = queries.QUERIES | {ast.CreateTableAsStmt, ast.CopyStmt}


def _explain(work: Work, statement: Statement) -> None:
    """EXPLAIN only plans the statement; with ANALYZE it runs it, but CREATE TABLE AS, of which the query runs only."""
    tree: Any = statement.tree
    inner = tree.query
    if type(inner) in {ast.CreateTableAsStmt, ast.DeclareCursorStmt}:
        inner = inner.query
    if type(inner) is ast.ExecuteStmt:
        work.doubt(f"what the prepared statement {inner.name} does is not known")
    elif not maintenance.option(tree.options, "analyze"):
        references.require_names(work, inner)
        queries.plan(work, inner)
    else:
        work.statement = replace(statement, tree=inner, actions=translate(inner, "EXPLAIN"))
        _enter(work, work.statement)


def _declare(work: Work, statement: Statement) -> None:
    """DECLARE plans its query, and begins to run it; FETCH takes no lock of its own."""
    tree: Any = statement.tree
    if not tree.options & _WITH_HOLD:
        work.require_transaction("DECLARE CURSOR")
    references.require_names(work, tree.query)
    queries.plan(work, tree.query)


_WITH_HOLD: Final = 0x20
"""CURSOR_OPT_HOLD of PostgreSQL's parse tree."""


def _prepare(work: Work, statement: Statement) -> None:
    tree: Any = statement.tree
    references.require_names(work, tree.query)
    queries.lock_named(work, tree.query, "A prepared statement names it.")


WRAPPING: Final[dict[type, Callable[[Work, Statement], None]]] = {
    ast.ExplainStmt: _explain,
    ast.DeclareCursorStmt: _declare,
    ast.PrepareStmt: _prepare,
}
"""Statements that hold another one, and run it or only look at it."""


_HANDLERS: Final[dict[type[Action], Handler]] = {
    actions.CreateTable: tables.create,
    actions.CreateView: views.create,
    actions.Drop: drops.drop,
    actions.CreateIndex: indexes.create,
    actions.Select: queries.select,
    actions.Insert: rows.insert,
    actions.Update: rows.update,
    actions.Delete: rows.delete,
    actions.Truncate: rows.truncate,
    actions.Rename: renames.rename,
    actions.SetSchema: renames.set_schema,
    actions.CreateTrigger: others.create_trigger,
    actions.CreatePolicy: others.create_policy,
    actions.CreateEnum: others.create_type,
    actions.AddEnumValue: user_types.add_enum_value,
    actions.CreateDomain: others.create_type,
    actions.CreateSequence: others.create_sequence,
    actions.CreateFunction: routines.create,
    actions.CreateSchema: others.create_schema,
    actions.CreateExtension: extensions.create,
    actions.SetParameter: others.touches_no_table,
    actions.TransactionControl: others.control_transaction,
    actions.DoBlock: others.do_block,
    actions.Other: commands.other,
}
