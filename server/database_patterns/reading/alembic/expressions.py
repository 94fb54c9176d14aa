"""Evaluating the expressions of a revision: known values are computed, unknown ones flow on with their reason."""

from __future__ import annotations

import ast
import operator
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, EnumType
from functools import partial
from typing import Any, Final

from sqlalchemy import MetaData, Table

from . import library, orm, reflected
from .budget import Budget
from .comprehensions import Comprehensions
from .failing import is_scalar, lacks, refuses_index, said
from .formatting import FAILS, conversions, formatted, text_of
from .journal import Journal
from .objects import Instance, Method, of_enum
from .operators import TOO_BIG, combined, compared, negated, too_big, truth_of
from .paths import Location, as_text
from .source import Branch, Source
from .values import (
    MISSING,
    SYMBOL_DATA,
    Bound,
    Either,
    Foreign,
    Function,
    Lookup,
    Namespace,
    Once,
    Owner,
    PartialText,
    Symbol,
    Symbolic,
    Unknown,
    first_hole,
    is_inert,
    is_symbol,
    unordered,
)
from .views import View, looked_at

_CONDITIONS_SAID: Final = 5


class Expressions(Comprehensions):
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
    def shown(self, node: ast.expr, value: object, how: str | None = "s", spec: str = "") -> object:
        """``value`` as it is put into a text: an object of a class of the file by its own method.

        ``how`` is the conversion of its field ("r", "s", "a" or None), ``spec`` the format.
        """

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
        return self._untainted(value) if self.tainted else value

    def _untainted(self, value: object) -> object:
        tainted = self.tainted.get(id(looked_at(value)))
        return value if tainted is None else tainted[1]

    def value_at(self, target: ast.expr, place: tuple[object, ...]) -> object:
        """The value of ``target``, where ``place`` is that of it."""
        if isinstance(target, ast.Attribute):
            return self._untainted(self._attribute_of(target, *place))
        if isinstance(target, ast.Subscript):
            return self._untainted(self._item_of(target, *place))
        return self.evaluate(target)

    def unreachable(self, nodes: Sequence[ast.AST], word: str, because: ast.AST | str) -> None:
        """Note that what is in ``nodes`` is known not to run here: it would ``word`` (if, unless …) ``because``."""
        if nodes and self.source is self.file:
            self.dead.setdefault(id(nodes[0]), Branch(nodes, word, because))

    def truth(self, node: ast.expr) -> bool | Unknown:
        """Whether the condition ``node`` holds."""
        return truth_of(self.evaluate(node))

    def _only_if(self, guard: str | None, node: ast.expr) -> object:
        """The value of ``node``, which is only evaluated under ``guard``: so are the names that it assigns."""
        if guard is None:
            return self.evaluate(node)
        value: object = Unknown("a value")
        with self.perhaps(guard):
            value = self.evaluate(node)
        self.forget_names(node, guard)
        return value

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
        if isinstance(value, View):
            return self.items(list(value))
        return value if isinstance(value, Unknown) else Unknown(f"the items of a {type(value).__name__}")

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

    def _attribute_of(self, node: ast.Attribute, owner: object) -> object:
        value = self.attribute(owner, node.attr)
        if isinstance(value, Unknown) and (failure := lacks(owner, node.attr)):
            return self.stops(node, failure)
        if isinstance(value, Method) and value.is_property:
            answer = self.call_object(node, value, ([], {}))
            if value.remembers:
                self.assign_at(node, (owner,), answer)
            return answer
        self.parts.inherit(value, owner)
        return value

    def attribute(self, owner: object, name: str) -> object:  # noqa: PLR0911  one line for each kind of value
        """``owner.name``."""
        if isinstance(owner, Unknown):
            return owner.attribute(name) if isinstance(owner, orm.Loaded) else owner
        if isinstance(owner, Owner):
            return owner.named(name)
        if isinstance(owner, Enum | EnumType) and (found := of_enum(owner, name)) is not MISSING:
            return found
        if name.startswith("_"):
            return _with_underscore(owner, name)
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
        if isinstance(left, str) and isinstance(node.op, ast.Mod):
            right = self._put_into(node, left, right)
        return self.combine(node, left, right)

    def _put_into(self, node: ast.expr, template: str, values: object) -> object:
        """The values of a % format as they are put into its text; objects are not, where its fields differ in kind."""
        several = values if isinstance(values, tuple) else (values,)
        if not any(isinstance(each, Enum | Instance | Once) for each in several):
            return values
        ways = conversions(template)
        shown = tuple(self.shown(node, each, *ways) for each in several) if len(ways) == 1 else several
        return shown if isinstance(values, tuple) else shown[0]

    def combine(self, node: ast.BinOp | ast.AugAssign, left: object, right: object) -> object:
        """``left <operation> right``, of bounded size."""
        return self.grown(self.computed(node, partial(combined, node.op), left, right))

    def _unary(self, node: ast.UnaryOp) -> object:
        if isinstance(node.op, ast.Not):
            truth = self.truth(node.operand)
            return truth if isinstance(truth, Unknown) else not truth
        value = self.evaluate(node.operand)
        return self.computed(node, partial(negated, node.op), value)

    def _boolean(self, node: ast.BoolOp) -> object:
        decisive = isinstance(node.op, ast.Or)
        value: object = not decisive
        truth: bool | Unknown = not decisive
        possible: list[object] = []
        conditions: list[str] = []
        unknown: Unknown | None = None
        for position, operand in enumerate(node.values):
            value = self._only_if(" and ".join(conditions[:_CONDITIONS_SAID]) or None, operand)
            truth = truth_of(value)
            if isinstance(truth, Unknown):
                unknown = unknown or truth
                possible.append(value)
                conditions.append(f"{'unless' if decisive else 'if'} {self.source.code(operand, 100)}")
            elif truth is decisive:
                self.unreachable(node.values[position + 1 :], "unless" if decisive else "if", operand)
                break
        if unknown is None or (len(possible) == 1 and possible[0] is value):
            return value
        return _one_of(unknown, [*possible, value], truth=decisive if truth is decisive else None)

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
        branches = ((node.body, f"if {condition}"), (node.orelse, f"unless {condition}"))
        return _one_of(truth, [self._only_if(guard, branch) for branch, guard in branches])

    def _joined(self, node: ast.JoinedStr) -> object:
        parts = [self.evaluate(part) for part in node.values]
        return as_text(parts) or self.grown(text_of(parts))

    def _formatted(self, node: ast.FormattedValue) -> object:
        spec = self.evaluate(node.format_spec) if node.format_spec else ""
        conversion = chr(node.conversion) if node.conversion >= 0 else None
        value = self.shown(node, self.evaluate(node.value), conversion, spec if isinstance(spec, str) else "")
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

    def _item_of(self, node: ast.Subscript, owner: object, index: object) -> object:  # noqa: PLR0911  one line for each kind of owner
        index = self.hashable(index)
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

    def _lambda(self, node: ast.Lambda) -> object:
        return Function(node, self.scope.around("class"), self.source, self.defaults(node.args))

    def defaults(self, spec: ast.arguments) -> dict[str, object]:
        """The values of a function's parameters that have one."""
        positional = [*spec.posonlyargs, *spec.args]
        parameters = [*positional[len(positional) - len(spec.defaults) :], *spec.kwonlyargs]
        nodes = [*spec.defaults, *spec.kw_defaults]
        pairs = zip(parameters, nodes, strict=True)
        return {parameter.arg: self.evaluate(node) for parameter, node in pairs if node is not None}

    def _walrus(self, node: ast.NamedExpr) -> object:
        value = self.evaluate(node.value)
        inner, self.scope = self.scope, self.scope.around("comprehension")
        try:
            self.assign(node.target, value)
        finally:
            self.scope = inner
        return value

    _HANDLERS: Final[dict[type[ast.expr], Callable[..., object]]] = {
        ast.Attribute: lambda self, node: self._attribute_of(node, self.evaluate(node.value)),
        ast.BinOp: _binary,
        ast.BoolOp: _boolean,
        ast.Call: lambda self, node: self.call(node),
        ast.Compare: _compare,
        ast.Constant: lambda _self, node: node.value,
        ast.Dict: _dict,
        ast.DictComp: Comprehensions.comprehension,
        ast.FormattedValue: _formatted,
        ast.GeneratorExp: Comprehensions.generator,
        ast.IfExp: _conditional,
        ast.JoinedStr: _joined,
        ast.Lambda: _lambda,
        ast.List: lambda self, node: self.elements(node.elts),
        ast.ListComp: Comprehensions.comprehension,
        ast.Name: _name,
        ast.NamedExpr: _walrus,
        ast.Set: lambda self, node: self.collected(self.elements(node.elts)),
        ast.SetComp: Comprehensions.comprehension,
        ast.Slice: _slice,
        ast.Subscript: lambda self, node: self._item_of(node, *self.place_of(node)),
        ast.Tuple: lambda self, node: tuple(self.elements(node.elts)),
        ast.UnaryOp: _unary,
        ast.Yield: lambda self, node: self.yield_value(node),
        ast.YieldFrom: lambda self, node: self.yield_value(node),
    }


def _one_of(unknown: Unknown, values: list[object], *, truth: bool | None = None) -> Unknown:
    """One of ``values``, it is not known which, but of all of them whether they count as true (None: not that either).

    It counts as loaded when one of them is.
    """
    inert = all(map(is_inert, values))
    if truth is not None:
        return Either(unknown.reason, inert, truth=truth)
    found = next((each for each in values if isinstance(each, orm.Loaded)), Unknown(unknown.reason))
    return replace(found, inert=inert)


def _with_underscore(owner: object, name: str) -> object:
    """Of attributes that begin with an underscore, those that tell names, and what named tuples have."""
    if name == "__members__" and isinstance(owner, EnumType):
        return dict(owner.__members__)
    if name == "__name__" and isinstance(owner, type):
        return owner.__name__
    if name == "__name__" and isinstance(owner, Function) and not getattr(owner.node, "decorator_list", []):
        return owner.name
    if name == "_fields" and isinstance(owner, type) and issubclass(owner, tuple):
        return getattr(owner, name, Unknown(f"the attribute .{name}"))
    return Bound(owner, name) if library.is_of_named_tuple(owner, name) else Unknown(f"the attribute .{name}")
