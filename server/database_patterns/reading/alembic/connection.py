"""Calls of what only a running migration has: Alembic's context, the connection, sessions on it."""

from __future__ import annotations

import ast
import inspect
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy.schema import MetaData, Table
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.elements import ClauseElement

from database_patterns.actions import CreateDomain, CreateEnum, CreateTable

from . import reflected
from .budget import Budget
from .context import RevisionContext
from .journal import Journal
from .managers import Manager
from .operations import OperationCalls
from .placeholders import filled
from .recording import with_first_columns
from .sending import Arguments, flat
from .source import Source
from .values import PartialText, Symbol, Symbolic, Unknown, first_hole

ANSWER: Final = Unknown("what the database answers", inert=True)

_STRING_REFUSED: Final = "refuses to execute a string"
_PERCENT_SIGNS: Final = "as far as the driver leaves percent signs alone"
_BEGUN: Final = "does not {} where it has begun a transaction"
_NUMBERED: Final = "as far as savepoints are numbered so"
_ENDED: Final = "unless the savepoint has ended before"
_ENDS_TRANSACTION: Final = {("commit", "connection"), ("rollback", "connection"), ("rollback", "session")}
"""A session's commit() is not among them: on a connection within a transaction SQLAlchemy does not hand it on."""
_CONFIG: Final = "flask.current_app.config"
_OF_VALUES: Final = {("application settings", "get"), ("dialect", "type_descriptor")}
_NO_PARAMETERS: Final = {"bind_arguments", "execution_options", "parameters", "params", "statement"}
"""The keywords of ``execute`` that are no parameters of the statement."""
_QUIET_SESSION: Final = {"close", "commit", "expire_all", "expunge_all", "flush"}
_EXECUTING: Final = {"connection", "context", "session"}
_SAME_CONNECTION: Final = {"connect", "connection", "execution_options", "get_bind"}
_OF_CONTEXT: Final[dict[str, object]] = {
    "autocommit_block": Symbol("autocommit block"),
    "begin_transaction": Symbol("transaction"),
    "get_bind": Symbol("connection"),
    "get_context": Symbol("context"),
    "is_offline_mode": False,
}


