"""rules/linting/allowance-without-reason.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.checks import Hit
from database_patterns.model import AllowanceInUse


def check(use: AllowanceInUse) -> Iterator[Hit]:
    allowance = use.allowance
    if not allowance.rules or allowance.reason is not None:
        return
    names = ", ".join(allowance.rules)
    yield Hit(
        f"The comment allows {names} and does not say why, so that nobody can tell whether that still holds.",
        f"Say what makes it safe here: database-patterns: allow[{names}] because <reason>",
    )
