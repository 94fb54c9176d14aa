"""Names of time zones, as PostgreSQL takes them for ``TimeZone``.

Source: https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-TIMEZONES and
https://www.postgresql.org/docs/current/datetime-posix-timezone-specs.html.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from typing import Final

from database_patterns.errors import UserError

_HOURS: Final = re.compile(r"[+-]?\d{1,3}(\.\d+)?")
_ABBREVIATION: Final = r"([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET: Final = r"[+-]?\d{1,3}(:\d{1,2}){0,2}"
_POSIX: Final = re.compile(rf"{_ABBREVIATION}{_OFFSET}({_ABBREVIATION}({_OFFSET})?(,.+)?)?")
"""An abbreviation and its offset, and those of the summer time."""


def known(name: str) -> str:
    """``name``, when PostgreSQL takes it: a zone, whatever its case, hours from UTC, or a POSIX specification.

    Where the machine has no time zone database (the package ``tzdata`` brings one) any name is taken.

    Raises:
        UserError: there is no such zone; it names the nearest ones.
    """
    zones = {zone.casefold(): zone for zone in zoneinfo.available_timezones()}
    if not zones or name.casefold() in zones or _HOURS.fullmatch(name) or _POSIX.fullmatch(name):
        return name
    nearest = [zones[each] for each in difflib.get_close_matches(name.casefold(), zones, n=2)]
    remedy = f"did you mean {' or '.join(nearest)}?" if nearest else "name one such as UTC or Europe/Berlin"
    raise UserError("there is no such time zone", where=name, remedy=remedy)
