"""Values as SQL literals, for the types that SQLAlchemy only ever sends as parameters."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from typing import Any

from sqlalchemy.sql import sqltypes
from sqlalchemy.sql.type_api import TypeEngine


def literal(value: object, type_: TypeEngine[Any]) -> str | None:
    """``value`` as PostgreSQL reads it for ``type_``; None where SQLAlchemy's own rendering is right."""
    if isinstance(type_, sqltypes.JSON):
        return None if value is None and type_.none_as_null else quoted(json.dumps(value))
    if isinstance(type_, sqltypes.LargeBinary) and isinstance(value, bytes):
        return quoted(f"\\x{value.hex()}")
    if isinstance(value, uuid.UUID):
        return quoted(str(value))
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return quoted(value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat())
    return _by_value(value) if isinstance(type_, sqltypes.NullType) else None


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
