"""In one sentence, what the running system notices of a migration: who waits, on what, for how long; what is lost.

A transaction keeps its locks to its end. So a lock that a first statement takes for a moment is held as long as the
statements after it in the same transaction work, on whatever tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from database_patterns.actions import TransactionControl
from database_patterns.definitions import Name
from database_patterns.effects.context import MigrationInContext, StatementInContext
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import CommitOnBind, Effect, Fails, Note, Raises, ServerError
from database_patterns.prose import listed, size


class Work(NamedTuple):
    """How long a statement takes: a rank that is higher for longer, words with room for the relation, and that one."""

    rank: int
    words: str
    relation: str = ""


class Wait(NamedTuple):
    """Who waits for a relation, and while what is done."""

    who: tuple[str, ...]
    work: Work

    @property
    def harm(self) -> int:
        """By how long, then by who waits."""
        return 10 * self.work.rank + len(self.who)


_MOMENT = Work(1, "for a moment")


def verdict(context: MigrationInContext, *, complete: bool) -> str:
    """The sentence; never reassuring where something is not known."""
    statements = context.statements
    effects = [effect for each in statements for effect in each.prediction.effects if _is_seen(each, effect)]
    waits = _waits(statements)
    parts = [
        *stops(context),
        *(_failure(each, each.prediction.error) for each in statements if each.prediction.error),
        *(
            f"may fail with {one.sqlstate}: {one.when}"
            for each in statements
            for one in each.prediction.may_fail
            if one.expected
        ),
        *_who_waits(waits),
        *_row_locks(effects, waits),
        *_on_relations("data of {} is lost: {}", ((each, each.data_loss) for each in effects)),
        *_on_relations("on {}, {}", ((each, each.breaks_running_code) for each in effects)),
    ]
    if not complete:
        parts.append("a part could not be analysed")
    elif any(each.prediction.unknown for each in statements):
        parts.append("some effects are not known")
    return "; ".join(parts) or "blocks neither reads nor writes"


def stops(context: MigrationInContext) -> tuple[str, ...]:
    """Where the direction ends with an error of its own, before it has sent everything."""
    own = [note for note in context.migration.notes if note.direction == context.direction]
    failed = ((note, f"fails: {note.error}") for note in own if isinstance(note, Fails))
    raised = ((note, f"cannot be run: {note.code}") for note in own if isinstance(note, Raises))
    return tuple(f"{what} (line {note.span.line}){_undone(context, note)}" for note, what in (*failed, *raised))


def _undone(context: MigrationInContext, note: Note) -> str:
    """What becomes of the statements before ``note``, where it is certain that one transaction holds them all."""
    notes, place = context.migration.notes, note.span
    spans = ((each.statement, each.statement.span) for each in context.statements)
    before = [each for each, span in spans if (span.path, span.line < place.line) == (place.path, True)]
    transactions = {each.transaction for each in before}
    ends = any(isinstance(action, TransactionControl) for each in before for action in each.actions)
    if ends or len(transactions) != 1 or any(isinstance(each, CommitOnBind) for each in notes):
        return ""
    return ", and what it did before is rolled back" if all(each and each.certain for each in transactions) else ""


def _failure(at: StatementInContext, error: ServerError) -> str:
    """How a statement fails, and on what that depends."""
    statement = at.statement
    if statement.confidence == "exact":
        return f"fails with {error}"
    what = "runs" if statement.confidence == "guarded" else "is what it seems"
    return f"would fail with {error} if it {what}{f' ({statement.guard})' if statement.guard else ''}"


def harm(statements: Iterable[StatementInContext]) -> int:
    """How much live traffic notices, as a number that is greater for the worse of two migrations."""
    return max((wait.harm for wait in _waits(statements).values()), default=0)


def _waits(statements: Iterable[StatementInContext]) -> dict[str, Wait]:
    """The worst wait for each relation that somebody else may use."""
    worst: dict[str, Wait] = {}
    for each in statements:
        own = [effect for effect in each.prediction.effects if effect.lock and _is_seen(each, effect)]
        held = [lock.effect for lock in each.held.values() if not lock.earlier and _is_seen(each, lock.effect)]
        work = max((_work(effect) for effect in own), default=_MOMENT)
        for effect in (*own, *held):
            lock = effect.lock or LockMode.AccessShareLock
            wait = Wait(tuple(who for who in blocked_by(lock) if who != "schema changes"), work)
            relation = effect.relation
            if wait.who and (relation not in worst or wait.harm > worst[relation].harm):
                worst[relation] = wait
    return worst


def alone(context: MigrationInContext) -> tuple[str, ...]:
    """What is assumed of a revision that may share a run, and so a transaction, with those before it."""
    works = ((max(map(_work, each.prediction.effects), default=_MOMENT), each) for each in context.statements)
    work, at = max(works, key=lambda found: found[0].rank, default=(_MOMENT, None))
    kept = [each for each in at.held.values() if each.earlier and _is_seen(at, each.effect)] if at else []
    locks = [each for each in kept if {"reads", "writes"} & set(blocked_by(each.lock))]
    if at is None or work == _MOMENT or not locks:
        return ()
    who = ["reads"] * any("reads" in blocked_by(each.lock) for each in locks) + ["writes"]
    tables = [each.effect.relation for each in sorted(locks, key=lambda each: -each.lock)]
    named = listed(tables) if len(tables) <= _NAMED else f"{', '.join(tables[:_NAMED])} and {len(tables) - _NAMED} more"
    together = "in one run with the revisions before it, which share its transaction"
    meanwhile = work.words.format(f" of {work.relation}")
    return (f"it is applied by itself: {together}, {listed(who)} on {named} would wait for their locks {meanwhile}",)


_NAMED = 3
"""How many tables are named before the rest is counted."""


def _is_seen(at: StatementInContext, effect: Effect) -> bool:
    """Whether live traffic meets the relation: a table or view that was there before the migration."""
    schema, _, name = effect.relation.rpartition(".")
    return effect.kind not in {"index", "sequence"} and not at.created_here(Name(name, schema or None))


def _work(effect: Effect) -> Work:
    for rank, words, does in (
        (4, "while all rows{} are rewritten", effect.rewrite is True and not _empties(effect)),
        (3, "while indexes{} are rebuilt", bool(effect.rebuilds) and not _empties(effect)),
        (2, "while all rows{} are read", effect.scan is True),
        (2, "perhaps while all rows{} are rewritten", effect.rewrite == "unknown"),
        (2, "perhaps while all rows{} are read", effect.scan == "unknown"),
    ):
        if does:
            known = f", {size(effect.rows)}" if effect.rows is not None else ""
            return Work(rank, words + known, effect.relation)
    return _MOMENT


def _empties(effect: Effect) -> bool:
    """Whether the new files are empty, as those of TRUNCATE are, which is done in a moment."""
    return effect.scan is False and effect.data_loss == "all rows"


def _who_waits(waits: dict[str, Wait]) -> Iterator[str]:
    """Who waits, for which relations and how long, the worst first."""
    groups: dict[Wait, list[str]] = {}
    for relation, wait in sorted(waits.items(), key=lambda item: -item[1].harm):
        groups.setdefault(wait, []).append(relation)
    for (who, work), relations in groups.items():
        duration = work.words.format("" if relations == [work.relation] else f" of {work.relation}")
        yield f"blocks {' and '.join(who)} on {listed(relations)} {duration}"


def _row_locks(effects: Iterable[Effect], waits: dict[str, Wait]) -> Iterator[str]:
    """What waits for single rows until the transaction ends, where not all writes wait anyway."""
    locked: dict[str, str] = {}
    for effect in effects:
        blocked = effect.relation in waits and "writes" in waits[effect.relation].who
        if effect.locks_rows != "none" and not blocked:
            rows = "all rows" if effect.locks_rows == "all" else "the rows that it selects"
            locked[effect.relation] = min(rows, locked.get(effect.relation, rows))
    for relation, rows in locked.items():
        yield f"locks {rows} of {relation}, so that other writes to them wait until the transaction ends"


def _on_relations(sentence: str, found: Iterable[tuple[Effect, str | None]]) -> list[str]:
    """A sentence for each relation and thing to say of it, each once."""
    return list(dict.fromkeys(sentence.format(effect.relation, what) for effect, what in found if what))
