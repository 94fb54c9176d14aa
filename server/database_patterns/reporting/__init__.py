"""Reports as text for a terminal, JSON, Markdown, and a language model. One function for the doors: ``render``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, Literal, get_args

from database_patterns.documents import Document
from database_patterns.reports import Capability, Demonstration, LintReport, Report

from . import data, markdown, terminal, walkthrough
from .style import PLAIN, Style, printable

Format = Literal["text", "json", "markdown"]
FORMATS: Final = get_args(Format)

__all__ = ["FORMATS", "PLAIN", "Format", "Style", "capabilities", "document", "printable", "render", "rules", "to_json"]


def render(report: Report, form: Format = "text", style: Style = PLAIN, *, detailed: bool = False) -> str:
    """A report in one of its forms, ending in a newline; ``style`` colours the text form only.

    An explanation is ``detailed`` with the reason and the source of each effect, which JSON always has.
    """
    if form == "json":
        return to_json(data.lint(report) if isinstance(report, LintReport) else data.explain(report))
    if form == "markdown":
        return markdown.lint(report) if isinstance(report, LintReport) else markdown.explain(report, detailed=detailed)
    if isinstance(report, LintReport):
        return terminal.lint(report, style)
    return terminal.explain(report, style, detailed=detailed)


def document(item: Document, form: Format = "text") -> str:
    """One rule or guide: the document as it stands, or as JSON."""
    return to_json({"version": data.VERSION, **data.document(item), "text": item.text}) if form == "json" else item.text


def rules(found: Sequence[Document], form: Format = "text", style: Style = PLAIN) -> str:
    """Rules and guides, the best match first."""
    if form == "json":
        return to_json(data.rules(found))
    return markdown.rules(found) if form == "markdown" else terminal.rules(found, style)


def capabilities(items: Sequence[Capability], form: Format = "text", style: Style = PLAIN) -> str:
    """What the installation can do."""
    return to_json(data.capabilities(items)) if form == "json" else terminal.capabilities(items, style)


def demonstration(demo: Demonstration, form: Format = "text", style: Style = PLAIN) -> str:
    """What ``demo`` shows."""
    return to_json(data.demonstration(demo)) if form == "json" else walkthrough.walkthrough(demo, style)


def to_json(value: data.Data) -> str:
    """Indented JSON, ending in a newline; characters stand as themselves."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
