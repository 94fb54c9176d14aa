"""``explain``: statement by statement, what PostgreSQL locks, rewrites, scans and blocks."""

from __future__ import annotations

from collections.abc import Iterable

from database_patterns import linting
from database_patterns.effects.context import MigrationInContext
from database_patterns.locks import LockMode
from database_patterns.model import Direction, Finding, Migration, Prediction
from database_patterns.reports import ExplainedMigration, ExplainedStatement, ExplainReport

from . import history, sources, verdict
from .history import Options
from .sources import Given


def explain(given: Given, options: Options | None = None, direction: Direction = "upgrade") -> ExplainReport:
    """One direction of everything that was given, in the order in which it is applied.

    A SQL file without this direction is named as not analysed.
    """
    options = options or Options()
    read = sources.read(sources.beside(given, options.history))
    explained: list[ExplainedMigration] = []
    gaps = list(read.gaps)
    unreadable = list(read.unreadable)
    for each in history.followed(read, options, (direction,)):
        unreadable += each.start.unreadable
        gaps += history.left_out(each.history.migrations, direction)
        for context in each.contexts:
            missing = linting.gaps(context)
            complete = not missing and context.migration.path not in read.partly
            found = linting.run([context], options.settings, whole=False)
            instead = tuple(finding for finding in found if finding.allowed is None)
            explained.append(_explained(context, instead, each.start.assumed, read.notes, complete=complete))
            gaps += missing
    return ExplainReport(
        postgres=options.postgres,
        migrations=tuple(explained),
        not_analysed=tuple(dict.fromkeys(gaps)),
        unreadable=tuple(dict.fromkeys(unreadable)),
        notes=read.notes,
    )


def _explained(
    context: MigrationInContext,
    instead: tuple[Finding, ...],
    assumed: tuple[str, ...],
    notes: tuple[str, ...],
    *,
    complete: bool,
) -> ExplainedMigration:
    """``notes`` are said once for all, and not repeated."""
    migration, direction = context.migration, context.direction
    predictions = [each.prediction for each in context.statements]
    transactions = filter(None, (each.transaction for each in migration.statements(direction)))
    uncertain = {transaction.reason for transaction in transactions if not transaction.certain} - set(notes)
    return ExplainedMigration(
        path=_path(migration, direction),
        direction=direction,
        complete=complete,
        statements=tuple(ExplainedStatement(each.statement, each.prediction) for each in context.statements),
        strongest_locks=strongest_locks(predictions),
        verdict=verdict.verdict(context, complete=complete),
        stops=verdict.stops(context),
        harm=verdict.harm(context.statements),
        instead=instead,
        assumptions=(*assumed, *verdict.alone(context), *sorted(uncertain)),
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
