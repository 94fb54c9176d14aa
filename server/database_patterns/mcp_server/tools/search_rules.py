"""The tool ``search_rules``."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from database_patterns.api import rules
from database_patterns.mcp_server.answers import READ_ONLY, answer
from database_patterns.mcp_server.inputs import TEXT_MAX, Limit, Offset
from database_patterns.mcp_server.settings import Settings
from database_patterns.reporting import brief, data

DESCRIPTION = """\
Finds the rules and guides about database migrations that speak to a question or to a piece of SQL or Alembic code, \
best first. Use it before writing a migration. To check one that is written, use lint_migration. Returns names and \
titles; read_rule has the texts."""


Query = Annotated[str, Field(description="A question or code; empty lists all rules and guides.", max_length=TEXT_MAX)]


class Answer(BaseModel):
    """What comes back as structured content."""

    version: int
    rules: list[dict[str, Any]]
    next_offset: int | None


def build(settings: Settings) -> Tool:  # noqa: ARG001 - all tools are built alike
    """The tool, bound to a server's settings."""

    def search_rules(
        query: Query = "",
        limit: Limit = 20,
        offset: Offset = 0,
    ) -> Annotated[CallToolResult, Answer]:
        found = rules.search(query)
        page = brief.rules(found, offset=offset, limit=limit)
        return answer(page.text, {**data.rules(found[page.start : page.end]), "next_offset": page.next_offset})

    return Tool.from_function(search_rules, title="Search rules", description=DESCRIPTION, annotations=READ_ONLY)
