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
from .failing import is_scalar
from .flow import Flow, RaisedError
from .imports import Imports
from .journal import Journal
from .objects import DESCRIPTORS, Descriptor
from .origins import Place
from .sending import Arguments
from .source import Source
from .values import Function, GeneratorFunction, Scope, Symbolic, Unknown, first_hole, is_inert

_TRANSPARENT: Final = {"abstractmethod", "final", "override", "wraps"}
"""Decorators of the standard library that leave a function doing what it did."""
_REMEMBERING: Final = {"cache", "lru_cache"}
"""Decorators of the standard library that leave out a call with arguments that there was one with before."""


_REMEMBERED_MAX: Final = 128
"""How many answers ``lru_cache`` keeps."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A function that is being run, the names that it was called with, and how many conditions held then."""

    function: Function
    names: dict[str, object]
    guards: int

    def calls(self, function: Function) -> bool:
        """Whether ``function`` is the one that is run here."""
        return self.function.node is function.node and self.function.scope is function.scope


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a function answered to what it was ``given``, and under which ``guards``; ``unsure`` if that is unknown."""

    function: Function
    given: list[object]
    value: object
    guards: tuple[str, ...]
    unsure: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A point of the evaluation, to come back to."""

    scope: Scope
    source: Source
    outer: tuple[Place, ...]
    running: tuple[_Running, ...]


class Definitions(Imports):
    """Evaluates definitions and calls of what they define; running a block is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self._running: list[_Running] = []
        self._answers: dict[tuple[int, int], list[_Answer]] = {}
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
        made: object = Function(node, self.scope.around("class"), self.source, self.defaults(node.args))
        if self._yields(node) and isinstance(made, Function):
            made, self.asked = GeneratorFunction(made), True
        for decorator in reversed(node.decorator_list):
            made = self._decorated(made, decorator, node.name)
        self.scope.names[node.name] = made

    def _decorated(self, made: object, decorator: ast.expr, name: str) -> object:
        """The function ``made`` as its ``decorator`` leaves it; Unknown when that is no function to follow."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        own = isinstance(self.evaluate(called), Symbolic)  # the file defines something of that name itself
        word = "" if own else self.source.code(called, 60).rpartition(".")[2]
        if word in _TRANSPARENT:
            return made
        if word in _REMEMBERING and isinstance(made, Function):
            return replace(made, remembers=True)
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
            return self.stops(node, f"TypeError: {bound.reason}")
        names = {**(names or {}), **bound}
        if function.remembers:
            return self._remembered(node, function, names, _shape(arguments))
        return self._run_or_again(node, function, names)

    def _remembered(self, node: ast.AST, function: Function, names: dict[str, object], given: list[object]) -> object:
        """Run a function that remembers what it answered, unless it was called with the same arguments before."""
        guards = tuple(self.journal.guards)
        earlier = self._answers.setdefault((id(function.node), id(function.scope)), [])
        certain = first_hole(given) is None and len(earlier) < _REMEMBERED_MAX
        same = [each for each in earlier if not certain or each.unsure or _alike(each.given, given)]
        for each in same:
            alike = certain and not each.unsure and list(map(type, each.given)) == list(map(type, given))
            if alike and each.guards == guards[: len(each.guards)]:
                return each.value
        value: object = Unknown(f"what {function.name}() answers")
        with self.perhaps(f"unless {function.name}() was called with the same arguments before" if same else None):
            value = self._run_or_again(node, function, names)
        earlier.append(_Answer(function, given, value, guards, not certain))
        return Unknown(f"what {function.name}() answered before") if same else value

    def _run_or_again(self, node: ast.AST, function: Function, names: dict[str, object]) -> object:
        """Run a function over the ``names`` that it is called with, which may be running already."""
        earlier = [each for each in self._running if each.calls(function) and each.guards < len(self.journal.guards)]
        if not earlier:
            return self._follow(node, function, names)
        self._generalise(names, earlier[0])
        if len(earlier) > 1:
            return Unknown(f"what {function.name}() returns")
        answers: list[object] = []
        with self.perhaps(f"each time {function.name}() calls itself"):
            answers.append(self._follow(node, function, names))
        return answers[0] if answers else Unknown(f"what {function.name}() returns")

    def _generalise(self, names: dict[str, object], first: _Running) -> None:
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
        self._running.append(_Running(function, dict(names), len(self.journal.guards)))
        self.scope = Scope(names, function.scope, guards=tuple(self.journal.guards))
        self.source = self.journal.source = function.source
        try:
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body)
            flow = self.block(function.node.body)
        finally:
            self.go_to(caller)
        return self._returned(function, flow)

    def _returned(self, function: Function, flow: Flow | None) -> object:
        """What a call gives that ended with ``flow``, unless it raises."""
        if flow is None:
            return None
        if flow.raises:
            self.raising.append(flow.raises)
        if flow.kind == "raise" and flow.guard is None:
            raise RaisedError
        if flow.kind == "raise" and flow.guard:
            self.raising.append(flow.guard)
        if flow.kind != "return":
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


def _shape(arguments: Arguments) -> list[object]:
    """The arguments of a call as memory knows them: one that is given by name is another one."""
    args, kwargs = arguments
    return [len(args), *args, *(each for pair in kwargs.items() for each in pair)]


def _alike(given: list[object], other: list[object]) -> bool:
    """Whether two calls are the same for a function's memory, as far as it asks whether their arguments are equal."""
    pairs = list(zip(given, other, strict=False))
    return len(given) == len(other) and all(
        _same(one, two) or (is_scalar(one) and is_scalar(two) and one == two) for one, two in pairs
    )


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
