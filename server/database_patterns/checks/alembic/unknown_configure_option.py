"""rules/alembic/unknown-configure-option.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.checks import Hit
from database_patterns.reading.environment import Environment

_SETTINGS: Final = (
    "Delete it. Settings of the session go to the driver, before anything is sent:\n\n"
    '    engine_from_config(..., connect_args={"options": "-c lock_timeout=3s"})'
)


def check(environment: Environment) -> Iterator[Hit]:
    for option in environment.unknown_options:
        yield Hit(
            f"context.configure() takes {option.name} and ignores it: Alembic has no such option, and says nothing.",
            f"Did you mean {option.near}?" if option.near else _SETTINGS,
            span=option.span,
        )
