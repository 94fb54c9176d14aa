"""Evaluating calls: functions of the file, SQLAlchemy's constructors, plain functions, methods of values."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, case, select, text
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.sql.type_api import TypeEngine

from . import classes, library, orm, reflected
from .allowed import MUTATING
from .budget import Budget
from .context import RevisionContext
from .custom import Registered
from .failing import is_scalar, said
from .hooks import registers
from .iterators import goes_through
from .journal import Journal
from .methods import ORDER, Methods
from .objects import CALLED, Instance, Method, PlainClass
from .origins import MADE
from .paths import Location
from .sending import Arguments, flat
from .source import Source
from .values import (
    Answers,
    Bound,
    Function,
    GeneratorFunction,
    Maker,
    Namespace,
    Once,
    Operations,
    Partial,
    PartialText,
    Question,
    Started,
    Symbol,
    Symbolic,
    Unknown,
    Unordered,
    first_hole,
    in_any_order,
    is_symbol,
    may_send,
)

_CLIENT_SIDE: Final = ("default", "onupdate")
"""What SQLAlchemy computes when it inserts or updates: no part of the table, so it may be unknown."""
_OLD_LISTS: Final[dict[object, str]] = {select: "columns", case: "whens"}
"""What SQLAlchemy 1 gave a list as the first argument, and its name; newer ones take its items."""
_CALLING: Final = {"Thread", "filter", "map", "partial", "reduce", "starmap", "submit"}
"""What Python calls a function with that it is given."""
_LOOKING_UP: Final = {"getattr", "globals", "locals", "vars"}
"""Builtins that use nothing themselves, while what they find may."""
_USING_DATABASE: Final = {"create", "create_all", "drop", "drop_all", "reflect"}
_REFLECTING: Final = {"autoload", "autoload_replace", "autoload_with"}
_BY_KEY: Final = {max, min, sorted}
_CALLED_BACK: Final = (Bound, Function, GeneratorFunction, Method, Partial, Started)
_CHANGING: Final = ("bisect.", "heapq.", "random.")
"""Modules of Python whose functions change what they are given."""


class Calls(Methods):
    """Evaluates calls; running a function of the file is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self.reached: set[int] = set()
        self.plain: list[tuple[PlainClass, ast.ClassDef]] = []
        self.escaped = False
        self.registered = Registered()

    @abstractmethod
    def call_path(self, node: ast.Call, owner: Location, name: str, arguments: Arguments) -> object:
        """Evaluate ``path.name(…)``."""

    @abstractmethod
    def look_up(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        """Evaluate a call of the ``Question`` of that name."""

    def call(self, node: ast.Call) -> object:
        callee = self.evaluate(node.func)
        if goes_through(callee):
            self.whole |= {id(each) for each in node.args}
        result = self.dispatch(node, callee, self._arguments(node))
        self.reached.add(id(node))
        if self.raised:
            self.stops(node, self.raised)
        self.raised = ""
        return result

    def _arguments(self, node: ast.Call) -> Arguments:
        kwargs: dict[str, Any] = {}
        args = self.elements(node.args)
        if any(isinstance(each, ast.Starred) for each in node.args) and (hole := first_hole(args)):
            kwargs["**"] = hole
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
                kwargs |= value
            else:
                kwargs["**"] = first_hole(value) or Unknown(self.source.code(keyword.value, 40))
        return args, kwargs

    def dispatch(self, node: ast.Call, callee: object, arguments: Arguments) -> object:
        """What ``callee`` gives, which is called at ``node``."""
        if isinstance(callee, Partial):
            args, kwargs = arguments
            return self.dispatch(node, callee.function, ([*callee.args, *args], {**callee.kwargs, **kwargs}))
        if isinstance(callee, Function):
            return self.call_function(node, callee, arguments)
        if isinstance(callee, Unknown):
            return self.call_unknown(node, callee, arguments)
        if isinstance(callee, Bound):
            return self._call_bound(node, callee, arguments)
        if isinstance(callee, Symbolic):
            return self._call_symbolic(node, callee, arguments)
        if is_scalar(callee):
            self.raised = f"TypeError: {type(callee).__name__!r} object is not callable"
        return self._call_python(node, callee, arguments) if callable(callee) else self._what(node)

    def _call_symbolic(self, node: ast.Call, callee: Symbolic, arguments: Arguments) -> object:
        result: object = self._what(node)
        if isinstance(callee, CALLED):
            result = self.call_object(node, callee, arguments)
        elif isinstance(callee, GeneratorFunction):
            result = callee.start(*arguments)
        elif isinstance(callee, Question):
            result = self.look_up(node, callee.name, arguments)
        elif isinstance(callee, orm.Model):
            result = self._new(callee, arguments)
        elif isinstance(callee, Answers):
            result = callee.value
        elif isinstance(callee, Maker):
            result = callee.make(*arguments)
        elif is_symbol(callee, "sessionmaker"):
            result = Symbol("session")
        return result

    def _what(self, node: ast.expr) -> Unknown:
        return Unknown(self.source.code(node, 40))

    def _call_python(self, node: ast.Call, callee: Callable[..., object], arguments: Arguments) -> object:
        """Call a class or a function of Python or SQLAlchemy."""
        if classes.holds_anything(callee) and "**" not in arguments[1]:
            return classes.made(callee, *arguments)
        if callee is str and arguments[0] and isinstance(arguments[0][0], Location):
            return arguments[0][0]
        if callee is str and arguments[0]:
            arguments = [self.shown(node, arguments[0][0]), *arguments[0][1:]], arguments[1]
        if callee in _BY_KEY and "key" in arguments[1] and arguments[0]:
            args, kwargs = arguments
            return self.keyed(node, library.name_of(callee), args[0] if len(args) == 1 else args, kwargs)
        given = self._called_back(node, arguments)
        taken = self._taken(node, callee, given) if self.asked else given
        taken, sources = self.drained_by(callee, taken), taken[0]
        result = self._call_known(callee, self._new_style(node, callee, taken))
        if library.makes_iterator(callee) and isinstance(result, list):
            return Once(result, self.journal.guards, sources)
        if isinstance(result, MADE):
            self.journal.made(result, node)
        return result

    def _call_bound(  # noqa: PLR0911  one line for each kind of owner
        self, node: ast.Call, bound: Bound, arguments: Arguments
    ) -> object:
        owner = bound.owner
        arguments = self.drained_by(bound, arguments)
        if isinstance(owner, Operations):
            return self.call_operation(node, owner, bound.name, arguments)
        if isinstance(owner, Symbol):
            return self.call_symbol(node, owner, bound.name, arguments)
        if isinstance(owner, Location):
            return self.call_path(node, owner, bound.name, arguments)
        if isinstance(owner, orm.Query):
            return self.call_query(node, owner, bound.name, arguments)
        if isinstance(owner, Namespace):
            return self.make_session(bound.name, arguments)
        if bound.name in _USING_DATABASE and isinstance(owner, SchemaItem | TypeEngine):
            self.call_schema(node, owner, bound.name, arguments)
            return None
        return self.call_method(node, bound, arguments)

    def call_unknown(self, node: ast.Call, callee: Unknown, arguments: Arguments) -> object:
        """Code that is not read may use the database, whether it is handed the connection or opens one."""
        if self.source.code(node) == "globals()" and not self.importing:
            return MappingProxyType(self.scope.outermost().names)
        given = list(flat(arguments))
        if registers(node, callee.reason):
            self.journal.altered(node, everywhere=self.importing)
        if any(is_symbol(value, "autocommit block") for value in given):
            self.journal.transactions.uncertain(f"{self.source.code(node, 60)} may do anything with the transaction")
        self._may_change(node, callee, given)
        calls_back = any(isinstance(value, _CALLED_BACK) for value in given) or (
            self.source.code(node.func, 60).rpartition(".")[2] in _CALLING and any(map(may_send, given))
        )
        if isinstance(callee, orm.Loaded) and callee.model:  # ``rows.all()``, ``result.scalars()``
            return callee
        looks_up = self.source.code(node.func) in _LOOKING_UP and not any(
            isinstance(value, Symbol | Operations) for value in given
        )
        hands_on = callee.reason.startswith("contextlib.") and any(isinstance(each, Symbolic) for each in given)
        uses = calls_back or hands_on or callee.sends or not (callee.inert or looks_up)
        if uses and not self.importing:
            self.journal.gap(node, f"it may use the database: {callee.reason}")
        inert = callee.inert and not hands_on
        return Unknown(callee.reason, inert=inert, sends=callee.sends and self.importing)

    def _may_change(self, node: ast.Call, callee: Unknown, given: list[object]) -> None:
        """Code that is not read may change what it is given, but for a class; so may what an unknown key leads to."""
        code = self.source.code(node, 60)
        for value in given:
            if isinstance(value, Started):
                value.used = True
            elif isinstance(value, Once):
                self.taint(value, f"an iterator that {code} may use")
        self.escaped = self.escaped or any(isinstance(value, Instance | Method | PlainClass) for value in given)
        makes_object = self.source.code(node.func, 60).rpartition(".")[2][:1].isupper()
        if not callee.inert or callee.reason.startswith(_CHANGING):
            for value in given:
                if isinstance(value, Instance):
                    value.lost = f"an object that {code} may change"
                elif isinstance(value, list | dict | set) and not makes_object:
                    self.taint(value, f"a container that {code} may change")
        if isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING:
            root: ast.expr = node.func.value
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            self.taint(self.evaluate(root) if isinstance(root, ast.Name) else None, f"a container changed by {code}")

    def _called_back(self, node: ast.Call, arguments: Arguments) -> Arguments:
        """The function of the file that an enum is to take its labels from, as one that SQLAlchemy can call."""
        args, kwargs = arguments
        function = kwargs.get("values_callable")
        if not isinstance(function, Function):
            return arguments

        def labels(members: object) -> object:
            found = self.call_function(node, function, ([members], {}))
            if first_hole(found) is not None:
                raise ValueError("its values_callable cannot be followed")
            return found

        return args, kwargs | {"values_callable": labels}

    def _call_known(self, callee: Callable[..., object], arguments: Arguments) -> object:
        args, kwargs = arguments
        if callee is text and args and isinstance(args[0], PartialText):
            return replace(args[0], is_clause=True)
        if any(map(in_any_order, args)):
            if not library.counts(callee) or kwargs:
                return self.items(args[0]) if callee in {list, tuple} else ORDER
            args = [list(arg.items) if isinstance(arg, Unordered) else arg for arg in args]
        if "**" not in kwargs and library.holds(callee, args):
            return self._held(callee, args, kwargs)
        if callee is Table and (kwargs.keys() & _REFLECTING or reflected.is_reflected(args[1:2] and args[1])):
            return self._reflected(args, kwargs)
        if callee is not Column:
            return self.apply(callee, args, kwargs)
        client_side = {key: kwargs.pop(key) for key in _CLIENT_SIDE if key in kwargs}
        for key, value in client_side.items():
            if isinstance(value, Symbolic) or first_hole(value) is not None:
                client_side[key] = Unknown("a default that the migration computes")
        return self.apply(partial(callee, **client_side), args, kwargs)

    def _held(self, callee: Callable[..., object], args: list[Any], kwargs: dict[str, Any]) -> object:
        """A container of the items of others, whatever they are."""
        self.budget.spend(sum(map(len, args)))
        try:
            made = callee(*args, **kwargs)
            keys = first_hole(list(made)) if isinstance(made, dict) else None
            return keys or self.grown(made)
        except (TypeError, ValueError) as error:
            self.raised = said(error)
            return Unknown(said(error))

    def _new_style(self, node: ast.Call, callee: Callable[..., object], arguments: Arguments) -> Arguments:
        """What only an SQLAlchemy older than 2.0 takes, as today's takes it."""
        args, kwargs = arguments
        refusal = ""
        if callee is MetaData and "bind" in kwargs:
            kwargs, refusal = {key: value for key, value in kwargs.items() if key != "bind"}, "takes no bind"
        elif callee in _OLD_LISTS and args and isinstance(args[0], list):
            args, refusal = [*args[0], *args[1:]], f"takes no list of {_OLD_LISTS[callee]}"
            if len(arguments[0]) > 1 or (callee is select and kwargs):
                return arguments
        if refusal:
            self.only_old(node, refusal)
        return args, kwargs

    def _taken(self, node: ast.Call, callee: Callable[..., object], arguments: Arguments) -> Arguments:
        """The arguments as ``callee`` takes them: Python iterates over a query, SQLAlchemy builds from it."""
        args, kwargs = arguments
        fetched = self.fetched_singly if library.takes_some(callee) else self.fetched
        take = partial(fetched, node) if library.is_builtin(callee) else orm.core
        return [take(each) for each in args], {name: take(value) for name, value in kwargs.items()}

    @staticmethod
    def _new(model: orm.Model, arguments: Arguments) -> object:
        args, kwargs = arguments
        if args or not kwargs.keys() <= model.columns.keys():
            return Unknown(f"an object of {model.name}, which is not read")
        return orm.New(model, dict(kwargs))

    def _reflected(self, args: list[Any], kwargs: dict[str, Any]) -> object:
        name, schema = args[0] if args else kwargs.get("name"), kwargs.get("schema")
        hole = first_hole((name, schema, args[2:]))
        if hole is not None or not isinstance(name, str):
            return hole or Unknown("a table without a name")
        self.recording.reflects = True
        return self.apply(partial(reflected.reflected, name, MetaData(), *args[2:], schema=schema), [], {})
