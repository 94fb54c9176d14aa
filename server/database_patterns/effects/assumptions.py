"""What a prediction rests on beside the statement and the schema."""

from __future__ import annotations

from dataclasses import dataclass

from database_patterns.model import POSTGRES_VERSIONS


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The server's major version, and the session's ``TimeZone`` (None: not known)."""

    postgres: int = POSTGRES_VERSIONS[-1]
    timezone: str | None = None
