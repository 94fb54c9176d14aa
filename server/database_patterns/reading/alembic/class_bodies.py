"""What a ``class`` statement makes: a column type, a mapped class, an enum, a named tuple, or a plain class."""

from __future__ import annotations

import ast
import re
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy.types import TypeEngine

from . import flask_database
from .account import may_send
from .budget import STATEMENT_COST
from .classes import column_type, enumeration, is_enumeration
from .custom import Registration
from .definitions import Definitions
from .hooks import replaces_implementation
from .models import Declarative, mapped
from .objects import Field, Mark, PlainClass, is_plain
from .orm import Model
from .values import MISSING, Function, Scope, Unknown

_HARMLESS: Final = {"eq", "frozen", "order", "repr", "slots", "unsafe_hash"}
"""Options of ``dataclass`` that leave the arguments of its objects as they are."""


class ClassBodies(Definitions):
    """Evaluates class statements; running a block is the subclass's part."""

    def define_class(self, node: ast.ClassDef) -> None:
        """Run a ``class`` statement."""
        self.budget.spend(STATEMENT_COST + (node.end_lineno or node.lineno) - node.lineno)
        if replaces_implementation(node):
            self.journal.altered(node, everywhere=self.importing)
        self.scope.names[node.name] = self._class_of(node)

    def _class_of(self, node: ast.ClassDef) -> object:
        bases = [self.evaluate(each.value if isinstance(each, ast.Subscript) else each) for each in node.bases]
        if len(bases) == 1 and isinstance(bases[0], type) and issubclass(bases[0], TypeEngine):
            return self._column_type(node, bases[0])
        if len(bases) == 1 and isinstance(bases[0], Declarative):
            return self._model(node)
        if bases == [flask_database.CLASS] and flask_database.leaves_names(node):
            return flask_database.CLASS
        names = tuple(self.source.code(base, 60).rsplit(".", 1)[-1] for base in node.bases)
        is_enum = is_enumeration(names)
        found = enumeration(node, names, self._members(node)) if is_enum else self._plain(node, bases)
        return replace(found, sends=True) if isinstance(found, Unknown) and may_send(node) else found

    def _column_type(self, node: ast.ClassDef, base: type[TypeEngine[object]]) -> object:
        if re.search(rf"compiles\(\s*{node.name}\b", self.source.text):
            return Unknown(f"the class {node.name}, which is compiled by a function of its own")
        return column_type(node, base, self._members(node), partial(self._method, node))

    def _model(self, node: ast.ClassDef) -> object:
        found = mapped(node, self._members(node), loading="lazy" in self.source.text)
        if isinstance(found, Model):
            self.models[id(found.table)], self.asked = found, True
        return found

    def _plain(self, node: ast.ClassDef, bases: list[object]) -> object:
        """A class below others that are read, or below none."""
        refused = Unknown(f"the class {node.name}, which is not read")
        named = [base for base in bases if isinstance(base, Mark) and base.kind == "namedtuple"]
        above = [base for base in bases if isinstance(base, PlainClass)]
        others = len(bases) - len(above) - len(named) - sum(map(_is_object, node.bases))
        marks = [self._mark(decorator) for decorator in node.decorator_list]
        if others or node.keywords or not all(isinstance(mark, Mark | Registration) for mark in marks):
            return refused
        members = self._members(node)
        is_data = bool(named) or any(isinstance(mark, Mark) for mark in marks)
        fields = dict(_fields(node, members)) if is_data else None
        if not is_plain(members):
            return refused
        if named and not any(isinstance(part, ast.FunctionDef) for part in node.body):
            defaults = [each.default for each in (fields or {}).values() if each.default is not MISSING]
            return namedtuple(node.name, fields or (), defaults=defaults)  # noqa: PYI024  its fields are known here only
        try:
            made = PlainClass(node.name, tuple(above), members, fields)
        except TypeError:
            return refused
        self._keep(node, made, marks)
        return made

    def _keep(self, node: ast.ClassDef, made: PlainClass, marks: list[object]) -> None:
        if self.source is self.file:
            self.plain.append((made, node))
        for mark in marks:
            if isinstance(mark, Registration):
                self.register(mark, made)

    def _mark(self, decorator: ast.expr) -> object:
        """What a decorator of a class stands for."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        mark = self.evaluate(called)
        options = {each.arg for each in decorator.keywords} if isinstance(decorator, ast.Call) else set()
        if isinstance(mark, Mark):
            return mark if mark.kind == "dataclass" and options <= _HARMLESS else None
        return self.evaluate(decorator)

    def _members(self, node: ast.ClassDef) -> dict[str, object]:
        """What the body of a class defines; its functions see what is around the class, and not what is in it."""
        outer, self.scope = self.scope, Scope(parent=self.scope, kind="class")
        inner = self.scope
        try:
            self.block(node.body)
        finally:
            self.scope = outer
        return inner.names

    def _method(
        self, node: ast.ClassDef, function: Function, args: list[object], kwargs: dict[str, object] | None = None
    ) -> object:
        return self.call_function(node, function, (args, kwargs or {}))

    def uncalled(self) -> None:
        """Note the methods of the file's classes that nothing calls: what is handed to unread code may call any."""
        for class_, node in self.plain:
            for part in node.body if not self.escaped else ():
                if isinstance(part, ast.FunctionDef) and id(part) not in self.called:
                    self.unreachable([part], "as nothing calls", f"{class_.name}.{part.name}()")


def _is_object(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "object"


def _fields(node: ast.ClassDef, members: dict[str, object]) -> Iterator[tuple[str, Field]]:
    """The fields of a dataclass or a named tuple in the order of its body."""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            if "ClassVar" in ast.dump(part.annotation):
                continue
            default = members.get(part.target.id, MISSING)
            if isinstance(default, Field):
                del members[part.target.id]
            yield part.target.id, default if isinstance(default, Field) else Field(default)
