"""The interpreter of revisions, run over an env.py: what its engines and connections do, and what is configured.

Only the calls of Alembic's context, of engines and of connections count. Async functions are read as if they were
plain ones.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import TextClause

from database_patterns.model import Alters, Span

from .alembic.budget import Budget, OutOfBudgetError
from .alembic.context import RevisionContext
from .alembic.hooks import registers
from .alembic.interpreter import Interpreter
from .alembic.journal import Journal
from .alembic.sending import Arguments
from .alembic.source import Source
from .alembic.values import Bound, Function, PartialText, Symbol, SymbolKind, Unknown, is_symbol
from .environment import Sent

_ENGINES: Final = {"async_engine_from_config", "create_async_engine", "create_engine", "engine_from_config"}
_BEGINS: Final = {"begin", "begin_nested", "begin_twophase", "execute", "exec_driver_sql", "scalar", "scalars"}
_CONNECTS: Final = {"begin", "connect"}
_ENDS: Final = {"close", "commit", "rollback"}
_RUNNERS: Final = {"run", "run_until_complete"}
_COMMAS: Final = r",\s*"
"""How the template of several databases splits their names."""


@dataclass(frozen=True, slots=True)
class Event:
    """The connection begins a transaction, or ends it, by ``call`` and under the conditions ``guards``."""

    call: str
    begins: bool
    span: Span
    guards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Configured:
    """One call of ``context.configure``, and what the connection has done before: ``events_before`` of all events.

    ``begun_by_statement``: SQLAlchemy has begun the transaction with a statement, so that only a commit() commits it.
    """

    span: Span
    options: Mapping[str, object]
    spans: Mapping[str, Span]
    in_transaction: bool | None
    begun: tuple[Span, ...]
    autocommit: bool | None
    events_before: int
    begun_by_statement: bool


class _Config:
    """``context.config``."""


class _Engine:
    """An engine, of which only the connections matter."""


class Synchronous(ast.NodeTransformer):
    """Turns what is asynchronous into what it would be without."""

    def visit(self, node: ast.AST) -> ast.AST:
        node = self.generic_visit(node)
        if isinstance(node, ast.Await):
            return node.value
        plain = _PLAIN.get(type(node))
        return ast.copy_location(plain(**dict(ast.iter_fields(node))), node) if plain else node


_PLAIN: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.AsyncFor: ast.For,
    ast.AsyncFunctionDef: ast.FunctionDef,
    ast.AsyncWith: ast.With,
}


class Run(Interpreter):
    """One run over env.py. Its journal is not looked at: only the calls of Alembic's context and of engines count."""

    def __init__(self, source: Source, options: Mapping[str, str], roots: tuple[Path, ...], *, offline: bool) -> None:
        journal = Journal(source, "upgrade", source.path)
        super().__init__(source, journal, Budget(), RevisionContext(roots=roots))
        self.is_offline = offline
        self.options = options
        self.events: list[Event] = []
        self.autocommit: bool | None = False
        self.configured: list[Configured] = []
        self.arguments: list[Mapping[str, object]] = []
        self.sent: list[Sent] = []
        self.url: str | None = None
        self.asynchronous = False
        self.failure = ""

    def read(self) -> None:
        """Run the file; ``failure`` says why not all of it was."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.define(self.source.tree)
            except OutOfBudgetError:
                self.failure = "it takes more steps than are read of one file"
            except RecursionError:
                self.failure = "it is nested too deeply"

    def attribute(self, owner: object, name: str) -> object:
        if is_symbol(owner, "context") and name == "config":
            return _Config()
        if isinstance(owner, _Config) and name in {"config_ini_section", "config_file_name"}:
            return "alembic" if name == "config_ini_section" else Unknown("the name of the settings' file", inert=True)
        if isinstance(owner, _Config | _Engine) and not name.startswith("_"):
            return Unknown(name, inert=True) if name in {"attributes", "cmd_opts", "url"} else Bound(owner, name)
        return super().attribute(owner, name)

    def dispatch(self, node: ast.Call, callee: object, arguments: Arguments) -> object:
        owner = callee.owner if isinstance(callee, Bound) else None
        for kind, handler in self._METHODS.items():
            if isinstance(callee, Bound) and (
                is_symbol(owner, kind) if isinstance(kind, str) else isinstance(owner, kind)
            ):
                return handler(self, node, callee.name, arguments)
        args, code = arguments[0], self.source.code(node.func)
        if code == "re.split" and args[:1] == [_COMMAS] and isinstance(args[-1], str):
            return re.split(_COMMAS, args[-1])
        if isinstance(callee, Unknown):
            if registers(node, callee.reason):
                self.journal.altered(node, everywhere=True)
            return self._on_unknown(node, code, arguments)
        return super().dispatch(node, callee, arguments)

    def _on_unknown(self, node: ast.Call, code: str, arguments: Arguments) -> object:
        """A call of what is not read: an engine by its methods; a function that it gets is taken to be run."""
        args, kwargs = arguments
        name = code.rsplit(".", 1)[-1]
        if name in _ENGINES:
            return self._engine(node, name, arguments)
        if name in _CONNECTS and not args and "." in code:
            return self._on_engine(node, name, arguments)
        given = [each for each in (*args, *kwargs.values()) if isinstance(each, Function)]
        for function in given:
            self.call_function(node, function, ([Symbol("connection")] if name == "run_sync" else [], {}))
        done = args[0] if name in _RUNNERS and args and not given else None
        return done or Unknown(self.source.code(node, 40), inert=True)

    def _on_context(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        if name == "is_offline_mode":
            return self.is_offline
        if name == "configure":
            options = kwargs | ({"connection": args[0]} if args else {})
            self._configure(node, options)
            return None
        if name == "begin_transaction":
            return Symbol("transaction")
        if name == "run_migrations":
            self.arguments.append(kwargs)
        elif name == "execute":
            self._send(node, arguments)
        return Symbol("connection") if name in {"get_bind", "get_context"} else Unknown(f"context.{name}()", inert=True)

    def _configure(self, node: ast.Call, options: dict[str, object]) -> None:
        spans = {each.arg: self.source.span(each) for each in node.keywords if each.arg}
        known = is_symbol(options.get("connection"), "connection")
        self._address(options.get("url"))
        in_transaction, begun = self._begun()
        by_statement = [event.span for event in self.events if event.begins and not event.call.startswith("begin")]
        self.configured.append(
            Configured(
                self.source.span(node),
                options,
                spans,
                in_transaction if known else None,
                begun,
                self.autocommit if known else None,
                len(self.events),
                bool(begun) and set(begun) <= set(by_statement),
            )
        )

    def _begun(self) -> tuple[bool | None, tuple[Span, ...]]:
        """Whether the connection is in a transaction now, and what has begun it.

        What happened under a condition that holds here too has happened; of anything else it is not known.
        """
        guards = tuple(self.journal.guards)
        decided: bool | None = None
        doubtful: set[bool] = set()
        begun: list[Span] = []
        for event in reversed(self.events):
            certain = event.guards == guards[: len(event.guards)]
            if certain and decided is None:
                decided = event.begins
            if certain and not event.begins:
                break
            if event.begins:
                begun.insert(0, event.span)
            if decided is None:
                doubtful.add(event.begins)
        decided = bool(decided)
        return None if (not decided) in doubtful else decided, tuple(begun)

    def _event(self, node: ast.AST, call: str, *, begins: bool) -> None:
        self.events.append(Event(call, begins, self.source.span(node), tuple(self.journal.guards)))

    def _on_transaction(self, node: ast.Call, name: str, _arguments: Arguments) -> None:
        if name in _ENDS:
            self._event(node, name, begins=False)

    def _on_connection(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        if name == "run_sync" and args and isinstance(args[0], Function):
            return self.call_function(node, args[0], ([Symbol("connection"), *args[1:]], kwargs))
        if name == "execution_options":
            self._execution_options(node, kwargs)
            return Symbol("connection")
        if name in _BEGINS:
            self._event(node, name, begins=True)
            self._send(node, arguments)
            return Symbol("transaction") if name.startswith("begin") else Unknown("the database's answer", inert=True)
        if name in _ENDS:
            self._event(node, name, begins=False)
        return Symbol("connection") if name in {"connect", "start"} else Unknown(name, inert=True)

    def _send(self, node: ast.Call, arguments: Arguments) -> None:
        """Take down a statement of env.py's own."""
        given = next(iter(arguments[0]), None)
        if given is not None:
            parts = given.parts if isinstance(given, PartialText) else [given]
            texts = [str(each) if isinstance(each, str | TextClause) else "…" for each in parts]
            sql = " ".join("".join(texts).split()) if texts != ["…"] else "a statement"
            self.sent.append(Sent(self.source.span(node), sql, not self.journal.guards))

    def _on_engine(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        if name in _CONNECTS:
            self._event(node, name, begins=name == "begin")
            return Symbol("connection")
        if name == "execution_options":
            self._execution_options(node, arguments[1])
            return _Engine()
        return Unknown(name, inert=True)

    def _engine(self, node: ast.Call, name: str, arguments: Arguments) -> _Engine:
        args, kwargs = arguments
        self.asynchronous |= "async" in name
        self._address(args[0] if args else kwargs.get("url"))
        executing = kwargs.get("execution_options")
        for options in (kwargs, executing if isinstance(executing, Mapping) else {}):
            self._execution_options(node, options)
        return _Engine()

    def _execution_options(self, node: ast.Call, options: Mapping[str, object]) -> None:
        """Take down what decides on transactions, and that tables come to have another schema than the revision says.

        What such a schema does to which statement only SQLAlchemy could tell, if the schema were known.
        """
        if options.get("schema_translate_map"):
            self.journal.altered(node, everywhere=True)
        level = options.get("isolation_level")
        if isinstance(level, str):
            self.autocommit = level.upper() == "AUTOCOMMIT"
        elif level is not None:
            self.autocommit = None

    def _on_config(self, _node: ast.Call, name: str, arguments: Arguments) -> object:
        args = arguments[0]
        place = {"get_main_option": 0, "get_section_option": 1}.get(name, len(args))
        if place < len(args):
            return self.options.get(str(args[place]), Unknown("a setting that is not there", inert=True))
        if name == "set_main_option" and len(args) > 1 and args[0] == "sqlalchemy.url":
            self._address(args[1])
        if name == "get_section":
            return dict(self.options)
        return Unknown(f"config.{name}()", inert=True)

    @property
    def altered_by(self) -> str | None:
        """The code that changes what the libraries make of a revision."""
        return next((note.code for note in self.journal.notes if isinstance(note, Alters)), None)

    def _address(self, url: object) -> None:
        """Take down the address, of which the beginning is enough; a dictionary is a section of the settings."""
        if isinstance(url, Mapping):
            url = url.get("sqlalchemy.url", url.get("url"))
        if isinstance(url, PartialText) and isinstance(url.parts[0], str):
            url = url.parts[0]
        if isinstance(url, str) and url:
            self.url = url

    _METHODS: Final[dict[SymbolKind | type, Callable[[Run, ast.Call, str, Arguments], object]]] = {
        "connection": _on_connection,
        "context": _on_context,
        "transaction": _on_transaction,
        _Config: _on_config,
        _Engine: _on_engine,
    }
