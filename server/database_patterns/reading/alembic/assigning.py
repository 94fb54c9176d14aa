"""Assigning: what ``target = value`` does to names, to attributes of objects, and to what containers hold."""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from . import orm
from .budget import Budget
from .failing import is_scalar, said
from .flow import RaisedError
from .journal import Journal
from .objects import Instance, PlainClass
from .parts import Parts
from .source import Source, walk
from .values import Namespace, Operations, Scope, Symbolic, Unknown, first_hole, is_inert

_ON_CONDITION = Unknown("what depends on a condition")


class Assignments(ABC):
    """Assigns; evaluating an expression is the subclass's part."""

    def __init__(self, source: Source, journal: Journal, budget: Budget) -> None:
        self.source = source
        self.journal = journal
        self.budget = budget
        self.scope = Scope()
        self.parts = Parts(budget)
        self.importing = False
        self.line = 0
        """The line of the latest statement of the file."""
        self.tainted: dict[int, tuple[object, Unknown]] = {}
        self.raising: list[str] = []
        """What must hold so that what the current statement calls does not raise."""

    @abstractmethod
    def evaluate(self, node: ast.expr) -> object:
        """The value of ``node``."""

    @abstractmethod
    def change(self, node: ast.Attribute, owner: orm.Loaded, value: object) -> None:
        """Evaluate ``row.attribute = value`` for an object that a session loaded."""

    @abstractmethod
    def items(self, value: object) -> Sequence[object] | Unknown:
        """What iterating over ``value`` gives."""

    def computed(self, node: ast.AST, function: Callable[..., object], *operands: object) -> object:
        """What ``function`` gives; where Python refuses plain ``operands``, the revision stops at ``node``."""
        try:
            return self.parts.build(self.parts.of(*operands), partial(function, *operands))
        except (ArithmeticError, TypeError, ValueError) as error:
            if not all(map(is_scalar, operands)):
                raise
            return self.stops(node, said(error))

    def stops(self, node: ast.AST, failure: str) -> Unknown:
        """Python raises ``failure`` at ``node``: what follows is not reached, unless reading is wrong about a value."""
        if not self.importing:
            self.journal.stops(node, failure)
        return Unknown(failure)

    @contextmanager
    def perhaps(self, guard: str | None) -> Generator[None]:
        """``journal.guarded``; what is certain to raise meanwhile is as uncertain as ``guard``."""
        with self.journal.guarded(guard):
            try:
                yield
            except RaisedError:
                if guard is None:
                    raise
                self.raising.append(f"unless an exception is raised {guard}")

    def forget_names(self, node: ast.expr, guard: str) -> None:
        """The names that ``node`` assigns, which was evaluated under ``guard``, are not known afterwards."""
        for each in walk(node) if self.source.assigns_within else ():
            if isinstance(each, ast.NamedExpr):
                self.assign(each.target, Unknown(f"what is assigned {guard}"))

    def assign(self, target: ast.expr, value: object) -> None:
        """``target = value``; what cannot be followed makes the container unknown."""
        if isinstance(target, ast.Name):
            self._assign_name(self.scope.owner(target.id), target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value)
        else:
            self.assign_at(target, self.place_of(target), value)

    def place_of(self, target: ast.expr) -> tuple[object, ...]:
        """The object of an attribute, or the container and the key of an item: evaluated once."""
        if isinstance(target, ast.Attribute):
            return (self.evaluate(target.value),)
        return (self.evaluate(target.value), self.evaluate(target.slice)) if isinstance(target, ast.Subscript) else ()

    def assign_at(self, target: ast.expr, place: tuple[Any, ...], value: object) -> None:
        """``target = value``, where ``place`` is that of ``target``."""
        if isinstance(target, ast.Subscript):
            self._assign_item(target, place, value)
        elif isinstance(target, ast.Attribute):
            self._assign_attribute(target, place[0], value)
        else:
            self.assign(target, value)

    def delete(self, target: ast.expr) -> None:
        """``del target``."""
        if isinstance(target, ast.Name):
            self.assign(target, Unknown(f"{target.id}, which is deleted"))
            return
        place: tuple[Any, ...] = self.place_of(target)
        owner, keys = place[0], place[1:]
        certain = not self.journal.guards and first_hole(keys) is None
        if isinstance(owner, Instance) and isinstance(target, ast.Attribute):
            self._delete_attribute(target, owner)
        elif isinstance(owner, dict | list) and certain:
            self.computed(target, operator.delitem, owner, *keys)
        else:
            self.taint(owner, f"a container changed on line {target.lineno}")

    def _delete_attribute(self, target: ast.Attribute, owner: Instance) -> None:
        if tuple(self.journal.guards) != owner.guards or owner.computes(target.attr):
            owner.attributes[target.attr] = _ON_CONDITION
        elif target.attr in owner.attributes:
            del owner.attributes[target.attr]
        else:
            self.stops(target, f"AttributeError: an object has no attribute {target.attr!r}")

    def _assign_name(self, owner: Scope, name: str, value: object) -> None:
        """Bind ``name`` in ``owner``; in another function's that is certain under the conditions of its call only."""
        certain = owner is self.scope or tuple(self.journal.guards) == owner.guards
        owner.names[name] = value if certain else _ON_CONDITION

    def _assign_attribute(self, target: ast.Attribute, owner: object, value: object) -> None:
        if isinstance(owner, orm.Loaded):
            self.change(target, owner, value)
        elif isinstance(owner, orm.New):
            owner.values[target.attr] = _ON_CONDITION if self.journal.guards else value
        elif isinstance(owner, Instance):
            certain = tuple(self.journal.guards) == owner.guards and not owner.computes(target.attr)
            owner.attributes[target.attr] = value if certain else _ON_CONDITION
        elif isinstance(owner, PlainClass) and isinstance(owner.members, dict):
            owner.members[target.attr] = _ON_CONDITION if self.journal.guards else value
        else:
            if isinstance(owner, Namespace | Operations | type):
                self.journal.altered(target, everywhere=self.importing)
            self.taint(owner, f"an object changed by {self.source.code(target, 40)} = …")

    def taint(self, container: object, reason: str) -> None:
        """From here on ``container`` is unknown."""
        if not isinstance(container, Unknown | Symbolic):
            self.tainted[id(container)] = (container, Unknown(reason, inert=is_inert(container)))

    def _unpack(self, targets: Sequence[ast.expr], value: object) -> None:
        values = self.items(value)
        starred = next((place for place, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        if starred is not None and not isinstance(values, Unknown) and len(values) >= len(targets) - 1:
            end = len(values) - (len(targets) - 1 - starred)
            values = [*values[:starred], list(values[starred:end]), *values[end:]]
        if isinstance(values, Unknown) or len(values) != len(targets):
            reason = values if isinstance(values, Unknown) else self._misfit(targets, len(values))
            values = [reason] * len(targets)
        for target, item in zip(targets, values, strict=True):
            self.assign(target.value if isinstance(target, ast.Starred) else target, item)

    def _misfit(self, targets: Sequence[ast.expr], found: int) -> Unknown:
        """Python refuses to unpack so many values into ``targets``."""
        return self.stops(targets[0], f"ValueError: {found} values are unpacked into {len(targets)} names")

    def _assign_item(self, target: ast.Subscript, place: tuple[Any, ...], value: object) -> None:
        container, key = place
        known: Any = container
        if isinstance(container, dict | list) and not self.journal.guards and first_hole(key) is None:
            known[key] = value
        else:
            self.taint(container, f"a container changed on line {target.lineno}")
