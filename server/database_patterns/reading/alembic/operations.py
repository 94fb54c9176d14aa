"""Calls of ``op.…``: Alembic's own operations, and those that libraries beside it have registered."""

from __future__ import annotations

import ast
from abc import abstractmethod
from functools import partial
from typing import Any, Final

from alembic.operations import Operations as AlembicOperations
from sqlalchemy import Column

from . import entities, reflected
from .budget import PARTS_MAX
from .operators import TOO_BIG
from .sending import Arguments, Sending, flat
from .values import IN_ANY_ORDER, Batch, Operations, PartialText, Symbol, Symbolic, Unknown, Unordered, first_hole

_NAMES: Final = {"f", "inline_literal"}
"""Operations that only make a value."""
_CURRENT: Final = {"get_bind": Symbol("connection"), "get_context": Symbol("context")}
_NOT_OPERATIONS: Final = {"context", "f", "get_bind", "get_context", "implementation_for", "inline_literal", "invoke"}
OPERATIONS: Final = frozenset(
    name
    for name in dir(AlembicOperations)
    if not name.startswith("_") and name not in _NOT_OPERATIONS | {"register_operation", "run_async"}
)
"""The names of Alembic's operations that send SQL."""

KNOWN: Final = OPERATIONS | _NOT_OPERATIONS | _NAMES | entities.ENTITY_OPERATIONS | {entities.ENUM_OPERATION}
"""The names of operations that no project registers, and of what else ``op`` has."""

_EXISTING: Final = {
    "existing_comment": "",
    "existing_nullable": "",
    "existing_server_default": "server_default",
    "existing_type": "type_",
}
"""What ``alter_column`` is told of the column as it is, and with which change that reaches the SQL."""


class OperationCalls(Sending):
    """Evaluates the calls of ``op`` and of a batch."""

    def call_operation(  # noqa: PLR0911  one line for each kind of operation
        self, node: ast.Call, owner: Operations, name: str, arguments: Arguments
    ) -> object:
        """Evaluate ``op.name(…)``, where ``op`` is ``owner``."""
        if name == "bulk_insert" and len(arguments[0]) > 1 and isinstance(arguments[0][1], Unordered):
            table, rows, *rest = arguments[0]
            with self.journal.guarded(IN_ANY_ORDER):
                return self.call_operation(node, owner, name, ([table, list(rows.items), *rest], arguments[1]))
        if name in _CURRENT:
            return _CURRENT[name]
        if name in entities.ENTITY_OPERATIONS or name == entities.ENUM_OPERATION:
            return self._call_neighbour(node, name, arguments)
        if name == "invoke" or self.is_registered(name):
            return self.call_registered(node, owner, name, arguments)
        operation: Any = getattr(owner.target, name, None)
        parts = self.parts.of(*arguments)
        self.budget.spend(parts // 10)
        hole = self._refusal(name, arguments) or (Unknown(f"op.{name}") if operation is None else None)
        hole = TOO_BIG if parts >= PARTS_MAX else hole
        if name in _NAMES:
            return hole or operation(*arguments[0], **arguments[1])
        if self.importing:
            self.journal.gap(node, "it runs when the file is imported, not in upgrade()")
            return Unknown("an operation at import")
        if hole is not None:
            self.cannot(node, hole.reason, certain=hole.fails)
            return hole
        return self._run(node, name, operation, arguments)

    @abstractmethod
    def is_registered(self, name: str) -> bool:
        """Whether the project has registered an operation of that name."""

    @abstractmethod
    def call_registered(self, node: ast.Call, owner: Operations, name: str, arguments: Arguments) -> object:
        """Evaluate an operation that the project has registered, or ``op.invoke(…)`` of an object of one."""

    def _run(self, node: ast.Call, name: str, operation: Any, arguments: Arguments) -> object:  # noqa: ANN401
        args, kwargs = arguments
        if name == "bulk_insert" and len(args) > 1 and reflected.is_reflected(args[0]):
            reflected.take_names(args[0], args[1])
        if name == "batch_alter_table":
            return Batch(operation(*args, **kwargs))
        if name == "execute" and args and isinstance(args[0], PartialText):
            operation, kwargs = self.recording.execute, {}
        result = self.send(node, partial(operation, *args, **kwargs))
        for column in (value for value in flat(arguments) if isinstance(value, Column)):
            if getattr(column.type, "indexed", False):
                self.journal.gap(node, f"geoalchemy2 may also build a spatial index on {column.name}")
        return result

    def _call_neighbour(self, node: ast.Call, name: str, arguments: Arguments) -> object:
        """An operation that a library beside Alembic has registered."""
        args, kwargs = arguments
        entity = args[0] if args else kwargs.get("target")
        hole = first_hole((args, kwargs))
        if self.importing or hole or (name != entities.ENUM_OPERATION and not isinstance(entity, entities.Entity)):
            self.journal.opaque(node, hole.reason if hole else f"op.{name} of something that is not read")
            return None
        try:
            if isinstance(entity, entities.Entity):
                cascade = bool(kwargs.get("cascade", args[1] if len(args) > 1 else False))
                found = list(entity.statements(name, cascade=cascade))
            else:
                found = list(entities.sync_enum_values(*args, **kwargs))
        except (TypeError, ValueError, AttributeError) as error:
            self.journal.opaque(node, str(error))
            return None
        raw = isinstance(entity, entities.Entity) and entity.raw
        for sql in found:
            self.send(node, partial(self.recording.execute_raw if raw else self.recording.execute, sql))
        return None

    def _refusal(self, name: str, arguments: Arguments) -> Unknown | None:
        """Why the operation cannot be rendered; arguments that do not reach the SQL are dropped when unknown."""
        args, kwargs = arguments
        if name == "run_async":
            return Unknown("asynchronous code is not followed")
        if name not in OPERATIONS | _NAMES:
            return Unknown(f"op.{name} is not one of Alembic's own operations")
        if any(isinstance(value, Symbolic) for value in flat(arguments)):
            return Unknown("an argument exists only in a running migration")
        if name == "execute" and args and isinstance(args[0], PartialText):
            return None
        if name == "bulk_insert" and len(args) > 1 and not isinstance(args[1], Unknown):
            rows = args[1] if isinstance(args[1], list) else []
            return next((row for row in rows if isinstance(row, Unknown)), None) or first_hole(args[0])
        for key, needed_for in _EXISTING.items():
            if first_hole(kwargs.get(key)) is not None and needed_for not in kwargs:
                del kwargs[key]
        return first_hole((args, kwargs))
