"""The functions that a revision defines: which of them can be followed, and calling one."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final

from .budget import CALL_DEPTH, Budget
from .context import RevisionContext
from .custom import Registration
from .flow import Flow
from .imports import Imports
from .journal import Journal
from .objects import DESCRIPTORS, Descriptor
from .origins import Place
from .sending import Arguments
from .source import Source
from .values import Function, GeneratorFunction, Scope, Symbolic, Unknown, is_inert

_TRANSPARENT: Final = {"abstractmethod", "cache", "final", "lru_cache", "override", "wraps"}
"""Decorators of the standard library that leave a function doing what it did."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A function that is being run, the names that it was called with, and how many conditions held then."""

    function: Function
    names: dict[str, object]
    guards: int

    def calls(self, function: Function) -> bool:
        """Whether ``function`` is the one that is run here."""
        return self.function.node is function.node and self.function.scope is function.scope


@dataclass(frozen=True, slots=True)
class _Place:
    """A point of the evaluation, to come back to."""

    scope: Scope
    source: Source
    outer: tuple[Place, ...]
    running: tuple[_Run, ...]


class Definitions(Imports):
    """Evaluates definitions and calls of what they define; running a block is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self._running: list[_Run] = []
        self.called: set[int] = set()

    @abstractmethod
    def block(self, statements: Sequence[ast.stmt]) -> Flow | None:
        """Interpret ``statements`` in order, up to what ends them."""

    def define_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Run a ``def`` statement."""
        self.budget.spend(_lines(node))
        self.hook(node)
        if isinstance(node, ast.AsyncFunctionDef):
            self.scope.names[node.name] = Unknown(f"{node.name}(), which is asynchronous", sends=True)
            return
        made: object = Function(node, self.scope, self.source, self.defaults(node.args))
        if self._yields(node) and isinstance(made, Function):
            made, self.asked = GeneratorFunction(made), True
        for decorator in reversed(node.decorator_list):
            made = self._decorated(made, decorator, node.name)
        self.scope.names[node.name] = made

    def _decorated(self, made: object, decorator: ast.expr, name: str) -> object:
        """The function ``made`` as its ``decorator`` leaves it; Unknown when that is no function to follow."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        word = self.source.code(called, 60).rpartition(".")[2]
        if word in _TRANSPARENT:
            return made
        if word == "contextmanager" and isinstance(made, GeneratorFunction):
            return replace(made, managed=True)
        if word in DESCRIPTORS and isinstance(made, Function | GeneratorFunction):
            return Descriptor(DESCRIPTORS[word], made)
        wrapper = self.evaluate(decorator)
        if isinstance(wrapper, Registration):
            self.register(wrapper, made)
            return made
        result = self.call_function(decorator, wrapper, ([made], {})) if isinstance(wrapper, Function) else None
        code = self.source.code(decorator, 40)
        return result if isinstance(result, Function) else Unknown(f"{name}(), which {code} decorates", sends=True)

    def _yields(self, node: ast.FunctionDef) -> bool:
        return "yield" in self.source.text and _is_generator(node)

    def call_function(
        self, node: ast.AST, function: Function, arguments: Arguments, names: Mapping[str, object] | None = None
    ) -> object:
        """Run a helper: its statements stand at the outermost call, with the line in the helper as related.

        One that calls itself under an unknown condition is like an unknown loop: its body once more, for any number of
        calls, and what changes from one to the next is unknown.
        """
        if len(self.journal.outer) >= CALL_DEPTH:
            self.journal.gap(node, "calls nested too deeply")
            return Unknown("calls nested too deeply")
        self.called.add(id(function.node))
        bound = _bound(function, arguments)
        if isinstance(bound, Unknown):
            self.journal.gap(node, bound.reason)
            return bound
        names = {**(names or {}), **bound}
        earlier = [each for each in self._running if each.calls(function) and each.guards < len(self.journal.guards)]
        if not earlier:
            return self._follow(node, function, names)
        self._generalise(names, earlier[0])
        if len(earlier) > 1:
            return Unknown(f"what {function.name}() returns")
        with self.journal.guarded(f"each time {function.name}() calls itself"):
            return self._follow(node, function, names)

    def _generalise(self, names: dict[str, object], first: _Run) -> None:
        """Leave of ``names`` what does not change from one call to the next."""
        reason = f"what changes as {first.function.name}() calls itself"
        for name, value in names.items():
            if not _same(value, first.names.get(name)):
                names[name] = Unknown(reason, inert=is_inert(value))
            if isinstance(value, list | dict | set):
                self.taint(value, reason)

    def place(self) -> _Place:
        """Where the evaluation is: in which function, called from where."""
        return _Place(self.scope, self.source, tuple(self.journal.outer), tuple(self._running))

    def go_to(self, place: _Place) -> None:
        """Go on at ``place``."""
        self.scope, self.source = place.scope, place.source
        self.journal.source = place.source
        self.journal.outer[:], self._running[:] = place.outer, place.running

    def _follow(self, node: ast.AST, function: Function, names: dict[str, object]) -> object:
        """Run a function over the ``names`` that it is called with."""
        caller = self.place()
        self.journal.outer.append((self.source, node))
        self._running.append(_Run(function, dict(names), len(self.journal.guards)))
        self.scope = Scope(names, function.scope)
        self.source = self.journal.source = function.source
        try:
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body)
            flow = self.block(function.node.body)
        finally:
            self.go_to(caller)
        if flow is None or flow.kind != "return":
            return None
        returned = Unknown(f"what {function.name}() returns", inert=is_inert(flow.value))
        return flow.value if flow.certain else returned


def _bound(function: Function, arguments: Arguments) -> dict[str, object] | Unknown:
    """The names that calling ``function`` with ``arguments`` defines; Unknown when they do not fit it."""
    args, kwargs = arguments
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if "**" in kwargs:
        return _bound_in_part(function, args, kwargs)
    refused = Unknown(f"the arguments of {function.name}() do not fit it")
    if len(args) > len(positional) and not spec.vararg:
        return refused
    names: dict[str, object] = dict(zip([parameter.arg for parameter in positional], args, strict=False))
    if spec.vararg:
        names[spec.vararg.arg] = tuple(args[len(positional) :])
    known = {parameter.arg for parameter in (*positional, *spec.kwonlyargs)}
    extra = {name: value for name, value in kwargs.items() if name not in known}
    if (extra and not spec.kwarg) or names.keys() & kwargs.keys():
        return refused
    names |= {name: value for name, value in kwargs.items() if name in known}
    if spec.kwarg:
        names[spec.kwarg.arg] = extra
    names = {**function.defaults, **names}
    return names if known <= names.keys() else refused


def _bound_in_part(function: Function, args: list[Any], kwargs: dict[str, Any]) -> dict[str, object]:
    """The names of a call some of whose arguments are not known: they may be any of those that are not given."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    unknown = Unknown(f"an argument of {function.name}() ({kwargs['**'].reason})")
    names = {
        parameter.arg: unknown for parameter in (*positional, *spec.kwonlyargs, spec.vararg, spec.kwarg) if parameter
    }
    certain = takewhile(lambda each: not isinstance(each, Unknown), args)
    names |= zip([parameter.arg for parameter in positional], certain, strict=False)
    return names | {name: value for name, value in kwargs.items() if name in names}


def _same(one: object, other: object) -> bool:
    """Whether two values are the same; SQL expressions overload ==, so only plain ones and symbols are compared."""
    comparable = isinstance(one, str | int | Symbolic) and type(one) is type(other)
    return one is other or (comparable and one == other)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno


def _is_generator(function: ast.FunctionDef) -> bool:
    """Whether ``function`` itself yields, leaving aside what it defines."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False
