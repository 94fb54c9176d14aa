"""Building strings: f-strings, ``str.format``, ``%`` and ``join``, with unknown parts, of bounded size."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import string
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from itertools import count
from typing import Any, Final

from .values import PartialText, Unknown, first_hole

TEXT_MAX: Final = 1_000_000
"""The longest string that reading builds, in characters."""

FAILS: Final = "formatting fails"
"""How the reason begins of a value that Python cannot format."""

_HOLE_SIZE: Final = 100
"""What an unknown part counts for."""
_INTEGER_BITS: Final = 10_000
_EXPONENT_MAX: Final = 1_000
_ITEMS_MAX: Final = 1_000
_WIDE: Final = re.compile(r"\d{5,}|\*")
_PERCENT: Final = re.compile(r"%(?:\((?P<key>\w++)\))?+(?P<spec>[-#0 +]*+\d*+(?:\.\d++)?+)(?P<kind>[a-zA-Z%])")
_PRINTABLE: Final = (str, int, float, decimal.Decimal, dt.date, dt.time, dt.timedelta, uuid.UUID)
_CONVERSIONS: Final[dict[str | None, Callable[[Any], object]]] = {
    "r": repr,
    "s": str,
    "a": ascii,
    None: lambda value: value,
}
_TOO_BIG: Final = Unknown("a text longer than is read here")


class Shown(str):
    """The text that an object's own method has made: what a conversion would make of it is made already."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Formatted(Shown):
    """The text that an object's ``__format__`` has made: its format is applied already."""

    __slots__ = ()

    def __format__(self, spec: str, /) -> str:
        return str(self)


Show = Callable[[object, str | None, str], object]
"""How a value is put into a text: the value, its conversion ("r", "s", "a" or None) and its format."""


def _as_it_is(value: object, _how: str | None, _spec: str) -> object:
    return value


def text_of(parts: Iterable[object]) -> str | PartialText | Unknown:
    """Strings and unknown values one after the other, as one text."""
    flat: list[str | Unknown] = []
    size = 0
    for part in parts:
        for piece in part.parts if isinstance(part, PartialText) else (part,):
            size += len(piece) if isinstance(piece, str) else _HOLE_SIZE
            if size > TEXT_MAX:
                return _TOO_BIG
            flat.append(piece)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    if all(isinstance(part, str) for part in flat):
        return "".join(flat)  # type: ignore[arg-type]  # ty: ignore[no-matching-overload]
    return PartialText(tuple(flat))


def formatted(value: object, conversion: str | None, spec: str) -> str | PartialText | Unknown:
    """``value`` as a replacement field renders it (``conversion``: "r", "s", "a" or None)."""
    hole = first_hole(value)
    if isinstance(value, PartialText) and not spec and conversion in {None, "s"}:
        return value
    if hole is not None:
        return hole
    if _WIDE.search(spec):
        return _TOO_BIG
    if not printable(value, conversion):
        return Unknown(f"the text form of a {type(value).__name__}")
    try:
        return format(_CONVERSIONS[conversion](value), spec)
    except (ValueError, TypeError) as error:
        return Unknown(f"{FAILS} ({error})")


def printable(value: object, conversion: str | None = None) -> bool:
    """Whether the text form of ``value`` is its own and of bounded size; ``conversion`` is "r" or "a" for its repr."""
    if isinstance(value, Enum):
        return isinstance(value, StrEnum)  # what others look like differs from one Python to the next
    if isinstance(value, int):
        return value.bit_length() < _INTEGER_BITS
    if isinstance(value, decimal.Decimal):
        return value.is_finite() and abs(value.adjusted()) < _EXPONENT_MAX
    if value is None or isinstance(value, _PRINTABLE):
        return True
    if isinstance(value, list | tuple | set) and len(value) <= _ITEMS_MAX:
        return not isinstance(value, set) and all(item is None or isinstance(item, _PRINTABLE) for item in value)
    return conversion not in {"r", "a"} and type(value).__module__.startswith("sqlalchemy.")


class _NotFollowedError(Exception):
    """A format string of which a field is not followed; the message says which."""


