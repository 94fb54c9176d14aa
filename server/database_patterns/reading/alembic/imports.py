"""Importing while interpreting: libraries by allow-list, the project's own modules read in the same way as it."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from abc import abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Final

from . import library, modules
from .budget import Budget
from .context import RevisionContext
from .custom import Script
from .data_files import DataFiles
from .flask_database import FlaskDatabase
from .hooks import is_for_others, listens_only
from .journal import Journal
from .paths import Location
from .source import Source
from .values import MISSING, Answers, Foreign, Function, Maker, Module, Namespace, Operations, Scope, Unknown

_FIXED: Final = (Namespace, FlaskDatabase, Function, FunctionType, Location, type, str, bytes, int, float, type(None))
"""What does not change because other statements speak of it."""
_SEVERAL: Final = "{}, which its module {} builds in several steps"
_OF_FLASK: Final = ("sqlalchemy", "sqlalchemy.orm")
"""What Flask-SQLAlchemy's database takes names from."""
_COST: Final = 10
"""Characters of a module for one step of the budget."""


class Imports(DataFiles):
    """Evaluates imports; running a statement is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget, context: RevisionContext) -> None:
        super().__init__(source, journal, budget, context)
        self._modules: dict[Path, tuple[Module, modules.Parsed | None]] = {}
        self._resolving: list[tuple[Path, str]] = []

    @abstractmethod
    def run_one(self, statement: ast.stmt) -> object:
        """Interpret one statement in the current scope."""

    def release(self) -> None:
        """Forget all names: functions and their scopes refer to each other, and would wait for the collector."""
        for module, _ in self._modules.values():
            module.scope.names.clear()
            module.scope.resolve = None
        self.scope.names.clear()
        self.scope.resolve = None

    def attribute(self, owner: object, name: str) -> object:
        """``owner.name``; ``alembic.op`` stands for Alembic's real operations."""
        if isinstance(owner, Namespace) and (owner.name, name) == ("alembic", "op"):
            return self.imported("alembic.op")
        if isinstance(owner, Namespace):
            return self._of_library(owner, name)
        if isinstance(owner, Module):
            return self._of_module(owner, name)
        if isinstance(owner, FlaskDatabase):
            return self._of_flask(owner, name)
        if isinstance(owner, Foreign):
            return self._of_foreign(owner, name)
        return super().attribute(owner, name)

    def imported(self, name: str) -> object:
        """The module of that dotted name."""
        if name == "alembic.op":
            return Operations(self.recording.operations)
        known = library.module(name)
        if not isinstance(known, Unknown):
            return known
        own = name.partition(".")[0] in library.DRIVEN
        place = modules.find(name, self.context.roots if own else self.context.searched)
        return self._module(place) if place else self._assumed(name, known)

    def imported_from(self, node: ast.ImportFrom) -> object:
        """The module that ``from … import`` names."""
        if not node.level:
            return self.imported(node.module or "")
        place = modules.relative(Path(self.source.path), node.level, node.module or "", self.context.searched)
        dots = "." * node.level + (node.module or "")
        return self._module(place) if place else Unknown(f"what is imported from {dots}, which is not read")

    def import_all(self, origin: object) -> None:
        """``from origin import *``: what this scope does not define itself is looked for there."""
        self.scope.resolve = partial(self._starred, origin, self.scope.resolve)

    def _starred(self, origin: object, earlier: Callable[[str], object] | None, name: str) -> object:
        found = earlier(name) if earlier else MISSING
        if found is not MISSING or name.startswith("_") or hasattr(builtins, name):
            return found
        if isinstance(origin, Namespace):
            found = self.attribute(origin, name)
            return MISSING if isinstance(found, Unknown) else found
        if isinstance(origin, Module):
            known = origin.place.file is not None and modules.parse(origin.place.file) is not None
            return origin.scope.find(name) if known else Unknown(f"{origin.place.name}.{name}, which is not read")
        return origin if isinstance(origin, Unknown) else MISSING

    def _assumed(self, path: str, unknown: Unknown) -> object:
        """What the configuration says of the dotted name ``path``, else ``unknown``."""
        assume = self.context.assume
        if path in assume:
            return assume[path]
        if f"{path}()" in assume:
            return Answers(assume[f"{path}()"])
        if any(key.startswith(f"{path}.") for key in assume):
            return Foreign(path, unknown)
        return unknown

    def _module(self, place: modules.Place) -> Module:
        key = place.file or place.folder
        if key not in self._modules:
            parsed = modules.parse(place.file) if place.file else None
            scope = Scope()
            module = Module(place, scope)
            if parsed:
                self.budget.spend(len(parsed.source.text) // _COST)
                scope.resolve = partial(self._resolve, module, parsed)
                self.journal.modules.append(parsed.source)
            self._modules[key] = module, parsed
            if parsed and parsed.hooks:
                self._run_hooks(module, parsed)
        return self._modules[key][0]

    def find_registered(self, name: str) -> bool:
        """Look for an operation in the modules that were imported so far, then in those that env.py may import."""
        waiting = [(module, parsed) for module, parsed in self._modules.values() if parsed and parsed.registering]
        for module, parsed in waiting:
            self._register_all(module, parsed)
        if name not in self.registered.operations:
            for file in self.context.registering():
                module = self._module(modules.Place(file.stem, file.with_suffix(""), file))
                self._register_all(module, self._modules[file][1])
        return name in self.registered.operations

    @staticmethod
    def _register_all(module: Module, parsed: modules.Parsed | None) -> None:
        for each in parsed.registering if parsed else ():
            module.scope.find(each)

    def script(self, revision: object) -> object:
        unknown = Unknown("a revision that is not read", inert=True)
        if not isinstance(revision, str) or not self.context.searched:
            return unknown
        names = re.compile(rf"^revision\b[^=\n]*=\s*[\"']{re.escape(revision)}[\"']", re.MULTILINE)
        place = modules.sibling(Path(self.file.path), names, self.context.searched)
        return Script(self._module(place)) if place else unknown

    def hook(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators may hook ``function`` into SQLAlchemy itself, which then renders or sends otherwise."""
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and decorator.args and not is_for_others(function):
                self._hook_by(decorator)

    def _hook_by(self, decorator: ast.Call) -> None:
        name, target = self.source.code(decorator.func, 60).rpartition(".")[2], decorator.args[0]
        if name not in modules.HOOKS or (isinstance(target, ast.Name) and self._defines_class(target.id)):
            return
        dialects = {each.value for each in decorator.args[1:] if isinstance(each, ast.Constant)}
        if name == "compiles" and dialects and "postgresql" not in dialects:
            return
        if name == "listens_for" and listens_only(decorator):
            return
        if library.is_public(self.evaluate(target), otherwise=not self._resolving):
            self.journal.altered(decorator, everywhere=True)

    def _defines_class(self, name: str) -> bool:
        return any(isinstance(each, ast.ClassDef) and each.name == name for each in self.source.tree.body)

    def _of_library(self, library_: Namespace, name: str) -> object:
        """What ``name`` of a known library is; what is not known of it is read where it is installed."""
        found = super().attribute(library_, name)
        root = library_.name.partition(".")[0]
        if not isinstance(found, Unknown) or root in library.DRIVEN:
            return found
        if (library_.name, name) == ("os", "getenv"):
            return self.attribute(self._of_library(library_, "environ"), "get")
        if root in sys.stdlib_module_names:
            return self._assumed(f"{library_.name}.{name}", found)
        place = modules.find(library_.name, self.context.searched)
        return self._of_module(self._module(place), name) if place else found

    def _of_foreign(self, owner: Foreign, name: str) -> object:
        """What the configuration says of ``owner.name``, which may be asked for as ``owner.get("name")``, too."""
        value = self._assumed(f"{owner.name}.{name}", owner.unknown)
        return Maker(partial(self._item, owner)) if value is owner.unknown and name == "get" else value

    def _item(self, owner: Foreign, args: list[object], _named: dict[str, object]) -> object:
        return self._of_foreign(owner, args[0]) if args and isinstance(args[0], str) else owner.unknown

    def _of_flask(self, database: FlaskDatabase, name: str) -> object:
        """``db.name``: the database's own, or what SQLAlchemy calls so."""
        values = [database.named(name), *(library.member(Namespace(each), name) for each in _OF_FLASK)]
        return next((value for value in values if not isinstance(value, Unknown)), values[-1])

    def _of_module(self, module: Module, name: str) -> object:
        place = module.place
        path = f"{place.name}.{name}"
        unknown = Unknown(f"{path}, which is not read")
        assumed = self._assumed(path, unknown)
        if assumed is not unknown:
            return assumed
        found = module.scope.find(name)
        if found is not MISSING:
            return found
        inner = modules.submodule(place, name, self.context.searched)
        return self._module(inner) if inner else unknown

    def _resolve(self, module: Module, parsed: modules.Parsed, name: str) -> object:
        """The value of ``name`` in a module, by running the statement that binds it."""
        key = Path(parsed.source.path), name
        if name not in parsed.bindings:
            return self._from_stars(module, parsed, name)
        statement, several = parsed.bindings[name], parsed.bindings[name] is None
        statement = statement or parsed.mentioned.get(name)
        if statement is None:
            return Unknown(_SEVERAL.format(name, key[0].name))
        if key in self._resolving or len(self._resolving) >= modules.IMPORT_DEPTH:
            return Unknown(f"{name}, whose modules need each other")
        self._resolving.append(key)
        try:
            with self._inside(parsed.source, module.scope):
                self.run_one(statement)
        finally:
            self._resolving.pop()
        value = module.scope.names.get(name, Unknown(f"{name}, which is not read"))
        if several and not isinstance(value, _FIXED):
            value = Unknown(_SEVERAL.format(name, key[0].name), inert=isinstance(value, Unknown) and value.inert)
            module.scope.names[name] = value
        return value

    def _from_stars(self, module: Module, parsed: modules.Parsed, name: str) -> object:
        for statement in parsed.stars:
            with self._inside(parsed.source, module.scope):
                origin = self.imported_from(statement)
                if isinstance(origin, Module) and (found := origin.scope.find(name)) is not MISSING:
                    return found
        return MISSING

    def _run_hooks(self, module: Module, parsed: modules.Parsed) -> None:
        self._resolving.append((Path(parsed.source.path), ""))
        try:
            with self._inside(parsed.source, module.scope):
                for function in parsed.hooks:
                    self.hook(function)
        finally:
            self._resolving.pop()

    @contextmanager
    def _inside(self, source: Source, scope: Scope) -> Generator[None]:
        """In the top level of another file, which ran before the revision and under none of its conditions."""
        journal = self.journal
        kept = self.source, self.scope, self.importing, journal.source, journal.guards
        self.source, self.scope, self.importing, journal.source, journal.guards = source, scope, True, source, []
        try:
            yield
        finally:
            self.source, self.scope, self.importing, journal.source, journal.guards = kept
