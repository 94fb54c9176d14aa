"""The functions that a revision defines: what a call gives to their parameters, and which of them can be followed."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .calls import Arguments
from .values import Function, Unknown


def bound(
    function: Function, arguments: Arguments, evaluate: Callable[[ast.expr], object]
) -> dict[str, object] | Unknown:
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
    with_default = positional[len(positional) - len(spec.defaults) :]
    for parameter, default in zip([*with_default, *spec.kwonlyargs], [*spec.defaults, *spec.kw_defaults], strict=True):
        if parameter.arg not in names and default is not None:
            names[parameter.arg] = evaluate(default)
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
