"""What is found in one direction of a revision, in order: statements, gaps and notes, each at its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, islice
from string import whitespace
from typing import Final, Literal

from database_patterns.actions import Action, TransactionControl
from database_patterns.model import (
    Alters,
    AutocommitBlock,
    CommitOnBind,
    Confidence,
    Direction,
    DoesNothing,
    Fails,
    Gap,
    ImportsModels,
    Note,
    Raises,
    Span,
    Statement,
    UnboundParameter,
)
from database_patterns.reading.statements import parse

from .constraint_names import CONDITION
from .origins import Origins, Place, contains, is_part, keyword
from .recording import Rendered
from .source import Source
from .texts import Locate, Texts
from .transactions import Transactions

_NAMED: Final = 20
"""How many of a text's holes are named."""
_LATEST: Final = 4
"""How many gaps are looked at for parts of a new one: parts are evaluated right before the whole."""


class Journal:
    """Collects; ``guards`` are the conditions that hold here, ``outer`` the calls of the file's own helpers.

    A statement stands at the call in ``upgrade()`` or ``downgrade()`` that leads to it, and at the narrowest place in
    this call that makes it: a column, index, constraint or type among the arguments, a keyword of ``alter_column``, a
    part of a text of several statements. ``related`` then are the places within helpers, from the innermost out.

    Where such an argument is made elsewhere (a variable, a helper, another module), the statement stands at the call,
    which names the table and says when it runs, and the place where the argument is written is related. A text of
    several statements that is a constant of the same file is the other way round: each statement stands in the
    constant, where it is read and changed, and the call is related.
    """

    def __init__(self, source: Source, direction: Direction, owner: str) -> None:
        self.source = source
        self.direction: Direction = direction
        self.transactions = Transactions(owner)
        self.statements: list[Statement] = []
        self.gaps: dict[Gap, None] = {}
        self.notes: list[Note] = []
        self.guards: list[str] = []
        self.outer: list[Place] = []
        self.origins = Origins()
        self.modules: list[Source] = []
        self._texts: dict[Source, Texts] = {}
        self.always: list[str] = []
        self.unless_there: tuple[type[Action], ...] = ()
        self.broken = False

    def size(self) -> tuple[int, int, int]:
        """How much is written down so far."""
        return len(self.statements), len(self.gaps), len(self.notes)

    def record(self, rendered: Rendered, node: ast.AST, part: ast.AST | None = None) -> None:
        """Write down the statements of one execution, caused by the call ``node``, or by a ``part`` of it alone."""
        if "\0" in rendered.sql:
            self.opaque(node, "its text has a NUL character, which PostgreSQL refuses")
            return
        whole = self.source.span(node)
        place, elsewhere = (self.source.span(part), ()) if part else self._argument(rendered.about, node, whole)
        found = parse(rendered.sql, self._parts(rendered.sql, node, place))
        several = len(found) > 1
        controls = [action.kind for each in found for action in each.actions if isinstance(action, TransactionControl)]
        if several:
            self.transactions.send_together(controls, whole.line)
        for statement in found:
            at = statement.span if several else place
            whole_text = self._with_holes(statement, rendered.holes)
            if several:
                whole_text = replace(whole_text, message=self.transactions.message())
            with self.guarded(rendered.condition):
                self._add(whole_text, whole, at, elsewhere)
            for action in statement.actions:
                if isinstance(action, TransactionControl):
                    self.transactions.after_statement(action.kind, whole.line, alone=not several)

    def made(self, value: object, node: ast.AST) -> None:
        """Remember that ``node`` has made ``value``, an object of SQLAlchemy that statements may be about."""
        self.origins.remember(value, (*self.outer, (self.source, node)))

    def _argument(self, construct: object, node: ast.AST, call: Span) -> tuple[Span, tuple[Span, ...]]:
        """The place within ``call`` that a statement comes from, and where that is written if it is elsewhere."""
        if construct is None:
            return call, ()
        if altered := keyword(construct, node):
            return self.source.span(altered), ()
        origin = self.origins.of(construct, call)
        if origin is None:
            return call, ()
        spans = origin.spans()
        calls = [call, *(source.span(outer) for source, outer in self.outer[:1])]
        inside = [span for span in spans if any(contains(each, span) for each in calls)]
        place = inside[-1] if inside and is_part(construct) else call
        return place, () if inside and spans[-1] == inside[-1] else (spans[-1],)

    def opaque(self, node: ast.AST, why: str) -> None:
        """Mark the place of a call whose SQL is not known, and say why."""
        span = self.source.span(node)
        self._add(Statement("", span, confidence="opaque", guard=why), span, span)
        self.gap(node, why)

    def gap(self, node: ast.AST, why: str) -> None:
        """Say that ``node`` was not analysed; what is a part of it need not be named for the same reason."""
        span, place = self._place(node), self.source.span(node)
        if place.path != span.path:
            why = f"{why} ({place.path}, line {place.line})"
        latest = list(islice(reversed(self.gaps), _LATEST))
        for part in (each for each in latest if contains(span, each.span) and each.why.endswith(why)):
            del self.gaps[part]
        self.gaps[Gap(span, self.source.code(node), why)] = None

    def commit(self, node: ast.AST) -> None:
        """Write down ``commit()`` or ``rollback()`` on the migration's connection."""
        span = self._place(node)
        call = self.source.code(node)
        self.notes.append(CommitOnBind(span, self.direction, call))
        self.transactions.after_call(call, span.line)

    def autocommit_block(self, node: ast.AST) -> None:
        """Write down that an ``autocommit_block()`` begins."""
        self.notes.append(AutocommitBlock(self._place(node), self.direction))
        self.transactions.enter_autocommit()

    def without_rollbacks(self, since: int) -> None:
        """Take back that the notes ``since`` then say of a ``rollback()``: the error goes on, and Alembic's follows."""
        self.notes[since:] = [
            note for note in self.notes[since:] if not (isinstance(note, CommitOnBind) and "rollback(" in note.call)
        ]

    def imports_models(self, node: ast.ImportFrom, names: tuple[str, ...], *, everywhere: bool) -> None:
        """Write down that the revision imports models; ``everywhere`` when that happens at its top level."""
        direction = None if everywhere else self.direction
        module = f"{'.' * node.level}{node.module or ''}"
        self.notes.append(ImportsModels(self._place(node), direction, names, module))

    def raises(self, node: ast.AST) -> None:
        """Write down that the direction refuses to run."""
        self.notes.append(Raises(self._place(node), self.direction, self.source.code(node)))

    def fails(self, node: ast.AST, error: str) -> None:
        """Write down that the call ``node`` breaks for certain; what is recorded later only runs if it did not."""
        self._break(node, Fails(self._place(node), self.direction, error))

    def unbound(self, node: ast.AST, names: tuple[str, ...]) -> None:
        """Write down that SQLAlchemy refuses the call ``node``, which gives its text's parameters no values."""
        error = f"StatementError: a value is required for bind parameter {names[0]!r}"
        self._break(node, UnboundParameter(self._place(node), self.direction, error, names))

    def _break(self, node: ast.AST, note: Fails) -> None:
        self.notes.append(note)
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

    def stops(self, node: ast.AST, failure: str) -> None:
        """What is recorded from here on runs only if ``node`` does not raise ``failure``."""
        what = "call" if isinstance(node, ast.Call) else "expression"
        self.only(f"if the {what} on line {self._place(node).line} does not fail ({failure})")

    def only(self, condition: str) -> None:
        """What is recorded from here on runs only under ``condition``: otherwise the direction ends with an error here.

        Under another condition that is one of several ends, and says nothing of what follows.
        """
        if not self.guards:
            self._from_here(condition)

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

    @contextmanager
    def guarded_by_absence(self, guard: str | None, *created: type[Action]) -> Generator[None]:
        """``guarded``, where ``guard`` is that what the statements of the kinds ``created`` create is not there."""
        self.unless_there = created if guard else ()
        try:
            with self.guarded(guard):
                yield
        finally:
            self.unless_there = ()

    def _parts(self, sql: str, node: ast.AST, place: Span) -> Callable[[int, int], Span]:
        """The places of parts of ``sql``, ``place`` for the whole of it; where it is written is only found if asked."""
        first, last = len(sql) - len(sql.lstrip()), len(sql.rstrip(f"{whitespace};"))
        written: list[Locate | None] = []

        def locate(begin: int, end: int) -> Span:
            if begin <= first and end >= last:
                return place
            if not written:
                written.append(self._written(sql, node))
            inside = written[0]
            return (inside(begin, end) if inside else None) or place

        return locate

    def _written(self, sql: str, node: ast.AST) -> Locate | None:
        """Where ``sql`` is written that the call ``node`` executes."""
        calls = [(self.source, node), *reversed(self.outer)]
        found = (self._texts_of(source).locate(sql, call) for source, call in calls)
        files = dict.fromkeys([*(source for source, _ in calls), *self.modules])
        searched = (self._texts_of(source).search(sql) for source in files)
        return next((locate for locate in chain(found, searched) if locate), None)

    def _texts_of(self, source: Source) -> Texts:
        if source not in self._texts:
            self._texts[source] = Texts(source)
        return self._texts[source]

    def _place(self, node: ast.AST) -> Span:
        """Where ``node`` stands, or the revision's call that leads to it when it stands in another file."""
        span = self.source.span(node)
        outer = self.outer[0][0].span(self.outer[0][1]) if self.outer else span
        return outer if outer.path != span.path else span

    @staticmethod
    def _with_holes(statement: Statement, holes: tuple[str, ...]) -> Statement:
        """All statements of one execution share its holes: one may stand in a comment, and still stop them all."""
        if not holes:
            return statement
        named = [f"${number} is {reason}" for number, reason in enumerate(holes[:_NAMED], 1)]
        named += [f"and {len(holes) - _NAMED} more"] if len(holes) > _NAMED else []
        confidence: Confidence = "opaque" if statement.tree is None else "partial"
        return replace(statement, confidence=confidence, guard="; ".join(named), related=(), error=None)

    def _placed(self, call: Span, place: Span, elsewhere: tuple[Span, ...]) -> tuple[Span, tuple[Span, ...]]:
        """The span of what ``call`` sends by way of ``place``, and the related ones."""
        calls = [*(source.span(node) for source, node in self.outer), call]
        at_place = contains(calls[0], place) or (not self.outer and place.path == call.path)
        span = place if at_place else calls[0]
        around = (each for each in reversed(calls) if not contains(each, place))
        related = dict.fromkeys((place, *elsewhere, *around))
        related.pop(span, None)
        return span, tuple(related)

    def _add(self, statement: Statement, call: Span, place: Span, elsewhere: tuple[Span, ...] = ()) -> None:
        span, related = self._placed(call, place, elsewhere) if self.outer or place is not call else (call, elsewhere)
        related = (*related, *(each for each in statement.related if each != span))
        conditions = list(dict.fromkeys([*self.always, *self.guards]))
        confidence = "guarded" if conditions and statement.confidence == "exact" else statement.confidence
        only_unsure: Literal["existence", "names"] | None = None
        if confidence == "guarded" and len(conditions) == 1 and not statement.guard:
            sought = bool(statement.actions) and isinstance(statement.actions[0], self.unless_there)
            only_unsure = "names" if conditions[0] == CONDITION else "existence" if sought else None
        guard = " and ".join(conditions + ([statement.guard] if statement.guard else [])) or None
        self.statements.append(
            replace(
                statement,
                span=span,
                related=related,
                confidence=confidence,
                guard=guard,
                transaction=self.transactions.current() or statement.message,
                only_unsure=only_unsure,
            )
        )