def brace_format(
    template: str, args: Sequence[object], kwargs: Mapping[str, object], show: Show = _as_it_is
) -> str | PartialText | Unknown:
    """``template.format(*args, **kwargs)``; fields that reach into attributes or items are not followed."""
    try:
        return text_of(_brace_parts(template, args, kwargs, show, count()))
    except _NotFollowedError as error:
        return Unknown(str(error))
    except (ValueError, IndexError, KeyError) as error:
        return Unknown(f"{FAILS} ({error!r})")


def _brace_parts(
    template: str, args: Sequence[object], kwargs: Mapping[str, object], show: Show, numbers: Iterator[int]
) -> Iterator[object]:
    for literal, field, spec, conversion in string.Formatter().parse(template):
        yield literal
        if field is None:
            continue
        name = field or str(next(numbers))
        if not name.isidentifier() and not name.isdigit():
            raise _NotFollowedError(f"the format field {{{field}}}")
        value = args[int(name)] if name.isdigit() else kwargs[name]
        inner = text_of(_brace_parts(spec, args, kwargs, show, numbers)) if spec and "{" in spec else spec or ""
        if not isinstance(inner, str):
            raise _NotFollowedError(f"the format {spec}")
        yield formatted(show(value, conversion, inner), conversion, inner)


def conversions(template: str) -> set[str]:
    """How the fields of a % format put values into it: "s", "r", "d" …."""
    return {match["kind"] for match in _PERCENT.finditer(template)} - {"%"}


def percent_format(template: str, values: object) -> str | PartialText | Unknown:
    """``template % values`` for %s, %d, %r, %i, %f and the like."""
    if isinstance(values, Unknown):
        values = (values,) if len(_PERCENT.findall(template)) == 1 else values
    if isinstance(values, Unknown):
        return values
    try:
        return text_of(_percent_parts(template, values))
    except _NotFollowedError as error:
        return Unknown(str(error))


def _percent_parts(template: str, values: object) -> Iterator[object]:
    remaining = iter(values if isinstance(values, tuple) else (values,))
    end = 0
    for match in _PERCENT.finditer(template):
        yield _literal(template[end : match.start()])
        end = match.end()
        if match["kind"] == "%":
            yield "%"
            continue
        try:
            value = values[match["key"]] if match["key"] else next(remaining)  # type: ignore[index]  # ty: ignore[not-subscriptable]
        except (KeyError, TypeError, IndexError, StopIteration):
            raise _NotFollowedError("a % format without its value") from None
        yield _percent_field(match, value)
    yield _literal(template[end:])
    if not isinstance(values, dict) and next(remaining, None) is not None:
        raise _NotFollowedError("a % format with more values than it takes")


def _literal(text: str) -> str:
    """What stands between the fields of a % format."""
    if "%" in text:
        raise _NotFollowedError("a % format that is not read")
    return text


def _percent_field(match: re.Match[str], value: object) -> str | PartialText | Unknown:
    if match["kind"] == "s" and not match["spec"]:
        return formatted(value, "s", "")
    hole = first_hole(value)
    if hole is not None:
        return hole
    if _WIDE.search(match["spec"]) or not printable(value, match["kind"]):
        return _TOO_BIG
    try:
        return f"%{match['spec']}{match['kind']}" % (value,)
    except (ValueError, TypeError) as error:
        return Unknown(f"{FAILS} ({error})")


def joined(separator: str, items: Iterable[object]) -> str | PartialText | Unknown:
    """``separator.join(items)``."""
    parts: list[object] = []
    for item in items:
        if not isinstance(item, str | PartialText | Unknown):
            return Unknown(f"join() of a {type(item).__name__}")
        parts.extend((separator, item))
    return text_of(parts[1:])


def replaced_size(function: object, args: list[Any]) -> int:
    """How long the text is at most that ``function``, the method ``replace`` of a text, makes."""
    text = getattr(function, "__self__", "")
    if not isinstance(text, str) or len(args) < 2 or not all(isinstance(arg, str) for arg in args[:2]):
        return 0
    return len(text) + text.count(args[0]) * len(args[1])
