"""Answers of tools: compact text for the model beside the whole as data, both within bounds."""

from __future__ import annotations

from typing import Any, Final

from mcp_types import CallToolResult, TextContent, ToolAnnotations

READ_ONLY: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
TEXT_MAX: Final = 40_000
"""Characters of a text content."""
_STRING_MAX: Final = 2_000
_ITEMS_MAX: Final = 100


def answer(text: str, data: dict[str, Any], *, whole: bool = False) -> CallToolResult:
    """An answer of the tool. Unless it is wanted ``whole``, long texts and lists in ``data`` are cut, visibly."""
    cut = text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}… ({len(text) - TEXT_MAX} more characters)"
    return CallToolResult(
        content=[TextContent(type="text", text=cut)], structured_content=data if whole else _bounded(data)
    )


def _bounded(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """``value`` with strings and lists of bounded length; what was cut off is counted in its place."""
    if isinstance(value, dict):
        lists = {key: len(item) - _ITEMS_MAX for key, item in value.items() if isinstance(item, list)}
        more = {f"{key}_omitted": number for key, number in lists.items() if number > 0}
        return {key: _bounded(item) for key, item in value.items()} | more
    if isinstance(value, list):
        return [_bounded(item) for item in value[:_ITEMS_MAX]]
    if isinstance(value, str) and len(value) > _STRING_MAX:
        return f"{value[:_STRING_MAX]}… ({len(value) - _STRING_MAX} more characters)"
    return value
