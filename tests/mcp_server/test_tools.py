"""The tools, called as clients call them, in both protocol eras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest
from mcp.client import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent, Tool

from database_patterns import documents, linting
from database_patterns.lab.server import Server
from database_patterns.model import POSTGRES_VERSIONS
from database_patterns.reporting import brief

pytestmark = pytest.mark.anyio

BUILD = "CREATE INDEX i ON orders (customer_id);"
NAMES = ["search_rules", "read_rule", "lint_migration", "explain_migration"]
CALLS: dict[str, dict[str, Any]] = {
    "search_rules": {"query": "add an index"},
    "read_rule": {"name": "drop-column"},
    "lint_migration": {"text": BUILD},
    "explain_migration": {"text": BUILD},
}


async def tools(server: MCPServer, era: str) -> list[Tool]:
    async with Client(server, mode=era) as client:
        return (await client.list_tools()).tools


async def call(server: MCPServer, era: str, name: str, /, **arguments: object) -> CallToolResult:
    async with Client(server, mode=era) as client:
        return await client.call_tool(name, arguments)


def text(result: CallToolResult) -> str:
    """The text of the one content block."""
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def data(result: CallToolResult) -> dict[str, Any]:
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def refused(server: MCPServer, era: str, name: str, /, **arguments: object) -> str:
    """The text of an answer that is an error."""
    result = await call(server, era, name, **arguments)
    assert result.is_error
    assert result.structured_content is None
    return text(result)


async def test_the_tools_are_listed_in_a_fixed_order_and_small(server: MCPServer, era: str) -> None:
    listed = await tools(server, era)
    assert [tool.name for tool in listed] == NAMES
    wire = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]
    assert len(json.dumps(wire)) <= 14 * 1024
    assert listed == await tools(server, era)


async def test_every_tool_says_all_that_the_contract_asks_for(server: MCPServer, era: str) -> None:
    for tool in await tools(server, era):
        assert tool.title
        assert tool.description
        assert len(tool.description) <= 400
        assert tool.annotations
        hints = tool.annotations.model_dump(exclude={"title"})
        assert hints == {
            "read_only_hint": True,
            "destructive_hint": False,
            "idempotent_hint": True,
            "open_world_hint": False,
        }
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema
        assert tool.output_schema["type"] == "object"
        for parameter in tool.input_schema["properties"].values():
            assert parameter["description"]
            assert "title" not in parameter


@pytest.mark.parametrize("name", NAMES)
async def test_an_answer_is_text_beside_data_that_keeps_to_its_schema(server: MCPServer, era: str, name: str) -> None:
    async with Client(server, mode=era) as client:
        schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}
        result = await client.call_tool(name, CALLS[name])
    assert not result.is_error
    assert text(result)
    jsonschema.validate(result.structured_content, schemas[name] or {})


@pytest.mark.parametrize("name", NAMES)
async def test_an_unknown_argument_is_refused_with_the_allowed_names(server: MCPServer, era: str, name: str) -> None:
    complaint = await refused(server, era, name, **CALLS[name], dialekt="postgresql")
    known = ", ".join(next(tool for tool in await tools(server, era) if tool.name == name).input_schema["properties"])
    assert complaint == f"unknown argument 'dialekt'; allowed are {known}"


async def test_an_unknown_tool_is_refused_with_the_names_of_all(server: MCPServer, era: str) -> None:
    assert await refused(server, era, "lint") == f"there is no tool 'lint'; use one of {', '.join(NAMES)}"


async def test_a_wrong_value_is_refused_without_repeating_it(server: MCPServer, era: str) -> None:
    complaint = await refused(server, era, "lint_migration", text=BUILD, postgres_version=9, limit=0)
    assert complaint == (
        "postgres_version: input should be 14, 15, 16, 17 or 18; limit: input should be greater than or equal to 1"
    )
    complaint = await refused(server, era, "lint_migration", text={"password": "s3cret"})
    assert complaint == "text: input should be a valid string"


async def test_the_versions_of_the_schema_are_those_that_are_measured(server: MCPServer, era: str) -> None:
    for tool in (await tools(server, era))[2:]:
        assert tuple(tool.input_schema["properties"]["postgres_version"]["enum"]) == POSTGRES_VERSIONS


async def test_lint_answers_one_finding_a_line_with_what_to_write_instead(server: MCPServer, era: str) -> None:
    result = await call(server, era, "lint_migration", text=BUILD)
    summary, finding, *_ = text(result).splitlines()
    assert summary == "1 error in 1 migration, 1 statement (PostgreSQL 18)"
    assert finding.startswith("<text>:1:1 error")
    assert "CREATE INDEX CONCURRENTLY" in text(result)
    (only,) = data(result)["findings"]
    assert (only["rule"], only["line"]) == ("index-without-concurrently", 1)
    assert only["documentation"] == "database-patterns://rules/index-without-concurrently"


async def test_a_path_is_named_from_the_root_on(server: MCPServer, era: str, root: Path) -> None:
    for path in ("versions", str(root / "versions"), "./versions/../versions"):
        findings = data(await call(server, era, "lint_migration", path=path))["findings"]
        (built,) = (each for each in findings if each["rule"] == "index-without-concurrently")
        assert (built["path"], built["line"], built["revision"]) == ("versions/b.py", 8, "b")


async def test_history_and_schema_tell_what_exists(server: MCPServer, era: str) -> None:
    alone = data(await call(server, era, "explain_migration", text=BUILD))["migrations"][0]
    assert alone["summary"]["assumptions"] == ["nothing is known of the schema before (history or schema would tell)"]
    for context in ({"history": "versions"}, {"schema_path": "dump.sql"}, {"schema": "CREATE TABLE orders (id int);"}):
        known = data(await call(server, era, "explain_migration", text=BUILD, **context))["migrations"][0]
        assert known["summary"]["assumptions"] == []


async def test_explain_answers_a_statement_a_line(server: MCPServer, era: str) -> None:
    result = await call(server, era, "explain_migration", text=BUILD, postgres_version=14)
    head, verdict, *_, last = text(result).splitlines()
    assert head == "1 migration (PostgreSQL 14)"
    assert verdict.startswith("<text>: blocks writes on orders")
    assert last.startswith(f"  line 1 [autocommit]: {BUILD[:-1]} -> ShareLock on orders, blocks writes")
    (statement,) = data(result)["migrations"][0]["statements"]
    assert statement["effects"][0]["blocks"] == ["writes", "schema changes"]


async def test_the_reasons_come_when_they_are_asked_for(server: MCPServer, era: str) -> None:
    concise = text(await call(server, era, "explain_migration", text=BUILD))
    detailed = text(await call(server, era, "explain_migration", text=BUILD, response_format="detailed"))
    assert "https://www.postgresql.org/docs/" in detailed
    assert "https://" not in concise


async def test_the_downgrade_is_explained_when_it_is_asked_for(server: MCPServer, era: str) -> None:
    answer = data(await call(server, era, "explain_migration", path="versions/a.py", direction="downgrade"))
    assert [(each["direction"], each["statements"]) for each in answer["migrations"]] == [("downgrade", [])]


async def test_a_long_answer_is_paged_and_says_how_to_go_on(server: MCPServer, era: str) -> None:
    many = "\n".join(f"CREATE INDEX i{number} ON orders (a);" for number in range(60))
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None:
        result = await call(server, era, "lint_migration", text=many, offset=offset, limit=100)
        assert len(text(result)) <= brief.BUDGET + 100
        seen += [each["line"] for each in data(result)["findings"]]
        offset = data(result)["next_offset"]
        assert (offset is None) or f"{60 - offset} more: offset={offset}" in text(result)
    assert seen == list(range(1, 61))


@pytest.mark.parametrize("name", ["lint_migration", "explain_migration"])
async def test_an_answer_stays_within_its_bounds_whatever_comes_in(server: MCPServer, era: str, name: str) -> None:
    longest = "SELECT '" + "x" * 300_000 + "';" + "ALTER TABLE orders ADD COLUMN a int DEFAULT random();" * 200
    result = await call(server, era, name, text=longest, limit=100)
    assert len(text(result)) <= 40_000
    assert len(json.dumps(result.structured_content)) <= 400_000


@pytest.mark.parametrize("name", ["lint_migration", "explain_migration"])
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "nothing to analyse; pass the migration as text, or a file or folder of the project as path"),
        ({"text": "SELECT 1", "path": "a.sql"}, "give text or path, not both; pass the migration as text"),
        ({"text": " "}, "<text>: is empty"),
        ({"text": "SELECT 1;\0"}, "<text>: holds a NUL (character 9), which no migration does; leave it out"),
        ({"text": "prose, not SQL"}, "<text>:1:1: is not SQL that PostgreSQL parses: syntax error at or near"),
        ({"text": "revision = 'a'\ndef upgrade(:"}, "<text>: is not valid Python (invalid syntax, line 2)"),
        ({"path": "nowhere.sql"}, "nowhere.sql: no such file or folder; check the path"),
        ({"path": "broken.sql"}, "broken.sql: is not valid UTF-8 (byte 0xff at offset 0); save it as UTF-8"),
        ({"text": "SELECT 1", "history": "nowhere"}, "nowhere: no such file or folder; check the path"),
        ({"path": "../secret.sql"}, "../secret.sql: lies outside the folder that this server may read; give a path"),
        ({"path": "/etc/passwd"}, "/etc/passwd: lies outside the folder that this server may read; give a path"),
        ({"path": "a\0b"}, "is not a path; give a path inside the project"),
        (
            {"text": "SELECT 1", "schema": "SELECT 1", "schema_path": "dump.sql"},
            "give one of schema, schema_path and live",
        ),
        ({"text": "SELECT 1", "schema_path": "nowhere.sql"}, "nowhere.sql: no such file or folder; check the path"),
        ({"text": "SELECT 1", "history": "../.."}, "../..: lies outside the folder that this server may read"),
    ],
)
async def test_a_foreseen_failure_says_what_to_do_next(
    server: MCPServer, era: str, name: str, arguments: dict[str, object], complaint: str
) -> None:
    said = await refused(server, era, name, **arguments)
    assert said.removeprefix("'a\\x00b': ").startswith(complaint)


async def test_a_link_out_of_the_root_is_not_followed(server: MCPServer, era: str, root: Path) -> None:
    (root / "link.sql").symlink_to(root.parent / "secret.sql")
    (root / "elsewhere").symlink_to(root.parent)
    for path in ("link.sql", "elsewhere/secret.sql"):
        assert "lies outside the folder" in await refused(server, era, "lint_migration", path=path)


SETTINGS = "[alembic]\nscript_location = .\nversion_locations = versions ../outside %(here)s/../outside linked\n"


async def test_settings_that_lead_out_of_the_root_are_not_followed(server: MCPServer, era: str, root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    secret = (root / "versions" / "a.py").read_text(encoding="utf-8").replace("orders", "s3cret").replace('"a"', '"s"')
    (outside / "s.py").write_text(secret, encoding="utf-8")
    (outside / "env.py").write_text("from alembic import context\ncontext.configure(s3cret=1)\n", encoding="utf-8")
    (root / "linked").symlink_to(outside)
    (root / "env.py").symlink_to(outside / "env.py")
    (root / "versions" / "c.py").symlink_to(outside / "s.py")
    (root / "alembic.ini").write_text(SETTINGS, encoding="utf-8")
    for path in (".", "versions", "versions/a.py"):
        for tool in ("lint_migration", "explain_migration"):
            result = await call(server, era, tool, path=path)
            everything = json.dumps(result.model_dump(mode="json"))
            assert "s3cret" not in everything
            assert str(root.parent) not in everything
    result = await call(server, era, "lint_migration", path=".")
    assert [line for line in data(result)["unreadable"] if "broken.sql" not in line] == [
        "alembic.ini: ../outside leads out of the folder that may be read",
        "alembic.ini: %(here)s/../outside leads out of the folder that may be read",
        "alembic.ini: linked leads out of the folder that may be read",
        "versions/c.py: is a link out of the folder that may be read",
    ]
    assert "env.py could not be read: env.py lies outside the folder that may be read" in data(result)["notes"]


async def test_a_project_is_read_as_alembic_would_run_it(server: MCPServer, era: str, root: Path) -> None:
    (root / "env.py").write_text(
        "from alembic import context\nfrom sqlalchemy import create_engine\n"
        "with create_engine('postgresql+psycopg://').connect() as connection:\n"
        "    context.configure(connection=connection, target_metadata=shop)\n",
        encoding="utf-8",
    )
    result = await call(server, era, "explain_migration", path="versions")
    assert [each["revision"] for each in data(result)["migrations"]] == ["a", "b"]
    note = "whether target_metadata has a naming convention could not be read: constraints may have other names"
    assert data(result)["notes"] == [note]
    assert f"note: {note}" in text(result)
    assert {each["statements"][0]["transaction"] for each in data(result)["migrations"]} == {"versions/a.py/upgrade/1"}


async def test_a_file_that_cannot_be_read_is_named_and_never_clean(server: MCPServer, era: str, root: Path) -> None:
    result = await call(server, era, "lint_migration", path=".")
    complaint = "broken.sql: is not valid UTF-8 (byte 0xff at offset 0); save it as UTF-8"
    assert data(result)["unreadable"] == [complaint]
    assert data(result)["summary"]["complete"] is False
    assert text(result).endswith(f"not read: {complaint}")
    assert str(root) not in json.dumps(result.model_dump(mode="json"))


async def test_what_is_not_analysed_is_named(server: MCPServer, era: str) -> None:
    code = (
        "from alembic import op\nrevision = 'a'\ndown_revision = None\n\n"
        "def upgrade():\n    op.execute(input())\n\ndef downgrade():\n    pass\n"
    )
    result = await call(server, era, "lint_migration", text=code)
    assert [gap["line"] for gap in data(result)["not_analysed"]] == [6]
    assert "not analysed: <text>:6" in text(result)


async def test_a_failure_that_nobody_foresaw_shows_nothing_of_the_inside(
    server: MCPServer, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("postgresql://me:s3cret@host/db")

    monkeypatch.setattr("database_patterns.mcp_server.tools.lint_migration.lint", fail)
    async with Client(server, mode=era, raise_exceptions=False) as client:
        result = await client.call_tool("lint_migration", {"text": "SELECT 1"})
    assert result.is_error
    assert text(result) == "Error executing tool lint_migration"


async def test_what_was_read_in_part_never_begins_with_no_findings(server: MCPServer, era: str) -> None:
    for partly in ("SELECT 1; SELEC 2;", "DO $$ BEGIN EXECUTE 'x'; END $$;"):
        summary = text(await call(server, era, "lint_migration", text=partly)).splitlines()[0]
        rules = len(linting.applied(18))
        assert summary.startswith(
            f"Incomplete: no findings by {rules} rules in 1 migration, 1 statement (PostgreSQL 18)"
        )


async def test_an_offset_past_the_end_says_how_many_there_are(server: MCPServer, era: str) -> None:
    for name in ("lint_migration", "explain_migration"):
        answer = text(await call(server, era, name, text=BUILD, offset=7))
        assert answer.splitlines()[1] == "nothing at offset=7: 1 entry in all"


async def test_rules_are_searched_page_by_page(server: MCPServer, era: str) -> None:
    names: list[str] = []
    while len(names) < len(documents.everything()):
        page = data(await call(server, era, "search_rules", limit=50, offset=len(names)))
        names += [each["name"] for each in page["rules"]]
    assert names == [*documents.rules(), *documents.guides()]
    first = data(await call(server, era, "search_rules", limit=3))
    assert (len(first["rules"]), first["next_offset"]) == (3, 3)
    best = await call(server, era, "search_rules", query="CREATE INDEX")
    assert text(best).splitlines()[1].startswith("index-without-concurrently (error): ")


async def test_guides_are_found_beside_rules(server: MCPServer, era: str) -> None:
    found = await call(server, era, "search_rules", query="which lock does each statement take", limit=1)
    guide = documents.guides()["postgres-lock-table"]
    assert text(found).splitlines()[1] == f"{guide.name} (guide): {guide.title}"
    assert [each["documentation"] for each in data(found)["rules"]] == [guide.uri]


async def test_a_rule_is_read_whole(server: MCPServer, era: str) -> None:
    rule = documents.rules()["drop-column"]
    result = await call(server, era, "read_rule", name="drop-column")
    assert text(result) == rule.text
    assert data(result)["text"] == rule.text
    assert (data(result)["name"], data(result)["severity"]) == (rule.name, rule.severity)


async def test_a_guide_is_read_whole(server: MCPServer, era: str) -> None:
    guide = documents.guides()["postgres-lock-table"]
    result = await call(server, era, "read_rule", name=guide.name)
    assert (text(result), data(result)["name"], data(result)["title"]) == (guide.text, guide.name, guide.title)


async def test_a_rule_that_does_not_exist_leads_to_the_nearest(server: MCPServer, era: str) -> None:
    said = await refused(server, era, "read_rule", name="drop-colum")
    assert said.startswith("drop-colum: there is no such rule or guide; did you mean drop-column")
    said = await refused(server, era, "read_rule", name="zzzz")
    assert said == "zzzz: there is no such rule or guide; search for it: search_rules"


@pytest.mark.parametrize("name", ["lint_migration", "explain_migration"])
async def test_the_live_database_of_the_servers_environment_is_what_exists(
    server: MCPServer, era: str, own_server: Server, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_server.database(setup_sql="CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)") as database:
        database.execute("ANALYZE")
        monkeypatch.setenv("DATABASE_PATTERNS_DATABASE_URL", database.owner)
        answer = data(await call(server, era, name, text="CREATE INDEX i ON orders (id)", live=True))
    assert answer["postgres"] == database.postgres
    assert "about 1 row now (small)" in json.dumps(answer)


async def test_what_is_wrong_with_the_live_database_is_said_without_its_address(
    server: MCPServer,
    era: str,
    lab: None,  # noqa: ARG001 - skips without the driver
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_PATTERNS_DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/private")
    assert await refused(server, era, "lint_migration", text=BUILD, live=True) == (
        "the live database: cannot be connected to: no server answers at the address"
    )
    monkeypatch.delenv("DATABASE_PATTERNS_DATABASE_URL")
    assert await refused(server, era, "lint_migration", text=BUILD, live=True) == (
        "no live database is known; set DATABASE_PATTERNS_DATABASE_URL to its address before the start"
    )
    assert await refused(server, era, "explain_migration", text=BUILD, live=True, schema=BUILD) == (
        "give one of schema, schema_path and live"
    )
