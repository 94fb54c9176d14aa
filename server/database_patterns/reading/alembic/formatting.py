"""Building strings: f-strings, ``str.format``, ``%`` and ``join``, with unknown parts, of bounded size."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import string
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, StrEnum
from typing import Any, Final

from .values import PartialText, Unknown, first_hole

TEXT_MAX: Final = 1_000_000
"""The longest string that reading builds, in characters."""

_INTEGER_BITS: Final = 10_000
_EXPONENT_MAX: Final = 1_000
_ITEMS_MAX: Final = 1_000
_WIDE: Final = re.compile(r"\d{5,}|\*")
_PERCENT: Final = re.compile(r"%(?:\((?P<key>\w+)\))?(?P<spec>[-#0 +]*\d*(?:\.\d+)?)(?P<kind>[a-zA-Z%])")
_PRINTABLE: Final = (str, int, float, decimal.Decimal, dt.date, dt.time, dt.timedelta, uuid.UUID)
_CONVERSIONS: Final[dict[str | None, Callable[[Any], object]]] = {
    "r": repr,
    "s": str,
    "a": ascii,
    None: lambda value: value,
}
_TOO_BIG: Final = Unknown("a text longer than is read here")


def text_of(parts: Iterable[object]) -> str | PartialText | Unknown:
    """Strings and unknown values one after the other, as one text."""
    flat: list[str | Unknown] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, PartialText) else (part,))  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    if sum(len(part) for part in flat if isinstance(part, str)) > TEXT_MAX:
        return _TOO_BIG
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
    if not printable(value):
        return Unknown(f"the text form of a {type(value).__name__}")
    try:
        return format(_CONVERSIONS[conversion](value), spec)
    except (ValueError, TypeError) as error:
        return Unknown(f"formatting fails ({error})")


def printable(value: object) -> bool:
    """Whether the text form of ``value`` is its own and of bounded size."""
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
    return type(value).__module__.startswith("sqlalchemy.")


def brace_format(template: str, args: Sequence[object], kwargs: Mapping[str, object]) -> str | PartialText | Unknown:
    """``template.format(*args, **kwargs)``; fields that reach into attributes or items are not followed."""
    parts: list[object] = []
    automatic = 0
    try:
        for literal, field, spec, conversion in string.Formatter().parse(template):
            parts.append(literal)
            if field is None:
                continue
            if field == "":
                field, automatic = str(automatic), automatic + 1  # noqa: PLW2901  numbered as Python does
            if not field.isidentifier() and not field.isdigit():
                return Unknown(f"the format field {{{field}}}")
            value = args[int(field)] if field.isdigit() else kwargs[field]
            parts.append(formatted(value, conversion, spec or "") if "{" not in (spec or "") else _TOO_BIG)
    except (ValueError, IndexError, KeyError) as error:
        return Unknown(f"formatting fails ({error!r})")
    return text_of(parts)


def percent_format(template: str, values: object) -> str | PartialText | Unknown:
    """``template % values`` for %s, %d, %r, %i, %f and the like."""
    if isinstance(values, Unknown):
        values = (values,) if len(_PERCENT.findall(template)) == 1 else values
    if isinstance(values, Unknown):
        return values
    remaining = iter(values if isinstance(values, tuple) else (values,))
    parts: list[object] = []
    end = 0
    for match in _PERCENT.finditer(template):
        parts.append(template[end : match.start()])
        end = match.end()
        if match["kind"] == "%":
            parts.append("%")
            continue
        try:
            value = values[match["key"]] if match["key"] else next(remaining)  # type: ignore[index]  # ty: ignore[not-subscriptable]
        except (KeyError, TypeError, IndexError, StopIteration):
            return Unknown("a % format without its value")
        parts.append(_percent_field(match, value))
    return text_of([*parts, template[end:]])


def _percent_field(match: re.Match[str], value: object) -> str | PartialText | Unknown:
    if match["kind"] == "s" and not match["spec"]:
        return formatted(value, "s", "")
    hole = first_hole(value)
    if hole is not None:
        return hole
    if _WIDE.search(match["spec"]) or not printable(value):
        return _TOO_BIG
    try:
        return f"%{match['spec']}{match['kind']}" % (value,)
    except (ValueError, TypeError) as error:
        return Unknown(f"formatting fails ({error})")


def joined(separator: str, items: Iterable[object]) -> str | PartialText | Unknown:
    """``separator.join(items)``."""
    parts: list[object] = []
    for item in items:
        if not isinstance(item, str | PartialText | Unknown):
            return Unknown(f"join() of a {type(item).__name__}")
        parts.extend((separator, item))
    return text_of(parts[1:])
