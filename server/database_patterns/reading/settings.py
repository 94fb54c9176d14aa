"""Alembic's settings as they stand in alembic.ini and pyproject.toml: sections of plain strings, nothing imported."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .regular import regular_text

MAIN: Final = "alembic"
"""The section that Alembic reads unless it is started with ``--name``."""

_SEPARATORS: Final = {"os": re.escape(os.pathsep), "space": " ", "newline": r"\n", ":": ":", ";": ";"}
_LEGACY_SEPARATOR: Final = r"[\s,]+"
"""What Alembic splits ``version_locations`` at when no separator is configured."""

_TRUE: Final = {"1", "on", "true", "yes"}


@dataclass(frozen=True, slots=True)
class Settings:
    """One section: ``file`` is where it stands, ``values`` its strings; a path in it is relative to ``folder``."""

    file: Path
    name: str
    values: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]
    """All sections of the file, this one included."""

    @property
    def folder(self) -> Path:
        return self.file.parent

    def paths(self, key: str, *separators: str) -> list[str]:
        """A value that is a list of paths, split where Alembic splits it."""
        separator = next((self.values[each] for each in separators if each in self.values), "")
        parts = re.split(_SEPARATORS.get(separator, _LEGACY_SEPARATOR), self.values.get(key, ""))
        return [part.strip() for part in parts if part.strip()]

    def flag(self, key: str) -> bool:
        return self.values.get(key, "").strip().lower() in _TRUE

    def words(self, key: str) -> tuple[str, ...]:
        """A value that is a list of words (``engine1, engine2``)."""
        return tuple(part.strip() for part in self.values.get(key, "").split(",") if part.strip())


def read_ini(file: Path) -> list[Settings]:
    """The sections of a file in alembic.ini's form that belong to Alembic: [alembic], and those with script_location.

    Raises:
        UserError: it cannot be read.
    """
    parser = configparser.ConfigParser({"here": _escaped(str(file.parent))})
    try:
        parser.read_string(regular_text(file, "utf-8-sig"))
        sections = {name: _values(parser, name) for name in parser.sections()}
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        raise unreadable(file, error) from None
    return [
        Settings(file, name, values, sections)
        for name, values in sections.items()
        if name == MAIN or "script_location" in values
    ]


def read_pyproject(file: Path) -> Settings | None:
    """The table [tool.alembic]; a list in it becomes lines. None when there is none.

    Raises:
        UserError: it cannot be read.
    """
    try:
        table = tomllib.loads(regular_text(file)).get("tool", {}).get("alembic")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, AttributeError) as error:
        raise unreadable(file, error) from None
    if not isinstance(table, dict):
        return None
    here = str(file.parent)
    values = {
        key: ("\n".join(map(str, value)) if isinstance(value, list) else str(value)).replace("%(here)s", here)
        for key, value in table.items()
    }
    if any(isinstance(table.get(key), list) for key in ("version_locations", "prepend_sys_path")):
        values["path_separator"] = "newline"
    return Settings(file, MAIN, values, {MAIN: values})


def merged(ini: Settings, pyproject: Settings) -> Settings:
    """Both files of one project, as Alembic ≥ 1.16 reads them: what stands in alembic.ini wins."""
    return Settings(pyproject.file, ini.name, {**pyproject.values, **ini.values}, ini.sections)


def unreadable(file: Path, error: Exception) -> UserError:
    """The error as one line."""
    return UserError(f"cannot be read ({' '.join(str(error).split())})", where=str(file))


def _values(parser: configparser.ConfigParser, section: str) -> dict[str, str]:
    """A section's values; of those that are no paths, one that cannot be interpolated is left out.

    Alembic reads them one by one, and an address such as ``postgresql://%(user)s@host`` is for env.py to fill in.
    """
    values = {}
    for key in parser.options(section):
        try:
            values[key] = parser.get(section, key)
        except configparser.InterpolationError:
            if section == MAIN and key in {"script_location", "version_locations"}:
                raise
    return values


def _escaped(path: str) -> str:
    return path.replace("%", "%%")
