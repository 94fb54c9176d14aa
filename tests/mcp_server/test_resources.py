"""Rules and guides as resources, and the server's own description, in both protocol eras."""

from __future__ import annotations

from datetime import datetime

import pytest
from mcp.client import Client
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import ResourceTemplateReference, TextResourceContents

from database_patterns import documents
from database_patterns.api.rules import everything
from database_patterns.mcp_server.resources import GUIDES, TEMPLATE
from database_patterns.mcp_server.server import INSTRUCTIONS

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
INVALID_PARAMS = -32602


async def read(server: MCPServer, era: str, uri: str) -> TextResourceContents:
    async with Client(server, mode=era) as client:
        (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content


async def test_every_rule_and_guide_is_listed_with_what_a_client_needs_to_choose(server: MCPServer, era: str) -> None:
    async with Client(server, mode=era) as client:
        listed = (await client.list_resources()).resources
    assert [str(each.uri) for each in listed] == [document.uri for document in everything()]
    for resource, rule in zip(listed, everything(), strict=True):
        assert (resource.name, resource.title, resource.mime_type) == (rule.name, rule.title, "text/markdown")
        assert resource.size == len(rule.text.encode())
        assert resource.annotations
        assert resource.annotations.audience == ["assistant", "user"]
        assert resource.annotations.priority
        assert datetime.fromisoformat(resource.annotations.last_modified or "").tzinfo


async def test_every_resource_is_readable_as_it_stands_on_disk(server: MCPServer, era: str) -> None:
    for document in everything():
        content = await read(server, era, document.uri)
        assert content.text.encode() == document.path.read_bytes()
        assert content.mime_type == "text/markdown"


@pytest.mark.parametrize(
    "path", ["rules/drop-colum", "rules/..%2F..%2Fpyproject.toml", "rules/", "rules/postgres-lock-table", "guides/x"]
)
async def test_a_document_that_does_not_exist_is_an_error_of_the_protocol(
    path: str, server: MCPServer, era: str
) -> None:
    async with Client(server, mode=era) as client:
        with pytest.raises(MCPError) as raised:
            await client.read_resource(f"database-patterns://{path}")
    assert raised.value.error.code == INVALID_PARAMS


async def test_names_are_completed(server: MCPServer, era: str) -> None:
    async with Client(server, mode=era) as client:
        templates = (await client.list_resource_templates()).resource_templates
        reference = ResourceTemplateReference(type="ref/resource", uri=TEMPLATE)
        found = await client.complete(reference, {"name": "name", "value": "drop"})
        guides = await client.complete(
            ResourceTemplateReference(type="ref/resource", uri=GUIDES), {"name": "name", "value": "lock"}
        )
        elsewhere = await client.complete(
            ResourceTemplateReference(type="ref/resource", uri="other://{name}"), {"name": "name", "value": "drop"}
        )
    assert {each.uri_template: each.mime_type for each in templates} == dict.fromkeys(
        (TEMPLATE, GUIDES), "text/markdown"
    )
    assert guides.completion.values == [name for name in documents.guides() if "lock" in name]
    assert found.completion.values == [name for name in documents.rules() if "drop" in name]
    assert elsewhere.completion.values == []


async def test_the_server_says_who_it_is_and_how_to_work_with_it(server: MCPServer, era: str) -> None:
    async with Client(server, mode=era) as client:
        assert client.server_info
        assert client.server_info.name == "database-patterns"
        assert client.server_info.version
        assert client.instructions == INSTRUCTIONS
    assert len(INSTRUCTIONS) <= 2_000


async def test_what_never_changes_may_be_cached_for_an_hour(server: MCPServer) -> None:
    async with Client(server) as client:
        answers = (
            await client.list_tools(),
            await client.list_resources(),
            await client.list_resource_templates(),
            await client.read_resource("database-patterns://rules/drop-column"),
        )
    assert [(each.ttl_ms, each.cache_scope) for each in answers] == [(HOUR_MS, "public")] * 4
