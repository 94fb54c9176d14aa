"""Plain classes that a revision or its project defines, and their objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, EnumType, auto
from types import MappingProxyType
from typing import Any, Final, Literal

from .values import MISSING, Function, GeneratorFunction, Maker, Owner, Symbolic, Unknown

DescriptorKind = Literal["cached property", "classmethod", "property", "staticmethod"]
DESCRIPTORS: Final[dict[str, DescriptorKind]] = {
    "cached_property": "cached property",
    "classmethod": "classmethod",
    "property": "property",
    "staticmethod": "staticmethod",
}
"""The decorators that make another thing than a method of a function in a class."""
_ALTERING: Final = {
    "__class_getitem__", "__delattr__", "__get__", "__getattr__", "__getattribute__", "__init_subclass__", "__new__",
    "__set__", "__set_name__", "__setattr__",
}  # fmt: skip
"""Methods that change what making an object or asking for an attribute does."""
COUNTED: Final = {"__bool__", "__len__"}
"""Methods that say whether an object counts as true."""


@dataclass(frozen=True, slots=True)
class Descriptor(Symbolic):
    """A function of a class body below one of ``DESCRIPTORS``."""

    kind: DescriptorKind
    function: Function | GeneratorFunction


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataclass: its default, or what makes one; ``given`` when making an object takes it."""

    default: object = MISSING
    factory: object = MISSING
    given: bool = True


class PlainClass(Owner):
    """A class that is built of others like it or of none; ``fields`` are its own when it is a dataclass."""

    __slots__ = ("fields", "members", "name", "real")

    def __init__(
        self, name: str, bases: tuple[PlainClass, ...], members: Mapping[str, object], fields: dict[str, Field] | None
    ) -> None:
        """Build it.

        Raises:
            TypeError: the bases cannot be put in an order.
        """
        self.name = name
        self.members = members
        self.fields = fields
        self.real: Any = type(name, tuple(base.real for base in bases), {"plain": self})

    def order(self) -> Iterator[PlainClass]:
        """The class and its bases, in the order in which attributes are looked for."""
        return (each.__dict__["plain"] for each in self.real.__mro__ if "plain" in each.__dict__)

    def named(self, name: str) -> object:
        if name == "__name__":
            return self.name
        found = self.bound(name, None)
        return Unknown(f"the attribute .{name} of {self.name}") if found is MISSING else found

    def bound(self, name: str, receiver: Instance | None, after: PlainClass | None = None) -> object:
        """What ``name`` is for the object ``receiver``, or for the class; ``after`` one of the bases in their order."""
        waits = after is not None
        for owner in self.order():
            if not waits and name in owner.members:
                return _bound(owner.members[name], owner, receiver, self)
            waits = waits and owner is not after
        return MISSING

    def all_fields(self) -> dict[str, Field] | None:
        """The fields of a dataclass and of its bases, in their order."""
        found: dict[str, Field] = {}
        for each in reversed(list(self.order())):
            found |= each.fields or {}
        return found if self.fields is not None else None

    def defines(self, *names: str) -> bool:
        """Whether it or one of its bases defines one of ``names``."""
        return any(name in each.members for each in self.order() for name in names)


@dataclass(slots=True, eq=False)
class Instance(Owner):
    """An object of a class that is read; ``guards`` are the conditions under which it was made."""

    of: PlainClass | None
    attributes: dict[str, object] = field(default_factory=dict, repr=False)
    guards: tuple[str, ...] = ()
    lost: str = ""
    """Why nothing is known of its attributes any more."""

    def named(self, name: str) -> object:
        if self.lost:
            return Unknown(self.lost)
        if name in self.attributes:
            return self.attributes[name]
        if name == "__class__" and self.of is not None:
            return self.of
        found = self.of.bound(name, self) if self.of is not None else MISSING
        return Unknown(f"the attribute .{name} of an object") if found is MISSING else found

    def computes(self, name: str) -> bool:
        """Whether setting the attribute may run code: a property, or what is not read of the class."""
        found = self.of.bound(name, self) if self.of is not None else MISSING
        return isinstance(found, Unknown) or (isinstance(found, Method) and found.is_property and not found.remembers)


