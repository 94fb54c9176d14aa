"""A revision's file as a Migration: its header, both directions, and an account of every call that could send SQL."""

from __future__ import annotations

import ast
import gc
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import get_args

from database_patterns.errors import UserError
from database_patterns.model import Direction, DoesNothing, Fails, Gap, Migration, Note, Span, Statement
from database_patterns.reading.allowances import in_python

from .account import Account
from .budget import Budget, OutOfBudgetError
from .context import RevisionContext
from .interpreter import Interpreter
from .journal import Journal
from .source import Source, walk
from .values import MISSING, Function, Unknown

_DIRECTIONS = frozenset(get_args(Direction))
_HEADER = {"revision", "upgrade", "downgrade"}
_ASSIGNED = {"branch_labels", "depends_on", "down_revision", "revision"}


def read(text: str, path: str, context: RevisionContext) -> Migration:
    """Interpret both directions of the revision ``text`` in the project that ``context`` tells of.

    Raises:
        UserError: it is not Python, or neither names a revision nor defines a direction.
    """
    source = Source(text, path)
    if not any(name in _HEADER for name in _defined(source.tree)):
        what = "is Python, but no Alembic revision (it has neither revision nor upgrade())"
        raise UserError(what, where=path, remedy="name a file of Alembic's versions folder")
    account = Account(source)
    with warnings.catch_warnings(), _uncollected():
        warnings.simplefilter("ignore")
        budget = Budget()
        upgrade = _read_direction(source, account, "upgrade", context, budget)
        downgrade = _read_direction(source, account, "downgrade", context, Budget(end=budget.end))
    return Migration(
        path=path,
        kind="alembic",
        upgrade=upgrade.statements,
        downgrade=downgrade.statements,
        revision=upgrade.revision,
        down_revisions=upgrade.down_revisions,
        notes=tuple(dict.fromkeys((*upgrade.notes, *downgrade.notes, *account.unused()))),
        upgrade_gaps=upgrade.gaps,
        downgrade_gaps=downgrade.gaps,
        branch_labels=upgrade.branch_labels,
        depends_on=upgrade.depends_on,
        database=context.database,
        header=_header(source),
        allowances=in_python(source.text, path),
    )


def _header(source: Source) -> dict[str, Span]:
    """Where the names of Alembic's header are assigned last at the top level, and its directions are defined."""
    found: dict[str, Span] = {}
    for node in source.tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        elif isinstance(node, ast.FunctionDef) and node.name in _DIRECTIONS:
            start = source.span(node)
            found[node.name] = replace(start, end_line=start.line, end_column=start.column + len(f"def {node.name}"))
        found |= {each.id: source.span(node) for each in targets if isinstance(each, ast.Name) and each.id in _ASSIGNED}
    return found


@contextmanager
def _uncollected() -> Generator[None]:
    """Without the garbage collector, which takes a quarter of the time and finds next to nothing in one revision."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Read:
    """One direction, and the header as its run of the module found it."""

    statements: tuple[Statement, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...]
    revision: str | None
    down_revisions: tuple[str, ...]
    branch_labels: tuple[str, ...]
    depends_on: tuple[str, ...]


def _read_direction(
    source: Source, account: Account, direction: Direction, context: RevisionContext, budget: Budget
) -> _Read:
    journal = Journal(source, direction, f"{source.path}/{direction}")
    interpreter = Interpreter(source, journal, budget, context)
    if context.altered_by:
        journal.resting_on(context.altered_by)
    try:
        interpreter.define(source.tree)
        function = interpreter.scope.find(direction)
        if isinstance(function, Function) and _stands_in(function, source):
            interpreter.run(function)
            if _only_passes(function):
                journal.does_nothing(function.node, defined=True)
        else:
            _without_function(journal, direction, function)
    except OutOfBudgetError:
        line = interpreter.line
        why = f"it takes more work than is spent on one revision; reading ended on line {line}"
        journal.gaps[Gap(source.span(source.tree), source.text.split("\n")[line - 1].strip(), why)] = None
    except RecursionError:
        journal.gap(source.tree, "it is nested too deeply")
    interpreter.uncalled()
    spans = [gap.span for gap in journal.gaps]
    missing = account.missing(direction, interpreter.reached, interpreter.dead, spans)
    journal.notes += missing.dead
    for call, why in missing.calls:
        journal.gap(call, why)
    names = dict(interpreter.scope.names)
    interpreter.release()
    revision = names.get("revision")
    return _Read(
        tuple(journal.statements),
        tuple(sorted(journal.gaps, key=lambda gap: (gap.span.line, gap.span.column))),
        tuple(journal.notes),
        revision if isinstance(revision, str) else None,
        _names(names.get("down_revision")),
        _names(names.get("branch_labels")),
        _names(names.get("depends_on")),
    )


def _defined(tree: ast.Module) -> Iterator[str]:
    """The names that the file assigns or defines anywhere, and those of its functions."""
    for node in walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _without_function(journal: Journal, direction: Direction, found: object) -> None:
    """Say why the direction has no function to follow; Alembic fails without one, which is no news of a way back."""
    source = journal.source
    line, why = _binding(source, direction)
    span = Span(source.path, line, 1, line, 1)
    if found is not MISSING:
        reason = found.reason if isinstance(found, Unknown) else why
        journal.gaps[Gap(span, f"{direction}()", reason)] = None
    elif direction == "upgrade":
        journal.notes.append(
            Fails(span, direction, "AttributeError: the file defines no upgrade(), which Alembic calls")
        )
    else:
        journal.notes.append(DoesNothing(span, direction, defined=False))


def _binding(source: Source, direction: Direction) -> tuple[int, str]:
    """The line on which the file says what ``direction`` is, and what keeps that from being a function to follow."""
    for node in reversed(source.tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == direction:
            decorators = ", ".join(f"@{source.code(each, 40)}" for each in node.decorator_list)
            return node.lineno, f"what {decorators or 'defines it'} makes of it is not followed"
        if isinstance(node, ast.ImportFrom) and any(
            (each.asname or each.name) in {direction, "*"} for each in node.names
        ):
            return node.lineno, f"it is defined in another file, and comes from {'.' * node.level}{node.module or ''}"
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == direction for each in node.targets
        ):
            return node.lineno, f"it is no function that this file defines, but {source.code(node.value, 60)}"
    return 1, "it is not defined at the top level of this file"


def _stands_in(function: Function, source: Source) -> bool:
    """Whether ``function`` is defined at the top level of the file: what a decorator makes of one is not."""
    return function.source is source and function.scope.parent is None


def _only_passes(function: Function) -> bool:
    body = function.node.body if isinstance(function.node, ast.FunctionDef) else []
    return all(isinstance(each, ast.Pass) or _is_constant(each) for each in body)


def _is_constant(node: ast.stmt) -> bool:
    """A docstring, or an ellipsis."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _names(value: object) -> tuple[str, ...]:
    """The revisions or labels of a header: one, several or none."""
    if isinstance(value, str):
        return (value,)
    values = sorted(value, key=str) if isinstance(value, set) else value
    return tuple(item for item in values if isinstance(item, str)) if isinstance(values, tuple | list) else ()
