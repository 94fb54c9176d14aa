"""The versions of libraries that a project is pinned to, as its lock and requirements files say."""

from __future__ import annotations

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .project import is_inside

_LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_REQUIREMENTS: Final = ("requirements*.txt", "constraints*.txt", "requirements/*.txt")
_SIZE_MAX: Final = 20_000_000
_REQUIREMENT: Final = re.compile(
    r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*(?:===?\s*([0-9][^\s;,#\\*]*)(?![*\w.]))?([^;#\\]*)"
)
_CLAUSE: Final = re.compile(r"(===?|~=|!=|>=?|<=?|\^|~|(?<![\d.]))\s*(\d+(?:\.\d+)*)")
_EXACT: Final = re.compile(r"(?:===?)?\s*(\d[\w.]*)")
_EXACTLY: Final = {"", "=", "==", "===", "^", "~", "~="}
_UP_TO: Final = {"<", "<=", *_EXACTLY}
_FROM: Final = {">", ">=", *_EXACTLY}
"""Operators of requirements, by whether they say how new or how old a version is at most; Poetry's are among them."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One library that a project depends on; ``version`` is None where no file says exactly which."""

    name: str
    version: str | None
    file: Path
    allowed: str = field(default="", compare=False)
    """The versions that are allowed, as the file says it (">=1.4,<2")."""

    @property
    def series(self) -> str | None:
        """Major and minor version ("2.0")."""
        return ".".join(self.version.split(".")[:2]) if self.version else None

    def is_older_than(self, major: int) -> bool | None:
        """Whether it is of an older series than ``major``; None when the file allows both, or says nothing."""
        written = f"=={self.version}" if self.version else self.allowed
        for operator, number in _CLAUSE.findall("" if written.startswith("@") or "|" in written else written):
            limit = tuple(map(int, re.sub(r"(\.0+)+$", "", number).split(".")))
            if operator in _FROM and limit >= (major,):
                return False
            if operator in _UP_TO and (limit < (major,) or (limit == (major,) and operator == "<")):
                return True
        return None


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
    readers |= {"setup.cfg": _from_setup_cfg, "setup.py": _from_setup_py}
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
    table = _toml(file)
    project = table.get("project")
    lines = project.get("dependencies") if isinstance(project, dict) else None
    yield from _from_lines([line for line in lines if isinstance(line, str)] if isinstance(lines, list) else [], file)
    tool = table.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    dependencies = poetry.get("dependencies") if isinstance(poetry, dict) else None
    for name, entry in dependencies.items() if isinstance(dependencies, dict) else ():
        allowed = entry.get("version") if isinstance(entry, dict) else entry
        if isinstance(allowed, str):
            exact = _EXACT.fullmatch(allowed)
            yield Pin(normalised(name), exact[1] if exact else None, file, allowed)


def _from_setup_cfg(file: Path) -> Iterator[Pin]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(_text(file))
    except configparser.Error:
        return
    yield from _from_lines(parser.get("options", "install_requires", fallback="").splitlines(), file)


def _from_setup_py(file: Path) -> Iterator[Pin]:
    """What ``install_requires`` lists, in the call or in a name of the module; the file is never run."""
    try:
        nodes = list(ast.walk(ast.parse(_text(file))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    named = {target.id: node.value for node in assigned for target in node.targets if isinstance(target, ast.Name)}
    for keyword in (node for node in nodes if isinstance(node, ast.keyword) and node.arg == "install_requires"):
        listed = named.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
        items = listed.elts if isinstance(listed, ast.List | ast.Tuple) else []
        values = (item.value for item in items if isinstance(item, ast.Constant))
        yield from _from_lines([value for value in values if isinstance(value, str)], file)


def _from_lines(lines: list[str], file: Path) -> Iterator[Pin]:
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match:
            yield Pin(normalised(match[1]), match[2], file, match[3].strip())


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
