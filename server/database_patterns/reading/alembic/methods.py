"""Calling methods of known values, and whatever else is called with values that are known."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.elements import ClauseElement

from . import library, orm
from .allowed import MUTATING
from .budget import Budget, OutOfBudgetError
from .context import RevisionContext
from .failing import NotReadError, said
from .flow import RaisedError
from .formatting import brace_format, joined, replaced_size
from .journal import Journal
from .sending import Arguments, flat
from .sessions import SessionCalls
from .source import Source
from .values import (
    Bound,
    Function,
    PartialText,
    Symbol,
    Symbolic,
    Unknown,
    Unordered,
    first_hole,
    in_any_order,
)
from .views import View, view

_WRONG_TYPE: Final = "is expected to be one of type"
"""What SQLAlchemy, from its first versions on, says of an argument that it never takes (``server_default=False``)."""
ORDER: Final = Unknown("the order of a set")
_KEEPING_ORDER: Final = {"extend", "fromkeys", "update"}
"""Methods of containers that go through what they are given, and keep its order."""
_ONE_OF: Final = {"in_", "not_in", "notin_"}
"""Methods of expressions for which the order of what they are given says nothing."""
_WIDTH_MAX: Final = 1_000
_HOLD_ANYTHING: Final = {"add", "append", "update"}
_HOLDING: Final = {
    "append",
    "clear",
    "copy",
    "extend",
    "get",
    "insert",
    "pop",
    "popitem",
    "reverse",
    "setdefault",
    "update",
}
"""Methods of lists and dictionaries that look into no value."""
_VALUES_MAY_BE_UNKNOWN: Final = {"values", "params", "bindparams", "where", "limit", "offset", "on_conflict_do_update"}


class Methods(SessionCalls):
    """Evaluates calls of methods; running a function of the file is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self.raised = ""

    @abstractmethod
    def call_function(
        self, node: ast.AST, function: Function, arguments: Arguments, names: Mapping[str, object] | None = None
    ) -> object:
        """Run a function that the file defines; ``names`` are defined in it besides its arguments."""

    def call_method(self, node: ast.Call, bound: Bound, arguments: Arguments) -> object:
        """Evaluate ``owner.name(…)`` for a known value ``owner``."""
        owner, name = bound.owner, bound.name
        args, kwargs = arguments
        if isinstance(owner, dict) and name in {"items", "keys", "values"} and not args:
            return view(owner, name)
        if any(map(in_any_order, args)):
            if name in _KEEPING_ORDER and not isinstance(owner, set | frozenset):
                self.taint(owner, f"a container changed on line {node.lineno}, in the order of a set")
                return ORDER
            in_order = name in _ONE_OF or isinstance(owner, set | frozenset)
            args = [_in_one_order(arg) if in_order else arg for arg in args]
        if isinstance(owner, str | PartialText) and (made := self._made_of_text(node, owner, name, args, kwargs)):
            return made[0]
        if self.asked and isinstance(owner, ClauseElement):
            args = [orm.core(each) for each in args]
        return self._call_known_method(node, bound, (args, kwargs))

    def _made_of_text(
        self, node: ast.Call, owner: str | PartialText, name: str, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[object] | None:
        """What the methods of a text make that put values into it, or that keep its unknown parts."""
        if isinstance(owner, PartialText):
            same = name in {"strip", "bindparams", "execution_options"}
            return (owner if same else Unknown("a text with unknown parts"),)
        if name == "format_map" and len(args) == 1 and isinstance(args[0], dict):
            return (self.grown(brace_format(owner, [], args[0], partial(self.shown, node))),)
        if name == "format":
            return (self.grown(brace_format(owner, args, kwargs, partial(self.shown, node))),)
        if name == "join" and len(args) == 1:
            items = self.items(self.fetched(node, args[0]))
            return (items if isinstance(items, Unknown) else self.grown(joined(owner, items)),)
        return None

    def _call_known_method(self, node: ast.Call, bound: Bound, arguments: Arguments) -> object:
        owner, name = bound.owner, bound.name
        changes = name in MUTATING and library.changes(owner, name)
        if changes and self.journal.guards:
            self.taint(owner, f"a container changed on line {node.lineno}")
            return Unknown("a container changed under a condition")
        holds = _VALUES_MAY_BE_UNKNOWN if isinstance(owner, ClauseElement) else _HOLD_ANYTHING
        if isinstance(owner, str | bytes | list | dict | set):
            self.budget.spend(len(owner) // 200)
        if isinstance(owner, list) and name == "sort" and "key" in arguments[1]:
            return self._sort(node, owner, arguments[1])
        result = self.apply(getattr(owner, name), *arguments, owner=owner, strict=name not in holds)
        if changes and isinstance(result, Unknown):
            self.taint(owner, f"a container changed on line {node.lineno}")
        return result

    @abstractmethod
    def keyed(self, node: ast.Call, name: str, items: Any, options: dict[str, Any]) -> object:  # noqa: ANN401
        """``sorted``, ``min`` or ``max`` of ``items`` by a key."""

    def _sort(self, node: ast.Call, owner: list[object], options: dict[str, Any]) -> object:
        found = self.keyed(node, "sorted", owner, options)
        if not isinstance(found, list):
            self.taint(owner, f"a container changed on line {node.lineno}")
            return found
        owner[:] = found
        return None

    def apply(
        self,
        function: Callable[..., object],
        args: list[Any],
        kwargs: dict[str, Any],
        *,
        owner: object = None,
        strict: bool = True,
    ) -> object:
        """What ``function`` gives, a method of ``owner``; unless ``strict`` it may hold unknown values."""
        hole = first_hole((args, kwargs)) if strict else first_hole([arg for arg in args if isinstance(arg, Unknown)])
        if hole is not None and (strict or "**" in kwargs):
            return hole
        if not _looks_into_nothing(function, args, owner):
            for value in flat((args, kwargs)):
                if isinstance(value, Symbol):
                    return Unknown("what is read from the database", inert=True)
                if isinstance(value, Symbolic) or library.too_long(value) or _too_wide(owner, value):
                    return Unknown("a value that reading cannot compute")
        self.budget.spend(2 + sum(len(arg) // 50 for arg in args if isinstance(arg, str | list | tuple | dict | range)))
        if function is str.replace or getattr(function, "__name__", "") == "replace":
            self.budget.spend(replaced_size(function, args) // 200)
        return self._applied(function, args, kwargs, owner)

    def _applied(
        self, function: Callable[..., object], args: list[Any], kwargs: dict[str, Any], owner: object
    ) -> object:
        try:
            parts = self.parts.of(function, owner, args, kwargs)
            result = self.parts.build(parts, partial(function, *args, **kwargs))
        except (OutOfBudgetError, RaisedError):
            raise
        except NotReadError as limit:
            return Unknown(str(limit))
        except Exception as error:  # noqa: BLE001  the revision would fail here too, unless reading lacks a value
            if (hole := next((each for each in flat((args, kwargs)) if isinstance(each, Unknown)), None)) is not None:
                return hole
            self.raised = said(error)
            return Unknown(said(error), fails=isinstance(error, ArgumentError) and _WRONG_TYPE in str(error))
        values = type(result).__name__ in {"dict_items", "dict_keys", "dict_values"}
        return self.grown(list(result) if values else result)  # type: ignore[call-overload]  # ty: ignore[invalid-argument-type]


def _too_wide(owner: object, value: object) -> bool:
    """Whether a method of a text that is given the number ``value`` may make too long a text."""
    return isinstance(owner, str | bytes) and isinstance(value, int) and abs(value) > _WIDTH_MAX


def _looks_into_nothing(function: Callable[..., object], args: list[Any], owner: object) -> bool:
    """Whether a call only counts what it is given, or keeps it as it is, whatever it is."""
    holds = isinstance(owner, list | dict) and getattr(function, "__name__", "") in _HOLDING
    return holds or (function is len and bool(args) and isinstance(args[0], list | tuple | dict | View))


def _in_one_order(value: object) -> object:
    """The items of a set in an order that is the same in every run here; any other value as it is."""
    if isinstance(value, Unordered):
        return list(value.items)
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value
