"""What a driver is given as it is, with values beside it: its text in parts, between which the values stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from .values import Unknown

_PERCENT: Final = re.compile(r"%%|%[sbt]|%\((\w+)\)[sbt]")
"""The placeholders of psycopg 2 and 3."""
_NUMBERED: Final = re.compile(r"\$(\d+)")
"""Those of asyncpg."""
_NOT_GIVEN: Final = Unknown("a value beside the statement, which is not known here")


@dataclass(frozen=True, slots=True)
class Value:
    """A value in the place of a placeholder."""

    value: object


def filled(sql: str, values: object) -> Iterator[str | Value]:
    """The text with values for its placeholders.

    ``values`` are the sequence or the mapping that one execution is given; where they are anything else, no value is
    known.
    """
    pattern = _PERCENT if re.search(r"%[sbt(]", sql) else _NUMBERED
    numbers, end = count(1), 0
    for match in pattern.finditer(sql):
        yield sql[end : match.start()]
        end = match.end()
        yield "%" if match[0] == "%%" else Value(_value(match[1] or str(next(numbers)), values))
    yield sql[end:]


def _value(key: str, values: object) -> object:
    if isinstance(values, Mapping):
        return values.get(key, _NOT_GIVEN)
    if isinstance(values, list | tuple) and key.isdecimal() and int(key) <= len(values):
        return values[int(key) - 1]
    return _NOT_GIVEN
