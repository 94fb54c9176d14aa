"""The Alembic project in a folder: where its revisions are, read from its settings without importing anything."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

_REMEDY: Final = "name a file or a folder, or run this where alembic.ini is"
_SEPARATORS: Final = {"os": re.escape(os.pathsep), "space": r"\s+", "newline": r"\n", ":": ":", ";": ";"}
_LEGACY_SEPARATOR: Final = r"[\s,]+"
"""What Alembic splits ``version_locations`` at when no separator is configured."""


def revision_folders(folder: Path) -> list[Path]:
    """The folders that hold the revisions of the Alembic project in ``folder``.

    Raises:
        UserError: there is no Alembic project, or its settings do not lead to a folder.
    """
    settings, file = _settings(folder)
    script_location = settings.get("script_location")
    if not script_location:
        raise UserError("does not say script_location", where=str(file), remedy=_REMEDY)
    separator = settings.get("path_separator") or settings.get("version_path_separator", "")
    locations = re.split(_SEPARATORS.get(separator, _LEGACY_SEPARATOR), settings.get("version_locations", ""))
    wanted = [location.strip() for location in locations if location.strip()] or [f"{script_location}/versions"]
    return [_existing(_located(folder, location), file) for location in wanted]


def _settings(folder: Path) -> tuple[Mapping[str, str], Path]:
    """Alembic's settings and the file that they stand in: alembic.ini, else pyproject.toml."""
    ini, pyproject = folder / "alembic.ini", folder / "pyproject.toml"
    try:
        if ini.is_file():
            parser = configparser.ConfigParser({"here": str(ini.parent)})
            parser.read_string(ini.read_text(encoding="utf-8"))
            if parser.has_section("alembic"):
                keys = ("script_location", "version_locations", "path_separator", "version_path_separator")
                return {key: parser.get("alembic", key) for key in keys if parser.has_option("alembic", key)}, ini
        if pyproject.is_file():
            tables = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("tool", {})
            if "alembic" in tables:
                return _from_pyproject(tables["alembic"], pyproject), pyproject
    except (configparser.Error, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        file = ini if ini.is_file() else pyproject
        raise UserError(f"cannot be read ({' '.join(str(error).split())})", where=str(file)) from None
    raise UserError("there is no Alembic project here (no alembic.ini, no [tool.alembic])", remedy=_REMEDY)


def _from_pyproject(table: Mapping[str, object], file: Path) -> Mapping[str, str]:
    """The table's strings as alembic.ini would hold them; a list of locations is joined by newlines."""
    settings = {
        key: ("\n".join(map(str, value)) if isinstance(value, list) else str(value)).replace(
            "%(here)s", str(file.parent)
        )
        for key, value in table.items()
    }
    return settings | ({"path_separator": "newline"} if isinstance(table.get("version_locations"), list) else {})


def _located(folder: Path, location: str) -> Path:
    """A location as Alembic means it: a path, or ``package:folder`` (of a package that lies in ``folder``)."""
    package, colon, inner = location.partition(":")
    if colon and not Path(location).is_absolute():
        return folder / package.replace(".", "/") / inner
    return folder / location


def _existing(path: Path, file: Path) -> Path:
    if not path.is_dir():
        raise UserError(f"leads to {path}, which is not a folder", where=str(file), remedy=_REMEDY)
    return path
