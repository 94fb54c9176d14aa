"""What a server may read, and how much it says, whatever a client sends."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import TextContent

from database_patterns.errors import UserError
from database_patterns.mcp_server import Settings, build_server
from database_patterns.mcp_server.answers import answer

STATEMENTS = (
    "CREATE INDEX i ON t (a)",
    "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 1",
    "ALTER TABLE t ALTER COLUMN a TYPE bigint USING a::bigint",
    "UPDATE t SET a = 1 WHERE b IS NULL",
    "DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$",
)
NOISE = ("(", ")", "'", '"', ";", "--", "/*", "\\", "$$", "\0", "\u202e", "é", " NULL ", " CONCURRENTLY ", "\n", ":x")
REVISION = "from alembic import op\nrevision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n    op.execute({sql!r})\n"


def mangled(rng: random.Random) -> str:
    """A statement with some of its characters lost and some noise put in, as SQL or inside a revision."""
    characters = list(rng.choice(STATEMENTS))
    for _ in range(rng.randrange(5)):
        place = rng.randrange(len(characters))
        characters[place : place + rng.randrange(3)] = [rng.choice(NOISE)]
    sql = "".join(characters)
    return REVISION.format(sql=sql) if rng.random() < 0.5 else sql


@pytest.mark.anyio
@pytest.mark.parametrize("tool", ["lint_migration", "explain_migration"])
async def test_no_text_breaks_the_server(tool: str, server: MCPServer) -> None:
    rng = random.Random(tool)  # noqa: S311 - the same texts in every run
    async with Client(server) as client:
        for _ in range(150):
            text = mangled(rng)
            result = await client.call_tool(tool, {"text": text})
            (content,) = result.content
            assert isinstance(content, TextContent)
            assert not content.text.startswith("Error executing"), text
            assert len(content.text) <= (2_000 if result.is_error else 40_000)


@pytest.mark.anyio
async def test_calls_at_the_same_time_do_not_mix_their_answers(server: MCPServer) -> None:
    import anyio  # noqa: PLC0415 - only this test needs it

    answers: dict[int, str] = {}

    async def call(client: Client, number: int) -> None:
        text = REVISION.format(sql=f"CREATE INDEX i{number} ON t{number} (a)")
        result = await client.call_tool("lint_migration", {"text": text})
        answers[number] = json.dumps(result.structured_content)

    async with Client(server) as client, anyio.create_task_group() as group:
        for number in range(16):
            group.start_soon(call, client, number)
    assert {number for number, text in answers.items() if f"CREATE INDEX i{number} ON t{number} " in text} == set(
        range(16)
    )


def test_a_path_inside_the_root_is_followed_to_where_it_leads(root: Path) -> None:
    settings = Settings(root)
    assert settings.inside("versions/../dump.sql") == root.resolve() / "dump.sql"
    assert settings.inside(".") == root.resolve()


@pytest.mark.parametrize("path", ["..", "../secret.sql", "versions/../../secret.sql", "/", "/etc/passwd"])
def test_a_path_out_of_the_root_is_refused(path: str, root: Path) -> None:
    with pytest.raises(UserError, match="lies outside the folder that this server may read"):
        Settings(root).inside(path)


def test_what_is_no_path_is_refused_and_not_repeated_at_length(root: Path) -> None:
    with pytest.raises(UserError, match="is not a path; give a path inside the project") as raised:
        Settings(root).inside("a\0b" + "x" * 10_000)
    assert len(str(raised.value)) < 300


def test_a_link_beside_the_root_does_not_widen_it(root: Path) -> None:
    (root.parent / "project-b").mkdir()
    with pytest.raises(UserError, match="lies outside"):
        Settings(root).inside("../project-b")


def test_errors_show_paths_from_the_root_on(root: Path) -> None:
    settings = Settings(root)
    assert settings.public(f"{settings.root}/a.sql: is empty") == "a.sql: is empty"
    assert settings.public(f"{settings.root} is empty") == ". is empty"


def test_a_root_that_is_no_folder_is_refused(root: Path) -> None:
    with pytest.raises(UserError, match="is not a folder; give an existing folder as --root"):
        build_server(Settings(root / "dump.sql"))


def test_a_long_text_is_cut_and_says_so() -> None:
    (content,) = answer("x" * 50_000, {}).content
    assert isinstance(content, TextContent)
    assert content.text.endswith("… (10000 more characters)")


def test_long_strings_and_lists_in_the_data_are_cut_and_counted_unless_wanted_whole() -> None:
    data = {"gaps": [{"what": "y" * 2_500}] * 150, "next": None}
    cut = answer("", data).structured_content
    assert isinstance(cut, dict)
    assert (len(cut["gaps"]), cut["gaps_omitted"], cut["next"]) == (100, 50, None)
    assert cut["gaps"][0]["what"].endswith("… (500 more characters)")
    assert answer("", data, whole=True).structured_content == data
