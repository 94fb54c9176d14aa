"""The tool ``read_rule``."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import BaseModel, ConfigDict, Field

from database_patterns.api import rules
from database_patterns.mcp_server.answers import READ_ONLY, answer
from database_patterns.mcp_server.settings import Settings
from database_patterns.reporting import data

DESCRIPTION = """\
One rule, whole: what it flags, why, what to write instead as code that was run on PostgreSQL, and when to allow it. \
Use it when a finding's help is not enough, or before writing such a change. Names come from search_rules and from \
findings; postgres-lock-table is the guide to which statement locks, reads and rewrites what."""


class Answer(BaseModel):
    """What comes back as structured content: the front matter and the document."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    severity: str | None = None
    text: str


def build(settings: Settings) -> Tool:  # noqa: ARG001 - all tools are built alike
    """The tool, bound to a server's settings."""

    def read_rule(
        name: Annotated[
            str, Field(description="The name of a rule or guide, such as index-without-concurrently.", max_length=200)
        ],
    ) -> Annotated[CallToolResult, Answer]:
        found = rules.show(name, search_with="search_rules")
        return answer(found.text, {**data.document(found), "text": found.text}, whole=True)

    return Tool.from_function(read_rule, title="Read a rule", description=DESCRIPTION, annotations=READ_ONLY)
