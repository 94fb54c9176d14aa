"""``lint``: what is dangerous in these migrations, at the line where it stands."""

from __future__ import annotations

from database_patterns import linting
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
    followed = list(history.contexts(migrations, start.catalog, options.assumptions, ("upgrade", "downgrade")))
    findings = linting.run(followed)
    return LintReport(
        postgres=options.postgres,
        findings=findings,
        not_analysed=tuple(dict.fromkeys(gap for each in followed for gap in linting.gaps(each, findings))),
        unreadable=read.unreadable + start.unreadable,
        migrations=len(migrations),
        statements=sum(len(each.statements) for each in followed),
        sources=given.text_of(finding.span.path for finding in findings),
    )
