"""The facts in the source of ``effects`` and ``locks``: every constant that says something of PostgreSQL, and its flip.

They are found in the syntax tree, wherever they stand, so that new ones join by themselves: lock modes, yes and no,
versions, error codes, volatilities, kinds of casts and of types, numbers, and each member of each table of the module.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import database_patterns
from database_patterns.locks import LockMode

PACKAGE: Final = Path(database_patterns.__file__).parent
NOT_FACTS: Final = frozenset({"__init__", "sources", "assumptions", "context", "family", "alteration"})
"""Modules of ``effects`` that say nothing of PostgreSQL: addresses, parameters, and what follows from predictions."""
ELSEWHERE: Final = frozenset({"__all__", "_WORDS", "CONFLICTS"})
"""Words for people; and the conflicts, of which each pair is flipped."""
VERSIONS: Final = range(14, 20)
_SQLSTATE: Final = re.compile(r"[0-9][0-9A-Z][0-9]{2}[0-9A-Z]|[0-9]{2}P[0-9]{2}")
_WORDS: Final[dict[str, str | bool]] = {
    "immutable": "stable", "stable": "volatile", "volatile": "stable",
    "statement": "transaction", "transaction": "statement",
    "some": "all", "all": "some",
    "unknown": False,
}  # fmt: skip
"""What stands for a fact as a word, and its opposite."""
_LETTER: Final = re.compile(r"[a-zA-Z]")
_OF_LETTERS: Final = frozenset({"conversions", "volatility", "types", "builtins"})
"""Modules in which a letter is a kind of cast or a category of types, as ``pg_cast`` and ``pg_type`` have them."""
_UNTOUCHED: Final = frozenset({"annotation", "returns", "decorator_list", "bases", "slice"})
_COLLECTIONS: Final = (ast.Set, ast.Tuple, ast.List, ast.Dict)
_FLAGS_OF_PYTHON: Final = frozenset({"strict", "reverse"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact: where it stands, in which table or function, and what it is flipped to."""

    module: str
    kind: str
    line: int
    column: int
    within: str
    function: bool
    old: str
    new: str
    number: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line}:{self.column} {self.within}: {self.kind} {self.old} -> {self.new}"


class _Flip(NamedTuple):
    kind: str
    new: ast.expr
    old: str
    shown: str


class _Site(NamedTuple):
    node: ast.expr
    put: Callable[[ast.expr], None]
    flip: _Flip
    within: str
    function: bool


def modules() -> list[str]:
    """The modules that hold facts, by their names within the package."""
    inside = sorted(path.stem for path in PACKAGE.glob("effects/*.py"))
    return ["locks", *(f"effects.{name}" for name in inside if name not in NOT_FACTS)]


def source(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def entries(module: str) -> list[Entry]:
    """Every fact of a module."""
    return [
        Entry(module, site.flip.kind, site.node.lineno, site.node.col_offset + 1, site.within, site.function,
              site.flip.old, site.flip.shown, number)
        for number, site in enumerate(_sites(module, _parsed(module)))
    ]  # fmt: skip


def places(entry: Entry) -> set[tuple[str, str]]:
    """The functions that may feel the entry: its own, or all that use the table in which it stands."""
    if entry.function:
        return {(entry.module, entry.within)}
    users = _users()
    found, waiting = {(entry.module, entry.within)}, {entry.within}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        found |= users.get(name, set())
        waiting |= {table for table in _tables_with().get(name, ()) if table not in seen}
    return found


@cache
def _users() -> dict[str, set[tuple[str, str]]]:
    """The functions, by the names that they use."""
    found: dict[str, set[tuple[str, str]]] = {}
    for module in modules():
        for node in _parsed(module).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for name in _names(node):
                    found.setdefault(name, set()).add((module, node.name))
    return found


@cache
def _tables_with() -> dict[str, set[str]]:
    """The tables, by the names that they use."""
    found: dict[str, set[str]] = {}
    for module in modules():
        for node in _parsed(module).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=table)]) | ast.AnnAssign(target=ast.Name(id=table)):
                    for name in _names(node):
                        found.setdefault(name, set()).add(table)
    return found


