"""The rules as resources: listed with what a client needs to choose, readable by template, names completed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.server.mcpserver.resources import Resource, TextResource
from mcp_types import (
    Annotations,
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from database_patterns.api import rules
from database_patterns.documents import Rule
from database_patterns.errors import UserError

TEMPLATE: Final = "database-patterns://rules/{name}"
MIME_TYPE: Final = "text/markdown"
_PRIORITIES: Final = {"error": 0.9, "warning": 0.6, "advice": 0.3}
_COMPLETIONS_MAX: Final = 100


def build() -> list[Resource]:
    """A resource for each rule, in a fixed order."""
    return [_resource(rule) for rule in rules.search("")]


def _resource(rule: Rule) -> Resource:
    modified = datetime.fromtimestamp(rule.path.stat().st_mtime, UTC)
    return TextResource(
        uri=rule.uri,
        name=rule.name,
        title=rule.title,
        description=f"{rule.group} rule, {rule.severity}",
        mime_type=MIME_TYPE,
        annotations=Annotations(
            audience=["assistant", "user"],
            priority=_PRIORITIES[rule.severity],
            last_modified=modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ),
        text=rule.text,
    )


def size(uri: str) -> int | None:
    """The length in bytes of what the resource holds."""
    return next((len(rule.text.encode()) for rule in rules.search("") if rule.uri == uri), None)


def add_template(server: MCPServer) -> None:
    """Let clients read a rule by its name, and complete the name."""

    @server.resource(TEMPLATE, name="rule", title="A rule by its name", mime_type=MIME_TYPE)
    def rule(name: str) -> str:
        """What a rule flags, why, what to write instead, and when to allow it."""
        try:
            return rules.show(name, search_with="search_rules").text
        except UserError as error:
            raise ResourceNotFoundError(str(error)) from None

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator] # the SDK has no annotations here
    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,  # noqa: ARG001 - the SDK passes it
    ) -> Completion | None:
        if not isinstance(ref, ResourceTemplateReference) or ref.uri != TEMPLATE:
            return None
        names = [each.name for each in rules.search("") if argument.value in each.name]
        shown = names[:_COMPLETIONS_MAX]
        return Completion(values=shown, total=len(names), has_more=len(names) > len(shown))
