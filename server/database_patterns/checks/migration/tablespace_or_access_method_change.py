"""rules/migration/tablespace-or-access-method-change.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.actions import OtherAlteration
from database_patterns.checks import Hit, copying
from database_patterns.effects.context import StatementInContext

_KINDS: Final = {"SetTableSpace": "SET TABLESPACE", "SetAccessMethod": "SET ACCESS METHOD"}


def check(action: OtherAlteration, at: StatementInContext) -> Iterator[Hit]:
    if action.kind in _KINDS and action.relation_kind == "table":
        yield from copying.hit(f"{_KINDS[action.kind]} {action.name or 'DEFAULT'}", action, at)
