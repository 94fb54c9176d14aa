"""The classes that a revision or a module of its project defines: enums, and column types of its own."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeGuard

from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType, to_instance

from .failing import is_scalar
from .objects import Instance, give_functions
from .source import walk
from .values import Function, Symbol, Unknown

_ENUM: Final[Any] = enum.Enum
_ENUMS: Final[dict[tuple[str, ...], Callable[..., object]]] = {
    ("Enum",): enum.Enum,
    ("IntEnum",): enum.IntEnum,
    ("StrEnum",): enum.StrEnum,
    ("int", "Enum"): lambda name, members: _ENUM(name, members, type=int),
    ("str", "Enum"): lambda name, members: _ENUM(name, members, type=str),
}
"""What a class with these bases is, when it has nothing but members."""

_SHOWING: Final = {"__format__", "__repr__", "__str__"}
"""Methods that say how a member is written."""
_CONVERTING: Final = {
    "bind_processor", "coerce_compared_value", "literal_processor", "process_bind_param", "process_literal_param",
}  # fmt: skip
_CHANGING_SQL: Final = {
    "bind_expression", "column_expression", "compare_against_backend", "compile", "with_variant",
}  # fmt: skip
_OPERATORS: Final = {"operate", "reverse_operate"}

Call = Callable[..., object]
"""Runs a ``Function`` of the file with positional and named arguments, and gives what it returns."""


def plain_members(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """What the class body assigns to single names."""
    for part in node.body:
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
            yield part.targets[0].id, part.value


def is_enumeration(bases: tuple[str, ...]) -> bool:
    """Whether a class with these bases, by their last names, is an enum."""
    return any(base.endswith(("Enum", "Flag")) for base in bases)


def enumeration(node: ast.ClassDef, bases: tuple[str, ...], body: Mapping[str, object]) -> object:
    """The enum that a class is when it has nothing but known members and functions; else it is unknown.

    ``body`` are the values and functions of the class body.
    """
    members = [(name, body[name]) for name, _ in plain_members(node)]
    known = members and all(_is_value(value, bases) and not name.startswith("_") for name, value in members)
    make = _ENUMS.get(bases)
    if make is None or not known or node.decorator_list or any(_behaves(part, bases) for part in node.body):
        return Unknown(f"the class {node.name}, which is not read")
    made: Any = make(node.name, members)
    give_functions(made, {part.name: body[part.name] for part in node.body if isinstance(part, ast.FunctionDef)})
    return made


def _is_value(value: object, bases: tuple[str, ...]) -> bool:
    """Whether ``value`` is one that a member of an enum with these ``bases`` has as it is."""
    if isinstance(value, enum.auto):
        return bases != ("str", "Enum")
    return isinstance(value, str | int) or (bases == ("Enum",) and is_scalar(value))


def _behaves(part: ast.stmt, bases: tuple[str, ...]) -> bool:
    """Whether a part of an enum's body may change what its members are, or how one Python or another writes them."""
    if isinstance(part, ast.FunctionDef):
        return part.name.startswith("_") and (part.name not in _SHOWING or bases[-1] != "Enum")
    return not isinstance(part, ast.Assign | ast.Expr | ast.Pass)


def column_type(node: ast.ClassDef, base: type[TypeEngine[Any]], members: Mapping[str, object], call: Call) -> object:
    """The type that a class below ``base`` (a TypeDecorator or UserDefinedType) is on PostgreSQL; or Unknown.

    ``members`` are the values and functions of the class body. What the methods say of the type is asked once, with an
    object of which only ``impl`` is known; values that the class converts are marked as converted.
    """
    refused = Unknown(f"the class {node.name}, which is not read")
    if node.decorator_list or node.keywords or members.keys() & _CHANGING_SQL or not _compares_as_usual(node):
        return refused
    names: dict[str, Any] = {"cache_ok": True, "converts": getattr(base, "converts", False)}
    names["converts"] = names["converts"] or bool(members.keys() & _CONVERTING)
    if issubclass(base, TypeDecorator):
        found = _decorator(members, base, call)
    elif issubclass(base, UserDefinedType):
        found = _user_defined(members, call)
    else:
        found = None
    if found is None:
        return refused
    init = members.get("__init__")
    if init is None:
        return type(node.name, (base,), names | found)
    names["__init__"] = _takes_anything
    if not found.keys() & {"load_dialect_impl", "get_col_spec"}:
        if not isinstance(init, Function) or not issubclass(base, TypeDecorator) or _passes_on(init.node):
            return refused
        names |= {"__init__": _following(partial(call, init), refused), "followed": True}
    return type(node.name, (base,), names | found)


