"""The values that a revision's Python can have while it is interpreted: real ones, symbolic ones, and unknown ones.

Strings, numbers, containers and SQLAlchemy's own objects are themselves. What only a running migration has (the
connection, Alembic's context) is symbolic. Everything else is ``Unknown`` with its reason, and flows on as such.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from .modules import Place
from .source import Source
from .views import VIEWS, View


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that reading cannot have; ``inert`` when calling it or its methods cannot reach the database.

    ``sends`` when it is code of the project that may well do so: then each of its calls is named. ``fails`` when it is
    an error that making the value raises with any version of the libraries.
    """

    reason: str
    inert: bool = False
    sends: bool = False
    fails: bool = False


IN_ANY_ORDER: Final = "in the order of a set, which is not known"
"""Under which guard something runs for the items of a set, one after another."""


@dataclass(frozen=True, slots=True)
class Unordered(Unknown):
    """Known ``items`` in an order that is not known: those of a set."""

    items: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Either(Unknown):
    """One of several values, it is not known which; all of them count as ``truth``."""

    truth: bool = True


def in_any_order(value: object) -> bool:
    """Whether ``value`` has several items, and they come in an order that is not known."""
    return (isinstance(value, set | frozenset) and len(value) > 1) or (
        isinstance(value, Unordered) and len(value.items) > 1
    )


def unordered(items: Iterable[object]) -> Unordered:
    """The items of a set, or what was made of each of them, in an order that is the same in every run here."""
    return Unordered("the order of a set", items=tuple(items))


@dataclass(frozen=True, slots=True)
class PartialText:
    """A string of which some parts are unknown; ``is_clause`` when it was made an SQL expression by ``text()``."""

    parts: tuple[str | Unknown, ...]
    is_clause: bool = False


class Symbolic:
    """What stands for something that is no plain value: a module, a function, the connection of a migration."""

    __slots__ = ()


class Owner(Symbolic):
    """Something whose attributes are found by their names."""

    __slots__ = ()

    def named(self, name: str) -> object:
        """What ``owner.name`` is."""
        raise NotImplementedError


class Lookup(Owner):
    """Something whose attributes and items are found by their names: ``owner["name"]``, too."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Namespace(Symbolic):
    """A module that a revision imports, known by its dotted name; ``library`` says what it may give."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Module(Symbolic):
    """A module of the project; ``scope`` finds what it defines."""

    place: Place
    scope: Scope = field(repr=False)


@dataclass(frozen=True, slots=True)
class Foreign(Symbolic):
    """Something that is not read, but of whose parts the configuration tells values; the others are ``unknown``."""

    name: str
    unknown: Unknown


@dataclass(frozen=True, slots=True)
class Answers(Symbolic):
    """A function that is not read, but known to answer ``value``."""

    value: object


@dataclass(frozen=True, slots=True)
class Question(Symbolic):
    """One of Python's functions that need to know of values what only reading knows: ``getattr``, ``isinstance`` …."""

    name: str


CALLING_BACK: Final = {"callable", "filter", "iter", "map", "next", "partial", "reduce"}
"""The questions that are about functions and iterators."""


@dataclass(frozen=True, slots=True)
class Maker(Symbolic):
    """What ``make`` answers for when it is called with positional and named arguments: a class of the file, mostly."""

    make: Callable[[list[object], dict[str, object]], object]


SymbolKind = Literal[
    "application",
    "application session",
    "application settings",
    "autocommit block",
    "connection",
    "context",
    "dialect",
    "engine",
    "savepoint",
    "script directory",
    "session",
    "sessionmaker",
    "transaction",
]


@dataclass(frozen=True, slots=True)
class Symbol(Symbolic):
    """Something that exists only in a running migration: Alembic's context, its connection, a session on it."""

    kind: SymbolKind
    number: int = 0
    """Which savepoint it is."""


def is_symbol(value: object, *kinds: SymbolKind) -> bool:
    """Whether ``value`` is a symbol of one of ``kinds`` (SQL expressions overload ==, so values are not compared)."""
    return isinstance(value, Symbol) and value.kind in kinds


_CONNECTION: Final = Symbol("connection")
_CONFIGURATION: Final = Unknown("Alembic's configuration", inert=True)
SYMBOL_DATA: Final[dict[tuple[SymbolKind, str], object]] = {
    ("application", "config"): Symbol("application settings"),
    ("connection", "dialect"): Symbol("dialect"),
    ("connection", "engine"): Symbol("engine"),
    ("context", "as_sql"): False,
    ("context", "bind"): _CONNECTION,
    ("context", "config"): _CONFIGURATION,
    ("context", "connection"): _CONNECTION,
    ("context", "dialect"): Symbol("dialect"),
    ("context", "opts"): _CONFIGURATION,
    ("context", "script"): Symbol("script directory"),
    ("dialect", "name"): "postgresql",
    ("engine", "dialect"): Symbol("dialect"),
    ("engine", "name"): "postgresql",
    ("session", "bind"): _CONNECTION,
}
"""The attributes of symbols that are no methods."""


@dataclass(frozen=True, slots=True)
class Operations(Symbolic):
    """``op``, or the operations object of a batch; ``target`` is Alembic's real object."""

    target: object = field(repr=False)
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Batch(Symbolic):
    """A ``batch_alter_table(…)`` that has not been entered yet; ``manager`` is Alembic's real context manager."""

    manager: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bound(Symbolic):
    """A method, not yet called: ``owner.name``."""

    owner: object
    name: str


