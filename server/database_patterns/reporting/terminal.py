"""Reports for people at a terminal: compact, coloured where a ``Style`` says so."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from database_patterns.documents import Document
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import Effect, Finding
from database_patterns.reports import Capability, ExplainedMigration, ExplainedStatement, ExplainReport, LintReport

from . import words
from .excerpt import excerpt
from .style import Style, printable

WIDTH: Final = 100
"""Columns that prose is wrapped at."""


def lint(report: LintReport, style: Style) -> str:
    """Each finding with its source, then what was left out, then one line that sums up."""
    blocks = [finding(item, report.sources.get(item.span.path, ""), style) for item in report.findings]
    blocks += left_out(report, style)
    role = "error" if report.findings else "warning" if not words.is_complete(report) else "good"
    return "\n\n".join([*blocks, style(role, words.summary(report))]) + "\n"


def finding(item: Finding, source: str, style: Style) -> str:
    """Location and rule, message, the source, what to write instead, and where to read on."""
    certainty = "" if item.certainty == "proven" else f" ({item.certainty})"
    place, rule = style("strong", printable(words.place(item.span))), style("strong", item.rule)
    lines = [
        f"{place} {style(item.severity, item.severity)} {rule}{style('dim', certainty)}",
        *_prose(item.message),
        *_indented(excerpt(source, item.span, style, item.severity)),
    ]
    if item.help:
        lines += [style("dim", "  instead:"), *(style("good", line) for line in _indented(_lines(item.help), 4))]
    lines.append(style("dim", f"  more: database-patterns rules show {item.rule}"))
    return "\n".join(lines)


def explain(report: ExplainReport, style: Style, *, detailed: bool = False) -> str:
    """Each migration statement by statement, its verdict, and what the answer rests on; ``detailed`` with reasons."""
    blocks = [migration(item, style, detailed=detailed) for item in report.migrations]
    return "\n\n".join([*blocks, *left_out(report, style)]) + "\n"


def migration(item: ExplainedMigration, style: Style, *, detailed: bool = False) -> str:
    """One direction of a migration: its statements, then the verdict and what that rests on."""
    lines = [style("strong", printable(words.revision(item)))]
    for one in item.statements:
        lines += statement(one, style, detailed=detailed)
    if not item.statements:
        lines.append(style("dim", "  no statements" if item.complete else "  no statement could be analysed"))
    lines += [f"       {style('error', printable(each))}" for each in item.stops]
    lines += _prose(f"Verdict: {item.verdict}", style=style, role="strong")
    for label, text in words.whole(item).items():
        lines += _prose(f"{label}: {text}", style=style, role="dim")
    if item.assumptions:
        lines += _prose(f"Assumed: {'; '.join(item.assumptions)}", style=style, role="dim")
    return "\n".join(lines)


def statement(item: ExplainedStatement, style: Style, *, detailed: bool = False) -> list[str]:
    """The statement in one line, and below it a line for each relation, and for each way in which it may fail."""
    source, prediction = item.statement, item.prediction
    number = style("dim", f"{source.span.line:>5}")
    lines = [f"{number}  {printable(words.one_line(source.sql))}{_manner(item, style)}"]
    lines += _indented(effects(prediction.effects, style, detailed=detailed), 7)
    error = source.error or prediction.error
    if error:
        lines.append(f"       {style('error', f'fails: {error}{words.stopped_at(item.statement)}')}")
    lines += [f"       {style('warning', 'may fail')} with {one.sqlstate}: {one.when}" for one in prediction.may_fail]
    lines += [f"       {style('warning', 'not known')}: {one}" for one in prediction.unknown]
    lines += [f"       {style('dim', 'assumed')}: {one}" for one in prediction.assumed]
    return lines


def _manner(item: ExplainedStatement, style: Style) -> str:
    """How the statement runs, where that is worth a remark."""
    source = item.statement
    remarks = [
        "" if source.confidence == "exact" else f"{source.confidence}: {source.guard or 'not read in full'}",
        "" if source.transaction else "autocommit",
    ]
    text = ", ".join(filter(None, remarks))
    return style("dim", f"  [{printable(text)}]") if text else ""


def effects(items: Sequence[Effect], style: Style, *, detailed: bool = False) -> list[str]:
    """A table: relation, lock, what waits, and the work on the data; below each what breaks, and why."""
    rows = [
        (effect, (label, words.lock(effect.lock), words.blocks(effect.lock), words.work(effect)))
        for label, effect in words.grouped(items)
    ]
    widths = [max((len(row[column]) for _, row in rows), default=0) for column in range(3)]
    lines = []
    for effect, (relation, lock, blocks, work) in rows:
        painted = style(lock_role(effect.lock), f"{lock:<{widths[1]}}")
        lines.append(f"{relation:<{widths[0]}}  {painted}  {blocks:<{widths[2]}}  {work}".rstrip())
        below = [("warning", words.broken(effect)), ("dim", words.explained(effect) if detailed else "")]
        lines += [f"{'':<{widths[0]}}  {style(role, text)}" for role, text in below if text]
    return lines


def lock_role(mode: LockMode | None) -> str:
    """Red for what stops reads, yellow for what stops writes."""
    waiting = blocked_by(mode) if mode else ()
    return "error" if "reads" in waiting else "warning" if "writes" in waiting else "dim"


def left_out(report: LintReport | ExplainReport, style: Style) -> list[str]:
    """What is to be known of the project, and what could not be analysed or read, as at most one block each."""
    blocks = (
        [f"{style('dim', 'note')} {printable(line)}" for line in report.notes],
        [f"{style('warning', 'not analysed')} {printable(words.gap(item))}" for item in report.not_analysed],
        [f"{style('error', 'not read')} {printable(line)}" for line in report.unreadable],
    )
    return ["\n".join(lines) for lines in blocks if lines]


def rules(found: Sequence[Document], style: Style) -> str:
    """One line a rule or guide, the best match first."""
    if not found:
        return "No rule or guide speaks to this. All of them: database-patterns rules search\n"
    widest = max(len(item.name) for item in found)
    return "".join(
        f"{style('strong', f'{item.name:<{widest}}')}  {style(grade, f'{grade:<7}')}  {item.title}\n"
        for item, grade in ((item, words.grade(item)) for item in found)
    )


def capabilities(items: Sequence[Capability], style: Style) -> str:
    """One line each: there or not, what, and which."""
    widest = max(len(item.name) for item in items)
    marks = {True: style("good", "yes"), False: style("warning", "no ")}
    return "".join(f"{marks[item.available]}  {item.name:<{widest}}  {item.detail}\n" for item in items)


def _prose(text: str, *, style: Style | None = None, role: str = "strong") -> Iterator[str]:
    for line in textwrap.wrap(
        printable(text), WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    ):
        yield style(role, line) if style else line


def _lines(text: str) -> list[str]:
    """A help's lines; its sentences are wrapped, its code, which is indented, is not."""
    lines = [printable(line) for line in textwrap.dedent(text).strip("\n").splitlines()]
    wrapped = (
        [line] if line[:1].isspace() else textwrap.wrap(line, WIDTH, break_on_hyphens=False) or [""] for line in lines
    )
    return [line for part in wrapped for line in part]


def _indented(lines: Iterable[str], spaces: int = 2) -> Iterator[str]:
    return (f"{' ' * spaces}{line}".rstrip() for line in lines)
