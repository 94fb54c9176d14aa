"""The versions of libraries that a project is pinned to, as its lock and requirements files say."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .project import is_inside

_LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_REQUIREMENTS: Final = ("requirements*.txt", "constraints*.txt", "requirements/*.txt")
_SIZE_MAX: Final = 20_000_000
_REQUIREMENT: Final = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*(?:===?\s*([0-9][^\s;,#\\]*))?")


@dataclass(frozen=True, slots=True)
class Pin:
    """One library that a project depends on; ``version`` is None where no file says exactly which."""

    name: str
    version: str | None
    file: Path

    @property
    def series(self) -> str | None:
        """Major and minor version ("2.0")."""
        return ".".join(self.version.split(".")[:2]) if self.version else None


def pins(folder: Path, within: Path | None = None) -> Mapping[str, Pin]:
    """What the files of ``folder`` pin, by normalised name: a lock file's word before that of requirements.

    Files that links lead to out of ``within`` are not read.
    """
    found: dict[str, Pin] = {}
    for pin in _all(folder, within):
        known = found.get(pin.name)
        if known is None or (known.version is None and pin.version is not None):
            found[pin.name] = pin
    return found


def _all(folder: Path, within: Path | None) -> Iterator[Pin]:
    readers = dict.fromkeys(_LOCKS, _from_lock) | {"Pipfile.lock": _from_pipfile}
    readers |= dict.fromkeys(_REQUIREMENTS, _from_requirements) | {"pyproject.toml": _from_pyproject}
    for pattern, reader in readers.items():
        for file in sorted(folder.glob(pattern)):
            if is_inside(file, within):
                yield from reader(file)


def _from_lock(file: Path) -> Iterator[Pin]:
    table = _toml(file)
    packages = table.get("package") or table.get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("name"), str):
            version = package.get("version")
            yield Pin(normalised(package["name"]), version if isinstance(version, str) else None, file)


def _from_pipfile(file: Path) -> Iterator[Pin]:
    try:
        default = json.loads(_text(file) or "{}").get("default", {})
    except (ValueError, AttributeError, RecursionError):
        return
    for name, entry in default.items() if isinstance(default, dict) else ():
        version = entry.get("version", "") if isinstance(entry, dict) else ""
        yield Pin(normalised(name), str(version).removeprefix("==") or None, file)


def _from_requirements(file: Path) -> Iterator[Pin]:
    return _from_lines(_text(file).splitlines(), file)


def _from_pyproject(file: Path) -> Iterator[Pin]:
    project = _toml(file).get("project")
    lines = project.get("dependencies") if isinstance(project, dict) else None
    yield from _from_lines([line for line in lines if isinstance(line, str)] if isinstance(lines, list) else [], file)


def _from_lines(lines: list[str], file: Path) -> Iterator[Pin]:
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match:
            yield Pin(normalised(match[1]), match[2], file)


def normalised(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _toml(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(_text(file))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _text(file: Path) -> str:
    """The text of a file; nothing where it is missing, not UTF-8, or larger than any lock file."""
    try:
        if not file.is_file() or file.stat().st_size > _SIZE_MAX:
            return ""
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
