"""The tool ``lint_migration``."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import BaseModel

from database_patterns.api.lint import lint
from database_patterns.mcp_server import inputs
from database_patterns.mcp_server.answers import READ_ONLY, answer
from database_patterns.mcp_server.settings import Settings
from database_patterns.reporting import brief, data

DESCRIPTION = """\
Checks a migration (SQL or an Alembic revision, nothing is run) for locks that stop traffic, rewrites, data loss and \
Alembic traps. Use it on every migration before it is merged. Returns findings at their lines, each with what to write \
instead, and what could not be analysed. For locks statement by statement use explain_migration."""


class Answer(BaseModel):
    """What comes back as structured content; ``summary.complete`` is false when something was not analysed."""

    version: int
    postgres: int
    findings: list[dict[str, Any]]
    allowed: list[dict[str, Any]]
    not_analysed: list[dict[str, Any]]
    unreadable: list[str]
    notes: list[str]
    summary: dict[str, Any]
    next_offset: int | None


def build(settings: Settings) -> Tool:
    """The tool, bound to a server's settings."""

    def lint_migration(  # noqa: PLR0913, PLR0917 - the parameters of the contract
        text: inputs.Text = "",
        path: inputs.Path = "",
        postgres_version: inputs.Version = settings.postgres,
        schema: inputs.Schema = "",
        schema_path: inputs.SchemaPath = "",
        history: inputs.History = "",
        live: inputs.Live = False,  # noqa: FBT002 - a parameter of the contract
        limit: inputs.Limit = 20,
        offset: inputs.Offset = 0,
    ) -> Annotated[CallToolResult, Answer]:
        given = inputs.given(settings, text, path)
        report = lint(given, inputs.options(settings, postgres_version, schema, schema_path, history, live=live))
        inputs.require_something(report.migrations, report.unreadable)
        page = brief.lint(report, offset=offset, limit=limit)
        whole = data.lint(report)
        shown = whole["findings"][page.start : page.end]
        return answer(page.text, {**whole, "findings": shown, "next_offset": page.next_offset})

    return Tool.from_function(lint_migration, title="Lint a migration", description=DESCRIPTION, annotations=READ_ONLY)
