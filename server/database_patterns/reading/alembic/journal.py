"""What is found in one direction of a revision, in order: statements, gaps and notes, each at its place."""

from __future__ import annotations

import ast
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from database_patterns.actions import TransactionControl
from database_patterns.model import (
    Alters,
    CommitOnBind,
    Confidence,
    Direction,
    DoesNothing,
    Fails,
    Gap,
    Note,
    Raises,
    Span,
    Statement,
)
from database_patterns.reading.statements import parse

from .recording import Rendered
from .source import Source
from .transactions import Transactions


class Journal:
    """Collects; ``guards`` are the conditions that hold here, ``outer`` the calls of the file's own helpers."""

    def __init__(self, source: Source, direction: Direction, owner: str) -> None:
        self.source = source
        self.direction: Direction = direction
        self.transactions = Transactions(owner)
        self.statements: list[Statement] = []
        self.gaps: list[Gap] = []
        self.notes: list[Note] = []
        self.guards: list[str] = []
        self.outer: list[Span] = []
        self.always: list[str] = []
        self.broken = False

    def record(self, rendered: Rendered, node: ast.AST) -> None:
        """Write down the statements of one execution, caused by the call ``node``."""
        if "\0" in rendered.sql:
            self.opaque(node, "its text has a NUL character, which PostgreSQL refuses")
            return
        whole = self.source.span(node)
        found = parse(rendered.sql, lambda _begin, _end: whole)
        if len(found) > 1 or any(statement.error for statement in found):
            inside = self.source.inside_literal(node, rendered.sql)
            found = parse(rendered.sql, inside) if inside else found
        for statement in found:
            exact = statement.span if len(found) > 1 else whole
            self._add(self._with_holes(statement, rendered.holes), exact)
            for action in statement.actions:
                if isinstance(action, TransactionControl):
                    self.transactions.after_statement(action.kind, whole.line, alone=len(found) == 1)

    def opaque(self, node: ast.AST, why: str) -> None:
        """Mark the place of a call whose SQL is not known, and say why."""
        self._add(Statement("", self.source.span(node), confidence="opaque", guard=why), self.source.span(node))
        self.gap(node, why)

    def gap(self, node: ast.AST, why: str) -> None:
        """Say that ``node`` was not analysed."""
        span, place = self._place(node), self.source.span(node)
        if place.path != span.path:
            why = f"{why} ({place.path}, line {place.line})"
        gap = Gap(span, self.source.code(node), why)
        if gap not in self.gaps:
            self.gaps.append(gap)

    def commit(self, node: ast.AST) -> None:
        """Write down ``commit()`` or ``rollback()`` on the migration's connection."""
        span = self._place(node)
        call = self.source.code(node)
        self.notes.append(CommitOnBind(span, self.direction, call))
        self.transactions.after_call(call, span.line)

    def raises(self, node: ast.AST) -> None:
        """Write down that the direction refuses to run."""
        self.notes.append(Raises(self._place(node), self.direction, self.source.code(node)))

    def fails(self, node: ast.AST, error: str) -> None:
        """Write down that the call ``node`` breaks for certain; what is recorded later only runs if it did not."""
        self.notes.append(Fails(self._place(node), self.direction, error))
        if not self.broken:
            self.broken = True
            self._from_here(f"if the call on line {self._place(node).line} did not fail")

    def altered(self, node: ast.AST, *, everywhere: bool) -> None:
        """What is recorded from here on rests on libraries that the revision itself changed at ``node``.

        ``everywhere`` when that happens as soon as the file is imported.
        """
        code = self.source.code(node, 60)
        self.notes.append(Alters(self._place(node), None if everywhere else self.direction, code))
        self.resting_on(code)

    def resting_on(self, code: str) -> None:
        """What is recorded from here on is right as far as ``code``, which changes the libraries, leaves it alone."""
        self._from_here(f"as far as {code} changes nothing in it")

    def _from_here(self, condition: str) -> None:
        if condition not in self.always:
            self.always.append(condition)

    def does_nothing(self, node: ast.AST, *, defined: bool) -> None:
        """Write down that the direction sends nothing."""
        self.notes.append(DoesNothing(self.source.span(node), self.direction, defined))

    @contextmanager
    def guarded(self, guard: str | None) -> Generator[None]:
        """What is recorded meanwhile runs only under ``guard``; a transaction that changes is uncertain afterwards."""
        if guard is None:
            yield
            return
        before = self.transactions.number
        self.guards.append(guard)
        try:
            yield
        finally:
            self.guards.pop()
            if self.transactions.number != before:
                self.transactions.uncertain(f"whether the transaction was ended before depends on: {guard}")

    def _place(self, node: ast.AST) -> Span:
        """Where ``node`` stands, or the revision's call that leads to it when it stands in another file."""
        span = self.source.span(node)
        return self.outer[0] if self.outer and span.path != self.outer[0].path else span

    @staticmethod
    def _with_holes(statement: Statement, holes: tuple[str, ...]) -> Statement:
        """All statements of one execution share its holes: one may stand in a comment, and still stop them all."""
        if not holes:
            return statement
        guard = "; ".join(f"${number} is {reason}" for number, reason in enumerate(holes, 1))
        confidence: Confidence = "opaque" if statement.tree is None else "partial"
        return replace(statement, confidence=confidence, guard=guard, error=None)

    def _add(self, statement: Statement, span: Span) -> None:
        related = statement.related
        if self.outer:
            related, span = (span, *related), self.outer[0]
        conditions = list(dict.fromkeys([*self.always, *self.guards]))
        confidence = "guarded" if conditions and statement.confidence == "exact" else statement.confidence
        guard = " and ".join(conditions + ([statement.guard] if statement.guard else [])) or None
        self.statements.append(
            replace(
                statement,
                span=span,
                related=related,
                confidence=confidence,
                guard=guard,
                transaction=self.transactions.current(),
            )
        )
