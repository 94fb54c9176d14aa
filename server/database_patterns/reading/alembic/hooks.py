"""What a file hooks into SQLAlchemy and Alembic, and whether it can change what a migration sends."""

from __future__ import annotations

import ast
from typing import Final

_OTHERS: Final = ("mariadb_", "mssql_", "mysql_", "oracle_", "sqlite_")
"""How options of other databases than PostgreSQL begin."""
_DIALECT: Final = "postgresql"

_NOT_OF_STATEMENTS: Final = {
    *("after_cursor_execute", "after_execute", "handle_error"),
    *("begin", "commit", "release_savepoint", "rollback", "rollback_savepoint", "savepoint"),
    *("checkin", "checkout", "close", "close_detached", "connect", "detach", "dispose", "do_connect"),
    *("engine_connect", "engine_disposed", "first_connect", "invalidate", "reset", "soft_invalidate"),
    "set_connection_execution_options",
}
"""Events of engines, connections and pools whose listeners get no statement, or get it when it was sent."""
_OF_STATEMENTS: Final = {"before_cursor_execute", "before_execute"}
"""Events whose listeners change the statement only where they are registered with ``retval``."""

_COMPARING: Final = ("adjust_reflected_", "autogen_", "cast_for_batch_", "compare_", "correct_for_autogen_", "render_")
"""How the methods of an implementation are called that only autogenerate and batch mode's copying use."""


def registers(call: ast.Call, reason: str) -> bool:
    """Whether a call of what is unknown for ``reason`` registers a listener that may change statements.

    What ``listens_for`` decorates is looked at where it is defined.
    """
    decorates = isinstance(call.func, ast.Attribute) and call.func.attr == "listens_for"
    return reason.startswith("sqlalchemy.event") and not decorates and not listens_only(call)


def listens_only(call: ast.Call) -> bool:
    """Whether ``event.listen(target, "name", …)``, or the decorator of that kind, leaves statements as they are."""
    given = call.args[1] if len(call.args) > 1 else None
    name = given.value if isinstance(given, ast.Constant) else None
    returns = any(keyword.arg in {"retval", None} for keyword in call.keywords)
    return name in _NOT_OF_STATEMENTS or (name in _OF_STATEMENTS and not returns)


def replaces_implementation(node: ast.ClassDef) -> bool:
    """Whether Alembic would use the class for PostgreSQL from now on, which its ``__dialect__`` tells it to do."""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__dialect__" for target in statement.targets
        ):
            value = statement.value
            return not (isinstance(value, ast.Constant) and value.value != _DIALECT) and not _only_compares(node)
    return False


def _only_compares(node: ast.ClassDef) -> bool:
    methods = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
    others = [each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)]
    return len(others) == 1 and all(name.startswith(_COMPARING) for name in methods)


def is_for_others(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the function only sets options of other databases (``table.kwargs["mysql_engine"] = …``)."""
    return all(map(_is_for_others, function.body))


def _is_for_others(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        calls = any(isinstance(node, ast.Call) for node in ast.walk(statement.test))
        return not calls and all(map(_is_for_others, (*statement.body, *statement.orelse)))
    if isinstance(statement, ast.Assign):
        return all(map(_is_other_option, statement.targets)) and isinstance(statement.value, ast.Constant | ast.Name)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _is_other_option(target: ast.expr) -> bool:
    key = target.slice if isinstance(target, ast.Subscript) else None
    return isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.startswith(_OTHERS)
