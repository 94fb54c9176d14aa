"""Assigning: what ``target = value`` does to names, to attributes of objects, and to what containers hold."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from . import orm
from .budget import Budget
from .failing import is_scalar, said
from .journal import Journal
from .objects import Instance, PlainClass
from .parts import Parts
from .source import Source
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

    def assign(self, target: ast.expr, value: object) -> None:
        """``target = value``; what cannot be followed makes the container unknown."""
        if isinstance(target, ast.Name):
            self.scope.owner(target.id).names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, value)
        elif isinstance(target, ast.Attribute):
            self._assign_attribute(target, value)

    def _assign_attribute(self, target: ast.Attribute, value: object) -> None:
        owner = self.evaluate(target.value)
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

    def _assign_item(self, target: ast.Subscript, value: object) -> None:
        container, key = self.evaluate(target.value), self.evaluate(target.slice)
        known: Any = container
        if isinstance(container, dict | list) and not self.journal.guards and first_hole(key) is None:
            known[key] = value
        else:
            self.taint(container, f"a container changed on line {target.lineno}")
