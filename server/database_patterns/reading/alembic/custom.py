"""Operations that a project registers with Alembic: ``@Operations.register_operation`` and ``implementation_for``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from .objects import Instance, PlainClass
from .values import Function, Maker, Owner, Symbolic, Unknown


@dataclass(frozen=True, slots=True)
class Registration(Symbolic):
    """A decorator: of the class behind the operation ``name``, or of the function that runs those of a class."""

    kind: Literal["operation", "implementation"]
    name: str = ""
    method: str = ""
    of: PlainClass | None = None


class OperationsClass(Owner):
    """Alembic's class ``Operations``, which projects register operations of their own with."""

    __slots__ = ()

    def named(self, name: str) -> object:
        known = {"register_operation": Maker(_operation), "implementation_for": Maker(_implementation)}
        return known.get(name, Unknown(f"Operations.{name}"))


@dataclass(frozen=True, slots=True, eq=False)
class Script(Owner):
    """Another revision, as Alembic's script directory has it: its ``module`` is read like any other."""

    module: object

    def named(self, name: str) -> object:
        return self.module if name == "module" else Unknown(f"the attribute .{name} of a revision", inert=True)


def _operation(args: list[object], kwargs: dict[str, object]) -> object:
    name, method = (*args, *kwargs.values(), None)[:2]
    if not isinstance(name, str) or not isinstance(method, str | None):
        return Unknown("an operation whose name is not known")
    return Registration("operation", name, method or name)


def _implementation(args: list[object], _kwargs: dict[str, object]) -> object:
    of = args[0] if len(args) == 1 else None
    if not isinstance(of, PlainClass):
        return Unknown("an implementation of what is not read")
    return Registration("implementation", of=of)


@dataclass(slots=True)
class Registered:
    """What was registered so far."""

    operations: dict[str, tuple[PlainClass, str]] = field(default_factory=dict)
    implementations: dict[PlainClass, Function] = field(default_factory=dict)

    def implementation(self, operation: object) -> Function | None:
        """The function that runs ``operation``, an object of one of the classes."""
        order: Iterator[PlainClass] = (
            operation.of.order() if isinstance(operation, Instance) and operation.of else iter(())
        )
        return next((self.implementations[each] for each in order if each in self.implementations), None)


GIVEN: Final[dict[str, object]] = {
    f"alembic.operations.{module}{name}": OperationsClass()
    for module in ("", "base.")
    for name in ("BatchOperations", "Operations")
}
"""Alembic's classes, by dotted name."""
