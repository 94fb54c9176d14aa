"""Reports as Markdown, for a comment on a merge request or a page of documentation."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Final

from database_patterns.documents import Document
from database_patterns.model import Effect, Finding
from database_patterns.reports import ExplainedMigration, ExplainedStatement, ExplainReport, LintReport

from . import words

_PARTS: Final = re.compile(r"(?:^(?:[ \t].*)?\n)+|(?:^\S.*\n)+", re.MULTILINE)
"""Lines that are indented or blank, and others."""


def lint(report: LintReport) -> str:
    """The summary, a section for each finding, and what was left out."""
    sections = [f"**{words.summary(report)}**", *(finding(item) for item in report.findings)]
    return "\n\n".join([*sections, *_left_out(report)]) + "\n"


def finding(item: Finding) -> str:
    """A section: the rule, where, what happens, and what to write instead."""
    parts = _help(item.help, "python" if item.revision else "sql")
    help_text = "\n\n".join(["", "Instead:", *parts]) if parts else ""
    certainty = "" if item.certainty == "proven" else f", {item.certainty}"
    title = f"### {item.rule} ({item.severity}{certainty})"
    return f"{title}\n\n{_inline_code(words.place(item.span))}: {_escaped(item.message)}{help_text}"


def explain(report: ExplainReport, *, detailed: bool = False) -> str:
    """A section for each migration with a table of what its statements do; ``detailed`` with reasons."""
    sections = [migration(item, detailed=detailed) for item in report.migrations]
    return "\n\n".join([*sections, *_left_out(report)]) + "\n"


def migration(item: ExplainedMigration, *, detailed: bool = False) -> str:
    """A section: the verdict, the table of statements, and what the answer rests on."""
    head = ["| line | statement | relation | lock | blocks | work, and what else |", "|---|---|---|---|---|---|"]
    rows = [row for one in item.statements for row in statement(one, detailed=detailed)]
    assumed = f"\n\nAssumed: {_escaped('; '.join(item.assumptions))}" if item.assumptions else ""
    whole = "".join(f"\n\n{label}: {_escaped(text)}" for label, text in words.whole(item).items())
    table = "\n".join([*head, *rows])
    return f"### {words.revision(item)}\n\n{_escaped(item.verdict)}\n\n{table}{whole}{assumed}"


def statement(item: ExplainedStatement, *, detailed: bool = False) -> list[str]:
    """A row for each relation, then one for each error and doubt."""
    source, prediction = item.statement, item.prediction
    first = (str(source.span.line), _inline_code(words.one_line(source.sql, 80)))
    error = source.error or prediction.error
    rows = [
        (
            _escaped(label),
            words.lock(effect.lock),
            words.blocks(effect.lock),
            _escaped(_consequences(effect, detailed=detailed)),
        )
        for label, effect in words.grouped(prediction.effects)
    ]
    remarks = [
        *([f"fails: {error}{words.stopped_at(source)}"] if error else []),
        *(f"may fail with {one.sqlstate}: {one.when}" for one in prediction.may_fail),
        *(f"not known: {one}" for one in prediction.unknown),
        *(f"assumed: {one}" for one in prediction.assumed),
    ]
    rows += [("", "", "", _escaped(remark)) for remark in remarks]
    rows = rows or [("", "", "", "")]
    starts = [first, *[("", "")] * (len(rows) - 1)]
    return [_row(*start, *row) for start, row in zip(starts, rows, strict=True)]


def _consequences(effect: Effect, *, detailed: bool) -> str:
    reason = words.explained(effect) if detailed else ""
    return "; ".join(filter(None, (words.work(effect), words.broken(effect), reason)))


def rules(found: Iterable[Document]) -> str:
    """A table of rules and guides, the best match first."""
    rows = [_row(_inline_code(item.name), words.grade(item), _escaped(item.title)) for item in found]
    return "\n".join(["| rule or guide | severity | title |", "|---|---|---|", *rows]) + "\n"


def _row(*cells: str) -> str:
    inner = " | ".join(cell.replace("|", "\\|") for cell in cells)
    return f"| {inner} |"


def _left_out(report: LintReport | ExplainReport) -> list[str]:
    items = [f"- note: {_escaped(line)}" for line in report.notes]
    items += [f"- not analysed: {_escaped(words.gap(item))}" for item in report.not_analysed]
    items += [f"- not read: {_escaped(line)}" for line in report.unreadable]
    return ["\n".join(items)] if items else []


def _help(text: str, language: str) -> list[str]:
    """The sentences of a help as paragraphs, and its code, which is indented, as blocks."""
    parts = [part.strip("\n") for part in _PARTS.findall(f"{text}\n") if part.strip()]
    return [_code(textwrap.dedent(part), language) if part[:1].isspace() else _escaped(part) for part in parts]


def _code(text: str, language: str) -> str:
    """A fenced block that no backquotes in ``text`` can end."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.strip()}\n{fence}"


def _inline_code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _escaped(text: str) -> str:
    """``text`` without what Markdown would take for markup or HTML."""
    return "".join(f"\\{character}" if character in "\\`*_<>[]#" else character for character in text)
