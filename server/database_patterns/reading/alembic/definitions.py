"""The functions and classes that a revision defines: parameters, and which of them can be followed."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Sequence
from typing import Any, Final

from .calls import Arguments
from .values import Function, Unknown

_ENUM: Final[Any] = enum.Enum
_ENUMS: Final[dict[tuple[str, ...], Callable[..., object]]] = {
    ("Enum",): enum.Enum,
    ("IntEnum",): enum.IntEnum,
    ("StrEnum",): enum.StrEnum,
    ("int", "Enum"): lambda name, members: _ENUM(name, members, type=int),
    ("str", "Enum"): lambda name, members: _ENUM(name, members, type=str),
}
"""What a class with these bases is, when it has nothing but members."""


def bound(function: Function, arguments: Arguments) -> dict[str, object] | Unknown:
    """The names that calling ``function`` with ``arguments`` defines; Unknown when they do not fit it."""
    args, kwargs = arguments
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    refused = Unknown(f"the arguments of {function.name}() do not fit it")
    if "**" in kwargs or (len(args) > len(positional) and not spec.vararg):
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


def is_generator(function: ast.FunctionDef) -> bool:
    """Whether ``function`` itself yields, leaving aside what it defines."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def enumeration(node: ast.ClassDef, bases: tuple[str, ...], members: Sequence[tuple[str, object]]) -> object:
    """The enum that a class is when it has nothing but known members; else it is unknown."""
    known = members and all(isinstance(value, str | int) for _, value in members)
    behaves = any(isinstance(part, ast.FunctionDef) and part.name.startswith("_") for part in node.body)
    make = _ENUMS.get(bases)
    if make is None or not known or behaves or node.decorator_list:
        return Unknown(f"the class {node.name}, which is not read")
    return make(node.name, members)
