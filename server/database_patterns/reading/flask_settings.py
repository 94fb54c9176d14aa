"""The settings of a Flask application that are the same however it is started, as its modules give them.

An application takes its settings from the classes that it hands to ``config.from_object``. A setting that each of them
gives as the same literal, and that nothing else in the project may set, is that literal wherever the application runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from .alembic import modules
from .alembic.source import walk
from .conventions import mentioned

_TAKING: Final = "config.from_object"
_OTHERWISE: Final = re.compile(
    rb"\bconfig\.(?:from_(?!object)|update\b|setdefault\b|pop\b|clear\b)|\bconfig\[[^\]\"']*\]\s*=(?!=)"
)
"""Code that may set any setting: from files, from variables, or by a name that is computed."""
_SET: Final = r"""["']{0}["']\s*\]\s*=(?!=)|\.{0}\b\s*=(?!=)|\bsetattr\(.*["']{0}["']"""
"""Code that sets one setting by its name."""
_DEPTH: Final = 10
_LITERALS: Final = (str, int, bool, type(None))


class _UnclearError(Exception):
    """What the application takes its settings from cannot be told."""


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of settings, and the module that it stands in."""

    node: ast.ClassDef
    module: modules.Parsed


@dataclass(frozen=True)
class FlaskSettings(Mapping[str, object]):
    """The settings by name, looked for when they are asked for; ``roots`` and ``within`` as in ``Project``."""

    roots: tuple[Path, ...]
    within: Path | None = None

    def __getitem__(self, name: str) -> object:
        if name not in self._found:
            self._found[name] = self._sought(name)
        if self._found[name] is ...:
            raise KeyError(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        names = {target.id for each in self._classes for target in _assigned(each.node)}
        return (name for name in sorted(names) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def _found(self) -> dict[str, object]:
        """What was asked for so far; ``...`` for what is not the same everywhere."""
        return {}

    def _sought(self, name: str) -> object:
        given = [_given(each, name) for each in self._classes]
        same = {(type(each), each) for each in given}
        return given[0] if len(same) == 1 and isinstance(given[0], _LITERALS) and not self._may_set(name) else ...

    @cached_property
    def _classes(self) -> list[_Class]:
        """The classes that the application may take its settings from; none when that is not clear."""
        texts = self._texts
        if texts is None or any(_OTHERWISE.search(text) for text in texts.values()):
            return []
        try:
            return [each for path in texts if _TAKING.encode() in texts[path] for each in self._taken_in(path)]
        except _UnclearError:
            return []

    @cached_property
    def _texts(self) -> dict[Path, bytes] | None:
        files = mentioned("config", self.roots, self.within)
        return None if files is None else {file: file.read_bytes() for file in files}

    def _may_set(self, name: str) -> bool:
        pattern = re.compile(_SET.format(re.escape(name)).encode())
        return any(pattern.search(text) for text in (self._texts or {}).values())

    def _taken_in(self, path: Path) -> Iterator[_Class]:
        parsed = modules.parse(path)
        if parsed is None:
            raise _UnclearError
        for node in walk(parsed.source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "from_object":
                yield from self._meant(node.args[0] if len(node.args) == 1 else None, parsed)

    def _meant(self, node: ast.expr | None, parsed: modules.Parsed) -> Iterator[_Class]:
        """The classes that an argument of ``from_object`` may be: a class, its dotted name, or one of a dictionary."""
        if isinstance(node, ast.Name):
            yield self._class(node.id, parsed)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            module, _, name = node.value.rpartition(".")
            yield self._class(name, self._module(modules.find(module, self.roots)))
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            value, owner = self._bound(node.value.id, parsed)
            values = value.value.values if isinstance(value, ast.Assign) and isinstance(value.value, ast.Dict) else []
            if not values:
                raise _UnclearError
            for each in values:
                yield from self._meant(each, owner)
        else:
            raise _UnclearError

    def _class(self, name: str, parsed: modules.Parsed) -> _Class:
        node, module = self._bound(name, parsed)
        if not isinstance(node, ast.ClassDef):
            raise _UnclearError
        return _Class(node, module)

    def _bound(self, name: str, parsed: modules.Parsed, depth: int = _DEPTH) -> tuple[ast.stmt, modules.Parsed]:
        """The one statement that binds ``name`` for all of a module, and where it stands."""
        statement = parsed.bindings.get(name) or _imported(name, parsed.source.tree)
        if statement is None or not depth:
            raise _UnclearError
        if not isinstance(statement, ast.ImportFrom):
            return statement, parsed
        original = next((alias.name for alias in statement.names if (alias.asname or alias.name) == name), name)
        if statement.level:
            path = Path(parsed.source.path)
            place = modules.relative(path, statement.level, statement.module or "", self.roots)
        else:
            place = modules.find(statement.module or "", self.roots)
        return self._bound(original, self._module(place), depth - 1)

    @staticmethod
    def _module(place: modules.Place | None) -> modules.Parsed:
        parsed = modules.parse(place.file) if place and place.file else None
        if parsed is None:
            raise _UnclearError
        return parsed


def _imported(name: str, tree: ast.Module) -> ast.ImportFrom | None:
    """The only import of ``name`` in a module, where no statement at its top level binds it."""
    found = [
        node
        for node in walk(tree)
        if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names)
    ]
    return found[0] if len(found) == 1 else None


def _given(each: _Class, name: str, depth: int = _DEPTH) -> object:
    """The literal that a class gives a setting, itself or by its only base; ``...`` where there is none."""
    node = each.node
    if node.keywords or node.decorator_list or not depth:
        return ...
    targets = [target for target in _assigned(node) if target.id == name]
    values = [value for target, value in _plain(node) if target == name]
    if targets:
        return _literal(values[0]) if len(targets) == len(values) == 1 else ...
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    if len(bases) != 1 or len(node.bases) != 1:
        return ...
    base = each.module.bindings.get(bases[0])
    return _given(_Class(base, each.module), name, depth - 1) if isinstance(base, ast.ClassDef) else ...


def _assigned(node: ast.ClassDef) -> Sequence[ast.Name]:
    """The names that a class body binds, in whatever way."""
    return [inner for inner in walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)]


def _plain(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """What the class body assigns to single names."""
    for part in node.body:
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
            yield part.targets[0].id, part.value
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.value is not None:
            yield part.target.id, part.value


def _literal(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else ...
