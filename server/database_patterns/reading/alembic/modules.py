"""Modules of the same repository: found by path, parsed once per process, and never imported.

Only what a revision uses of a module is interpreted: the one statement of its top level that binds a name. A name that
a module binds or changes in several steps is unknown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError
from database_patterns.reading.files import read_source

from .source import Source, walk

MAX_BYTES: Final = 300_000
IMPORT_DEPTH: Final = 12
"""How many modules may need each other for one name."""

HOOKS: Final = ("compiles", "listens_for")
"""Decorators that change how SQLAlchemy renders, or what it does besides."""

REGISTERING: Final = ("implementation_for", "register_operation")
"""Decorators that register operations of a project's own with Alembic."""

_DECLARATIVE: Final = {"Base", "DeclarativeBase", "Model", "declarative_base"}
"""What mapped classes are made with, as SQLAlchemy and Flask-SQLAlchemy call it, and their documentation."""
_PLAIN: Final = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Expr)
"""Statements that bind no name but their own."""
_CACHED: Final = 1_000
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A module's file: which statement binds each name (None: several do), and where ``import *`` gets more."""

    source: Source
    bindings: dict[str, ast.stmt | None]
    stars: tuple[ast.ImportFrom, ...] = ()
    mentioned: dict[str, ast.stmt] = field(default_factory=dict)
    """Which statement binds a name that others only speak of, and may change thereby."""
    hooks: tuple[ast.FunctionDef, ...] = ()
    """Functions whose decorators may hook them into SQLAlchemy."""
    registering: tuple[str, ...] = ()
    """The names of classes and functions that decorators register with Alembic."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A module or package by its dotted name; ``file`` is None for a package that is only a folder."""

    name: str
    folder: Path
    file: Path | None = field(default=None)


def find(name: str, roots: Sequence[Path]) -> Place | None:
    """The module ``name`` below one of ``roots``; None where there is none, or where it lies outside of them."""
    parts = name.split(".")
    return next((place for root in roots if (place := _below(root, parts, name, root))), None)


def submodule(package: Place, name: str, roots: Sequence[Path]) -> Place | None:
    """The module ``name`` within ``package``."""
    full = f"{package.name}.{name}" if package.name else name
    return next((place for root in roots if (place := _below(package.folder, [name], full, root))), None)


def relative(source: Path, level: int, name: str, roots: Sequence[Path]) -> Place | None:
    """What ``from ..name import x`` with ``level`` dots speaks of in the file ``source``."""
    folder = source.resolve().parents[level - 1] if len(source.resolve().parents) >= level else source.parent
    parts = name.split(".") if name else []
    return next((place for root in roots if (place := _below(folder, parts, name, root))), None)


def sibling(source: Path, pattern: re.Pattern[str], roots: Sequence[Path]) -> Place | None:
    """The module in the folder of the file ``source`` whose text has ``pattern``."""
    for file in sorted(source.resolve().parent.glob("*.py")):
        place = relative(source, 1, file.stem, roots)
        try:
            found = place and place.file and pattern.search(read_source(place.file, max_bytes=MAX_BYTES))
        except UserError:
            continue
        if found:
            return place
    return None


def parse(file: Path) -> Parsed | None:
    """The parsed file, from the cache while it is unchanged; None where it cannot be read as Python."""
    try:
        changed = file.stat()
    except OSError:
        return None
    return _parse(file, changed.st_mtime_ns, changed.st_size)


def is_model(place: Place, name: str) -> bool:
    """Whether ``name`` of the module at ``place`` is a class that SQLAlchemy maps to a table, or the base of such."""
    parsed = parse(place.file) if place.file else None
    node = parsed.bindings.get(name) if parsed else None
    if isinstance(node, ast.ClassDef):
        return any(_names_a_table(each) for each in node.body) or any(_is_declarative(base) for base in node.bases)
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_declarative(node.value.func)


def _names_a_table(node: ast.stmt) -> bool:
    return "__tablename__" in _bound(node) or "__table__" in _bound(node)


