"""rules/migration/logging-mode-change.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.actions import OtherAlteration
from database_patterns.checks import Hit, copying
from database_patterns.effects.context import StatementInContext

_KINDS: Final = {"SetLogged": "SET LOGGED", "SetUnLogged": "SET UNLOGGED"}


def check(action: OtherAlteration, at: StatementInContext) -> Iterator[Hit]:
    if action.kind in _KINDS:
        yield from copying.hit(_KINDS[action.kind], action, at)
