"""Evaluating calls: Alembic's operations, the migration's connection, SQLAlchemy's constructors, plain functions."""

from __future__ import annotations

import ast
import inspect
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from alembic.operations import Operations as AlembicOperations
from sqlalchemy import Column, text
from sqlalchemy.schema import MetaData
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.sql.type_api import TypeEngine

from . import library
from .budget import STATEMENT_COST, Budget, OutOfBudgetError
from .context import RevisionContext
from .expressions import Expressions
from .formatting import brace_format, joined
from .journal import Journal
from .recording import Recording
from .source import Source
from .values import (
    SYMBOLIC,
    Batch,
    Bound,
    Function,
    Namespace,
    Operations,
    PartialText,
    Symbol,
    Unknown,
    first_hole,
    is_symbol,
)

_NAMES: Final = {"f", "inline_literal"}
"""Operations that only make a value."""
_CURRENT: Final = {"get_bind": Symbol("connection"), "get_context": Symbol("context")}
_STRING_EXECUTED: Final = "if SQLAlchemy is older than 2.0 (it refuses to execute a string)"
_PERCENT_SIGNS: Final = "as far as the driver leaves percent signs alone"
ANSWER: Final = Unknown("what the database answers", inert=True)

_NOT_OPERATIONS: Final = {"context", "f", "get_bind", "get_context", "implementation_for", "inline_literal", "invoke"}
OPERATIONS: Final = frozenset(
    name
    for name in dir(AlembicOperations)
    if not name.startswith("_") and name not in _NOT_OPERATIONS | {"register_operation", "run_async"}
)
"""The names of Alembic's operations that send SQL."""

_ENDS_TRANSACTION: Final = {("commit", "connection"), ("rollback", "connection"), ("rollback", "session")}
"""A session's commit() is not among them: on a connection within a transaction SQLAlchemy does not hand it on."""
_QUIET_SESSION: Final = {"close", "commit", "expire_all", "expunge_all", "flush"}
_EXECUTING: Final = {"connection", "context", "session"}
_SAME_CONNECTION: Final = {"connect", "connection", "execution_options", "get_bind"}
_EXISTING: Final = {
    "existing_comment": "",
    "existing_nullable": "",
    "existing_server_default": "server_default",
    "existing_type": "type_",
}
"""What ``alter_column`` is told of the column as it is, and with which change that reaches the SQL."""
_CLIENT_SIDE: Final = ("default", "onupdate")
"""What SQLAlchemy computes when it inserts or updates: no part of the table, so it may be unknown."""
_ORDERED: Final = {dict, enumerate, list, tuple, zip}
_HOLD_ANYTHING: Final = {"add", "append", "update"}
_VALUES_MAY_BE_UNKNOWN: Final = {"values", "params", "bindparams", "where", "limit", "offset", "on_conflict_do_update"}

Arguments = tuple[list[Any], dict[str, Any]]


