"""Python's operators on the values of a revision: known values are computed in bounded size, others stay unknown."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Final

from . import library
from .formatting import TEXT_MAX, percent_format, text_of
from .objects import COUNTED, Instance
from .paths import Location
from .values import Bound, Either, PartialText, Symbolic, Unknown, Unordered, first_hole

TOO_BIG: Final = Unknown("a value bigger than is read here")

_INTEGER_BITS: Final = 4_000


def _power(left: object, right: object) -> object:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * max(right, 0) <= _INTEGER_BITS:
        return left**right
    return TOO_BIG


def _product(left: Any, right: Any) -> object:  # noqa: ANN401  any known values
    sizes = [len(side) for side in (left, right) if isinstance(side, str | bytes | list | tuple)]
    factors = [side for side in (left, right) if isinstance(side, int)]
    return TOO_BIG if sizes and factors and sizes[0] * factors[0] > TEXT_MAX else left * right


_BINARY: Final[dict[type[ast.operator], Callable[[Any, Any], object]]] = {
    ast.Add: operator.add,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Mult: _product,
    ast.Pow: _power,
    ast.Sub: operator.sub,
}
_COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], object]]] = {
    ast.Eq: operator.eq,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.NotEq: operator.ne,
    ast.NotIn: lambda left, right: left not in right,
}
_UNARY: Final[dict[type[ast.unaryop], Callable[[Any], object]]] = {
    ast.Invert: operator.invert,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


def too_big(value: object) -> bool:
    """Whether ``value`` has more digits, items or characters than reading handles."""
    if isinstance(value, int):
        return value.bit_length() > _INTEGER_BITS
    return library.too_long(value)


def truth_of(value: object) -> bool | Unknown:  # noqa: PLR0911  one line for each kind of value
    """Whether ``value`` counts as true."""
    if isinstance(value, Unordered):
        return bool(value.items)
    if isinstance(value, Unknown):
        return value.truth if isinstance(value, Either) else value
    if isinstance(value, Bound):
        return Unknown(f"the attribute .{value.name}", inert=True)
    if isinstance(value, Instance) and (value.of is None or value.of.defines(*COUNTED)):
        return Unknown("the truth of an object")
    if isinstance(value, PartialText):
        return True if any(isinstance(part, str) and part for part in value.parts) else Unknown("an unknown text")
    try:
        return bool(value)
    except TypeError:
        return Unknown(f"the truth of a {type(value).__name__}")


def combined(operation: ast.operator, left: object, right: object) -> object:
    """``left <operation> right``; an SQL expression on either side makes an SQL expression."""
    if isinstance(left, str) and isinstance(operation, ast.Mod):
        return percent_format(left, right)
    if isinstance(left, Location):
        return _of_path(operation, left, right)
    if isinstance(operation, ast.Add) and _are_texts(left, right):
        return text_of((left, right))
    if not library.is_element(left) and not library.is_element(right):
        hole = _unknown_side(left, right)
        if hole is not None:
            return hole
    function = _BINARY.get(type(operation))
    if function is None or isinstance(left, Symbolic) or isinstance(right, Symbolic):
        return Unknown(f"a value combined by {type(operation).__name__}")
    return function(left, right)


def _of_path(operation: ast.operator, path: Location, right: object) -> object:
    if isinstance(operation, ast.Div):
        return path.joined([right])
    known = isinstance(operation, ast.Add) and isinstance(right, str)
    return path.followed_by(str(right)) if known else Unknown("a path that is not known", inert=True)


def _are_texts(left: object, right: object) -> bool:
    some = isinstance(left, str | PartialText) or isinstance(right, str | PartialText)
    return some and all(isinstance(side, str | PartialText | Unknown) for side in (left, right))


def _unknown_side(*sides: object) -> Unknown | None:
    """A side that is unknown itself; a container may hold unknown values."""
    return next((first_hole(side) for side in sides if isinstance(side, Unknown | PartialText)), None)


def negated(operation: ast.unaryop, value: object) -> object:
    """``-value``, ``~value`` or ``+value``."""
    if isinstance(value, Unknown | PartialText | Symbolic):
        return value if isinstance(value, Unknown) else Unknown("an unknown value")
    return _UNARY[type(operation)](value)


def compared(operation: ast.cmpop, left: object, right: object) -> object:
    """``left <operation> right``; an SQL expression on the left makes an SQL expression."""
    sides = (left, right)
    if isinstance(operation, ast.Is | ast.IsNot) and not any(isinstance(side, Unknown | Bound) for side in sides):
        return _COMPARE[type(operation)](left, right)
    if any(isinstance(side, Symbolic) for side in sides):
        return Unknown("something that exists only in a running migration", inert=True)
    if not library.is_element(left):
        hole = first_hole(sides)
        if hole is not None:
            return hole
    return _COMPARE[type(operation)](left, right)