class ConnectionCalls(OperationCalls):
    """Evaluates the calls of symbols; SQL that they are given is recorded, what they answer is unknown."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self.savepoints = 0
        self.entered: list[tuple[ast.expr, int]] = []
        """The savepoints of ``with`` blocks so far: an exception inside rolls one back."""
        self._ended: dict[int, tuple[str, ...]] = {}
        self._numbered: str | None = None

    def call_symbol(  # noqa: PLR0911  one line for each kind of symbol
        self, node: ast.Call, symbol: Symbol, name: str, arguments: Arguments
    ) -> object:
        """Evaluate ``symbol.name(…)``."""
        if name in {"execute", "scalar", "scalars", "exec_driver_sql"} and symbol.kind in _EXECUTING:
            return self._execute(node, symbol, name, arguments)
        if symbol.kind == "savepoint" or (name, symbol.kind) in _ENDS_TRANSACTION:
            self._end(node, symbol, name)
            return None
        if symbol.kind in {"connection", "session"}:
            return self._use_connection(node, symbol, name, arguments)
        if (symbol.kind, name) in _OF_VALUES and len(arguments[0]) == 1:
            value = arguments[0][0]
            return value if symbol.kind == "dialect" else self.setting(value, self.source.code(node, 60))
        if symbol.kind == "script directory" and name == "get_revision" and len(arguments[0]) == 1:
            return self.script(arguments[0][0])
        if (symbol.kind, name) == ("sessionmaker", "begin"):
            return Manager(Symbol("session"))
        if symbol.kind == "context":
            return _OF_CONTEXT.get(name, Unknown(f"Alembic's context.{name}", inert=True))
        if symbol.kind == "application session" and name not in _QUIET_SESSION | {"remove", "rollback"}:
            self.journal.gap(node, "it runs on the application's own connection, outside of the migration")
        return Unknown("another connection than the migration's") if symbol.kind == "engine" else ANSWER

    @abstractmethod
    def script(self, revision: object) -> object:
        """The revision of that identifier in the same folder."""

    def setting(self, name: object, code: str) -> object:
        unknown = Unknown(f"{code}, known only when the migration runs", inert=True)
        if not isinstance(name, str):
            return unknown
        return self.context.assume.get(f"{_CONFIG}.{name}", self.context.settings.get(name, unknown))

    def _use_connection(self, node: ast.Call, symbol: Symbol, name: str, arguments: Arguments) -> object:
        if name in _SAME_CONNECTION:
            if arguments[1].get("isolation_level") is not None:
                if self.journal.transactions.is_open():
                    self.only_old(node, _BEGUN.format("change the isolation level"))
                self.journal.transactions.uncertain(f"{self.source.code(node, 100)} changes how statements are sent")
            return Symbol("connection")
        if symbol.kind == "connection" and name == "begin_nested":
            return self._begin_savepoint(node)
        if symbol.kind == "connection":
            if name == "begin" and self.journal.transactions.is_open():
                self.only_old(node, _BEGUN.format("begin another one"))
            return Symbol("transaction") if name == "begin" else ANSWER
        return ANSWER if name in _QUIET_SESSION else self.call_session(node, name, arguments)

    @abstractmethod
    def call_session(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        """Evaluate a call of a session that sends something of its own."""

    @abstractmethod
    def when_executed(self, statement: object) -> str | None:
        """What must hold so that a session sends ``statement`` as it is."""

    @abstractmethod
    def loaded(self, statement: object) -> Unknown:
        """What the connection or session answers to ``statement``."""

    def _end(self, node: ast.Call, symbol: Symbol, how: str) -> None:
        if symbol.kind == "savepoint":
            self.end_savepoint(node, symbol.number, how)
        else:
            self.journal.commit(node)

    def _begin_savepoint(self, node: ast.Call) -> Symbol:
        """SQLAlchemy numbers a connection's savepoints; after one under a condition the numbers are not certain."""
        self.savepoints += 1
        with self.journal.guarded(self._numbered):
            self.send(node, partial(self.recording.execute_raw, f"SAVEPOINT sa_savepoint_{self.savepoints}"))
        if self.journal.guards:
            self._numbered = _NUMBERED
        return Symbol("savepoint", self.savepoints)

    def end_savepoint(self, node: ast.expr, number: int, how: str) -> None:
        """The savepoint of that number ends, by ``commit`` or ``rollback``, unless it has ended before."""
        guards, earlier = tuple(self.journal.guards), self._ended.get(number)
        if earlier is not None and guards[: len(earlier)] == earlier:
            return
        for each in range(number, self.savepoints + 1):  # those within it end with it
            self._ended.setdefault(each, guards)
        verb = "RELEASE" if how == "commit" else "ROLLBACK TO"
        with self.journal.guarded(self._numbered if earlier is None else _ENDED):
            self.send(node, partial(self.recording.execute_raw, f"{verb} SAVEPOINT sa_savepoint_{number}"))

    def _execute(self, node: ast.Call, symbol: Symbol, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        statement = args[0] if args else kwargs.get("statement", Unknown("an execution without a statement"))
        if isinstance(statement, Symbolic) or not isinstance(statement, str | PartialText | ClauseElement):
            reason = statement.reason if isinstance(statement, Unknown) else f"a {type(statement).__name__} is executed"
            self.journal.opaque(node, reason)
            return ANSWER
        given = args[1] if len(args) > 1 else kwargs.get("parameters", kwargs.get("params"))
        if given is None and kwargs.keys() - _NO_PARAMETERS:  # an older SQLAlchemy takes them as keywords
            given = Unknown("parameters as keywords", inert=True)
        if name == "exec_driver_sql" and not isinstance(statement, ClauseElement):
            self._execute_as_is(node, statement, given)
            return ANSWER
        wrapped = symbol.kind == "context"  # Alembic makes text() of a string, and what comes second are options
        is_clause = wrapped or isinstance(statement, ClauseElement) or getattr(statement, "is_clause", False)
        condition = None if is_clause else self.only_old(node, _STRING_REFUSED)
        with self.journal.guarded(condition):
            if not is_clause and symbol.kind == "connection":  # it hands a string to the driver
                self._execute_as_is(node, statement, _for_driver(args[1:], kwargs))
            else:
                guard = self.when_executed(statement) if symbol.kind == "session" else None
                self._execute_clause(node, statement, None if wrapped else given, guard)
        return self.loaded(statement)

    def _execute_clause(self, node: ast.Call, statement: Any, given: object, guard: str | None) -> None:  # noqa: ANN401
        try:
            rows = _rows(given)
        except ValueError as error:
            self.journal.opaque(node, str(error))
            return
        with self.journal.guarded(guard):
            parts = self.parts.of(statement)
            for values in rows:
                self.budget.spend(parts // 10)
                if values and isinstance(statement, Insert | Update) and not isinstance(values, dict):
                    self.journal.opaque(node, getattr(values, "reason", "parameters that are not known"))
                    continue
                self.send(node, partial(self.recording.execute, statement, values, several=len(rows) > 1))

    def _execute_as_is(self, node: ast.Call, statement: Any, given: object) -> None:  # noqa: ANN401  a text
        if not given or not isinstance(statement, str):
            with self.journal.guarded(_PERCENT_SIGNS if "%" in str(statement) else None):
                self.send(node, partial(self.recording.execute_raw, statement))
            return
        several = isinstance(given, list) and all(isinstance(row, dict | list | tuple) for row in given)
        for values in given if several and isinstance(given, list) else [given]:
            self.send(node, partial(self.recording.execute_filled, filled(statement, values)))

    @staticmethod
    def make_session(name: str, arguments: Arguments) -> object:
        """Evaluate ``Session(…)`` or ``sessionmaker(…)`` of SQLAlchemy's ORM."""
        bound_here = any(isinstance(value, Symbol) for value in flat(arguments))
        if name == "sessionmaker":
            return Symbol("sessionmaker")
        return Symbol("session") if bound_here else Unknown("a session on another connection")

    def call_schema(self, node: ast.Call, owner: Any, name: str, arguments: Arguments) -> None:  # noqa: ANN401
        """Evaluate a method of a table, type or metadata that uses the database."""
        if name == "reflect":
            self.recording.reflects = True
            reflected.reflect(owner)
        else:
            self._create_or_drop(node, owner, name, arguments)

    def _create_or_drop(self, node: ast.Call, owner: Any, name: str, arguments: Arguments) -> None:  # noqa: ANN401
        if isinstance(owner, MetaData):  # its tables are sorted by what they refer to
            self.budget.spend(len(owner.tables) ** 2)
        method = getattr(owner, name)
        signature = inspect.signature(method)
        given = signature.bind(*arguments[0], **arguments[1]).arguments
        del given["bind"]
        if first_hole(tuple(given.values())) is not None:
            self.journal.opaque(node, "an unknown argument")
            return
        check = bool(given.pop("checkfirst", signature.parameters["checkfirst"].default))
        exists = "does not exist yet" if name.startswith("create") else "exists"
        guard = f"if {getattr(owner, 'name', None) or 'it'} {exists}" if check else None
        created = (CreateTable,) if isinstance(owner, MetaData | Table) else (CreateEnum, CreateDomain)
        with self.journal.guarded_by_absence(guard, *created):
            self.send(node, partial(method, self.recording.connection, checkfirst=False, **given))


def _for_driver(args: list[object], kwargs: dict[str, object]) -> object:
    """The parameters beside a string as an SQLAlchemy older than 2.0 hands them to the driver."""
    if not args:
        return kwargs or None
    if len(args) == 1 and isinstance(args[0], dict | list | tuple | Unknown):
        return args[0]
    return args if all(isinstance(row, dict | list | tuple) for row in args) else tuple(args)


def _rows(parameters: object) -> Sequence[object]:
    """One execution for each set of parameters."""
    if isinstance(parameters, list | tuple) and parameters and all(isinstance(row, dict) for row in parameters):
        return with_first_columns(parameters)
    return (parameters,)