MISSING: Final = object()
"""What ``Scope.find`` returns for a name that nothing defines."""


@dataclass(slots=True)
class Scope:
    """The names of one function call, of a class body or a comprehension, or of the module: it has no ``parent``.

    ``guards`` are the conditions that held when a function was called.
    """

    names: dict[str, object] = field(default_factory=dict)
    parent: Scope | None = None
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    """Where the names are that a ``global`` or ``nonlocal`` statement speaks of."""
    resolve: Callable[[str], object] | None = None
    """Finds names that are not defined yet: those of a module, which are only read when they are used."""
    kind: Literal["function", "class", "comprehension"] = "function"
    guards: tuple[str, ...] = ()

    def owner(self, name: str) -> Scope:
        """The scope in which assigning to ``name`` here defines it."""
        return self.elsewhere.get(name, self)

    def around(self, kind: Literal["class", "comprehension"]) -> Scope:
        """The nearest scope from here on that is not of that kind."""
        return self if self.kind != kind or self.parent is None else self.parent.around(kind)

    def outermost(self) -> Scope:
        """The scope of the module."""
        return self if self.parent is None else self.parent.outermost()

    def find(self, name: str) -> object:
        """The value of ``name`` here or further out, or ``MISSING``."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if scope.resolve is not None and (found := scope.resolve(name)) is not MISSING:
                scope.names[name] = found
                return found
            scope = scope.parent
        return MISSING


@dataclass(frozen=True, slots=True)
class Function(Symbolic):
    """A function that the file defines, with the scope that it sees."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope = field(repr=False)
    source: Source = field(repr=False, compare=False)
    defaults: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    remembers: bool = field(default=False, compare=False)
    """Whether it answers from memory what it was called with before."""

    @property
    def name(self) -> str:
        return self.node.name if isinstance(self.node, ast.FunctionDef) else "<lambda>"


@dataclass(frozen=True, slots=True)
class GeneratorFunction(Symbolic):
    """A function of the file that yields; ``managed`` when it is made a context manager.

    As a method it has a ``receiver``, the object or the class that it is called on.
    """

    function: Function
    managed: bool = False
    receiver: tuple[object, ...] = ()

    def start(self, args: list[Any], kwargs: dict[str, Any]) -> Started:
        """Call it: nothing of it runs yet."""
        return Started(self.function, ([*self.receiver, *args], kwargs), self.managed)


@dataclass(frozen=True, slots=True, eq=False)
class Partial(Symbolic):
    """``functools.partial``: a function and what it is called with besides."""

    function: object
    args: tuple[object, ...]
    kwargs: dict[str, object]


@dataclass(slots=True, eq=False)
class Started(Symbolic):
    """A generator, or a context manager that is one: nothing of it has run unless it was ``used``."""

    function: Function
    arguments: tuple[list[Any], dict[str, Any]]
    managed: bool = False
    used: bool = False


class Once(list[object]):
    """What an iterator has left: each item is there for the first who takes it, and as an object it is true.

    ``guards`` held where it was made; ``sources`` are the containers that it goes through, with their lengths then.
    """

    def __init__(self, items: Iterable[object], guards: Iterable[str], sources: Iterable[object] = ()) -> None:
        super().__init__(items)
        self.guards = tuple(guards)
        self.sources = [(each, len(each)) for each in sources if isinstance(each, list | dict | set | View)]

    def __bool__(self) -> bool:
        return True

    @property
    def disturbed(self) -> bool:
        """Whether what it goes through has another length by now."""
        return any(len(source) != length for source, length in self.sources)


_WHOLE: Final = {str, int, float, bool, bytes}
"""Types of values without parts."""
_PARTS_MAX: Final = 20_000


def first_hole(value: object) -> Unknown | None:
    """One unknown value inside ``value``, or None when all of it is known; containers are looked into."""
    if value is None or type(value) in _WHOLE:
        return None
    waiting = [value]
    for _ in range(_PARTS_MAX):
        if not waiting:
            return None
        current = waiting.pop()
        if type(current) in _WHOLE:
            continue
        if isinstance(current, Unknown):
            return current
        if isinstance(current, list | tuple | set | frozenset) or type(current) in VIEWS:
            waiting.extend(current)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
        elif isinstance(current, dict | MappingProxyType):
            waiting.extend((*current.keys(), *current.values()))
        elif isinstance(current, PartialText):
            waiting.extend(current.parts)
    return Unknown("a value with too many parts") if waiting else None


_LOOKED_AT: Final = 1_000


def is_inert(value: object) -> bool:
    """Whether nothing in ``value`` uses the database when it is called, as far as one looks into containers."""
    waiting = [value]
    for _ in range(_LOOKED_AT):
        if not waiting:
            return True
        part = waiting.pop()
        if isinstance(part, Symbolic) or may_send(part):
            return False
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple | set | frozenset) or type(part) in VIEWS:
            waiting += part  # type: ignore[arg-type]  # ty: ignore[unsupported-operator]
    return False


def may_send(value: object) -> bool:
    """Whether ``value``, which is not read, may use the database when it is called."""
    return isinstance(value, Unknown) and (value.sends or not value.inert)