def _compares_as_usual(node: ast.ClassDef) -> bool:
    """Whether its ``comparator_factory``, if it has one, is a class in it that adds methods, but no operator."""
    chosen = [value for name, value in plain_members(node) if name == "comparator_factory"]
    names = {value.id if isinstance(value, ast.Name) else "" for value in chosen}
    inner = [each for each in node.body if isinstance(each, ast.ClassDef) and each.name in names]
    added = [part for each in inner for part in each.body if not isinstance(part, ast.Expr | ast.Pass)]
    return len(inner) == len(names) and all(
        isinstance(part, ast.FunctionDef) and not part.name.startswith("_") and part.name not in _OPERATORS
        for part in added
    )


def holds_anything(type_: object) -> bool:
    """Whether an object of this type may be made of unknown values, too."""
    if not isinstance(type_, type):
        return False
    return getattr(type_, "followed", False) or (issubclass(type_, tuple) and hasattr(type_, "_fields"))


def made(type_: Callable[..., object], args: list[object], kwargs: dict[str, object]) -> object:
    """An object of a type whose ``__init__`` is followed: it takes what is not known, too."""
    try:
        return type_(*args, **kwargs)
    except TypeError as error:
        return Unknown(str(error))


def _following(init: Callable[..., object], refused: Unknown) -> Callable[..., None]:
    """An ``__init__`` that follows ``init`` of the file, which may choose another ``impl``."""

    def follow(self: Any, *args: object, **kwargs: object) -> None:  # noqa: ANN401  a type decorator
        TypeDecorator.__init__(self)
        own = Instance(None)
        init([own, *args], kwargs)
        impl = own.attributes.get("impl", type(self).impl)
        if not _is_type(impl):
            raise TypeError(refused.reason)
        self.impl = to_instance(impl)

    return follow


def _passes_on(init: ast.AST) -> bool:
    """Whether an ``__init__`` hands arguments on to another, which then say what the type is."""
    return any(
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr == "__init__"
        and bool(inner.args or inner.keywords)
        for inner in walk(init)
    )


def _decorator(members: Mapping[str, object], base: type[TypeEngine[Any]], call: Call) -> dict[str, Any] | None:
    impl = members.get("impl", getattr(base, "impl", None))
    if not _is_type(impl):
        return None
    method = members.get("load_dialect_impl")
    if method is None:
        return {"impl": impl}
    if not isinstance(method, Function):
        return None
    own = Instance(None, {"impl": _IMPL})
    result = call(method, [own, Symbol("dialect")])
    if result is _IMPL:
        return {"impl": impl}
    if not _is_type(result):
        return None
    chosen = to_instance(result)
    return {"impl": impl, "load_dialect_impl": lambda _self, _dialect: chosen}


def _user_defined(members: Mapping[str, object], call: Call) -> dict[str, Any] | None:
    method = members.get("get_col_spec")
    if method is None:
        return {}
    spec = call(method, [Instance(None)]) if isinstance(method, Function) else None
    return {"get_col_spec": lambda _self, **_kw: spec} if isinstance(spec, str) else None


def _takes_anything(self: Any, *_args: object, **_kw: object) -> None:  # noqa: ANN401  a type's __init__
    if isinstance(self, TypeDecorator):
        TypeDecorator.__init__(self)


def _is_type(value: object) -> TypeGuard[TypeEngine[Any] | type[TypeEngine[Any]]]:
    return isinstance(value, TypeEngine) or (isinstance(value, type) and issubclass(value, TypeEngine))


class _Impl(TypeEngine[Any]):
    """Stands for ``self.impl`` while ``load_dialect_impl`` is read."""


_IMPL: Final = _Impl()
