"""The real program over standard input and output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from database_patterns.api.rules import everything

COMMAND = [sys.executable, "-m", "database_patterns", "serve"]
BAD = "CREATE INDEX i ON orders (customer_id);"
CODE = "from alembic import op\nprint('noise')\nrevision = 'a'\ndown_revision = None\n\ndef upgrade():\n    print(1)\n"


def request(number: int, method: str, **params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


INITIALIZE = request(
    1,
    "initialize",
    protocolVersion="2025-11-25",
    capabilities={},
    clientInfo={"name": "test", "version": "1"},
)
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZED = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'


@pytest.mark.anyio
async def test_a_client_lists_reads_and_calls(era: str, root: Path) -> None:
    parameters = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], "--root", str(root)], env=dict(os.environ)
    )
    async with Client(stdio_client(parameters), mode=era) as client:
        assert len((await client.list_tools()).tools) == 4
        assert len((await client.list_resources()).resources) == len(everything())
        bad = await client.call_tool("lint_migration", {"text": BAD})
        assert bad.structured_content
        assert [each["rule"] for each in bad.structured_content["findings"]] == ["index-without-concurrently"]
        typo = await client.call_tool("lint_migration", {"txet": BAD})
        assert typo.is_error


def test_both_protocol_eras_may_be_tried_on_one_pipe(root: Path) -> None:
    """As a client does that has waited too long for its first answer: the second try gets an answer too."""
    with subprocess.Popen([*COMMAND, "--root", str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(
            request(7, "server/discover", _meta=MODERN) + INITIALIZE + request(8, "tools/list", _meta=MODERN)
        )
        process.stdin.flush()
        answers = {each["id"]: each for each in (json.loads(process.stdout.readline()) for _ in range(3))}
        process.communicate()
    assert answers.keys() == {7, 1, 8}
    assert "2026-07-28" in answers[7]["result"]["supportedVersions"]
    assert len(answers[8]["result"]["tools"]) == 4
    assert process.returncode == 0


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_quietly(ending: signal.Signals, root: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--root", str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(INITIALIZE)
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(ending)
        assert process.wait(timeout=30) == -ending
        assert (process.stdout.read(), process.stderr.read() if process.stderr else b"") == (b"", b"")


def test_standard_output_carries_nothing_but_the_protocol(root: Path) -> None:
    """Whatever a tool meets: its noise goes to standard error, and the exit is clean when the input ends."""
    with subprocess.Popen(
        [*COMMAND, "--root", str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        answers = []
        for message in (
            INITIALIZE,
            request(2, "tools/call", name="lint_migration", arguments={"text": CODE}),
            request(3, "tools/call", name="lint_migration", arguments={"path": ".."}),
            request(4, "tools/call", name="lint_migration", arguments={"path": "."}),
        ):
            process.stdin.write(message + (INITIALIZED if message == INITIALIZE else b""))
            process.stdin.flush()
            answers.append(json.loads(process.stdout.readline()))
        rest, _ = process.communicate()
    assert [(each["jsonrpc"], each["id"]) for each in answers] == [("2.0", number) for number in (1, 2, 3, 4)]
    assert (process.returncode, rest) == (0, b"")
