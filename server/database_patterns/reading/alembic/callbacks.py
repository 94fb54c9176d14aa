"""What Python itself calls a function with: ``map``, ``filter``, ``reduce``, ``partial``, a ``key``; and iterators."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .calls import Calls
from .failing import is_scalar, said
from .iterators import DISTURBED
from .methods import ORDER
from .objects import Instance, Method, PlainClass
from .operators import truth_of
from .sending import Arguments
from .values import (
    IN_ANY_ORDER,
    MISSING,
    Bound,
    Function,
    GeneratorFunction,
    Once,
    Operations,
    Partial,
    Symbolic,
    Unknown,
    Unordered,
    first_hole,
    in_any_order,
    unordered,
)


class Callbacks(Calls):
    """Evaluates the calls of what calls other functions."""

    def call_back(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        """Evaluate a call of the function of that name, one of ``CALLING_BACK``."""
        args, kwargs = arguments
        found: object = MISSING
        if name == "partial" and args:
            found = Partial(args[0], tuple(args[1:]), kwargs)
        elif kwargs:
            pass
        elif name == "callable" and len(args) == 1:
            found = _is_callable(args[0])
        elif name in {"filter", "map"} and len(args) > 1:
            found = self._lazily(node, name, args[0], args[1:])
        elif name == "reduce" and len(args) in {2, 3}:
            found = self._reduced(node, args[0], args[1], *args[2:])
        elif name == "iter" and len(args) == 1:
            found = self._iterator(node, args[0])
        elif name == "next" and args and isinstance(args[0], Once):
            found = self._next(node, args[0], *args[1:])
        return self.call_unknown(node, Unknown(name, inert=True), arguments) if found is MISSING else found

    def _iterator(self, node: ast.Call, value: object) -> object:
        items = value if isinstance(value, Once) else self.items(self.fetched(node, value))
        return items if isinstance(items, Unknown | Once) else Once(items, self.journal.guards, [value])

    def call_each(self, node: ast.Call, function: object, args: Sequence[object]) -> object:
        """What ``function`` gives for one item, or one of each of several."""
        self.budget.spend()
        return self.dispatch(node, function, (list(args), {}))

    def _lazily(self, node: ast.Call, name: str, function: object, sources: list[Any]) -> object:
        """``map(function, …)`` or ``filter(function, …)``: what it sends is sent as far as somebody goes through it."""
        rows = [self.items(self.fetched_singly(node, each)) for each in sources]
        unknown = next((each for each in rows if isinstance(each, Unknown)), None)
        code, before, whole = self.source.code(node, 60), self.journal.size(), id(node) in self.whole
        guard: str | None
        made: list[object] = []
        if isinstance(unknown, Unordered) and len(rows) == 1:
            rows, guard = [list(unknown.items)], IN_ANY_ORDER
        elif unknown is not None:
            one = Unknown(f"one of {code} ({unknown.reason})", inert=unknown.inert)
            rows, guard = [[one] for _ in rows], f"for each item of {code}"
        else:
            guard = None if whole else f"as far as {code} is consumed"
        with self.perhaps(guard):
            for items in zip(*rows, strict=False):
                made += self._kept(node, name, function, items)
        if not whole and self.journal.size() != before:
            return Unknown(f"{code}, which uses the database between its items")
        if isinstance(unknown, Unordered):
            return unordered(made)
        return (
            unknown
            or first_hole([each for each in made if each is _UNSURE])
            or Once(made, self.journal.guards, sources)
        )

    def _kept(self, node: ast.Call, name: str, function: object, items: Sequence[object]) -> list[object]:
        """What ``map`` or ``filter`` makes of one item."""
        found = items[0] if function is None else self.call_each(node, function, items)
        if name == "map":
            return [found]
        truth = truth_of(found)
        return [_UNSURE] if isinstance(truth, Unknown) else [items[0]] * truth

    def _reduced(self, node: ast.Call, function: object, source: object, value: object = MISSING) -> object:
        items = self.items(self.fetched(node, source))
        if isinstance(items, Unknown):
            with self.perhaps(f"for each item of {self.source.code(node, 60)}"):
                self.call_each(node, function, (items, items))
            return items
        for item in items:
            value = item if value is MISSING else self.call_each(node, function, (value, item))
        return Unknown("reduce() of nothing") if value is MISSING else value

    def _next(self, node: ast.Call, iterator: Once, *default: object) -> object:
        if iterator.disturbed:
            return DISTURBED
        if not len(iterator):
            return default[0] if default else self.stops(node, "StopIteration")
        item = iterator.pop(0)
        self.touched(iterator)
        return item

    def keyed(self, node: ast.Call, name: str, items: Any, options: dict[str, Any]) -> object:  # noqa: ANN401
        """``sorted``, ``min`` or ``max`` of ``items`` by a key, which is called once for each of them."""
        options = dict(options)
        key, several = options.pop("key"), in_any_order(items)
        items = self.items(self.fetched(node, items))
        items = list(items.items) if isinstance(items, Unordered) else items
        if isinstance(items, Unknown):
            with self.perhaps(f"for each item of {self.source.code(node, 60)}"):
                self.call_each(node, key, (items,))
            return items
        keys: list[Any] = [item if key is None else self.call_each(node, key, (item,)) for item in items]
        hole = first_hole((keys, options)) or (None if all(map(_orders, keys)) else Unknown("a key that is not read"))
        if hole is not None:
            return hole
        try:
            order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(options.get("reverse")))
            ties = several and any(keys[one] == keys[other] for one, other in pairwise(order))
            if name == "sorted":
                found = [items[place] for place in order]
                return unordered(found) if ties else found
            choose = min if name == "min" else max
            return ORDER if ties else items[choose(order, key=keys.__getitem__)] if order else options["default"]
        except (TypeError, KeyError) as error:
            self.raised = said(error)
            return Unknown(said(error))


_UNSURE = Unknown("an item of which it is not known whether it is left out", inert=True)


def _orders(key: object) -> bool:
    """Whether ``key`` orders as it does in the revision."""
    return is_scalar(key) or (isinstance(key, list | tuple) and all(map(_orders, key)))


def _is_callable(value: object) -> object:
    if isinstance(value, Instance):
        return value.of.defines("__call__") if value.of is not None else Unknown("callable()", inert=True)
    if isinstance(value, Function | GeneratorFunction | Method | PlainClass | Partial | type):
        return True
    if isinstance(value, Bound) and isinstance(value.owner, Operations):
        return True
    if isinstance(value, Unknown | Symbolic):
        return Unknown("callable()", inert=True)
    return callable(value)
