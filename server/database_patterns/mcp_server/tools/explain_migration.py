"""The tool ``explain_migration``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from database_patterns.api.explain import explain
from database_patterns.mcp_server import inputs
from database_patterns.mcp_server.answers import READ_ONLY, answer
from database_patterns.mcp_server.settings import Settings
from database_patterns.reporting import brief, data

DESCRIPTION = """\
Says statement by statement what a migration (SQL or an Alembic revision, nothing is run) does to PostgreSQL: lock and \
on what, rewrite, scan, who waits, data loss, transaction, errors. Use it to judge when and how to deploy. Without \
schema or history little is known of existing tables, and the answer says so. For what to change use lint_migration."""


class Answer(BaseModel):
    """What comes back as structured content; a migration with ``complete`` false does more than is listed."""

    version: int
    postgres: int
    migrations: list[dict[str, Any]]
    not_analysed: list[dict[str, Any]]
    unreadable: list[str]
    notes: list[str]
    next_offset: int | None


def build(settings: Settings) -> Tool:
    """The tool, bound to a server's settings."""

    def explain_migration(  # noqa: PLR0913, PLR0917 - the parameters of the contract
        text: inputs.Text = "",
        path: inputs.Path = "",
        direction: Annotated[Literal["upgrade", "downgrade"], Field(description="Which way to explain.")] = "upgrade",
        postgres_version: inputs.Version = settings.postgres,
        schema: inputs.Schema = "",
        schema_path: inputs.SchemaPath = "",
        history: inputs.History = "",
        live: inputs.Live = False,  # noqa: FBT002 - a parameter of the contract
        response_format: Annotated[
            Literal["concise", "detailed"],
            Field(description="Detailed: with the reason and source of each effect."),
        ] = "concise",
        limit: inputs.Limit = 20,
        offset: inputs.Offset = 0,
    ) -> Annotated[CallToolResult, Answer]:
        given = inputs.given(settings, text, path)
        options = inputs.options(settings, postgres_version, schema, schema_path, history, live=live)
        report = explain(given, options, direction)
        inputs.require_something(report.migrations, report.unreadable)
        page = brief.explain(report, offset=offset, limit=limit, detailed=response_format == "detailed")
        return answer(page.text, {**data.explain(brief.shown(report, page)), "next_offset": page.next_offset})

    return Tool.from_function(
        explain_migration, title="Explain a migration", description=DESCRIPTION, annotations=READ_ONLY
    )