class Calls(Expressions):
    """Evaluates calls; running a function of the file is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget)
        self.context = context
        self.recording = Recording()
        self.reached: set[int] = set()
        self.importing = False
        self.savepoints = 0
        self.discarded: ast.expr | None = None
        self.sending: ast.expr

    @abstractmethod
    def call_function(self, node: ast.Call, function: Function, arguments: Arguments) -> object:
        """Run a function that the file defines."""

    def attribute(self, owner: object, name: str) -> object:
        """``owner.name``; ``alembic.op`` stands for Alembic's real operations."""
        if isinstance(owner, Namespace) and (owner.name, name) == ("alembic", "op"):
            return Operations(self.recording.operations)
        return super().attribute(owner, name)

    def call(self, node: ast.Call) -> object:
        callee = self.evaluate(node.func)
        args, kwargs = self._arguments(node)
        result = self._dispatch(node, callee, (args, kwargs))
        self.reached.add(id(node))
        return result

    def _arguments(self, node: ast.Call) -> Arguments:
        kwargs: dict[str, Any] = {}
        args = self.elements(node.args)
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
                kwargs |= value
            else:
                kwargs["**"] = first_hole(value) or Unknown(self.source.code(keyword.value, 40))
        return args, kwargs

    def _dispatch(self, node: ast.Call, callee: object, arguments: Arguments) -> object:
        result: object = Unknown(self.source.code(node, 40))
        if isinstance(callee, Function):
            result = self.call_function(node, callee, arguments)
        elif isinstance(callee, Unknown):
            result = self._call_unknown(node, callee, arguments)
        elif isinstance(callee, Bound):
            result = self._call_bound(node, callee, arguments)
        elif callable(callee):
            result = self._call_known(callee, arguments)
        elif is_symbol(callee, "sessionmaker"):
            result = Symbol("session")
        return result

    def _call_bound(self, node: ast.Call, bound: Bound, arguments: Arguments) -> object:
        owner = bound.owner
        if isinstance(owner, Operations):
            return self._call_operations(node, owner, bound.name, arguments)
        if isinstance(owner, Symbol):
            return self._call_symbol(node, owner, bound.name, arguments)
        if isinstance(owner, Namespace):
            return self._make_session(bound.name, arguments)
        if bound.name == "reflect":
            self.taint(owner, "what is reflected from the database")
            return None
        if bound.name in {"create", "drop", "create_all", "drop_all"} and isinstance(owner, SchemaItem | TypeEngine):
            return self._create_or_drop(node, owner, bound.name, arguments)
        return self._call_method(node, bound, arguments)

    def _call_unknown(self, node: ast.Call, callee: Unknown, arguments: Arguments) -> Unknown:
        """Whoever gets the connection may use it; so may application code whose answer nobody takes."""
        given = list(_flat(arguments))
        if any(is_symbol(value, "autocommit block") for value in given):
            self.journal.transactions.uncertain(f"{self.source.code(node, 60)} may do anything with the transaction")
        calls_back = any(isinstance(value, Bound | Function) for value in given)
        handed_on = any(isinstance(value, Symbol | Operations) for value in given)
        sends = isinstance(node.func, ast.Attribute) and node.func.attr in {"execute", "exec_driver_sql", "commit"}
        uses = calls_back or ((handed_on or sends or node is self.discarded) and not callee.inert)
        if uses and not self.importing:
            self.journal.gap(node, f"it may use the database: {callee.reason}")
        return Unknown(callee.reason, inert=callee.inert)

    # Alembic's operations ------------------------------------------------------------------------------------------

    def _call_operations(self, node: ast.Call, owner: Operations, name: str, arguments: Arguments) -> object:
        if name in _CURRENT:
            return _CURRENT[name]
        args, kwargs = arguments
        hole = self._refusal(name, arguments)
        operation: Any = getattr(owner.target, name, None)
        if name in _NAMES:
            return hole or operation(*args, **kwargs)
        if self.importing:
            self.journal.gap(node, "it runs when the file is imported, not in upgrade()")
            return Unknown("an operation at import")
        if hole is not None or operation is None:
            hole = hole or Unknown(f"op.{name}")
            self.journal.opaque(node, hole.reason)
            return hole
        if name == "batch_alter_table":
            return Batch(operation(*args, **kwargs))
        if name == "execute" and args and isinstance(args[0], PartialText):
            operation, kwargs = self.recording.execute, {}
        return self.send(node, partial(operation, *args, **kwargs))

    def _refusal(self, name: str, arguments: Arguments) -> Unknown | None:
        """Why the operation cannot be rendered; arguments that do not reach the SQL are dropped when unknown."""
        args, kwargs = arguments
        if name not in OPERATIONS | _NAMES:
            return Unknown(f"op.{name} is not one of Alembic's own operations")
        if any(isinstance(value, SYMBOLIC) for value in _flat(arguments)):
            return Unknown("an argument exists only in a running migration")
        if name == "execute" and args and isinstance(args[0], PartialText):
            return None
        if name == "bulk_insert" and len(args) > 1 and not isinstance(args[1], Unknown):
            rows = args[1] if isinstance(args[1], list) else []
            return next((row for row in rows if isinstance(row, Unknown)), None) or first_hole(args[0])
        for key, needed_for in _EXISTING.items():
            if first_hole(kwargs.get(key)) is not None and needed_for not in kwargs:
                del kwargs[key]
        return first_hole((args, kwargs))

    def send(self, node: ast.expr, operation: Callable[[], object]) -> object:
        """Run ``operation`` of Alembic or SQLAlchemy, and write down at ``node`` what it sends."""
        self.budget.spend(STATEMENT_COST)
        self.sending = node
        try:
            return operation()
        except OutOfBudgetError:
            raise
        except Exception as error:  # noqa: BLE001  whatever the library raises is this call's answer
            failure = _said(error)
            self.flush(node)
            self.journal.opaque(node, failure)
            return Unknown(failure)
        finally:
            self.flush(node)

    def flush(self, node: ast.AST) -> None:
        """Write down at ``node`` what has been rendered since the last time."""
        for rendered in self.recording.take():
            self.budget.spend(STATEMENT_COST)
            self.journal.record(rendered, node)

    # The migration's connection ------------------------------------------------------------------------------------

    def _call_symbol(self, node: ast.Call, symbol: Symbol, name: str, arguments: Arguments) -> object:
        if name in {"execute", "scalar", "scalars", "exec_driver_sql"} and symbol.kind in _EXECUTING:
            return self._execute(node, name, arguments)
        if (name, symbol.kind) in _ENDS_TRANSACTION:
            self.journal.commit(node)
            return None
        if symbol.kind == "savepoint":
            self.end_savepoint(node, name)
            return None
        if symbol.kind in {"connection", "session"}:
            return self._use_connection(node, symbol, name, arguments)
        if symbol.kind == "context":
            return _of_context(name)
        return Unknown("another connection than the migration's") if symbol.kind == "engine" else ANSWER

    def _use_connection(self, node: ast.Call, symbol: Symbol, name: str, arguments: Arguments) -> object:
        if name in _SAME_CONNECTION:
            if arguments[1].get("isolation_level") is not None:
                self.journal.transactions.uncertain(f"{self.source.code(node, 60)} changes how statements are sent")
            return Symbol("connection")
        if symbol.kind == "connection" and name == "begin_nested":
            self.savepoints += 1
            self.send(node, partial(self.recording.execute_raw, f"SAVEPOINT sa_savepoint_{self.savepoints}"))
            return Symbol("savepoint")
        if symbol.kind == "connection":
            return Symbol("transaction") if name == "begin" else ANSWER
        if name not in _QUIET_SESSION:
            self.journal.gap(node, "what the ORM sends is not read")
        return ANSWER

    def end_savepoint(self, node: ast.expr, how: str) -> None:
        """The latest savepoint ends, by ``commit`` or ``rollback``."""
        verb = "RELEASE" if how == "commit" else "ROLLBACK TO"
        self.send(node, partial(self.recording.execute_raw, f"{verb} SAVEPOINT sa_savepoint_{self.savepoints}"))

    def _execute(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        statement = args[0] if args else kwargs.get("statement", Unknown("an execution without a statement"))
        if isinstance(statement, SYMBOLIC) or not isinstance(statement, str | PartialText | ClauseElement):
            reason = statement.reason if isinstance(statement, Unknown) else f"a {type(statement).__name__} is executed"
            self.journal.opaque(node, reason)
            return ANSWER
        if name == "exec_driver_sql" and not isinstance(statement, ClauseElement):
            with self.journal.guarded(_PERCENT_SIGNS if "%" in str(statement) else None):
                self.send(node, partial(self.recording.execute_raw, statement))
            return ANSWER
        is_clause = isinstance(statement, ClauseElement) or getattr(statement, "is_clause", False)
        with self.journal.guarded(None if is_clause else _STRING_EXECUTED):
            for values in _rows(args[1] if len(args) > 1 else kwargs.get("parameters", kwargs.get("params"))):
                self.send(node, partial(self.recording.execute, statement, values))
        return ANSWER

    @staticmethod
    def _make_session(name: str, arguments: Arguments) -> object:
        bound_here = any(isinstance(value, Symbol) for value in _flat(arguments))
        if name == "sessionmaker":
            return Symbol("sessionmaker")
        return Symbol("session") if bound_here else Unknown("a session on another connection")

    def _create_or_drop(self, node: ast.Call, owner: Any, name: str, arguments: Arguments) -> object:  # noqa: ANN401
        args, kwargs = arguments
        if first_hole((args[1:], kwargs)) is not None or (isinstance(owner, MetaData) and kwargs):
            self.journal.opaque(node, "an unknown argument")
            return None
        method = getattr(owner, name)
        default = inspect.signature(method).parameters["checkfirst"].default
        check = bool(kwargs.get("checkfirst", args[1] if len(args) > 1 else default))
        exists = "does not exist yet" if name.startswith("create") else "exists"
        guard = f"if {getattr(owner, 'name', None) or 'it'} {exists}" if check else None
        with self.journal.guarded(guard):
            self.send(node, partial(method, self.recording.connection, checkfirst=False))
        return None

    # Known functions and methods -----------------------------------------------------------------------------------

    def _call_known(self, callee: Callable[..., object], arguments: Arguments) -> object:
        args, kwargs = arguments
        if callee is text and args and isinstance(args[0], PartialText):
            return replace(args[0], is_clause=True)
        if callee in _ORDERED and any(isinstance(arg, set | frozenset) and len(arg) > 1 for arg in args):
            return Unknown("the order of a set")
        if callee is not Column:
            return self._apply(callee, args, kwargs)
        client_side = {key: kwargs.pop(key) for key in _CLIENT_SIDE if key in kwargs}
        for key, value in client_side.items():
            if isinstance(value, SYMBOLIC) or first_hole(value) is not None:
                client_side[key] = Unknown("a default that the migration computes")
        return self._apply(partial(callee, **client_side), args, kwargs)

    def _call_method(self, node: ast.Call, bound: Bound, arguments: Arguments) -> object:
        owner, name = bound.owner, bound.name
        args, kwargs = arguments
        if isinstance(owner, PartialText):
            same = name in {"strip", "bindparams", "execution_options"}
            return owner if same else Unknown("a text with unknown parts")
        if isinstance(owner, str) and name == "format":
            return self.grown(brace_format(owner, args, kwargs))
        if isinstance(owner, str) and name == "join" and len(args) == 1:
            items = self.items(args[0])
            return items if isinstance(items, Unknown) else self.grown(joined(owner, items))
        if name in library.MUTATING and self.journal.guards:
            self.taint(owner, f"a container changed on line {node.lineno}")
            return Unknown("a container changed under a condition")
        holds = _VALUES_MAY_BE_UNKNOWN if isinstance(owner, ClauseElement) else _HOLD_ANYTHING
        result = self._apply(getattr(owner, name), args, kwargs, strict=name not in holds)
        if name in library.MUTATING and isinstance(result, Unknown):
            self.taint(owner, f"a container changed on line {node.lineno}")
        return result

    def _apply(self, function: Callable[..., object], args: list[Any], kwargs: Any, *, strict: bool = True) -> object:  # noqa: ANN401
        hole = first_hole((args, kwargs)) if strict else first_hole([arg for arg in args if isinstance(arg, Unknown)])
        if hole is not None and (strict or "**" in kwargs):
            return hole
        if any(isinstance(value, Symbol) for value in _flat((args, kwargs))):
            return Unknown("what is read from the database", inert=True)
        if any(isinstance(value, SYMBOLIC) or library.too_long(value) for value in _flat((args, kwargs))):
            return Unknown("a value that reading cannot compute")
        self.budget.spend(2 + sum(len(arg) // 50 for arg in args if isinstance(arg, str | list | tuple | dict | range)))
        if function is str.replace or getattr(function, "__name__", "") == "replace":
            self.budget.spend(_replaced_size(function, args) // 200)
        try:
            result = function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  the revision would fail here too; what uses the value says so
            return Unknown(_said(error))
        values = type(result).__name__ in {"dict_items", "dict_keys", "dict_values"}
        return self.grown(list(result) if values else result)  # type: ignore[call-overload]  # ty: ignore[invalid-argument-type]


def _of_context(name: str) -> object:
    match name:
        case "autocommit_block":
            return Symbol("autocommit block")
        case "begin_transaction":
            return Symbol("transaction")
        case "get_bind":
            return Symbol("connection")
        case "get_context":
            return Symbol("context")
        case "is_offline_mode":
            return False
        case _:
            return Unknown(f"Alembic's context.{name}", inert=True)


def _rows(parameters: object) -> Iterable[object]:
    """One execution for each set of parameters."""
    if isinstance(parameters, list | tuple) and parameters and all(isinstance(row, dict) for row in parameters):
        return parameters
    return (parameters,)


def _flat(arguments: Arguments) -> Iterable[object]:
    for value in (*arguments[0], *arguments[1].values()):
        if isinstance(value, list | tuple):
            yield from value
        yield value


def _replaced_size(function: object, args: list[Any]) -> int:
    text = getattr(function, "__self__", "")
    if not isinstance(text, str) or len(args) < 2 or not all(isinstance(arg, str) for arg in args[:2]):
        return 0
    return len(text) + text.count(args[0]) * len(args[1])


def _said(error: Exception) -> str:
    """An exception in one line."""
    message = str(error).split("\n", 1)[0].split("(Background on", 1)[0].strip()
    return f"{type(error).__name__}: {message}"[:300]
