"""Rules and guides as resources: listed with what a client needs to choose, readable by template, names completed."""

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
from database_patterns.documents import Document, Rule
from database_patterns.errors import UserError

TEMPLATE: Final = "database-patterns://rules/{name}"
GUIDES: Final = "database-patterns://guides/{name}"
MIME_TYPE: Final = "text/markdown"
_PRIORITIES: Final = {"error": 0.9, "warning": 0.6, "advice": 0.3}
_PRIORITY_OF_GUIDES: Final = 0.8
_COMPLETIONS_MAX: Final = 100


def build() -> list[Resource]:
    """A resource for each rule and guide, in a fixed order."""
    return [_resource(document) for document in rules.everything()]


def _resource(document: Document) -> Resource:
    modified = datetime.fromtimestamp(document.path.stat().st_mtime, UTC)
    described, priority = "guide", _PRIORITY_OF_GUIDES
    if isinstance(document, Rule):
        described, priority = f"{document.group} rule, {document.severity}", _PRIORITIES[document.severity]
    return TextResource(
        uri=document.uri,
        name=document.name,
        title=document.title,
        description=described,
        mime_type=MIME_TYPE,
        annotations=Annotations(
            audience=["assistant", "user"],
            priority=priority,
            last_modified=modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ),
        text=document.text,
    )


def size(uri: str) -> int | None:
    """The length in bytes of what the resource holds."""
    return next((len(document.text.encode()) for document in rules.everything() if document.uri == uri), None)


def add_template(server: MCPServer) -> None:
    """Let clients read a rule or guide by its name, and complete the name."""

    def text(kind: str, name: str) -> str:
        """The text of the document that has this address; the other kind's names are not its own."""
        try:
            found = rules.show(name, search_with="search_rules")
        except UserError as error:
            raise ResourceNotFoundError(str(error)) from None
        if found.uri != f"database-patterns://{kind}/{name}":
            raise ResourceNotFoundError(f"{name}: is read as {found.uri}")
        return found.text

    @server.resource(TEMPLATE, name="rule", title="A rule by its name", mime_type=MIME_TYPE)
    def rule(name: str) -> str:
        """What a rule flags, why, what to write instead, and when to allow it."""
        return text("rules", name)

    @server.resource(GUIDES, name="guide", title="A guide by its name", mime_type=MIME_TYPE)
    def guide(name: str) -> str:
        """What to know beyond single rules, such as which statement takes which lock."""
        return text("guides", name)

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator] # the SDK has no annotations here
    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,  # noqa: ARG001 - the SDK passes it
    ) -> Completion | None:
        if not isinstance(ref, ResourceTemplateReference) or ref.uri not in {TEMPLATE, GUIDES}:
            return None
        mine = (each for each in rules.everything() if each.uri == ref.uri.replace("{name}", each.name))
        names = [each.name for each in mine if argument.value in each.name]
        shown = names[:_COMPLETIONS_MAX]
        return Completion(values=shown, total=len(names), has_more=len(names) > len(shown))
