"""``with`` statements: what their context managers do before and after the block, and which exceptions end there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from .batches import Collected
from .connection import ANSWER
from .flow import Flow
from .loops import Loops, either
from .managers import Manager
from .objects import Instance, Method
from .source import walk
from .values import Answers, Batch, Operations, Started, Symbol, Symbolic, Unknown, is_symbol, may_send

_NO_EXCEPTION: Final = [None, None, None]
_EXCEPTION: Final = [Unknown("an exception, if one is raised", inert=True)] * 3
_ENTERING: Final = {"enter_context", "push"}
"""Methods of an ``ExitStack`` that make another context manager a part of it."""


@dataclass(frozen=True, slots=True)
class _Block:
    """What the context manager of ``item`` stands around: ``statements``, within the items that come after it."""

    item: ast.withitem
    statements: Sequence[ast.stmt]
    run: Callable[[], Flow | None]

    @property
    def manager(self) -> ast.expr:
        return self.item.context_expr


class Contexts(Loops):
    """Evaluates ``with`` statements."""

    def run_with(self, node: ast.With) -> Flow | None:
        """Run a ``with`` statement."""
        return self._enter(node.items, node)

    def _enter(self, items: Sequence[ast.withitem], node: ast.With) -> Flow | None:
        if not items:
            return self.block(node.body)
        block = _Block(items[0], node.body, lambda: self._enter(items[1:], node))
        value = self.evaluate(block.manager)
        kinds = (enter for kind, enter in self._MANAGERS.items() if isinstance(value, kind))
        return next(kinds, Contexts._run_inside)(self, value, block)

    def _run_inside(self, value: object, block: _Block) -> Flow | None:
        """Run the block with ``value`` as what ``as`` names."""
        if block.item.optional_vars is not None:
            self.assign(block.item.optional_vars, value)
        return block.run()

    def _run_in_part(self, value: object, block: _Block, guard: str | None) -> Flow | None:
        """Run a block that an exception may end anywhere: what it assigns may be what it was before."""
        names = self.scope.names
        self.budget.spend(len(names) // 10)
        before = dict(names)
        with self.journal.guarded(guard):
            flow = self._run_inside(value, block)
        for name, earlier in before.items():
            if names.get(name) is not earlier:
                names[name] = either(
                    f"what {self.condition(block.manager)} may have left as it was", earlier, names.get(name)
                )
        return flow

    def _within(self, block: _Block) -> str:
        return f"within {self.condition(block.manager)}"

    def _swallowed(self, block: _Block, flow: Flow | None, *, leaves: bool = False) -> Flow | None:
        """How a block ends whose exceptions may end with it; any other end is as certain as it was if it ``leaves``."""
        if flow is None or (leaves and flow.kind != "raise"):
            return flow
        what = "what is raised in it" if flow.kind == "raise" else "an exception"
        guard = f"if {self.condition(block.manager)} on line {block.manager.lineno} swallows {what}"
        return Flow(flow.kind, Unknown("a value"), guard)

    def _may_have_ended(self, block: _Block) -> None:
        self.journal.transactions.uncertain(f"{self.condition(block.manager)} may have ended the transaction")

    def _symbol(self, symbol: Symbol, block: _Block) -> Flow | None:
        """Something of the running migration: an autocommit block, a transaction, a savepoint, a session."""
        if symbol.kind == "autocommit block":
            return self._autocommit(block)
        flow = self._run_inside(symbol, block)
        if symbol.kind == "savepoint":
            fails = flow is not None and flow.kind == "raise" and flow.certain
            self.end_savepoint(block.manager, symbol.number, "rollback" if fails else "commit")
            self.entered.append((block.manager, symbol.number))
        elif symbol.kind == "transaction":
            self._may_have_ended(block)
        return flow

    def _autocommit(self, block: _Block) -> Flow | None:
        if self.journal.transactions.autocommit:
            self.journal.fails(block.manager, "AssertionError: an autocommit block inside another one")
        self.journal.autocommit_block(block.manager)
        try:
            return block.run()
        finally:
            self.journal.transactions.leave_autocommit()

    def _unknown(self, value: Unknown, block: _Block) -> Flow | None:
        if self._leaves_alone(value, block):
            return self._run_inside(value, block)
        return self._unread(value, block)

    def _leaves_alone(self, value: Unknown, block: _Block) -> bool:
        """Whether a context manager that is not read reaches no database, and lets exceptions pass."""
        if not value.inert or value.reason.startswith("unittest."):
            return False
        found = (self.scope.find(each.id) for each in walk(block.manager) if isinstance(each, ast.Name))
        if any(isinstance(each, Symbol | Operations) for each in found):  # it may have been handed the connection
            return value.reason == ANSWER.reason
        if not value.reason.startswith("contextlib."):
            return True
        calls = (each.func for part in block.statements for each in walk(part) if isinstance(each, ast.Call))
        return not any(isinstance(each, ast.Attribute) and each.attr in _ENTERING for each in calls)

    def _unread(self, value: object, block: _Block) -> Flow | None:
        """A context manager that is not read: it may do anything, and swallow what is raised in the block."""
        code = self.condition(block.manager)
        self.journal.transactions.uncertain(f"{code} may do anything with the transaction")
        flow = self._run_in_part(value, block, self._within(block))
        self._may_have_ended(block)
        return self._swallowed(block, flow, leaves=True)

    def _managed(self, manager: Manager, block: _Block) -> Flow | None:
        """One of the standard library's or SQLAlchemy's context managers that are known."""
        if manager.swallows:
            return self._swallowed(block, self._run_in_part(manager.value, block, self._within(block)))
        if manager.closes and may_send(manager.value):
            return self._unread(manager.value, block)
        flow = self._run_inside(manager.value, block)
        if manager.closes and is_symbol(manager.value, "connection"):
            self._may_have_ended(block)
        elif manager.closes and isinstance(manager.value, Symbolic) and not is_symbol(manager.value, "session"):
            self.journal.gap(block.manager, "what closing it does is not read")
        return flow

    def _object(self, own: Instance, block: _Block) -> Flow | None:
        """An object of a class of the file: its ``__enter__`` runs before the block, its ``__exit__`` after it."""
        enter, leave = own.named("__enter__"), own.named("__exit__")
        if not (isinstance(enter, Method | Answers) and isinstance(leave, Method | Answers)):
            self.journal.gap(block.manager, "what it does before and after the block is not read")
            return self._unread(Unknown("what its __enter__ returns"), block)
        value = self.call_object(block.manager, enter, ([], {})) if isinstance(enter, Method) else own
        swallows = isinstance(leave, Method) and _may_answer_true(leave.function.node)
        run = partial(self._run_in_part, guard=self._within(block)) if swallows else self._run_inside
        flow = run(value, block)
        raises = flow is not None and flow.kind == "raise"
        failed = swallows or (raises and flow is not None and flow.certain)
        given: list[object] = [*(_EXCEPTION if failed else _NO_EXCEPTION)]
        answer = self.call_object(block.manager, leave, (given, {})) if isinstance(leave, Method) else None
        if raises and answer is True:
            return None
        return self._swallowed(block, flow) if swallows else flow

    def _around(self, started: Started, block: _Block) -> Flow | None:
        """A context manager of the file runs around the block."""
        if not started.managed:
            return self._run_inside(started, block)
        flows: list[Flow | None] = []
        swallows = _may_swallow(started.function.node)

        def run(value: object) -> None:
            flow = self._run_in_part(value, block, None) if swallows else self._run_inside(value, block)
            flows.append(flow)
            if flow is not None and flow.kind == "raise" and not swallows:
                self.failing()

        self.run_around(block.manager, started, run)
        flow = flows[0] if len(flows) == 1 else None
        return self._swallowed(block, flow, leaves=True) if swallows else flow

    def _batch(self, batch: Batch, block: _Block) -> Flow | None:
        """A batch collects its operations and runs them at its end, each at its own place."""
        operations = batch.manager.__enter__()  # type: ignore[attr-defined]  # ty: ignore[missing-attribute]
        collected = Collected(self)
        operations.impl.batch = collected
        flow = self._run_inside(Operations(operations, batch=True), block)
        if flow is None or not (flow.certain and flow.kind == "raise"):
            collected.run(recreate=operations.impl.recreate == "always")
        return flow

    _MANAGERS: Final[dict[type, Callable[..., Flow | None]]] = {
        Batch: _batch,
        Instance: _object,
        Manager: _managed,
        Started: _around,
        Symbol: _symbol,
        Unknown: _unknown,
    }


def _may_answer_true(function: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether an ``__exit__`` may return what swallows an exception."""
    returned = [each.value for each in walk(function) if isinstance(each, ast.Return) and each.value is not None]
    return isinstance(function, ast.Lambda) or any(
        not isinstance(each, ast.Constant) or bool(each.value) for each in returned
    )


def _may_swallow(function: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether a generator stands at its ``yield`` where an exception may be caught and not raised again."""
    for each in walk(function):
        catches = isinstance(each, ast.With) or (
            isinstance(each, ast.Try) and any(not isinstance(handler.body[-1], ast.Raise) for handler in each.handlers)
        )
        if catches and any(isinstance(part, ast.Yield | ast.YieldFrom) for part in walk(each)):
            return True
    return False
