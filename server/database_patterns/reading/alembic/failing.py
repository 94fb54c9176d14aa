"""What Python itself refuses: errors that stop the revision, apart from what only reading cannot compute."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from typing import Final

_ADDRESS: Final = re.compile(r"(?: object)? at 0x[0-9a-f]+")
_SCALARS: Final = {
    bool, bytes, decimal.Decimal, dt.date, dt.datetime, dt.time, dt.timedelta, float, int, str, type(None), uuid.UUID,
}  # fmt: skip
_CONTAINERS: Final = {dict, list, str, tuple}
"""What is indexed here as Python does: a list may stand for an iterator, which takes no index at all."""


class NotReadError(Exception):
    """Reading does not compute this, while Python does; the message says what."""


def is_scalar(value: object) -> bool:
    """Whether ``value`` is a plain one, the same here as in the revision, with Python's own operators and attributes.

    A list may stand for an iterator, and an object of SQLAlchemy be of another version: neither is one.
    """
    return type(value) in _SCALARS or (type(value) is tuple and all(map(is_scalar, value)))


def refuses_index(owner: object) -> bool:
    """Whether an error that ``owner[index]`` raises here is Python's own."""
    return type(owner) in _CONTAINERS or is_scalar(owner)


def lacks(owner: object, name: str) -> str | None:
    """What Python says of ``owner.name`` where a plain value has no such attribute."""
    if not is_scalar(owner) or hasattr(owner, name):
        return None
    return f"AttributeError: {type(owner).__name__!r} object has no attribute {name!r}"


def said(error: Exception) -> str:
    """An exception in one line, the same in every run."""
    message = str(error).split("\n", 1)[0].split("(Background on", 1)[0].strip()
    return f"{type(error).__name__}: {_ADDRESS.sub('', message)}"[:300]
