"""Where an env.py's ``target_metadata`` comes from, by the names and imports alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .alembic.source import Source
from .files import read_source

_MODULES_MAX: Final = 20
"""How many modules an import is followed through: more are a circle."""
_MAX_BYTES: Final = 250_000


def origin_of_metadata(tree: ast.Module, roots: tuple[Path, ...]) -> str | None:
    """The module that ``target_metadata`` comes from: the first on the way that is not in a file below ``roots``.

    The last of the project's own where the way ends there; None where it is not to be seen.
    """
    *_, last = (None, *(name for name, _ in _way(tree, roots)))
    return last


def is_made_by_library(tree: ast.Module, roots: tuple[Path, ...]) -> bool:
    """Whether the last of the project's own modules on that way takes its metadata as a library makes it.

    It does where it speaks of none: ``class Base(DeclarativeBase): pass``.
    """
    own = tree
    for _, module in _way(tree, roots):
        if module is None:
            return own is not tree and "metadata" not in ast.unparse(own).lower()
        own = module
    return False


def _way(tree: ast.Module, roots: tuple[Path, ...]) -> Iterator[tuple[str, ast.Module | None]]:
    """The modules from env.py on to where the metadata comes from; None for what is not the project's own."""
    name = _given(tree)
    for _ in range(_MODULES_MAX):
        name = _undefined(tree, name)
        imported = None if name is None else _imported(tree, name)
        if imported is None:
            return
        module, name = imported
        read = _module(module, roots)
        yield module, read
        if read is None:
            return
        tree = read


def _given(tree: ast.Module) -> str | None:
    """The name that ``context.configure`` gets its metadata from, or all of its options."""
    keywords = [
        keyword
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "target_metadata" or (keyword.arg is None and ast.unparse(call.func).endswith("configure"))
    ]
    ordered = sorted(keywords, key=lambda keyword: keyword.arg is None)
    return _root(ordered[0].value) if ordered else None


def _undefined(tree: ast.Module, name: str | None) -> str | None:
    """The name that ``name`` leads to within the file and that is not defined there."""
    defined = dict(_defined(tree))
    while name in defined:
        name = _root(defined.pop(name))
    return name


def _module(name: str, roots: tuple[Path, ...]) -> ast.Module | None:
    """The module of the project that is imported as ``name``."""
    path = Path(*name.split("."))
    for file in chain.from_iterable((root / path / "__init__.py", root / path.with_suffix(".py")) for root in roots):
        if not name.startswith(".") and file.is_file():
            try:
                return Source(read_source(file, max_bytes=_MAX_BYTES), str(file)).tree
            except UserError:
                return None
    return None


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The names that the file assigns, and those of its functions and classes, with what makes them."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.FunctionDef):
            returned = (each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value)
            yield from ((node.name, value) for value in returned)
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, base) for base in node.bases)


def _imported(tree: ast.Module, name: str) -> tuple[str, str] | None:
    """The module that ``name`` is imported from, or is, and what it is called there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            called = next((each.name for each in node.names if (each.asname or each.name) == name), None)
            if called is not None:
                return "." * node.level + (node.module or ""), called
        if isinstance(node, ast.Import):
            for each in node.names:
                if name in {each.asname, each.name.partition(".")[0]}:
                    return each.name, name
    return None


def _root(node: ast.expr) -> str | None:
    """The name that an expression such as ``models.Base.metadata`` begins with."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