def _is_declarative(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in _DECLARATIVE


def _below(folder: Path, parts: Sequence[str], name: str, root: Path) -> Place | None:
    target = folder.joinpath(*parts)
    candidates = (target / "__init__.py", target.with_suffix(".py") if parts else target / "__init__.py")
    file = next((each for each in candidates if each.is_file()), None)
    if file is None:
        return Place(name, target) if target.is_dir() and _inside(target, root) else None
    return Place(name, target, file) if _inside(file, root) else None


@lru_cache(maxsize=4 * _CACHED)
def _inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())


@lru_cache(maxsize=_CACHED)
def _parse(file: Path, _changed: int, _size: int) -> Parsed | None:
    try:
        source = Source(read_source(file, max_bytes=MAX_BYTES), str(file))
    except UserError:
        return None
    bindings: dict[str, ast.stmt | None] = {}
    once: dict[str, ast.stmt | None] = {}
    for statement in source.tree.body:
        if _is_main_guard(statement):
            continue
        bound = list(_bound(statement))
        for name in bound:
            bindings[name] = None if name in bindings and not isinstance(statement, ast.Import) else statement
            once[name] = None if name in once else statement
        for name in _changed_names(statement, set(bound)):
            bindings[name] = None
        if not isinstance(statement, _PLAIN):
            once |= dict.fromkeys(_rebound(statement) - set(bound))
    stars = [each for each in source.tree.body if isinstance(each, ast.ImportFrom) and each.names[0].name == "*"]
    bindings = {name: node for name, node in bindings.items() if node is not None or name in once}
    mentioned = {name: node for name, node in once.items() if node is not None and bindings.get(name) is None}
    return Parsed(source, bindings, tuple(stars), mentioned, tuple(_hooks(source)), tuple(_registering(source)))


def _hooks(source: Source) -> Iterator[ast.FunctionDef]:
    if any(name in source.text for name in HOOKS):
        yield from (each for each in source.tree.body if isinstance(each, ast.FunctionDef) and each.decorator_list)


def _registering(source: Source) -> Iterator[str]:
    if any(word in source.text for word in REGISTERING):
        for node in source.tree.body:
            decorators = node.decorator_list if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
            called = [each.func for each in decorators if isinstance(each, ast.Call)]
            if any(isinstance(each, ast.Attribute) and each.attr in REGISTERING for each in called):
                yield getattr(node, "name", "")


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a plain top-level statement binds."""
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.With) and all(map(_opens, node.items)):
        yield from sorted(_rebound(node))
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (
                inner.id for inner in walk(target) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
            )


def _opens(item: ast.withitem) -> bool:
    """Whether a ``with`` block only opens a file there, so that what is in it runs."""
    function = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
    return (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) == "open"


def _rebound(node: ast.stmt) -> set[str]:
    """The names that a compound statement, or one that changes parts of things, may bind anew."""
    bound = {inner.id for inner in walk(node) if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)}
    for inner in walk(node):
        if isinstance(inner, _DEFINITIONS):
            bound.add(inner.name)
        elif isinstance(inner, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name.split(".")[0] for alias in inner.names}
        elif isinstance(inner, ast.Attribute | ast.Subscript) and not isinstance(inner.ctx, ast.Load):
            bound |= {each.id for each in walk(inner.value) if isinstance(each, ast.Name)}
    return bound


def _changed_names(node: ast.stmt, bound: set[str]) -> set[str]:
    """The names that a top-level statement may bind or change otherwise than by plainly binding them."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return set()
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {name for target in targets for name in _names(target)} - bound
    return _names(node) - bound


def _names(node: ast.AST) -> set[str]:
    found = {inner.id for inner in walk(node) if isinstance(inner, ast.Name)}
    for inner in walk(node):
        if isinstance(inner, _DEFINITIONS):
            found.add(inner.name)
        elif isinstance(inner, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.split(".")[0] for alias in inner.names}
    return found
