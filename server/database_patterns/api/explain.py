"""``explain``: statement by statement, what PostgreSQL locks, rewrites, scans and blocks."""

from __future__ import annotations

from collections.abc import Iterable

from database_patterns import linting
from database_patterns.effects.context import MigrationInContext
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import (
    Direction,
    Effect,
    ExplainedMigration,
    ExplainedStatement,
    ExplainReport,
    Migration,
    Prediction,
)

from . import history, sources
from .history import Options
from .sources import Given


def explain(given: Given, options: Options | None = None, direction: Direction = "upgrade") -> ExplainReport:
    """One direction of everything that was given, in the order in which it is applied.

    A SQL file without this direction is named as not analysed.
    """
    options = options or Options()
    read = sources.read(given)
    explained: list[ExplainedMigration] = []
    gaps = list(read.gaps)
    unreadable = list(read.unreadable)
    for each in history.followed(read, options, (direction,)):
        unreadable += each.start.unreadable
        gaps += history.left_out(each.history.migrations, direction)
        for context in each.contexts:
            missing = linting.gaps(context)
            complete = not missing and context.migration.path not in read.partly
            explained.append(_explained(context, each.start.assumed, complete=complete))
            gaps += missing
    return ExplainReport(
        postgres=options.postgres,
        migrations=tuple(explained),
        not_analysed=tuple(dict.fromkeys(gaps)),
        unreadable=tuple(dict.fromkeys(unreadable)),
        notes=read.notes,
    )


def _explained(context: MigrationInContext, assumed: tuple[str, ...], *, complete: bool) -> ExplainedMigration:
    migration, direction = context.migration, context.direction
    predictions = [each.prediction for each in context.statements]
    transactions = filter(None, (each.transaction for each in migration.statements(direction)))
    uncertain = {transaction.reason for transaction in transactions if not transaction.certain}
    return ExplainedMigration(
        path=_path(migration, direction),
        direction=direction,
        complete=complete,
        statements=tuple(ExplainedStatement(each.statement, each.prediction) for each in context.statements),
        strongest_locks=strongest_locks(predictions),
        verdict=verdict(predictions, complete=complete),
        assumptions=(*assumed, *sorted(uncertain)),
        revision=migration.revision,
        down_revisions=migration.down_revisions,
        database=migration.database,
    )


def _path(migration: Migration, direction: Direction) -> str:
    """The migration's file; of a SQL file's way back, that of its statements, which may be another."""
    if migration.kind != "sql":
        return migration.path
    spans = [each.span for each in migration.statements(direction)]
    spans += [each.span for each in migration.notes if each.direction == direction]
    return next((span.path for span in spans), migration.path)


def strongest_locks(predictions: Iterable[Prediction]) -> dict[str, LockMode]:
    """The strongest mode per relation, the strongest first."""
    locks: dict[str, LockMode] = {}
    for effect in (effect for prediction in predictions for effect in prediction.effects):
        if effect.lock:
            locks[effect.relation] = max(effect.lock, locks.get(effect.relation, effect.lock))
    return dict(sorted(locks.items(), key=lambda item: (-item[1], item[0])))


def verdict(predictions: Iterable[Prediction], *, complete: bool) -> str:
    """In one sentence what the running system notices; never reassuring where something is not known."""
    predictions = list(predictions)
    parts = [
        *(f"fails with {each.error}" for each in predictions if each.error),
        *_consequences([effect for each in predictions for effect in each.effects]),
    ]
    if any(each.unknown for each in predictions):
        parts.append("some effects are not known")
    if not complete:
        parts.append("a part could not be analysed")
    return "; ".join(parts) or "blocks neither reads nor writes"


def harm(migration: ExplainedMigration) -> int:
    """How much live traffic notices, as a number that is greater for the worse of two migrations."""
    return max((_harm(effect) for each in migration.statements for effect in each.prediction.effects), default=0)


def _consequences(effects: list[Effect]) -> list[str]:
    """Who waits, for which tables, and for how long, the worst first; then what is lost."""
    worst: dict[str, Effect] = {}
    for effect in sorted(filter(_harm, effects), key=_harm):
        if effect.kind not in {"index", "sequence"}:
            worst[effect.relation] = effect
    tables: dict[tuple[str, str], list[str]] = {}
    for effect in sorted(worst.values(), key=_harm, reverse=True):
        tables.setdefault((" and ".join(_traffic(effect)), _duration(effect)[1]), []).append(effect.relation)
    sentences = [f"blocks {who} on {_listed(names)} {duration}" for (who, duration), names in tables.items()]
    return sentences + [f"{effect.data_loss} is lost" for effect in effects if effect.data_loss]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _harm(effect: Effect) -> int:
    """By how long, then by who waits; nothing when neither readers nor writers do."""
    waiting = _traffic(effect)
    return 10 * _duration(effect)[0] + len(waiting) if waiting else 0


def _traffic(effect: Effect) -> list[str]:
    return [each for each in blocked_by(effect.lock) if each != "schema changes"] if effect.lock else []


def _duration(effect: Effect) -> tuple[int, str]:
    """How long the lock is held: rank, and words."""
    if effect.rewrite is True:
        return 4, "while all rows are rewritten"
    if effect.rebuilds:
        return 3, "while indexes are rebuilt"
    if effect.scan is True:
        return 2, "while all rows are read"
    if effect.rewrite == "unknown":
        return 2, "perhaps while all rows are rewritten"
    if effect.scan == "unknown":
        return 2, "perhaps while all rows are read"
    return 1, "for a moment"
