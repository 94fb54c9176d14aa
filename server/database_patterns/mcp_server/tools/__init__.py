"""The tools, one module each with a function ``build``; here in the order in which clients list them."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from pydantic import ConfigDict, create_model

from database_patterns.mcp_server.settings import Settings

from . import explain_migration, lint_migration, read_rule, search_rules

_SAYS_NOTHING = (("additionalProperties", True), ("default", ""))
_MODULES = (search_rules, read_rule, lint_migration, explain_migration)


class _Closed(ArgModelBase):
    model_config = ConfigDict(extra="forbid")


def build(settings: Settings) -> list[Tool]:
    """All tools, in a fixed order; each refuses arguments that it does not know."""
    return [_strict(module.build(settings)) for module in _MODULES]


def _strict(tool: Tool) -> Tool:
    """``tool`` with closed input, and schemas without what says nothing (titles that repeat names, empty defaults)."""
    accepted = tool.fn_metadata.arg_model
    closed = create_model(accepted.__name__, __base__=(_Closed, accepted))
    tool.fn_metadata.arg_model = closed
    tool.parameters = _terse(closed.model_json_schema(by_alias=True))
    output = tool.fn_metadata.output_schema
    if output:
        tool.fn_metadata.output_schema = _terse({key: value for key, value in output.items() if key != "description"})
    return tool


def _terse(schema: dict[str, Any]) -> dict[str, Any]:
    terse = {
        key: _terse(value) if key == "items" else value
        for key, value in schema.items()
        if key != "title" and (key, value) not in _SAYS_NOTHING
    }
    if "properties" in terse:
        terse["properties"] = {name: _terse(each) for name, each in terse["properties"].items()}
    return terse
