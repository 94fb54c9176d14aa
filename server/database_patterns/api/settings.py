"""The settings of a project: from the environment, else from the nearest configuration file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, cast

from database_patterns import documents
from database_patterns.errors import UserError
from database_patterns.model import POSTGRES_VERSIONS, SEVERITIES
from database_patterns.reading.configuration import Configuration, configuration, nearest
from database_patterns.reading.files import name_of
from database_patterns.reading.project import is_inside
from database_patterns.settings import LEVELS, Levels, Settings

from . import timezones

_PREFIX: Final = "DATABASE_PATTERNS_"


def settings(folder: Path, *, within: Path | None = None) -> Settings:
    """What is decided for ``folder``.

    The variables DATABASE_PATTERNS_POSTGRES, _TIMEZONE and _FAIL_ON of the environment go before the file.

    Args:
        folder: where the user is, or what the server may read.
        within: what links lead to out of this folder is not read.

    Raises:
        UserError: the configuration cannot be read, or says what cannot be; it names the place and what is known.
    """
    try:
        found = configuration(folder, within)
    except UserError as error:
        raise UserError(error.what, where=name_of(Path(error.where), within), remedy=error.remedy) from None
    place = name_of(found.file, within) if found.file else ""
    values = {key: _checked(check, value, place) for key, check, value in _of_file(found)}
    if found.file and "baseline" in found.values:
        values["baseline"] = _inside(found.file.parent / str(found.values["baseline"]), within, place)
    for key, check in _SINGLE.items():
        variable = f"{_PREFIX}{key.upper()}"
        if os.environ.get(variable):
            values[key] = _checked(check, os.environ[variable], variable)
    return Settings(**values)


def _inside(file: Path, within: Path | None, place: str) -> Path:
    if not is_inside(file, within):
        raise UserError("the baseline lies outside the folder that may be read", where=place)
    return file


def _of_file(found: Configuration) -> list[tuple[str, Callable[[Any], object], object]]:
    return [(key, check, found.values[key]) for key, check in _CHECKS.items() if key in found.values]


def _checked(check: Callable[[Any], object], value: object, where: str) -> Any:  # noqa: ANN401  what the key wants
    try:
        return check(value)
    except UserError as error:
        what = f"{error.where}: {error.what}" if error.where else error.what
        raise UserError(what, where=where, remedy=error.remedy) from None


def _postgres(value: int | str) -> int:
    return int(_one_of("postgres", str(value), map(str, POSTGRES_VERSIONS)))


def _fail_on(value: str) -> str:
    return _one_of("fail_on", value, SEVERITIES)


def _one_of(key: str, value: str, known: Iterable[str]) -> str:
    known = tuple(known)
    if value not in known:
        raise UserError(f"{key} is {value!r}", remedy=f"known are: {', '.join(known)}")
    return value


def _levels(table: Mapping[str, object]) -> Levels:
    """The levels of rules by name; raises UserError for a rule or a level that there is not."""
    known = documents.rules()
    for rule, level in table.items():
        if rule not in known:
            raise UserError(f"there is no rule {rule!r}", remedy=nearest(rule, known))
        _one_of(rule, str(level), LEVELS)
    return cast("Levels", dict(table))


def _paths(table: Mapping[str, object]) -> Mapping[str, Levels]:
    for pattern, levels in table.items():
        if not isinstance(levels, dict):
            raise UserError(f"what is said of {pattern!r} is no table of rules")
    return {pattern: _levels(cast("Mapping[str, object]", levels)) for pattern, levels in table.items()}


_SINGLE: Final[Mapping[str, Callable[[Any], object]]] = {
    "fail_on": _fail_on,
    "postgres": _postgres,
    "timezone": timezones.known,
}
"""What a variable of the environment may say as well."""
_CHECKS: Final = {**_SINGLE, "large_tables": tuple, "paths": _paths, "rules": _levels, "small_tables": tuple}
