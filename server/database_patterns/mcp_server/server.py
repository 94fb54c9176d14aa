"""The server: the SDK's, with unknown arguments refused, foreseen failures in plain words, and sizes of resources."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any, Final, get_args

from mcp.server.caching import CacheHint
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, InputRequiredResult
from mcp_types import Resource as ListedResource
from mcp_types.methods import CacheableMethod
from pydantic import ValidationError

from database_patterns.api.doctor import version
from database_patterns.errors import UserError
from database_patterns.model import POSTGRES_VERSIONS

from . import resources, tools
from .settings import Settings

NAME: Final = "database-patterns"
ERROR_MAX: Final = 2_000
"""Characters of an error."""
INSTRUCTIONS: Final = f"""\
Proven knowledge of database migrations: PostgreSQL {POSTGRES_VERSIONS[0]} to {POSTGRES_VERSIONS[-1]} and Alembic.
What you pass is parsed, never executed.

Order of work for a migration:
1. search_rules with the intended change ("add a required column to a large table"); read_rule for those that apply.
2. Write the migration, then lint_migration with its text or path. Change what it finds as its help says; lint again.
3. explain_migration to see lock, rewrite, scan and who waits, by statement; tell the user what will be blocked.

Pass history (the folder of revisions) or schema (a dump) whenever there is one: without it existing tables, types and
constraints are unknown. Pass postgres_version, the server's major version.

An answer with "not analysed" or "not read" is not a clean bill: look at those places yourself and say so.
A finding can be right and still be acceptable (a small table, a maintenance window): say why instead of hiding it.
Rules are resources too: database-patterns://rules/<name>; so is what each statement locks, reads and rewrites:
database-patterns://guides/postgres-lock-table.
"""
_CACHE: Final = CacheHint(ttl_ms=3_600_000, scope="public")
"""Everything listed is fixed for the life of the process."""


class PatternsServer(MCPServer[Any]):
    """The SDK's server with what the contract asks for beyond it."""

    def __init__(self, settings: Settings, offered: list[Tool]) -> None:
        super().__init__(
            NAME,
            title="Database patterns",
            description="Lints and explains PostgreSQL and Alembic migrations",
            instructions=INSTRUCTIONS,
            version=version(),
            tools=offered,
            resources=resources.build(),
            log_level="WARNING",
            cache_hints=dict.fromkeys(get_args(CacheableMethod), _CACHE),
        )
        resources.add_template(self)
        self._parameters = {tool.name: tuple(tool.parameters["properties"]) for tool in offered}
        self._visible = settings

    async def list_resources(self) -> list[ListedResource]:
        """As the SDK lists them, with their sizes."""
        listed = await super().list_resources()
        return [each.model_copy(update={"size": resources.size(str(each.uri))}) for each in listed]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """As the SDK calls it; a foreseen failure becomes one line that says what to do next.

        Raises:
            ToolError: the call failed. The client gets its text as a result with ``isError``.
        """
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if name not in self._parameters:
                raise ToolError(f"there is no tool {name[:100]!r}; use one of {', '.join(self._parameters)}") from None
            if not isinstance(error.__cause__, UserError | ValidationError):
                raise
            raise ToolError(self._said(name, error.__cause__)) from None

    def _said(self, name: str, cause: UserError | ValidationError) -> str:
        """What a client reads: paths from the root on, bounded, in words."""
        text = str(cause) if isinstance(cause, UserError) else _complaints(cause, self._parameters[name])
        return self._visible.public(text)[:ERROR_MAX]


def build_server(settings: Settings) -> MCPServer[Any]:
    """A server with all tools and resources; it reads below ``settings.root`` and writes nowhere.

    Raises:
        UserError: the root is not a folder, or the rule documents cannot be read.
    """
    if not settings.root.is_dir():
        raise UserError("is not a folder", where=str(settings.root), remedy="give an existing folder as --root")
    _log_to_stderr()
    return PatternsServer(settings, tools.build(settings))


def serve(settings: Settings) -> None:
    """Serve over standard input and output until the input ends."""
    server = build_server(settings)
    # Python's own handler would wait for the SDK's thread, which sits in a read of standard input.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server.run("stdio")


def _log_to_stderr() -> None:
    """Before the SDK does it its own way (wrapped at 80 columns), unless the host program already has."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


def _complaints(error: ValidationError, allowed: tuple[str, ...]) -> str:
    """What is wrong with the arguments, without the values, which may be long or secret."""
    complaints = [
        f"unknown argument {_field(each['loc'])!r}; allowed are {', '.join(allowed)}"
        if each["type"] == "extra_forbidden"
        else f"{_field(each['loc'])}: {each['msg'][:1].lower()}{each['msg'][1:]}"
        for each in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(dict.fromkeys(complaints))


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)[:100]
