"""What an env.py does around the revisions, read without running it.

The interpreter of revisions runs over env.py twice, as ``alembic upgrade`` and as ``alembic upgrade --sql`` would, and
what reaches ``context.configure`` is taken down. Async functions are read as if they were plain ones.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic.runtime.environment import EnvironmentContext
from sqlalchemy.schema import MetaData

from database_patterns.errors import UserError
from database_patterns.model import Span

from .alembic.budget import Budget, OutOfBudgetError
from .alembic.calls import Arguments
from .alembic.context import RevisionContext
from .alembic.interpreter import Interpreter
from .alembic.journal import Journal
from .alembic.source import Source
from .alembic.values import Bound, Function, PartialText, Symbol, SymbolKind, Unknown, is_symbol
from .files import read_source

_ENGINES: Final = {"async_engine_from_config", "create_async_engine", "create_engine", "engine_from_config"}
_BEGINS: Final = {"begin", "begin_nested", "begin_twophase", "execute", "exec_driver_sql", "scalar", "scalars"}
_CONNECTS: Final = {"begin", "connect"}
_ENDS: Final = {"close", "commit", "rollback"}
_RUNNERS: Final = {"run", "run_until_complete"}
_DRIVER: Final = re.compile(r"^postgres(?:ql)?(?:\+(\w+))?:")
_COMMAS: Final = r",\s*"
"""How the template of several databases splits their names."""

_OPTIONS: Final = frozenset(inspect.signature(EnvironmentContext.configure).parameters) - {"self", "kw"} | {
    "version_table",
    "version_table_pk",
    "version_table_schema",
}
"""What ``context.configure`` knows, in its signature or beyond it; anything else it takes and forgets."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option given to ``context.configure``."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Environment:
    """What is known of an env.py; None where reading it did not tell.

    ``already_in_transaction`` says that the connection has begun a transaction before ``configure`` gets it, at one of
    ``before_configure``: Alembic then begins and commits none. ``autocommit`` says that the connection has no
    transactions at all. ``naming_convention`` and ``metadata`` are those of ``target_metadata``, the latter the name of
    the module that it comes from. ``url`` is the address that env.py itself gives; ``driver`` is its driver, None
    where the address names none. ``offline`` says that ``--sql`` is provided for. ``why_unknown`` is the reason why
    options are not known.
    """

    path: str
    transaction_per_migration: bool | None = None
    transactional_ddl: bool | None = None
    already_in_transaction: bool | None = None
    before_configure: tuple[Span, ...] = ()
    autocommit: bool | None = None
    naming_convention: Mapping[str, object] | None = None
    metadata: str | None = None
    unknown_options: tuple[Option, ...] = ()
    asynchronous: bool = False
    offline: bool = False
    url: str | None = None
    why_unknown: str = ""


