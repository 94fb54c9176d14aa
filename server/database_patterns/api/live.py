"""The live database that predictions may rest on: its address, and which revisions it has already.

The address comes from the environment alone, never from an argument, and no part of it is ever shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from database_patterns.databases import snapshot
from database_patterns.databases.snapshot import Snapshot
from database_patterns.errors import UserError
from database_patterns.model import Migration
from database_patterns.reading.graph import ancestors

ENVIRONMENT: Final = "DATABASE_PATTERNS_DATABASE_URL"
IS_THE_START: Final = "the schema before is that of the live database as it is now"
APPLIED: Final = "the live database has this revision already, which is followed from the history alone"
NOT_USED: Final = "the live database is not looked at, as it is not told which of the project's databases it is"
_NO_VERSIONS: Final = "which revisions the live database has is not known, as it has no readable table alembic_version"
_ELSEWHERE: Final = "the live database is at {}, which is not known here: what lies between is not known"


def database(url: str | None = None) -> Snapshot:
    """The live database of ``url``, else of the environment; it is read, and nothing of it is changed.

    Raises:
        UserError: no address is set, or the database cannot be read.
    """
    address = url or os.environ.get(ENVIRONMENT)
    if not address:
        raise UserError("no live database is known", remedy=f"set {ENVIRONMENT} to its address before the start")
    return snapshot.take(address)


@dataclass(frozen=True, slots=True)
class Position:
    """The paths of the revisions that a live database has, and in a sentence what is not certain of that."""

    applied: frozenset[str] = frozenset()
    doubt: str = ""

    @classmethod
    def of(cls, live: Snapshot, given: Sequence[Migration], earlier: Iterable[Migration]) -> Position:
        """Where ``live`` stands among the revisions ``given`` and those before them; SQL files it has not."""
        if not any(each.revision for each in given):
            return cls()
        if live.revisions is None:
            return cls(doubt=_NO_VERSIONS)
        known = [*earlier, *given]
        names = {name for each in known for name in (each.revision, *each.down_revisions)}
        elsewhere = sorted(live.revisions - names)
        doubt = _ELSEWHERE.format(", ".join(elsewhere)) if elsewhere else ""
        return cls(frozenset(each.path for each in ancestors(live.revisions, known)), doubt)
