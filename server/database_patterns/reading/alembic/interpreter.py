"""Interpreting a revision statement by statement: known conditions decide, unknown ones guard what is inside them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from . import modules
from .budget import OutOfBudgetError
from .contexts import Contexts
from .flow import Flow, RaisedError
from .loops import Loops, leaving, one_of_two, stored
from .source import walk
from .values import MISSING, Function, Module, Scope, Unknown, first_hole

_IN_PLACE: Final[dict[tuple[type, type[ast.operator]], Callable[[Any, Any], object]]] = {
    (dict, ast.BitOr): operator.ior,
    (set, ast.BitAnd): operator.iand,
    (set, ast.BitOr): operator.ior,
    (set, ast.BitXor): operator.ixor,
    (set, ast.Sub): operator.isub,
}
"""What ``+=`` and the like do to containers, other than adding to a list."""
_COMPUTED: Final = (str, bytes, int, float, tuple, type(None))
_COMPUTING: Final = {"bool", "float", "int", "len", "max", "min", "round", "sorted", "str", "sum", "tuple"}
"""Functions of Python whose answer, where it is known here, Python gives without an exception."""


class Interpreter(Contexts):
    """Runs the module's definitions, then one of its functions."""

    def run(self, function: Function) -> Flow | None:
        """Interpret ``upgrade()`` or ``downgrade()``; what it does is in the journal."""
        outer, self.scope = self.scope, Scope(parent=function.scope)
        try:
            node = function.node
            self.scope.names |= self._given(function)
            return self.block(node.body) if isinstance(node, ast.FunctionDef) else None
        finally:
            self.scope = outer

    def _given(self, function: Function) -> dict[str, object]:
        """The parameters of ``upgrade()``, which get what env.py hands to ``context.run_migrations``.

        A parameter ``op`` is what the module calls so: programs that wrap Alembic hand in its own.
        """
        spec, given = function.node.args, self.context.arguments
        parameters = [each.arg for each in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs) if each.arg != "op"]
        names: dict[str, object] = {}
        for name in parameters:
            unknown = Unknown(f"{name}, which env.py gives to {function.name}()")
            names[name] = unknown if given is None else given.get(name, function.defaults.get(name, unknown))
        if self.context.database is not None and parameters:
            names[parameters[0]] = self.context.database
        return names

    def define(self, module: ast.Module) -> None:
        """Interpret the top level of the file."""
        self.importing = True
        try:
            self.block(module.body)
        finally:
            self.importing = False

    def block(self, statements: Sequence[ast.stmt]) -> Flow | None:
        """Interpret ``statements`` in order, up to what ends them; afterwards the unreachable rest is accounted for."""
        if not statements:
            return None
        for position, statement in enumerate(statements):
            flow = self.run_one(statement)
            if flow is None:
                continue
            rest = statements[position + 1 :]
            if flow.certain:
                self.unreachable(rest, "after", statement)
                return flow
            if flow.kind in {"break", "continue"}:
                return self.later(flow, self.in_part(flow.guard, partial(self.block, rest)))
            with self.journal.guarded(flow.guard):
                return self.later(flow, self.block(rest))
        return None

    def run_one(self, statement: ast.stmt) -> Flow | None:
        """Interpret one statement; an error in it never loses another."""
        if self.source is self.file:
            self.line = statement.lineno
        self.budget.spend()
        handler = self._STATEMENTS.get(type(statement))
        if handler is None:
            return self._lost(statement, f"{type(statement).__name__} is not interpreted")
        try:
            flow = handler(self, statement)
        except OutOfBudgetError:
            raise
        except RaisedError:
            self.unreachable([statement], "as an exception is raised in", statement)
            flow = Flow("raise")
        except Exception as error:  # noqa: BLE001  a revision may be wrong in any way; the answer says where
            flow = self._lost(statement, _said(error))
        if not self.raising:
            return flow
        first = Flow("raise", guard=" and ".join(self.raising))
        self.raising.clear()
        return self.later(first, flow)

    def _lost(self, statement: ast.stmt, why: str) -> Flow | None:
        """A statement that cannot be interpreted is a gap; what it may change is unknown, and whether it leaves."""
        self.journal.gap(statement, why)
        for name in stored(statement):
            self.assign(ast.Name(name, ast.Store()), Unknown(why))
        kind = leaving(statement)
        return Flow(kind, Unknown(why), f"unless {kind} on line {statement.lineno} ends it") if kind else None

    # Simple statements ---------------------------------------------------------------------------------------------

    def _expression(self, node: ast.Expr) -> None:
        self.evaluate(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            value = self.fetched(node.value, value)
        for target in node.targets:
            self.assign(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        place = self.place_of(node.target)
        left = self.value_at(node.target, place)
        right = self.evaluate(node.value)
        if isinstance(left, list) and isinstance(node.op, ast.Add) and not self.journal.guards:
            items = self.items(self.fetched(node.value, right))
            if not isinstance(items, Unknown):
                left.extend(items)
                self.grown(left)
                return
        change = _IN_PLACE.get((type(left), type(node.op)))
        if change is not None and not self.journal.guards and first_hole((left, right)) is None:
            self.grown(self.computed(node, change, left, right))
            return
        if isinstance(left, list | dict | set):
            self.taint(left, f"a container changed on line {node.lineno}")
        self.assign_at(node.target, place, self.combine(node, left, right))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.split(".")[0]
            self.scope.names[alias.asname or name] = self.imported(name)

    def _import_from(self, node: ast.ImportFrom) -> None:
        origin = self.imported_from(node)
        for alias in node.names:
            if alias.name == "*":
                self.import_all(origin)
            else:
                self.scope.names[alias.asname or alias.name] = self.attribute(origin, alias.name)
        self._note_models(node, origin)

    def _note_models(self, node: ast.ImportFrom, origin: object) -> None:
        """Write down where the revision itself imports models."""
        if self.source is self.file and isinstance(origin, Module):
            names = tuple(alias.name for alias in node.names if modules.is_model(origin.place, alias.name))
            if names:
                self.journal.imports_models(node, names, everywhere=self.importing)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            for each in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                self.delete(each)

    def _outer(self, node: ast.Global | ast.Nonlocal) -> None:
        for name in node.names:
            scope = self.scope
            while scope.parent is not None and (
                isinstance(node, ast.Global) or scope is self.scope or name not in scope.names
            ):
                scope = scope.parent
            self.scope.elsewhere[name] = scope

    def _assert(self, node: ast.Assert) -> Flow | None:
        truth = self.truth(node.test)
        if truth is True:
            return None
        if truth is False and not self.importing and not self.journal.guards:
            self.journal.raises(node)
        return Flow("raise", guard=None if truth is False else self.condition(node.test))

    def _return(self, node: ast.Return) -> Flow:
        return Flow("return", self.evaluate(node.value) if node.value else None)

    def _raise(self, node: ast.Raise) -> Flow:
        error = node.exc
        makes_error = isinstance(error, ast.Call) and self.source.code(error.func).rpartition(".")[2][:1].isupper()
        for part in error.args if isinstance(error, ast.Call) and makes_error else filter(None, [error]):
            self.evaluate(part)
        if not self.importing and not self.journal.guards:
            self.journal.raises(node)
        self.unreachable([node], "in", node)
        return Flow("raise")

    # Compound statements -------------------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> Flow | None:
        truth = self.truth(node.test)
        if not isinstance(truth, Unknown):
            self.unreachable(node.orelse if truth else node.body, "unless" if truth else "if", node.test)
            return self.block(node.body if truth else node.orelse)
        condition = self.condition(node.test)
        before = self.copied()
        first = self.branch(node.body, f"if {condition}")
        after_first, self.scope.names = self.scope.names, before
        second = self.branch(node.orelse, f"unless {condition}")
        self.merge(after_first, f"what depends on {condition}")
        return one_of_two(first, second, condition)

    def _try(self, node: ast.Try) -> Flow | None:
        if not node.handlers:
            flow = self.block([*node.body, *node.orelse])
            return self.block(node.finalbody) or flow
        caught = ", ".join(self.source.code(h.type, 40) if h.type else "any exception" for h in node.handlers)
        if self._cannot_fail(node):
            self.unreachable(node.handlers, "if an exception is raised on line", str(node.lineno))
            flow = self.block(node.orelse)
            return self.block(node.finalbody) or flow
        before = self.copied()
        raised = f"{caught} is raised on line {node.lineno}"
        entered = len(self.entered)
        flow = self.branch([*node.body, *node.orelse], f"within try (except {caught}) on line {node.lineno}")
        with self.journal.guarded(f"if {raised}"):
            for manager, number in reversed(self.entered[entered:]):
                self.end_savepoint(manager, number, "rollback")
        left = self._handlers(node.handlers, before, f"if {raised}")
        ended = self.block(node.finalbody)
        if ended:
            return ended
        if left and (flow is None or flow.kind == "raise"):
            return Flow(left.kind, Unknown("a value"), f"unless {raised}", f"if {raised}" if flow else None)
        return flow and Flow(flow.kind, Unknown("a value"), f"if {raised}")

    def _cannot_fail(self, node: ast.Try) -> bool:
        """Whether the block only computes values, all of which are known, so that Python computes them too."""
        plain = all(isinstance(each, ast.Assign) and _only_computes(each) for each in node.body)
        if not plain or self.scope.elsewhere or any(self.scope.find(each) is not MISSING for each in _COMPUTING):
            return False
        inner, outer = Scope(parent=self.scope), self.scope
        self.scope = inner
        try:
            self.branch(node.body, "within try")
        finally:
            self.scope = outer
        known = all(isinstance(value, _COMPUTED) and first_hole(value) is None for value in inner.names.values())
        if known:
            self.scope.names |= inner.names
        return known

    def _handlers(self, handlers: Sequence[ast.ExceptHandler], before: dict[str, object], guard: str) -> Flow | None:
        """Each handler from the names ``before`` the try; how the last one leaves that does not raise."""
        left: Flow | None = None
        for handler in handlers:
            merged, self.scope.names = self.scope.names, dict(before)
            self.budget.spend(len(merged) // 10)
            if handler.name:
                self.scope.names[handler.name] = Unknown("an exception", inert=True)
            transaction, notes = self.journal.transactions.saved(), len(self.journal.notes)
            flow = self.branch(handler.body, guard)
            left = flow if flow and flow.kind != "raise" else left
            if flow and flow.certain and flow.kind == "raise" and not self.journal.guards:  # nothing catches it
                self.scope.names = merged
                self.journal.transactions.restore(transaction)
                self.journal.without_rollbacks(notes)
                continue
            self.merge(merged, "what depends on an exception")
        return left

    _STATEMENTS: Final[dict[type[ast.stmt], Callable[..., Flow | None]]] = {
        ast.AnnAssign: _annotated,
        ast.Assert: _assert,
        ast.Assign: _assign,
        ast.AsyncFunctionDef: Loops.define_function,
        ast.AugAssign: _augmented,
        ast.Break: lambda _self, _node: Flow("break"),
        ast.ClassDef: Loops.define_class,
        ast.Continue: lambda _self, _node: Flow("continue"),
        ast.Delete: _delete,
        ast.Expr: _expression,
        ast.For: Loops.run_for,
        ast.FunctionDef: Loops.define_function,
        ast.Global: _outer,
        ast.If: _if,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Nonlocal: _outer,
        ast.Pass: lambda _self, _node: None,
        ast.Raise: _raise,
        ast.Return: _return,
        ast.Try: _try,
        ast.While: Loops.run_while,
        ast.With: Contexts.run_with,
    }


def _only_computes(node: ast.Assign) -> bool:
    """Whether an assignment gives names values that calls of Python's own functions make, and does no more."""
    names = all(isinstance(target, ast.Name) for target in node.targets)
    called = [each.func for each in walk(node.value) if isinstance(each, ast.Call)]
    return names and all(isinstance(each, ast.Name) and each.id in _COMPUTING for each in called)


def _said(error: Exception) -> str:
    """What went wrong, without the names of our own classes."""
    if isinstance(error, AttributeError) and type(error.obj).__module__.startswith(__name__.partition(".")[0]):
        return f"what .{error.name} is taken from is not followed"
    return f"{type(error).__name__}: {str(error)[:200]}"
