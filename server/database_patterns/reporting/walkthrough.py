"""``demo`` on a terminal: the whole path in some two screens."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from database_patterns.model import Effect, Finding
from database_patterns.reports import Demonstration, MeasuredStatement

from . import brief, terminal, words
from .style import Style, printable


def walkthrough(demo: Demonstration, style: Style) -> str:
    """Four short chapters: the findings, the worst revision, prediction beside measurement, the agent's view."""
    chapters = (
        ("1  Lint the example's history", _findings(demo, style)),
        ("2  What the worst revision does, predicted", _explained(demo, style)),
        ("3  The same on a real PostgreSQL: predicted and measured", _measured(demo, style)),
        ("4  What an agent sees (MCP tool lint_migration)", _agent(demo, style)),
    )
    return "\n".join("\n".join([style("strong", title), *lines, ""]) for title, lines in chapters)


def _findings(demo: Demonstration, style: Style) -> Iterator[str]:
    """A line for each finding, and the first one of the worst revision with its source."""
    report = demo.lint
    folder = PurePosixPath(next((item.span.path for item in report.findings), "")).parent
    yield style("dim", f"  in {folder}")
    places = [words.place(item.span).removeprefix(f"{folder}/") for item in report.findings]
    widest = max(map(len, places), default=0)
    for place, item in zip(places, report.findings, strict=True):
        yield f"  {place:<{widest}}  {style(item.severity, f'{item.severity:<7}')}  {item.rule}"
    yield style("dim", f"  {words.summary(report)}")
    for worst in _of_the_worst(demo)[:1]:
        yield ""
        shown = terminal.finding(replace(worst, help=""), report.sources.get(worst.span.path, ""), style)
        yield from (f"  {line}".rstrip() for line in shown.splitlines())


def _explained(demo: Demonstration, style: Style) -> Iterator[str]:
    for migration in demo.explanation.migrations:
        yield from (f"  {line}".rstrip() for line in terminal.migration(migration, style).splitlines())


def _measured(demo: Demonstration, style: Style) -> Iterator[str]:
    if demo.not_measured:
        yield f"  {style('warning', 'not measured')}: {demo.not_measured}"
    for item in demo.measured:
        yield from (f"  {line}".rstrip() for line in _beside(item, style))


def _beside(item: MeasuredStatement, style: Style) -> Iterator[str]:
    """The statement, then for each relation both answers, one below the other, then whether they agree."""
    measured = item.measurement
    yield printable(words.one_line(item.statement.sql, 90))
    pairs = _pairs(item)
    widest = max((len(label) for label, _, _ in pairs), default=0)
    for label, predicted, seen in pairs:
        yield f"  {label:<{widest}}  {style('dim', 'predicted')}  {predicted}"
        yield f"  {'':<{widest}}  {style('dim', 'measured')}   {seen}"
    if measured.error:
        yield f"  {style('error', f'PostgreSQL {measured.postgres} says {measured.error}')}"
    seen_in = f"PostgreSQL {measured.postgres}, {measured.observed}, {measured.wal_bytes / 1_000_000:.1f} MB of WAL"
    agree = style("good", "They agree") + style("dim", f"  ({seen_in})")
    yield from (f"  {style('error', sentence)}" for sentence in item.disagreements)
    if not item.disagreements:
        yield f"  {agree}"


def _pairs(item: MeasuredStatement) -> list[tuple[str, str, str]]:
    """Relation, predicted, measured; a group of indexes shares a line where the server treats it alike."""
    locks = item.measurement.locks
    pairs = []
    for label, effect in words.grouped(item.prediction.effects):
        lock = locks.get(effect.relation)
        pairs.append((label, _cell(effect), _cell(_seen(effect, item), "not seen" if lock is None else "")))
    return pairs


def _cell(effect: Effect, instead: str = "") -> str:
    return ", ".join(filter(None, (instead or words.lock(effect.lock), words.work(effect))))


def _seen(effect: Effect, item: MeasuredStatement) -> Effect:
    """What was measured of the relation of ``effect``, in the same form, so that the two read alike."""
    measured = item.measurement
    return Effect(
        relation=effect.relation,
        kind=effect.kind,
        lock=measured.locks.get(effect.relation),
        rewrite=effect.relation in measured.rewritten,
        rebuilds=tuple(index for index in effect.rebuilds if index in measured.rebuilt_indexes),
        scan=effect.relation in measured.scanned,
    )


def _agent(demo: Demonstration, style: Style) -> Iterator[str]:
    """A call of the tool, and the text of its answer, wrapped."""
    if demo.asked is None:
        return
    call = f"  lint_migration {json.dumps(demo.asked.arguments)}"
    yield from (style("dim", line) for line in textwrap.wrap(call, terminal.WIDTH, subsequent_indent="    "))
    for line in brief.asked(demo.asked).splitlines():
        indent = " " * (2 + len(line) - len(line.lstrip()))
        yield from textwrap.wrap(f"  {line}", terminal.WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _of_the_worst(demo: Demonstration) -> tuple[Finding, ...]:
    """The findings in what is explained."""
    explained = {item.path for item in demo.explanation.migrations}
    return tuple(item for item in demo.lint.findings if item.span.path in explained)
