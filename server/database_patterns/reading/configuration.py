"""The project's own configuration: a table of names and values in a file of the nearest folder that has one.

It stands in database-patterns.toml, or in pyproject.toml's table [tool.database-patterns].
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .project import is_inside, mentions, repository
from .regular import regular_text

FILE: Final = "database-patterns.toml"
_TABLE: Final = "database-patterns"

_KINDS: Final[Mapping[type, str]] = {dict: "table", list: "list of texts", str: "text", int: "number"}
KEYS: Final[Mapping[str, type]] = {
    "assume": dict,
    "baseline": str,
    "fail_on": str,
    "large_tables": list,
    "paths": dict,
    "postgres": int,
    "rules": dict,
    "small_tables": list,
    "timezone": str,
}
"""What may stand in a configuration, and as what."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The values by key, and the file that they stand in; without a file there are none."""

    file: Path | None = None
    values: Mapping[str, object] = field(default_factory=dict)


def configuration(folder: Path, within: Path | None = None) -> Configuration:
    """That of ``folder``, or of the nearest one above it in the same repository.

    Files that links lead to out of ``within`` are not read.

    Raises:
        UserError: it cannot be read, has an unknown key, or a value of another kind.
    """
    for each in repository(folder, within):
        own, pyproject = each / FILE, each / "pyproject.toml"
        if own.is_file() and is_inside(own, within):
            return Configuration(own, _checked(own, _read(own)))
        if is_inside(pyproject, within) and mentions(pyproject, _TABLE.encode()):
            tools = _read(pyproject).get("tool")
            table = tools.get(_TABLE) if isinstance(tools, dict) else None
            if isinstance(table, dict):
                return Configuration(pyproject, _checked(pyproject, table))
    return Configuration()


def assumed(folder: Path, within: Path | None = None) -> Mapping[str, object]:
    """The values of dotted names that only the project knows (``assume``); raises UserError as ``configuration``."""
    values = configuration(folder, within).values.get("assume")
    return dict(_flat(values, "")) if isinstance(values, dict) else {}


def nearest(name: str, known: Iterable[str]) -> str:
    """What to do about a ``name`` that is none of ``known``: the one that was meant, else all of them."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"


def _checked(file: Path, table: Mapping[str, object]) -> Mapping[str, object]:
    for key, value in table.items():
        if key not in KEYS:
            raise UserError(f"has an unknown key {key!r}", where=str(file), remedy=nearest(key, KEYS))
        kind = KEYS[key]
        if type(value) is not kind or (isinstance(value, list) and not all(isinstance(each, str) for each in value)):
            raise UserError(f"{key} is no {_KINDS[kind]}", where=str(file))
    return table


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
