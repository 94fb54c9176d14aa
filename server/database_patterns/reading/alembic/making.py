"""Calling the plain classes of a file: making their objects, running their methods, asking what an object is."""

from __future__ import annotations

import ast
import builtins
from abc import abstractmethod
from typing import Any

from .calls import Calls
from .custom import Registration
from .objects import NOTHING, Field, Instance, Method, PlainClass, Super
from .operations import KNOWN
from .sending import Arguments
from .values import MISSING, Answers, Function, Once, Operations, Symbolic, Unknown, first_hole

_WRONG = "the arguments of {}() do not fit it"


class Objects(Calls):
    """Evaluates the calls of classes, of their objects and methods, and Python's questions about values."""

    def call_object(self, node: ast.expr, callee: object, arguments: Arguments) -> object:
        if callee is NOTHING:
            return None
        if isinstance(callee, PlainClass):
            return self._make(node, callee, arguments)
        method = callee.named("__call__") if isinstance(callee, Instance) else callee
        if not isinstance(method, Method):
            return method if isinstance(method, Unknown) else Unknown(self.source.code(node, 40))
        if isinstance(method.receiver, Instance) and method.receiver.lost:
            return Unknown(method.receiver.lost)
        args, kwargs = arguments
        names: dict[str, object] = {"super": Answers(Super(method.receiver, method.owner))}
        return self.call_function(node, method.function, ([method.receiver, *args], kwargs), names)

    def _make(self, node: ast.expr, class_: PlainClass, arguments: Arguments) -> object:
        own = Instance(class_, guards=tuple(self.journal.guards))
        init, fields = class_.bound("__init__", own), class_.all_fields()
        if isinstance(init, Method):
            self.call_object(node, init, arguments)
        elif fields is not None:
            return self._fill(node, own, fields, arguments)
        elif init is not MISSING or arguments[0] or arguments[1]:
            return Unknown(_WRONG.format(class_.name))
        return own

    def _fill(self, node: ast.expr, own: Instance, fields: dict[str, Field], arguments: Arguments) -> object:
        """Give a dataclass's object what its generated ``__init__`` does."""
        args, kwargs = arguments
        taken = [name for name, each in fields.items() if each.given]
        given = dict(zip(taken, args, strict=False)) | kwargs
        if len(args) > len(taken) or not given.keys() <= set(taken):
            return Unknown(_WRONG.format(own.of.name if own.of else ""))
        for name, each in fields.items():
            value = given.get(name, each.default)
            if value is MISSING and each.factory is not MISSING:
                value = self.call_value(node, each.factory)
            if value is MISSING:
                return Unknown(_WRONG.format(own.of.name if own.of else ""))
            own.attributes[name] = value
        after = own.named("__post_init__")
        if isinstance(after, Method):
            self.call_object(node, after, ([], {}))
        return own

    def register(self, registration: Registration, made: object) -> None:
        """Remember what a decorator registers with Alembic."""
        if registration.of is not None and isinstance(made, Function):
            self.registered.implementations[registration.of] = made
        elif registration.name and isinstance(made, PlainClass):
            self.registered.operations[registration.name] = made, registration.method

    def is_registered(self, name: str) -> bool:
        return name in self.registered.operations or (name not in KNOWN and self.find_registered(name))

    @abstractmethod
    def find_registered(self, name: str) -> bool:
        """Look for an operation of that name in the project's modules."""

    def call_registered(self, node: ast.Call, owner: Operations, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        if self.importing:
            self.journal.gap(node, "it runs when the file is imported, not in upgrade()")
            return Unknown("an operation at import")
        if name in self.registered.operations:
            class_, method = self.registered.operations[name]
            function = class_.named(method)
            if isinstance(function, Method):
                return self.call_object(node, function, ([owner, *args], kwargs))
            reason = f"{class_.name}.{method}, which is not read"
        else:
            implementation = self.registered.implementation(args[0]) if args else None
            if implementation is not None:
                return self.call_function(node, implementation, ([owner, args[0]], {}))
            reason = "what is invoked is not read"
        self.journal.opaque(node, reason)
        return Unknown(reason)

    def call_value(self, node: ast.expr, callee: object) -> object:
        """What ``callee`` gives without arguments, where that is plain to see."""
        if isinstance(callee, PlainClass):
            return self._make(node, callee, ([], {}))
        plain = callee in {list, dict, set, str, int} if isinstance(callee, type) else False
        return callee() if plain and callable(callee) else Unknown("a default that is not read")

    def shown(self, node: ast.expr, value: object) -> object:
        if isinstance(value, tuple) and any(isinstance(each, Instance) for each in value):
            return tuple(self.shown(node, each) for each in value)
        if isinstance(value, Once):
            return Unknown("the text of an iterator", inert=True)
        if not isinstance(value, Instance):
            return value
        methods = (value.named(name) for name in ("__str__", "__repr__"))
        method = next((each for each in methods if isinstance(each, Method)), None)
        return value if method is None else self.call_object(node, method, ([], {}))

    @abstractmethod
    def open_file(self, node: ast.Call, arguments: Arguments) -> object:
        """Evaluate ``open(…)``."""

    def look_up(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        args = arguments[0]
        if name == "open":
            return self.open_file(node, arguments)
        if name == "isinstance" and len(args) == 2 and not arguments[1]:
            return _is_one(args[0], args[1])
        if len(args) >= 2 and isinstance(args[1], str) and not arguments[1]:
            owner, attribute = args[:2]
            missing = _is_missing(owner, attribute)
            if name == "hasattr":
                return Unknown("hasattr()", inert=True) if missing is None else not missing
            if missing and len(args) > 2:
                return args[2]
            found = Unknown(f"the attribute .{attribute}") if missing else self.attribute(owner, attribute)
            if isinstance(found, Method) and found.is_property:
                found = self.call_object(node, found, ([], {}))
            if not isinstance(found, Unknown):
                return found
        return self.call_unknown(node, Unknown(name, inert=name != "getattr"), arguments)


def _is_missing(owner: object, name: str) -> bool | None:
    """Whether an object or a class of the file has no such attribute; None for anything else."""
    if isinstance(owner, Instance) and owner.of is not None and not owner.lost:
        if isinstance(owner.attributes.get(name), Unknown):  # it may have been set under a condition
            return None
        return name not in owner.attributes and owner.of.bound(name, owner) is MISSING
    return owner.bound(name, None) is MISSING if isinstance(owner, PlainClass) else None


def _kind(value: object) -> object:
    """A class; one of Python's own may be known by its name alone."""
    return getattr(builtins, value.reason, value) if isinstance(value, Unknown) else value


def _is_one(value: object, kinds: Any) -> object:  # noqa: ANN401  a type or a tuple of them
    """Whether ``value`` is of one of ``kinds``."""
    unknown = Unknown("isinstance()", inert=True)
    wanted = [_kind(kind) for kind in (kinds if isinstance(kinds, tuple) else (kinds,))]
    if not all(isinstance(kind, type | PlainClass) for kind in wanted):
        return unknown
    if isinstance(value, Instance):
        order = set(value.of.order()) if value.of is not None else set()
        return any(kind in order for kind in wanted) if order else unknown
    if isinstance(value, Unknown | Symbolic) or (value is not None and first_hole(value) is not None):
        return unknown
    return isinstance(value, tuple(kind for kind in wanted if isinstance(kind, type)))
