"""Words that a project's modules must mention to do a thing, and the naming convention that one of them defines.

What env.py gets from the application can often not be computed: metadata comes out of a declarative base or an
extension. But a naming convention, or an option, that no module of the project mentions is not set there either.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

from .alembic.budget import Budget, OutOfBudgetError
from .alembic.context import RevisionContext
from .alembic.interpreter import Interpreter
from .alembic.journal import Journal
from .alembic.source import Source
from .alembic.values import first_hole
from .files import SKIPPED_FOLDERS, read_source
from .project import is_inside, resolved
from .regular import is_regular, stamp

_FILES_MAX: Final = 10_000
_SEARCHED_MAX: Final = 20_000_000
_PARSED_MAX: Final = 250_000
_TESTS: Final = {"test", "tests"}
_KEYWORD: Final = "naming_convention"
_REMEMBERED: Final = 16
"""The answers for so many projects: a server is asked about the same one again and again."""


def mentioned(word: str, roots: Sequence[Path], within: Path | None = None) -> list[Path] | None:
    """The project's modules in which ``word`` stands; None where there are too many to look through.

    What is too large to look through counts as such a module. Files that links lead to out of ``within`` are not read.
    """
    files = _files(roots, within)
    return None if files is None else list(_mentioning(word, files))


def naming_convention(roots: Sequence[Path], within: Path | None = None) -> Mapping[str, object] | None:
    """The one naming convention that the project's modules define: empty where none does, None where not clear."""
    files = _files(roots, within)
    return None if files is None else _naming_convention(tuple(roots), files)


_Files = tuple[tuple[Path, object], ...]
"""Files, each with its stamp: what is remembered of them holds as long as none of them changes."""


def _files(roots: Sequence[Path], within: Path | None) -> _Files | None:
    """The project's modules, None where there are too many to look through."""
    inside = (each for each in _modules(roots) if is_inside(each, within))
    files = tuple((each, stamp(each)) for each in islice(inside, _FILES_MAX + 1))
    return files if len(files) <= _FILES_MAX else None


@lru_cache(maxsize=_REMEMBERED)
def _mentioning(word: str, files: _Files) -> tuple[Path, ...]:
    found: list[Path] = []
    for file, _ in files:
        try:
            if is_regular(file) and (file.stat().st_size > _SEARCHED_MAX or word.encode() in file.read_bytes()):
                found.append(file)
        except OSError:
            continue
    return tuple(found)


@lru_cache(maxsize=_REMEMBERED)
def _naming_convention(roots: tuple[Path, ...], files: _Files) -> Mapping[str, object] | None:
    conventions = [found for file in _mentioning(_KEYWORD, files) for found in _conventions(file, roots)]
    if not conventions:
        return {}
    same = all(each == conventions[0] for each in conventions)
    return conventions[0] if same else None


def _modules(roots: Sequence[Path]) -> Iterator[Path]:
    """The Python files below ``roots``, each once, without those of tests."""
    seen: set[str] = set()
    for root in sorted({resolved(root) for root in roots}, key=lambda path: len(path.parts)):
        for parent, folders, files in os.walk(root):
            if parent in seen:
                folders[:] = []
                continue
            seen.add(parent)
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_ALONE)
            yield from (Path(parent, name) for name in sorted(files) if name.endswith(".py"))


_LEFT_ALONE: Final = SKIPPED_FOLDERS | _TESTS


def _conventions(file: Path, roots: Sequence[Path]) -> Iterator[Mapping[str, object] | None]:
    """What ``file`` gives as ``naming_convention``, in a call or to an attribute; None for what is not known."""
    try:
        source = Source(read_source(file, max_bytes=_PARSED_MAX), str(file))
    except UserError:
        yield None
        return
    given = [value for node in ast.walk(source.tree) for value in _given(node)]
    if not given:
        return
    interpreter = Interpreter(source, Journal(source, "upgrade", str(file)), Budget(), RevisionContext(tuple(roots)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            interpreter.define(source.tree)
            values = [interpreter.evaluate(each) for each in given]
        except (OutOfBudgetError, RecursionError):
            values = [None]
    for value in values:
        yield value if isinstance(value, Mapping) and is_whole(value) else None


def is_whole(convention: Mapping[object, object]) -> bool:
    """Whether all of a convention is known: a token of the project's own is a function, which is not run."""
    return first_hole(convention) is None and all(isinstance(each, str) for each in convention.values())


def _given(node: ast.AST) -> Iterator[ast.expr]:
    """The values that ``node`` gives as ``naming_convention``."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] != "Operations":
        yield from (keyword.value for keyword in node.keywords if keyword.arg == _KEYWORD)
    elif isinstance(node, ast.Assign):
        targets = (each for each in node.targets if isinstance(each, ast.Attribute) and each.attr == _KEYWORD)
        yield from (node.value for _ in targets)
