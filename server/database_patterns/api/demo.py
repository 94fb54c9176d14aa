"""``demo``: the example shop linted, its worst revision explained, and measured on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from database_patterns import documents
from database_patterns.errors import UserError
from database_patterns.lab.measure import measure
from database_patterns.lab.server import Database, Server
from database_patterns.reports import Asked, Demonstration, LintReport, MeasuredStatement

from . import history, sources
from .agreement import disagreements
from .explain import explain
from .history import Options
from .lint import lint
from .sources import Given


def demo(*, postgres_bin: str | None = None) -> Demonstration:
    """Lint, explain and measure the bundled example.

    Without a server the rest is shown, and ``not_measured`` says what to install.

    Raises:
        UserError: the example is missing from this installation.
    """
    shop = documents.folder("examples") / "shop"
    given = sources.from_project(shop, within=shop.parent.parent)
    report = lint(given)
    worst = _worst(report, given)
    options = Options(history=given)
    explanation, asked = explain(worst, options), _asked(worst, shop.parent.parent)
    rows = sources.schema(shop / "rows.sql", within=shop.parent.parent).sources[0].text
    try:
        with Server(postgres_bin=postgres_bin) as server, server.database() as database:
            options = Options(postgres=server.postgres, history=given)
            measured = tuple(_measured(database, worst, options, rows))
    except UserError as error:
        return Demonstration(report, explanation, not_measured=str(error), asked=asked)
    return Demonstration(report, explanation, measured, asked=asked)


def _worst(report: LintReport, given: Given) -> Given:
    """The one with findings that stops the most for the longest; without findings there is none."""
    found = {finding.span.path for finding in report.findings}
    candidates = [each for each in explain(given).migrations if each.path in found]
    worst = max(candidates, key=lambda each: each.harm, default=None)
    return Given(tuple(source for source in given.sources if worst and source.path == worst.path))


def _asked(worst: Given, top: Path) -> Asked | None:
    """The call of an agent that wants to know the first thing to change in the revision."""
    for source in worst.sources:
        alone = sources.from_paths([top / source.path], within=top)
        return Asked(source.path, limit=1, report=lint(alone))
    return None


def _measured(database: Database, worst: Given, options: Options, rows: str) -> Iterator[MeasuredStatement]:
    """Each statement of the revision, on the schema that the history before it has built, filled with ``rows``.

    A statement is measured in a transaction that is rolled back, then run for those that follow.
    """
    migrations = sources.read(worst).migrations
    for earlier in history.before(migrations, sources.read(options.history).migrations):
        database.execute(*(statement.sql for statement in earlier.upgrade))
    database.execute(rows)
    start = history.start(migrations, options)
    for context in history.contexts(migrations, start.catalog, options.assumptions, ("upgrade",)):
        for each in context.statements:
            seen = measure(database, each.statement.sql)
            yield MeasuredStatement(each.statement, each.prediction, seen, disagreements(each.prediction, seen))
            if seen.in_transaction_ok and not seen.error:
                database.execute(each.statement.sql)
