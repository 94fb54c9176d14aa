"""Values as SQL literals, for the types that SQLAlchemy only ever sends as parameters."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import uuid
from typing import Any, Final

from sqlalchemy.dialects.postgresql import (
    BIT,
    CIDR,
    INET,
    MACADDR,
    MACADDR8,
    MONEY,
    REGCLASS,
    REGCONFIG,
    TSQUERY,
    TSVECTOR,
    Range,
)
from sqlalchemy.dialects.postgresql.ranges import AbstractRange
from sqlalchemy.sql import sqltypes
from sqlalchemy.sql.type_api import TypeEngine

_AS_TEXT: Final = (
    *(AbstractRange, BIT, CIDR, INET, MACADDR, MACADDR8, MONEY, REGCLASS, REGCONFIG, TSQUERY, TSVECTOR),
    *(sqltypes.Date, sqltypes.DateTime, sqltypes.Integer, sqltypes.Interval, sqltypes.Numeric, sqltypes.Time),
)
"""Types whose values a migration may write as text, which PostgreSQL then reads."""
_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001  from where SQLAlchemy counts an Interval(native=False)


def is_other_number(value: object, type_: TypeEngine[Any]) -> bool:
    """Whether ``value`` is a truth value for a number: what PostgreSQL makes of it depends on the driver."""
    return isinstance(value, bool) and isinstance(type_, sqltypes.Integer | sqltypes.Numeric)


def literal(value: object, type_: TypeEngine[Any]) -> str | None:
    """``value`` as PostgreSQL reads it for ``type_``; None where SQLAlchemy's own rendering is right."""
    if isinstance(type_, sqltypes.JSON):
        return None if value is None and type_.none_as_null else quoted(json.dumps(value))
    if isinstance(type_, sqltypes.LargeBinary) and isinstance(value, bytes):
        return quoted(f"\\x{value.hex()}")
    if isinstance(value, float | decimal.Decimal) and _is_special(value):
        return f"'{value}'::float8" if isinstance(value, float) else f"'{value}'::numeric"
    written = _written(value, type_)
    if written is not None:
        return quoted(written)
    return _by_value(value) if isinstance(type_, sqltypes.NullType) else None


def _written(value: object, type_: TypeEngine[Any]) -> str | None:
    """The text that PostgreSQL reads as ``value``, for values that are written in quotes."""
    text: str | None = None
    if isinstance(value, uuid.UUID):
        text = value.hex if isinstance(type_, sqltypes.Uuid) and not type_.native_uuid else str(value)
    elif isinstance(value, dt.timedelta) and isinstance(type_, sqltypes.Interval) and not type_.native:
        text = (_EPOCH + value).isoformat(" ")
    elif isinstance(value, dt.datetime):
        text = value.isoformat(" ")
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    elif isinstance(value, dt.timedelta):
        text = f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"
    elif isinstance(type_, AbstractRange) and isinstance(value, Range | list | tuple):
        text = str(value) if isinstance(value, Range) else "{" + ",".join(map(str, value)) + "}"
    elif isinstance(type_, _AS_TEXT) and isinstance(value, str):
        text = value
    return text


def _is_special(value: float | decimal.Decimal) -> bool:
    """Whether ``value`` as a bare number would be another one, or none: infinite, not a number, or a negative zero."""
    return not math.isfinite(value) or (isinstance(value, float) and value == 0 and math.copysign(1, value) < 0)


def quoted(text: str) -> str:
    """``text`` as a string constant."""
    return "'" + text.replace("'", "''") + "'"


def _by_value(value: object) -> str | None:
    """A value for a column of unknown type, as psycopg would send it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | decimal.Decimal):
        return str(value)
    return quoted(value) if isinstance(value, str) else None
