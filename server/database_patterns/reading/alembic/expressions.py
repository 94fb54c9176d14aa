"""Evaluating the expressions of a revision: known values are computed, unknown ones flow on with their reason."""

from __future__ import annotations

import ast
import operator
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import EnumType
from functools import partial
from typing import Any, Final

from sqlalchemy import MetaData, Table

from . import library, orm, reflected
from .budget import Budget
from .failing import is_scalar, lacks, refuses_index, said
from .formatting import FAILS, formatted, text_of
from .iterators import Iterators
from .journal import Journal
from .objects import Method
from .operators import TOO_BIG, combined, compared, either, negated, too_big, truth_of
from .paths import Location, as_text
from .source import Branch, Source
from .values import (
    MISSING,
    SYMBOL_DATA,
    Bound,
    Foreign,
    Function,
    Lookup,
    Namespace,
    Once,
    Owner,
    PartialText,
    Scope,
    Symbol,
    Symbolic,
    Unknown,
    Unordered,
    first_hole,
    is_symbol,
    unordered,
)

_CONDITIONS_SAID: Final = 5


class Expressions(Iterators):
    """Evaluates; what a call does is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget) -> None:
        super().__init__(source, journal, budget)
        self.file = source
        self.dead: dict[int, Branch] = {}

    @abstractmethod
    def call(self, node: ast.Call) -> object:
        """Evaluate a call, with whatever it does to the database."""

    @abstractmethod
    def yield_value(self, node: ast.Yield | ast.YieldFrom) -> object:
        """Evaluate ``yield value`` or ``yield from values``."""

    @abstractmethod
    def here(self) -> object:
        """``__file__`` of the code that is read."""

    @abstractmethod
    def call_object(self, node: ast.expr, callee: object, arguments: tuple[list[Any], dict[str, Any]]) -> object:
        """Call a class or an object of the file, or one of its methods."""

    @abstractmethod
    def shown(self, node: ast.expr, value: object) -> object:
        """``value`` as it is put into a text: an object of a class of the file by its own method."""

    @abstractmethod
    def setting(self, name: object, code: str) -> object:
        """The setting ``name`` of the project's Flask application, asked for by ``code``."""

    def evaluate(self, node: ast.expr) -> object:
        """The value of ``node``; containers that changed under an unknown condition are unknown."""
        self.budget.spend()
        handler = self._HANDLERS.get(type(node))
        if handler is None:
            return Unknown(f"{type(node).__name__}: {self.source.code(node, 40)}")
        value = handler(self, node)
        if self.tainted and id(value) in self.tainted:
            return self.tainted[id(value)][1]
        return value

    def unreachable(self, nodes: Sequence[ast.AST], word: str, because: ast.AST | str) -> None:
        """Note that what is in ``nodes`` is known not to run here: it would ``word`` (if, unless …) ``because``."""
        if nodes and self.source is self.file:
            self.dead.setdefault(id(nodes[0]), Branch(nodes, word, because))

    def truth(self, node: ast.expr) -> bool | Unknown:
        """Whether the condition ``node`` holds."""
        return truth_of(self.evaluate(node))

    def items(self, value: object) -> Sequence[object] | Unknown:
        """What iterating over ``value`` gives."""
        value = self.drained(value)
        if isinstance(value, Mapping | EnumType):
            value = list(value)
        if isinstance(value, str | list | tuple | range | set | frozenset | dict):
            if too_big(value):
                return TOO_BIG
            if isinstance(value, set | frozenset):
                return list(value) if len(value) < 2 else unordered(sorted(value, key=repr))
            self.budget.spend(len(value))
            return list(value) if isinstance(value, dict) else value
        return value if isinstance(value, Unknown) else Unknown(f"the items of a {type(value).__name__}")

    def hashable(self, value: object) -> object:
        """``value`` as a key or an item of a set: unknown when some of it is, or when it has too many parts."""
        return first_hole(value) or value

    def grown(self, value: object) -> object:
        """``value``, its size charged to the budget."""
        if too_big(value):
            return TOO_BIG
        if isinstance(value, str | bytes):
            self.budget.spend(len(value) // 200)
        elif isinstance(value, list | tuple | dict | set | frozenset):
            self.budget.spend(len(value))
        elif isinstance(value, PartialText):
            self.budget.spend(len(value.parts))
        return value

    def _name(self, node: ast.Name) -> object:
        value = self.scope.find(node.id)
        if value is not MISSING:
            return value
        return self.here() if node.id == "__file__" else library.builtin(node.id)

    def _attribute(self, node: ast.Attribute) -> object:
        owner = self.evaluate(node.value)
        value = self.attribute(owner, node.attr)
        if isinstance(value, Unknown) and (failure := lacks(owner, node.attr)):
            return self.stops(node, failure)
        if isinstance(value, Method) and value.is_property:
            return self.call_object(node, value, ([], {}))
        self.parts.inherit(value, owner)
        return value

    def attribute(self, owner: object, name: str) -> object:  # noqa: PLR0911  one line for each kind of value
        """``owner.name``."""
        if isinstance(owner, Unknown):
            return owner.attribute(name) if isinstance(owner, orm.Loaded) else owner
        if isinstance(owner, Owner):
            return owner.named(name)
        if name.startswith("_"):
            return Unknown(f"the attribute .{name}")
        if isinstance(owner, Namespace):
            return library.member(owner, name)
        if isinstance(owner, Symbol):
            return SYMBOL_DATA.get((owner.kind, name), Bound(owner, name))
        if isinstance(owner, Symbolic | PartialText):
            return Bound(owner, name)
        if isinstance(owner, Table | MetaData) and (found := reflected.lookup(owner, name)):
            return found
        return library.attribute(owner, name)

    def _binary(self, node: ast.BinOp) -> object:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.combine(node, left, self.shown(node, right) if isinstance(left, str) else right)

    def combine(self, node: ast.BinOp | ast.AugAssign, left: object, right: object) -> object:
        """``left <operation> right``, of bounded size."""
        return self.grown(self.computed(node, partial(combined, node.op), left, right))

    def _unary(self, node: ast.UnaryOp) -> object:
        value = self.evaluate(node.operand)
        return self.computed(node, partial(negated, node.op), value)

    def _boolean(self, node: ast.BoolOp) -> object:
        decisive = isinstance(node.op, ast.Or)
        value: object = not decisive
        unknown: Unknown | None = None
        conditions: list[str] = []
        for position, operand in enumerate(node.values):
            with self.journal.guarded(" and ".join(conditions[:_CONDITIONS_SAID]) or None):
                value = self.evaluate(operand)
            truth = truth_of(value)
            if isinstance(truth, Unknown):
                unknown = unknown or truth
                conditions.append(f"{'unless' if decisive else 'if'} {self.source.code(operand, 100)}")
            elif truth is decisive:
                self.unreachable(node.values[position + 1 :], "unless" if decisive else "if", operand)
                return either(unknown, value, truth=decisive) if unknown else value
        return unknown or value

    def _compare(self, node: ast.Compare) -> object:
        left = self.evaluate(node.left)
        result: object = True
        for operation, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node)
            right = self.searched(right_node, operation, left, right)
            result = self.computed(node, partial(compared, operation), left, right)
            if result is not True:
                return result
            left = right
        return result

    def _conditional(self, node: ast.IfExp) -> object:
        truth = self.truth(node.test)
        if not isinstance(truth, Unknown):
            self.unreachable([node.orelse if truth else node.body], "unless" if truth else "if", node.test)
            return self.evaluate(node.body if truth else node.orelse)
        condition = self.source.code(node.test, 100)
        for branch, guard in ((node.body, f"if {condition}"), (node.orelse, f"unless {condition}")):
            with self.journal.guarded(guard):
                self.evaluate(branch)
        return truth

    def _joined(self, node: ast.JoinedStr) -> object:
        parts = [self.evaluate(part) for part in node.values]
        return as_text(parts) or self.grown(text_of(parts))

    def _formatted(self, node: ast.FormattedValue) -> object:
        spec = self.evaluate(node.format_spec) if node.format_spec else ""
        conversion = chr(node.conversion) if node.conversion >= 0 else None
        value = self.shown(node, self.evaluate(node.value))
        if isinstance(value, Location) and not spec:
            return value
        if isinstance(value, Symbolic) or not isinstance(spec, str):
            return Unknown(self.source.code(node.value, 40))
        text = formatted(value, conversion, spec)
        return self.stops(node, text.reason) if isinstance(text, Unknown) and FAILS in text.reason else self.grown(text)

    def elements(self, nodes: Sequence[ast.expr]) -> list[object]:
        """The values of ``nodes``, starred ones spread out (an unknown one stays as one unknown item)."""
        values: list[object] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                self.whole.add(id(node.value))
                spread = self.items(self.fetched(node.value, self.evaluate(node.value)))
                values += [spread] if isinstance(spread, Unknown) else spread
            else:
                values.append(self.evaluate(node))
        return values

    def _set(self, values: list[object]) -> object:
        return self.grown({self.hashable(value) for value in values})

    def _dict(self, node: ast.Dict) -> object:
        result: dict[object, object] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node)
            key = self.hashable(self.evaluate(key_node)) if key_node else MISSING
            if key is not MISSING and not isinstance(key, Unknown | PartialText):
                result[key] = value
            elif isinstance(value, dict) and key is MISSING:
                result.update(value)
            else:
                return first_hole((key, value)) or Unknown("a dictionary with unknown keys")
        return self.grown(result)

    def _subscript(self, node: ast.Subscript) -> object:  # noqa: PLR0911  one line for each kind of owner
        owner, index = self.evaluate(node.value), self.hashable(self.evaluate(node.slice))
        hole = next((side for side in (owner, index) if isinstance(side, Unknown)), None)
        if isinstance(owner, defaultdict) and (hole is not None or (self.journal.guards and index not in owner)):
            self.taint(owner, f"a container changed on line {node.lineno}")  # the key is put into it
            return hole or Unknown(f"a container changed on line {node.lineno}", inert=True)
        if hole is not None:
            return hole
        if isinstance(owner, Lookup | Foreign) and isinstance(index, str):
            return self.attribute(owner, index)
        if is_symbol(owner, "application settings"):
            return self.setting(index, self.source.code(node, 60))
        if isinstance(owner, PartialText | Symbolic) or not (is_scalar(owner) or hasattr(owner, "__getitem__")):
            return Unknown(self.source.code(node, 40))
        try:
            value = operator.getitem(owner, index)  # type: ignore[call-overload]  # ty: ignore[no-matching-overload]
        except (KeyError, IndexError, TypeError, NotImplementedError) as error:
            if refuses_index(owner):
                self.stops(node, said(error))
            return Unknown(f"{self.source.code(node, 40)}, which fails ({type(error).__name__})")
        return self.grown(value) if isinstance(index, slice) else value

    def _slice(self, node: ast.Slice) -> object:
        bounds = [self.evaluate(part) if part else None for part in (node.lower, node.upper, node.step)]
        return first_hole(bounds) or slice(*bounds)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, first: object = MISSING
    ) -> object:
        outer, self.scope = self.scope, Scope(parent=self.scope)
        try:
            rounds = self._rounds(node.generators, first)
            if isinstance(node, ast.DictComp):
                pairs = [(self.hashable(self.evaluate(node.key)), self.evaluate(node.value)) for _ in rounds]
                return first_hole([key for key, _ in pairs]) or self.grown(dict(pairs))
            values = [self.evaluate(node.elt) for _ in rounds]
            return self._set(values) if isinstance(node, ast.SetComp) else self.grown(values)
        except _UnknownRoundsError as unknown:
            several = isinstance(unknown.value, Unordered) and len(node.generators) == 1
            return self._in_any_order(node, unknown.value) if several else unknown.value
        finally:
            self.scope = outer

    def _generator(self, node: ast.GeneratorExp) -> object:
        """A generator expression: what it sends is only sent as far as somebody goes through it."""
        whole = id(node) in self.whole
        first, before = self.evaluate(node.generators[0].iter), self.journal.size()
        with self.journal.guarded(None if whole else f"as far as {self.source.code(node, 60)} is consumed"):
            made = self._comprehension(node, first)
        if not whole and self.journal.size() != before:
            return Unknown(f"{self.source.code(node, 40)}, which uses the database between its items")
        return Once(made, self.journal.guards) if isinstance(made, list) else made

    def _in_any_order(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, found: Any) -> object:  # noqa: ANN401  Unordered
        """A comprehension over the items of a set."""
        values: list[object] = []
        for item in found.items:
            self.budget.spend()
            self.assign(node.generators[0].target, item)
            truths = [self.truth(condition) for condition in node.generators[0].ifs]
            unknown = next((truth for truth in truths if isinstance(truth, Unknown)), None)
            if unknown is not None or isinstance(node, ast.DictComp):
                return unknown or Unknown(found.reason)
            if all(truths):
                values.append(self.evaluate(node.elt))
        return self._set(values) if isinstance(node, ast.SetComp) else unordered(values)

    def _rounds(self, generators: Sequence[ast.comprehension], first: object = MISSING) -> Iterator[None]:
        if not generators:
            yield
            return
        value = self.evaluate(generators[0].iter) if first is MISSING else first
        items = self.items(self.fetched_singly(generators[0].iter, value))
        if isinstance(items, Unknown):
            raise _UnknownRoundsError(items)
        for item in items:
            self.budget.spend()
            self.assign(generators[0].target, item)
            truths = [self.truth(condition) for condition in generators[0].ifs]
            unknown = next((truth for truth in truths if isinstance(truth, Unknown)), None)
            if unknown is not None:
                raise _UnknownRoundsError(unknown)
            if all(truths):
                yield from self._rounds(generators[1:])

    def _lambda(self, node: ast.Lambda) -> object:
        return Function(node, self.scope, self.source, self.defaults(node.args))

    def defaults(self, spec: ast.arguments) -> dict[str, object]:
        """The values of a function's parameters that have one."""
        positional = [*spec.posonlyargs, *spec.args]
        parameters = [*positional[len(positional) - len(spec.defaults) :], *spec.kwonlyargs]
        nodes = [*spec.defaults, *spec.kw_defaults]
        pairs = zip(parameters, nodes, strict=True)
        return {parameter.arg: self.evaluate(node) for parameter, node in pairs if node is not None}

    def _walrus(self, node: ast.NamedExpr) -> object:
        value = self.evaluate(node.value)
        self.assign(node.target, value)
        return value

    _HANDLERS: Final[dict[type[ast.expr], Callable[..., object]]] = {
        ast.Attribute: _attribute,
        ast.BinOp: _binary,
        ast.BoolOp: _boolean,
        ast.Call: lambda self, node: self.call(node),
        ast.Compare: _compare,
        ast.Constant: lambda _self, node: node.value,
        ast.Dict: _dict,
        ast.DictComp: _comprehension,
        ast.FormattedValue: _formatted,
        ast.GeneratorExp: _generator,
        ast.IfExp: _conditional,
        ast.JoinedStr: _joined,
        ast.Lambda: _lambda,
        ast.List: lambda self, node: self.elements(node.elts),
        ast.ListComp: _comprehension,
        ast.Name: _name,
        ast.NamedExpr: _walrus,
        ast.Set: lambda self, node: self._set(self.elements(node.elts)),
        ast.SetComp: _comprehension,
        ast.Slice: _slice,
        ast.Subscript: _subscript,
        ast.Tuple: lambda self, node: tuple(self.elements(node.elts)),
        ast.UnaryOp: _unary,
        ast.Yield: lambda self, node: self.yield_value(node),
        ast.YieldFrom: lambda self, node: self.yield_value(node),
    }


class _UnknownRoundsError(Exception):
    """A comprehension whose rounds are unknown, because of ``value``."""

    def __init__(self, value: Unknown) -> None:
        super().__init__(value.reason)
        self.value = value