@dataclass(frozen=True, slots=True, eq=False)
class Method(Symbolic):
    """A function of the class ``owner``, together with the object or the class that it is called on."""

    function: Function
    receiver: object
    owner: PlainClass
    is_property: bool = False
    remembers: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Super(Owner):
    """``super()`` in a method of the class ``owner``."""

    receiver: object
    owner: PlainClass

    def named(self, name: str) -> object:
        of = self.receiver.of if isinstance(self.receiver, Instance) else self.receiver
        own = self.receiver if isinstance(self.receiver, Instance) else None
        found = of.bound(name, own, after=self.owner) if isinstance(of, PlainClass) else MISSING
        if found is MISSING:
            return NOTHING if name in {"__init__", "__post_init__"} else Unknown(f"super().{name}")
        return found


class _Nothing(Symbolic):
    """``object.__init__``, which does nothing."""

    __slots__ = ()


NOTHING: Final = _Nothing()
CALLED: Final = (PlainClass, Method, Instance, _Nothing)
"""What is called in a way of its own."""


def _field(args: list[object], kwargs: dict[str, Any]) -> object:
    if args or not kwargs.keys() <= {"default", "default_factory", "init", "repr", "compare", "hash", "metadata"}:
        return Unknown("a field that is not read")
    given = kwargs.get("init", True)
    return Field(kwargs.get("default", MISSING), kwargs.get("default_factory", MISSING), given is True)


@dataclass(frozen=True, slots=True)
class Mark(Symbolic):
    """A decorator or a base that says what kind of class one is: "dataclass" or "namedtuple"."""

    kind: str


def _empty(name: str) -> PlainClass:
    return PlainClass(name, (), MappingProxyType({}), None)


GIVEN: Final[dict[str, object]] = {
    "abc.ABC": _empty("ABC"),
    "alembic.operations.MigrateOperation": _empty("MigrateOperation"),
    "alembic.operations.ops.MigrateOperation": _empty("MigrateOperation"),
    "dataclasses.dataclass": Mark("dataclass"),
    "enum.auto": Maker(lambda _args, _kwargs: auto()),
    "dataclasses.field": Maker(_field),
    "typing.Generic": _empty("Generic"),
    "typing.NamedTuple": Mark("namedtuple"),
    "typing.Protocol": _empty("Protocol"),
}
"""What classes are built of, by dotted name."""


_FUNCTIONS: Final = "functions of the file"
"""The attribute of an enum that holds the functions of its body."""


def give_functions(enumeration: type[Enum], functions: Mapping[str, object]) -> None:
    """Remember the functions in the body of the class that ``enumeration`` stands for."""
    setattr(enumeration, _FUNCTIONS, functions)


def of_enum(owner: Enum | EnumType, name: str) -> object:
    """What a function of the file is as an attribute of an enum or of one of its members; MISSING if it has none."""
    class_ = owner if isinstance(owner, type) else type(owner)
    function = getattr(class_, _FUNCTIONS, {}).get(name, MISSING)
    receiver = None if isinstance(owner, type) else owner
    return function if function is MISSING else _bound(function, _empty(class_.__name__), receiver, class_)


def is_plain(members: Mapping[str, object]) -> bool:
    """Whether a class with these members makes its objects, and looks up attributes, as Python does by itself."""
    return not members.keys() & _ALTERING


def _bound(value: object, owner: PlainClass, receiver: object, of: object) -> object:
    if isinstance(value, Descriptor):
        if value.kind == "staticmethod":
            return value.function
        if value.kind == "classmethod":
            return _method(value.function, of, owner)
        if receiver is None or not isinstance(value.function, Function):
            return Unknown("a property")
        return Method(value.function, receiver, owner, is_property=True, remembers=value.kind == "cached property")
    if isinstance(value, Function | GeneratorFunction) and receiver is not None:
        return _method(value, receiver, owner)
    return value


def _method(function: Function | GeneratorFunction, receiver: object, owner: PlainClass) -> object:
    if isinstance(function, GeneratorFunction):
        return replace(function, receiver=(receiver,))
    return Method(function, receiver, owner)
