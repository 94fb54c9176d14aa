"""The literal headers of revision files, for what must be known of many files before any of them is read."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .files import is_revision, read_source
from .regular import stamp

_NAMES: Final = {"revision", "down_revision", "depends_on"}
_REMEMBERED: Final = 10_000
"""The headers of so many files: all of a history are asked for whenever one of its revisions is."""


@dataclass(frozen=True, slots=True)
class Header:
    """The identifier of a revision, and those that it follows or depends on, as far as they are literals."""

    revision: str
    related: tuple[str, ...]


def header(file: Path) -> Header | None:
    """The header of ``file``; None when it cannot be read, or is no revision."""
    return _header(file, stamp(file))


@lru_cache(maxsize=_REMEMBERED)
def _header(file: Path, _stamp: object) -> Header | None:
    try:
        text = read_source(file)
        tree = ast.parse(text) if is_revision(text) else ast.Module([], [])
    except (UserError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = {name: value for node in tree.body for name, value in _assigned(node)}
    related = [item for name in ("down_revision", "depends_on") for item in _strings(found.get(name))]
    name = found.get("revision")
    return Header(name, tuple(related)) if isinstance(name, str) else None


def connected(headers: Mapping[Path, Header]) -> list[set[Path]]:
    """The files in groups: those that lead to each other over any number of parents and children.

    An identifier that several folders have means the one in the same folder.
    """
    by_name: dict[str, set[Path]] = {}
    groups: dict[Path, set[Path]] = {file: {file} for file in headers}
    for file, each in headers.items():
        by_name.setdefault(each.revision, set()).add(file)
    for file, each in headers.items():
        for other in {related for name in each.related for related in _nearest(by_name.get(name, set()), file)}:
            smaller, larger = sorted((groups[file], groups[other]), key=len)
            if smaller is not larger:
                larger |= smaller
                groups |= dict.fromkeys(smaller, larger)
    return list({id(group): group for group in groups.values()}.values())


def lineage(named: Iterable[Path], files: Iterable[Path]) -> tuple[list[Path], bool]:
    """Those of ``files``, in their order, that are applied before all of the ``named`` ones, as far as headers tell.

    Also whether there are others that come neither before nor after: revisions of another branch.
    """
    headers = {file: each for file in files if (each := header(file))}
    by_name: dict[str, set[Path]] = {}
    for file, each in headers.items():
        by_name.setdefault(each.revision, set()).add(file)
    parents = {
        file: {other for name in each.related for other in _nearest(by_name.get(name, set()), file)}
        for file, each in headers.items()
    }
    children: dict[Path, set[Path]] = {}
    for file, above in parents.items():
        for other in above:
            children.setdefault(other, set()).add(file)
    real = {os.path.realpath(file) for file in named}
    given = {file for file in headers if os.path.realpath(file) in real}
    before, after = _reached(given, parents), _reached(given, children)
    earlier = [file for file in headers if file in before and file not in after]
    return earlier, bool(headers.keys() - before - after)


def _reached(start: set[Path], steps: Mapping[Path, set[Path]]) -> set[Path]:
    """``start``, and what any number of steps leads to from there."""
    found, waiting = set(start), list(start)
    while waiting:
        new = steps.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _nearest(files: set[Path], to: Path) -> set[Path]:
    return {file for file in files if file.parent == to.parent} or files


def _assigned(node: ast.stmt) -> list[tuple[str, object]]:
    """The names of the header that ``node`` assigns, with their literal values (None where they are none)."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.Assign):
        pairs = [pair for target in node.targets for pair in _pairs(target, node.value)]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        pairs = [(node.target, node.value)]
    return [
        (target.id, _literal(value)) for target, value in pairs if isinstance(target, ast.Name) and target.id in _NAMES
    ]


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """``a, b = 1, 2`` is ``a = 1`` and ``b = 2``."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _strings(value: object) -> list[str]:
    items = value if isinstance(value, tuple | list | set) else [value]
    return [item for item in items if isinstance(item, str)]