def _names(node: ast.AST) -> set[str]:
    inside = list(ast.walk(node))
    plain = {each.id for each in inside if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    return plain | {each.attr for each in inside if isinstance(each, ast.Attribute)}


def flipped(entry: Entry) -> ast.Module:
    """The syntax tree of the entry's module with that one fact flipped."""
    tree = _parsed(entry.module)
    site = next(site for number, site in enumerate(_sites(entry.module, tree)) if number == entry.number)
    site.put(site.flip.new)
    return ast.fix_missing_locations(tree)


def _parsed(module: str) -> ast.Module:
    return ast.parse(source(module).read_text(encoding="utf-8"))


def _sites(module: str, tree: ast.Module) -> Iterator[_Site]:
    """All sites in their order in the text; the tree may be changed at a site while it is the current one."""
    finder = _Finder(module.rpartition(".")[2], _aliases(tree))
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name not in ELSEWHERE and name not in finder.aliases:
                    yield from finder.inside(statement, name, function=False)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield from finder.inside(statement, name, function=isinstance(statement, ast.FunctionDef))


def _aliases(tree: ast.Module) -> dict[str, LockMode]:
    """The short names that a module gives to lock modes."""
    found = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                mode = _mode(value, {})
                if mode is not None:
                    found[name] = mode
    return found


def _mode(node: ast.AST | None, aliases: dict[str, LockMode]) -> LockMode | None:
    match node:
        case ast.Attribute(value=ast.Name(id="LockMode"), attr=name) if name in LockMode.__members__:
            return LockMode[name]
        case ast.Name(id=name, ctx=ast.Load()):
            return aliases.get(name)
    return None


@dataclass(frozen=True, slots=True)
class _Finder:
    module: str
    aliases: dict[str, LockMode]

    def inside(self, node: ast.AST, within: str, *, function: bool) -> Iterator[_Site]:
        for field, value in ast.iter_fields(node):
            if field in _UNTOUCHED or (isinstance(node, ast.keyword) and node.arg in _FLAGS_OF_PYTHON):
                continue
            if isinstance(value, list):
                for place, child in enumerate(value):
                    if isinstance(child, ast.AST) and not _is_docstring(child):
                        yield from self._at(child, node, _into_list(value, place), within, function=function)
            elif isinstance(value, ast.AST):
                yield from self._at(value, node, _into_field(node, field), within, function=function)

    def _at(
        self, node: ast.AST, parent: ast.AST, put: Callable[[ast.expr], None], within: str, *, function: bool
    ) -> Iterator[_Site]:
        if isinstance(node, ast.expr):
            for flip in self._flips(node, function=function, within_another=isinstance(parent, _COLLECTIONS)):
                yield _Site(node, put, flip, within, function)
        if _mode(node, self.aliases) is None and not isinstance(node, ast.JoinedStr):
            yield from self.inside(node, within, function=function)

    def _flips(self, node: ast.expr, *, function: bool, within_another: bool) -> Iterator[_Flip]:
        mode = _mode(node, self.aliases)
        if mode is not None:
            other = LockMode(mode + 1 if mode < LockMode.AccessExclusiveLock else mode - 1)
            new = ast.Attribute(ast.Name("LockMode", ast.Load()), other.name, ast.Load())
            yield _Flip("lock mode", new, mode.name, other.name)
        elif isinstance(node, ast.Constant):
            for kind, value in self._constants(node.value):
                yield _Flip(kind, ast.Constant(value), repr(node.value), repr(value))
        elif isinstance(node, ast.Set) or (isinstance(node, ast.Tuple) and not function and not within_another):
            yield from _without_members(node)
        elif isinstance(node, ast.Dict):
            yield from _without_keys(node)

    def _constants(self, value: object) -> Iterator[tuple[str, bool | int | str]]:
        if isinstance(value, bool):
            yield "yes or no", not value
        elif isinstance(value, int):
            if value in VERSIONS:
                yield from (("version", value + by) for by in (1, -1))
            elif value > 1 or self.module == "locks":
                yield "number", value + 1
        elif isinstance(value, str):
            if value in _WORDS:
                yield "word", _WORDS[value]
            elif _SQLSTATE.fullmatch(value):
                yield "error", "XX000"
            elif self.module in _OF_LETTERS and _LETTER.fullmatch(value):
                yield "letter", "?"


def _without_members(node: ast.Set | ast.Tuple) -> Iterator[_Flip]:
    for place, member in enumerate(node.elts):
        if isinstance(member, ast.Constant | ast.Attribute | ast.Name | ast.Tuple | ast.Call):
            rest = copy.deepcopy(node)
            del rest.elts[place]
            new = rest if rest.elts or not isinstance(node, ast.Set) else ast.Call(ast.Name("set", ast.Load()), [], [])
            yield _Flip("member", new, ast.unparse(member), "left out")


def _without_keys(node: ast.Dict) -> Iterator[_Flip]:
    for place, key in enumerate(node.keys):
        if key is not None:
            rest = copy.deepcopy(node)
            del rest.keys[place], rest.values[place]
            yield _Flip("member", rest, f"{ast.unparse(key)}: {ast.unparse(node.values[place])}", "left out")


def _into_list(siblings: list[ast.expr], place: int) -> Callable[[ast.expr], None]:
    def put(new: ast.expr) -> None:
        siblings[place] = new

    return put


def _into_field(parent: ast.AST, field: str) -> Callable[[ast.expr], None]:
    def put(new: ast.expr) -> None:
        setattr(parent, field, new)

    return put


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