def read_environment(path: Path, options: Mapping[str, str], roots: tuple[Path, ...]) -> Environment:
    """Read the env.py ``path``; ``options`` are its section of alembic.ini, ``roots`` where its imports are looked for.

    An env.py that cannot be read gives an Environment of which nothing is known, with the reason.
    """
    try:
        source = Source(read_source(path), str(path))
    except UserError as error:
        return Environment(str(path), why_unknown=str(error))
    asynchronous = any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(source.tree))
    _Synchronous().generic_visit(source.tree)
    online, offline = (_Run(source, options, roots, offline=offline) for offline in (False, True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        online.read()
        offline.read()
    return _environment(source, online, offline, asynchronous=asynchronous or online.asynchronous)


def driver_of(url: str | None) -> str | None:
    """The driver that a database's address names; "" for PostgreSQL's default one, None for what is not PostgreSQL."""
    match = _DRIVER.match(url or "")
    return (match[1] or "") if match else None


@dataclass(frozen=True, slots=True)
class _Event:
    """The connection begins a transaction, or ends it, under the conditions ``guards``."""

    begins: bool
    span: Span
    guards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Configured:
    """One call of ``context.configure``, and what the connection has done before."""

    options: Mapping[str, object]
    spans: Mapping[str, Span]
    in_transaction: bool | None
    begun: tuple[Span, ...]
    autocommit: bool | None


class _Config:
    """``context.config``."""


class _Engine:
    """An engine, of which only the connections matter."""


class _Synchronous(ast.NodeTransformer):
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


class _Run(Interpreter):
    """One run over env.py. Its journal is not looked at: only the calls of Alembic's context and of engines count."""

    def __init__(self, source: Source, options: Mapping[str, str], roots: tuple[Path, ...], *, offline: bool) -> None:
        journal = Journal(source, "upgrade", source.path)
        super().__init__(source, journal, Budget(), RevisionContext(roots=roots))
        self.is_offline = offline
        self.options = options
        self.events: list[_Event] = []
        self.autocommit: bool | None = False
        self.configured: list[_Configured] = []
        self.url: str | None = None
        self.asynchronous = False
        self.failure = ""

    def read(self) -> None:
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

    def _dispatch(self, node: ast.Call, callee: object, arguments: Arguments) -> object:
        owner = callee.owner if isinstance(callee, Bound) else None
        for kind, handler in self._METHODS.items():
            if isinstance(callee, Bound) and (
                is_symbol(owner, kind) if isinstance(kind, str) else isinstance(owner, kind)
            ):
                return handler(self, node, callee.name, arguments)
        if isinstance(callee, Unknown):
            return self._on_unknown(node, self.source.code(node.func), arguments)
        return super()._dispatch(node, callee, arguments)

    def _on_unknown(self, node: ast.Call, code: str, arguments: Arguments) -> object:
        """A call of what is not read: an engine by its methods; a function that it gets is taken to be run."""
        args, kwargs = arguments
        name = code.rsplit(".", 1)[-1]
        if name in _ENGINES:
            return self._engine(name, arguments)
        if name in _CONNECTS and not args and "." in code:
            return self._on_engine(node, name, arguments)
        if code == "re.split" and args[:1] == [_COMMAS] and isinstance(args[-1], str):
            return re.split(_COMMAS, args[-1])
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
        return Symbol("connection") if name in {"get_bind", "get_context"} else Unknown(f"context.{name}()", inert=True)

    def _configure(self, node: ast.Call, options: dict[str, object]) -> None:
        spans = {each.arg: self.source.span(each) for each in node.keywords if each.arg}
        known = is_symbol(options.get("connection"), "connection")
        self._address(options.get("url"))
        in_transaction, begun = self._begun()
        self.configured.append(
            _Configured(options, spans, in_transaction if known else None, begun, self.autocommit if known else None)
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

    def _event(self, node: ast.AST, *, begins: bool) -> None:
        self.events.append(_Event(begins, self.source.span(node), tuple(self.journal.guards)))

    def _on_transaction(self, node: ast.Call, name: str, _arguments: Arguments) -> None:
        if name in _ENDS:
            self._event(node, begins=False)

    def _on_connection(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        if name == "run_sync" and args and isinstance(args[0], Function):
            return self.call_function(node, args[0], ([Symbol("connection"), *args[1:]], kwargs))
        if name == "execution_options":
            self._isolation(kwargs)
            return Symbol("connection")
        if name in _BEGINS:
            self._event(node, begins=True)
            return Symbol("transaction") if name.startswith("begin") else Unknown("the database's answer", inert=True)
        if name in _ENDS:
            self._event(node, begins=False)
        return Symbol("connection") if name in {"connect", "start"} else Unknown(name, inert=True)

    def _on_engine(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        if name in _CONNECTS:
            self._event(node, begins=name == "begin")
            return Symbol("connection")
        if name == "execution_options":
            self._isolation(arguments[1])
            return _Engine()
        return Unknown(name, inert=True)

    def _engine(self, name: str, arguments: Arguments) -> _Engine:
        args, kwargs = arguments
        self.asynchronous |= "async" in name
        self._address(args[0] if args else kwargs.get("url"))
        self._isolation(kwargs)
        return _Engine()

    def _isolation(self, kwargs: Mapping[str, object]) -> None:
        level = kwargs.get("isolation_level")
        if isinstance(level, str):
            self.autocommit = level.upper() == "AUTOCOMMIT"
        elif level is not None:
            self.autocommit = None

    def _on_config(self, _node: ast.Call, name: str, arguments: Arguments) -> object:
        args = arguments[0]
        if name in {"get_main_option", "get_section_option"} and args:
            return self.options.get(str(args[-1]), Unknown("a setting that is not there", inert=True))
        if name == "set_main_option" and len(args) > 1 and args[0] == "sqlalchemy.url":
            self._address(args[1])
        if name == "get_section":
            return dict(self.options)
        return Unknown(f"config.{name}()", inert=True)

    def _address(self, url: object) -> None:
        """Take down the address, of which the beginning is enough; a dictionary is a section of the settings."""
        if isinstance(url, Mapping):
            url = url.get("sqlalchemy.url", url.get("url"))
        if isinstance(url, PartialText) and isinstance(url.parts[0], str):
            url = url.parts[0]
        if isinstance(url, str) and url:
            self.url = url

    _METHODS: Final[dict[SymbolKind | type, Callable[[_Run, ast.Call, str, Arguments], object]]] = {
        "connection": _on_connection,
        "context": _on_context,
        "transaction": _on_transaction,
        _Config: _on_config,
        _Engine: _on_engine,
    }


def _environment(source: Source, online: _Run, offline: _Run, *, asynchronous: bool) -> Environment:
    calls = online.configured
    options = {
        (name, span): Option(name, span)
        for call in (*calls, *offline.configured)
        for name, span in call.spans.items()
        if name not in _OPTIONS
    }
    return Environment(
        path=source.path,
        transaction_per_migration=_flag(calls, "transaction_per_migration", default=False),
        transactional_ddl=_flag(calls, "transactional_ddl", default=True),
        already_in_transaction=_truth(_same([call.in_transaction for call in calls])),
        before_configure=tuple(dict.fromkeys(span for call in calls for span in call.begun)),
        autocommit=_truth(_same([call.autocommit for call in calls])),
        naming_convention=_convention(_same([_option(call, "target_metadata", None) for call in calls])),
        metadata=_origin(source.tree),
        unknown_options=tuple(options.values()),
        asynchronous=asynchronous,
        offline=bool(offline.configured),
        url=online.url,
        why_unknown=online.failure or ("" if calls else "no call of context.configure was found"),
    )


def _option(call: _Configured, name: str, default: object) -> object:
    """The option as given; where it may be among options that are not known, it is not known."""
    return call.options.get(name, Unknown(name) if "**" in call.options else default)


def _flag(calls: Sequence[_Configured], name: str, *, default: bool) -> bool | None:
    return _truth(_same([_option(call, name, default) for call in calls]))


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _same(values: Sequence[object]) -> object:
    """The value that all have; unknown where they differ, or there is none."""
    same = values and all(each is values[0] for each in values)
    return values[0] if same else Unknown("it differs")


def _convention(metadata: object) -> Mapping[str, object] | None:
    """The naming convention of the metadata, empty when it has none of its own."""
    several = metadata if isinstance(metadata, list | tuple) else [metadata]
    if metadata is None:
        return {}
    conventions = [dict(each.naming_convention) for each in several if isinstance(each, MetaData)]
    if len(conventions) < len(several) or any(each != conventions[0] for each in conventions):
        return None
    default = MetaData().naming_convention
    return {key: value for key, value in conventions[0].items() if default.get(key) != value}


def _origin(tree: ast.Module) -> str | None:
    """The module that ``target_metadata`` comes from, by the names alone."""
    given: list[ast.expr] = [
        keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "target_metadata"
    ]
    name = _root(given[0]) if given else None
    assigned = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for _ in range(len(assigned)):
        name = _root(assigned.pop(name)) if name in assigned else name
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any((each.asname or each.name) == name for each in node.names):
            return "." * node.level + (node.module or "")
        if isinstance(node, ast.Import):
            for each in node.names:
                if name in {each.asname, each.name.partition(".")[0]}:
                    return each.name
    return None


def _root(node: ast.expr) -> str | None:
    """The name that an expression such as ``models.Base.metadata`` begins with."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
