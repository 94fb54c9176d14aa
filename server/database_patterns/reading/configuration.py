"""What the project's own configuration tells the reader: ``assume``, the values that only the project knows.

It stands in database-patterns.toml, or in pyproject.toml's table [tool.database-patterns], of the nearest folder.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .project import is_inside, mentions, repository
from .regular import regular_text

FILE: Final = "database-patterns.toml"
_TABLE: Final = "database-patterns"
_KEYS: Final = ("assume",)


def assumed(folder: Path, within: Path | None = None) -> Mapping[str, object]:
    """The values of dotted names, from the nearest configuration in ``folder`` or above it.

    Files that links lead to out of ``within`` are not read.

    Raises:
        UserError: the configuration cannot be read, or has an unknown key.
    """
    for each in repository(folder, within):
        own, pyproject = each / FILE, each / "pyproject.toml"
        if own.is_file() and is_inside(own, within):
            return _assumed(own, _read(own))
        if is_inside(pyproject, within) and mentions(pyproject, _TABLE.encode()):
            tools = _read(pyproject).get("tool")
            table = tools.get(_TABLE) if isinstance(tools, dict) else None
            if isinstance(table, dict):
                return _assumed(pyproject, table)
    return {}


def _assumed(file: Path, table: Mapping[str, object]) -> Mapping[str, object]:
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are: {', '.join(_KEYS)}"
            raise UserError(f"has an unknown key {key!r}", where=str(file), remedy=remedy)
    values = table.get("assume", {})
    if not isinstance(values, dict):
        raise UserError("assume is no table of names and values", where=str(file))
    return dict(_flat(values, ""))


def _flat(table: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    """Names and values; in TOML ``app.debug = true`` makes a table ``app`` that holds ``debug``."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _read(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(regular_text(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise UserError(f"cannot be read ({' '.join(str(error).split())})", where=str(file)) from None
