"""Reports as text for a terminal, JSON, Markdown, and a language model. One function for the doors: ``render``."""

from __future__ import annotations

import json
from typing import Final, Literal, get_args

from database_patterns.model import LintReport, Report

from . import data, markdown, terminal
from .style import PLAIN, Style

Format = Literal["text", "json", "markdown"]
FORMATS: Final = get_args(Format)

__all__ = ["FORMATS", "PLAIN", "Format", "Style", "render", "to_json"]


def render(report: Report, form: Format = "text", style: Style = PLAIN) -> str:
    """A report in one of its forms, ending in a newline; ``style`` colours the text form only."""
    if form == "json":
        return to_json(data.lint(report) if isinstance(report, LintReport) else data.explain(report))
    if form == "markdown":
        return markdown.lint(report) if isinstance(report, LintReport) else markdown.explain(report)
    return terminal.lint(report, style) if isinstance(report, LintReport) else terminal.explain(report, style)


def to_json(value: data.Data) -> str:
    """Indented JSON, ending in a newline; characters stand as themselves."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
