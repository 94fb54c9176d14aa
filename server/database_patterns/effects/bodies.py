"""The bodies of functions, procedures and DO blocks in SQL and PL/pgSQL, as the statements that they consist of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pglast import ast, parse_plpgsql, parser

from database_patterns.actions import CreateFunction
from database_patterns.reading.trees import parse_sql

# pglast builds its nodes at run time, so that a node's attributes are untyped here.
Node = Any

_STATEMENT, _EXPRESSION = 0, 2
"""How PL/pgSQL has its parser read a text; what is greater is an assignment."""
_ERROR: Final = 21
"""The level from which on RAISE ends the statement."""


@dataclass(frozen=True, slots=True)
class Body:
    """The statements that a body may run, in their order, each as its parse tree.

    ``assigns``: it gives new values to columns of NEW. ``raises``: it may raise an error of its own.
    """

    statements: tuple[Node, ...]
    assigns: bool = False
    raises: bool = False


def of_function(function: CreateFunction) -> Body | None:
    """The body of a routine; None where it is in another language, or makes its statements while it runs."""
    language = function.language.lower()
    if function.atomic is not None:
        return Body(tuple(_flat(function.atomic)))
    if language == "sql":
        return _of_sql(function.body)
    return of_plpgsql(_definition(function)) if language == "plpgsql" else None


def _flat(atomic: Node) -> Iterator[Node]:
    """The statements of BEGIN ATOMIC, or the query that RETURN stands for."""
    if isinstance(atomic, tuple):
        for each in atomic:
            yield from _flat(each)
    elif isinstance(atomic, ast.ReturnStmt):
        yield ast.SelectStmt(targetList=(ast.ResTarget(val=atomic.returnval),))
    elif atomic is not None:
        yield atomic


def _of_sql(text: str) -> Body | None:
    try:
        return Body(tuple(each.stmt for each in parse_sql(text)))
    except parser.ParseError:
        return None


def _definition(function: CreateFunction) -> str:
    """A statement that makes a function with this body: only its text counts."""
    types = ", ".join(each.sql for each in function.argument_types)
    returns = f"RETURNS {function.returns.sql}" if function.returns else ""
    kind = "PROCEDURE" if function.kind == "procedure" else "FUNCTION"
    return f"CREATE {kind} f({types}) {returns} LANGUAGE plpgsql AS $function_body${function.body}$function_body$"


def of_plpgsql(sql: str) -> Body | None:
    """The body within a CREATE FUNCTION or a DO in PL/pgSQL; None where it makes statements while it runs."""
    try:
        parts = list(_parts(parse_plpgsql(sql)))
        statements = tuple(_statement(each) for kind, each in parts if kind == "PLpgSQL_expr")
    except parser.ParseError:
        return None
    kinds = {kind for kind, _ in parts}
    if any(each.startswith("PLpgSQL_stmt_dyn") for each in kinds) or "dynquery" in kinds:
        return None
    errors = (each.get("elog_level", _ERROR) for kind, each in parts if kind == "PLpgSQL_stmt_raise")
    return Body(statements, "PLpgSQL_stmt_assign" in kinds, any(level >= _ERROR for level in errors))


def _parts(tree: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - what a JSON text holds
    """Every part of a parsed body with the name of its kind, in the text's order."""
    if isinstance(tree, list):
        for each in tree:
            yield from _parts(each)
    elif isinstance(tree, dict):
        for kind, each in tree.items():
            yield kind, each
            yield from _parts(each)


def _statement(expression: dict[str, Any]) -> Node:
    """The statement of a text within a body; an expression is the query that PL/pgSQL makes of it."""
    text, mode = expression["query"], expression["parseMode"]
    if mode > _EXPRESSION:
        text = text.partition(":=")[2] or text.partition("=")[2]
    return parse_sql(text if mode == _STATEMENT else f"SELECT {text}")[0].stmt
