"""Calling the plain classes of a file: making their objects, running their methods, asking what an object is."""

from __future__ import annotations

import ast
import builtins
from abc import abstractmethod
from enum import Enum
from typing import Any

from .callbacks import Callbacks
from .custom import Registration
from .failing import is_scalar
from .flow import RaisedError
from .formatting import FAILS, Formatted, Shown
from .objects import NOTHING, Field, Instance, Method, PlainClass, Super, of_enum
from .operations import KNOWN
from .sending import Arguments
from .values import CALLING_BACK, MISSING, Answers, Function, Once, Operations, Symbolic, Unknown, first_hole

_WRONG = "the arguments of {}() do not fit it"


class Objects(Callbacks):
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

    def shown(self, node: ast.expr, value: object, how: str | None = "s", spec: str = "") -> object:
        if isinstance(value, Once):
            return Unknown("the text of an iterator", inert=True)
        if isinstance(value, Enum):
            return self._shown_member(node, value, how, spec)
        if not isinstance(value, Instance):
            return value
        if how is None:
            return self._formatted_by_itself(node, value, spec)
        names = ("__repr__",) if how in {"a", "r"} else ("__str__", "__repr__")
        method = next((each for each in map(value.named, names) if isinstance(each, Method)), None)
        text = value if method is None else self.call_object(node, method, ([], {}))
        return Shown(text) if isinstance(text, str) and how != "a" else text

    def _shown_member(self, node: ast.expr, member: Enum, how: str | None, spec: str) -> object:
        """A member of an enum, as the functions of its class write it; as it is if they do not."""
        given: list[Any] = [spec] if how is None and of_enum(member, "__format__") is not MISSING else []
        name = "__format__" if given else "__repr__" if how in {"a", "r"} else "__str__"
        method = of_enum(member, name)
        if not isinstance(method, Method):
            return member
        text = self.call_object(node, method, (given, {}))
        return (Formatted if given else Shown)(text) if isinstance(text, str) else text

    def _formatted_by_itself(self, node: ast.expr, own: Instance, spec: str) -> object:
        """``format(own, spec)``: without a ``__format__`` of its own an object takes no format."""
        method = own.named("__format__")
        if isinstance(method, Method):
            text = self.call_object(node, method, ([spec], {}))
            return Formatted(text) if isinstance(text, str) else text
        return Unknown(f"{FAILS} (an object takes no format)") if spec else self.shown(node, own)

    @abstractmethod
    def open_file(self, node: ast.Call, arguments: Arguments) -> object:
        """Evaluate ``open(…)``."""

    def look_up(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        args, kwargs = arguments
        if name in CALLING_BACK:
            return self.call_back(node, name, arguments)
        if name == "open":
            return self.open_file(node, arguments)
        if name == "exit":
            self._exit(node)
        if name == "type" and len(args) == 1:
            return _type_of(args[0])
        if name == "isinstance" and len(args) == 2 and not kwargs:
            return _is_one(args[0], args[1])
        found = MISSING
        if name in {"getattr", "hasattr"} and len(args) >= 2 and isinstance(args[1], str) and not kwargs:
            found = self._ask(node, name, *args)
        return self.call_unknown(node, Unknown(name, inert=name != "getattr"), arguments) if found is MISSING else found

    def _exit(self, node: ast.Call) -> None:
        """The revision ends the process."""
        if not self.importing and not self.journal.guards:
            self.journal.raises(node)
        raise RaisedError

    def _ask(self, node: ast.Call, name: str, owner: object, attribute: str, *default: object) -> object:
        """``getattr`` or ``hasattr``; MISSING where the answer is not known."""
        missing = _is_missing(owner, attribute)
        if name == "hasattr":
            return Unknown("hasattr()", inert=True) if missing is None else not missing
        if missing and default:
            return default[0]
        found = Unknown(f"the attribute .{attribute}") if missing else self.attribute(owner, attribute)
        if isinstance(found, Method) and found.is_property:
            found = self.call_object(node, found, ([], {}))
        return MISSING if isinstance(found, Unknown) else found


def _type_of(value: object) -> object:
    """``type(value)``."""
    if isinstance(value, Instance) and value.of is not None:
        return Unknown(value.lost) if value.lost else value.of
    plain = is_scalar(value) or (isinstance(value, dict | list | set) and not isinstance(value, Once))
    return type(value) if plain else Unknown("type()", inert=True)


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
