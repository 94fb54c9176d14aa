"""Reports for a language model: compact plain text, cut to a budget, saying how to get the rest.

A finding is one line with its help below it; what was left out is always named.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from database_patterns.documents import Document
from database_patterns.model import Effect, Finding
from database_patterns.reports import Asked, ExplainedMigration, ExplainedStatement, ExplainReport, LintReport

from . import words
from .style import printable

BUDGET: Final = 6_000
"""Characters of an answer, some 1,700 tokens; the answer that has only one entry may be longer."""
_GAPS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Page:
    """A part of an answer: its text, and the half-open range of entries that it shows."""

    text: str
    start: int
    end: int
    total: int

    @property
    def next_offset(self) -> int | None:
        return self.end if self.end < self.total else None


def lint(report: LintReport, *, offset: int = 0, limit: int = 20) -> Page:
    """The summary, then a page of findings; at least one finding however long it is."""
    end = _trailer(report)
    return _page(words.summary(report), [finding(item) for item in report.findings], end, offset, limit)


def asked(call: Asked) -> str:
    """The text of the tool's answer to a call."""
    return lint(call.report, limit=call.limit).text


def explain(report: ExplainReport, *, offset: int = 0, limit: int = 50, detailed: bool = False) -> Page:
    """A page of statements, the first of each migration below the migration's verdict; ``detailed`` with reasons."""
    head = f"{words.count(len(report.migrations), 'migration')} (PostgreSQL {report.postgres})"
    end = _trailer(report)
    entries = [entry for item in report.migrations for entry in _migration_entries(item, detailed=detailed)]
    return _page(head, entries, end, offset, limit)


def shown(report: ExplainReport, page: Page) -> ExplainReport:
    """``report`` with only the statements that ``page`` shows, and the migrations that these belong to."""
    migrations, first = [], 0
    for item in report.migrations:
        start, end = max(page.start - first, 0), page.end - first
        first += len(_migration_entries(item))
        if start < len(_migration_entries(item)) and end > start:
            migrations.append(replace(item, statements=item.statements[start:end]))
    return replace(report, migrations=tuple(migrations))


def rules(found: Sequence[Document], *, offset: int = 0, limit: int = 20) -> Page:
    """A page of rules and guides, one a line; ``read_rule`` has them whole."""
    entries = [f"{item.name} ({words.grade(item)}): {item.title}" for item in found]
    return _page(f"{words.documents(found)}, best match first", entries, [], offset, limit)


def finding(item: Finding) -> str:
    """One line, and what to write instead below it."""
    certainty = "" if item.certainty == "proven" else f", {item.certainty}"
    line = f"{words.place(item.span)} {item.severity}{certainty} {item.rule}: {item.message}"
    return printable("\n".join([line, *_indented(item.help, "  instead: ")]))


def _migration_entries(item: ExplainedMigration, *, detailed: bool = False) -> list[str]:
    """An entry for each statement; verdict and assumptions stand with the first, or alone."""
    verdict = f"{words.revision(item)}: {item.verdict}"
    assumed = [f"  assumed: {'; '.join(item.assumptions)}"] if item.assumptions else []
    assumed = [*(f"  {label.lower()}: {text}" for label, text in words.whole(item).items()), *assumed]
    first, *others = [statement(one, detailed=detailed) for one in item.statements] or [""]
    return [printable("\n".join(filter(None, [verdict, *assumed, first]))), *map(printable, others)]


def statement(item: ExplainedStatement, *, detailed: bool = False) -> str:
    """One line: place, SQL, and every effect."""
    source, prediction = item.statement, item.prediction
    error = source.error or prediction.error
    facts = [
        *(_effect(label, effect, detailed=detailed) for label, effect in words.grouped(prediction.effects)),
        *([f"fails: {error}{words.stopped_at(source)}"] if error else []),
        *(f"may fail with {one.sqlstate} ({one.when})" for one in prediction.may_fail),
        *(f"not known: {one}" for one in prediction.unknown),
        *(f"assumed: {one}" for one in prediction.assumed),
    ]  # fmt: skip
    manner = "" if source.transaction else " [autocommit]"
    return f"  line {source.span.line}{manner}: {words.one_line(source.sql, 160)} -> {'; '.join(facts) or 'no effect'}"


def _effect(label: str, effect: Effect, *, detailed: bool) -> str:
    parts = (
        f"{words.lock(effect.lock)} on {label}",
        words.blocks(effect.lock),
        words.work(effect),
        words.broken(effect),
        words.explained(effect) if detailed else "",
    )
    return ", ".join(filter(None, parts))


def _trailer(report: LintReport | ExplainReport) -> list[str]:
    gaps = report.not_analysed
    lines = [f"note: {printable(line)}" for line in report.notes[:_GAPS_MAX]]
    lines += [f"not analysed: {printable(words.gap(item))}" for item in gaps[:_GAPS_MAX]]
    if len(gaps) > _GAPS_MAX:
        lines.append(f"not analysed: {len(gaps) - _GAPS_MAX} more places")
    return lines + [f"not read: {printable(line)}" for line in report.unreadable]


def _page(head: str, entries: Sequence[str], end: list[str], offset: int, limit: int) -> Page:
    """As many whole entries from ``offset`` as fit, and at least one; the rest is announced with its offset."""
    room = BUDGET - len(head) - sum(map(len, end))
    start = stop = min(offset, len(entries))
    for entry in entries[start : start + limit]:
        room -= len(entry) + 1
        if room < 0 and stop > start:
            break
        stop += 1
    more = [f"{len(entries) - stop} more: offset={stop}"] if stop < len(entries) else []
    if offset and start == len(entries):
        more = [f"nothing at offset={offset}: {words.count(len(entries), 'entry')} in all"]
    return Page("\n".join([head, *entries[start:stop], *more, *end]), start, stop, len(entries))


def _indented(text: str, label: str) -> list[str]:
    """A short text behind ``label``; code of several lines below it."""
    lines = textwrap.dedent(text).strip("\n").splitlines()
    if len(lines) <= 1:
        return [f"{label}{line}" for line in lines]
    return [label.rstrip(), *(f"    {line}".rstrip() for line in lines)]
