"""``lint``: what is dangerous in these migrations, at the line where it stands."""

from __future__ import annotations

from database_patterns import documents, linting
from database_patterns.model import LintReport

from . import history, sources
from .history import Options
from .sources import Given


def lint(given: Given, options: Options | None = None) -> LintReport:
    """Findings on everything that was given, in the order in which it is applied.

    Raises:
        UserError: the rule documents cannot be read.
    """
    options = options or Options()
    read = sources.read(given)
    migrations = history.ordered(read.migrations)
    start = history.start(migrations, options)
    subjects = history.contexts(migrations, start.catalog, options.assumptions, ("upgrade", "downgrade"))
    findings = tuple(linting.run(subjects, documents.rules()))
    return LintReport(
        postgres=options.postgres,
        findings=findings,
        not_analysed=tuple(gap for each in migrations for gap in each.upgrade_gaps + each.downgrade_gaps),
        unreadable=read.unreadable + start.unreadable,
        migrations=len(migrations),
        statements=sum(len(each.upgrade) + len(each.downgrade) for each in migrations),
        sources=given.text_of(finding.span.path for finding in findings),
    )
