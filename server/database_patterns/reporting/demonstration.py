"""``demo`` on a terminal: the whole path in some two screens."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.model import Demonstration, Finding, LintReport, MeasuredStatement

from . import brief, terminal, words
from .style import Style, printable


def demonstration(demo: Demonstration, style: Style) -> str:
    """Four short chapters: the findings, the worst revision, prediction beside measurement, the agent's view."""
    chapters = (
        ("1  Lint the example's history", _findings(demo, style)),
        ("2  What the worst revision does, predicted", _explained(demo, style)),
        ("3  The same on a real PostgreSQL: predicted and measured", _measured(demo, style)),
        ("4  What an agent sees (MCP tool lint_migration)", _agent(demo, style)),
    )
    return "\n".join("\n".join([style("strong", title), *lines, ""]) for title, lines in chapters)


def _findings(demo: Demonstration, style: Style) -> Iterator[str]:
    """A line for each finding, and those of the worst revision in full."""
    report = demo.lint
    widest = max((len(words.place(item.span)) for item in report.findings), default=0)
    for item in report.findings:
        place = f"{words.place(item.span):<{widest}}"
        yield f"  {place}  {style(item.severity, f'{item.severity:<7}')}  {item.rule}"
    yield style("dim", f"  {words.summary(report)}")
    for worst in _of_the_worst(demo):
        yield ""
        source = report.sources.get(worst.span.path, "")
        yield from (f"  {line}".rstrip() for line in terminal.finding(worst, source, style).splitlines())


def _explained(demo: Demonstration, style: Style) -> Iterator[str]:
    for migration in demo.explanation.migrations:
        yield from (f"  {line}".rstrip() for line in terminal.migration(migration, style).splitlines())


def _measured(demo: Demonstration, style: Style) -> Iterator[str]:
    if demo.not_measured:
        yield f"  {style('warning', 'not measured')}: {demo.not_measured}"
    for item in demo.measured:
        yield from (f"  {line}".rstrip() for line in _beside(item, style))


def _beside(item: MeasuredStatement, style: Style) -> Iterator[str]:
    """The statement, then a row for each relation with both answers, then whether they agree."""
    predicted = {effect.relation: effect for effect in item.prediction.effects}
    measured = item.measurement
    yield printable(words.one_line(item.statement.sql, 90))
    rows = [("", "predicted", "measured")]
    for relation in sorted(predicted.keys() | measured.locks.keys()):
        effect = predicted.get(relation)
        seen = measured.locks.get(relation)
        rows.append(
            (
                relation,
                _cell(words.lock(effect.lock), words.work(effect)) if effect else "nothing",
                _cell(words.lock(seen) if seen else "not seen", _work_seen(relation, item)),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for number, (relation, left, right) in enumerate(rows):
        line = f"  {relation:<{widths[0]}}  {left:<{widths[1]}}  {right}"
        yield style("dim", line) if number == 0 else line
    if measured.error:
        yield f"  {style('error', f'PostgreSQL {measured.postgres} says {measured.error}')}"
    verdict = "; ".join(item.disagreements)
    agree = f"agree  (PostgreSQL {measured.postgres}, {measured.observed})"
    yield f"  {style('error', f'disagree: {verdict}')}" if verdict else f"  {style('good', agree)}"


def _cell(lock: str, work: str) -> str:
    return f"{lock}, {work}" if work else lock


def _work_seen(relation: str, item: MeasuredStatement) -> str:
    """In the words of ``words.work``, so that the two columns can be compared at a glance."""
    measured = item.measurement
    effect = next((each for each in item.prediction.effects if each.relation == relation), None)
    rebuilt = [index for index in (effect.rebuilds if effect else ()) if index in measured.rebuilt_indexes]
    rewritten, scanned = relation in measured.rewritten, relation in measured.scanned
    parts = [
        "rewrites the table" if rewritten else "",
        "scans it" if scanned and not rewritten else "",
        f"rebuilds {', '.join(rebuilt)}" if rebuilt else "",
    ]
    return ", ".join(filter(None, parts))


def _agent(demo: Demonstration, style: Style) -> Iterator[str]:
    """The text content of the tool's answer for the worst revision alone."""
    migrations = demo.explanation.migrations
    statements = sum(len(item.statements) for item in migrations)
    alone = LintReport(demo.lint.postgres, _of_the_worst(demo), migrations=len(migrations), statements=statements)
    yield from (style("dim", f'  lint_migration {{"path": "{item.path}"}}') for item in migrations)
    yield from (f"  {line}" for line in brief.lint(alone).text.splitlines())


def _of_the_worst(demo: Demonstration) -> tuple[Finding, ...]:
    """The findings in what is explained."""
    explained = {item.path for item in demo.explanation.migrations}
    return tuple(item for item in demo.lint.findings if item.span.path in explained)
