"""``lint``: what is dangerous in these migrations, at the line where it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from database_patterns import linting
from database_patterns.model import Finding, Gap
from database_patterns.reports import LintReport

from . import baseline, history, sources
from .history import Options
from .sources import Given


def lint(given: Given, options: Options | None = None) -> LintReport:
    """Findings on everything that was given, in the order in which it is applied.

    Raises:
        UserError: the rule documents cannot be read, or the baseline of the settings.
    """
    options = options or Options()
    read = sources.read(sources.beside(given, options.history))
    followed = list(history.followed(read, options, ("upgrade", "downgrade")))
    contexts = [context for each in followed for context in each.contexts]
    findings = linting.run((subject for each in followed for subject in each.subjects), options.settings)
    environments = {env.path: env.text for each in followed if (env := each.history.environment)}
    kept = tuple(finding for finding in findings if finding.allowed is None)
    compared = baseline.compare(kept, options.settings.baseline, {each.path for each in read.migrations})
    gaps = [gap for each in contexts for gap in linting.gaps(each, findings)]
    unreadable = (*read.unreadable, *(line for each in followed for line in each.start.unreadable))
    return LintReport(
        postgres=options.postgres,
        findings=compared.new,
        allowed=tuple(finding for finding in findings if finding.allowed is not None),
        known=compared.known,
        not_analysed=tuple(dict.fromkeys((*read.gaps, *gaps))),
        unreadable=tuple(dict.fromkeys(unreadable)),
        migrations=len({each.path for each in read.migrations}),
        statements=sum(len(each.statements) for each in contexts),
        rules=len(linting.applied(options.postgres, options.settings)),
        sources=environments | given.text_of(finding.span.path for finding in compared.new),
        notes=(*read.notes, *compared.notes),
    )


def only(report: LintReport, files: Collection[Path], what: str) -> LintReport:
    """``report`` with what it says of ``files``, which are absolute, and a note of ``what`` they are."""

    def spoken_of(item: Finding | Gap) -> bool:
        return Path(item.span.path).resolve() in files

    note = f"findings are shown of {what} alone; the other files are read for what they leave behind"
    return replace(
        report,
        findings=tuple(filter(spoken_of, report.findings)),
        allowed=tuple(filter(spoken_of, report.allowed)),
        known=tuple(filter(spoken_of, report.known)),
        not_analysed=tuple(filter(spoken_of, report.not_analysed)),
        notes=(*report.notes, note),
    )
