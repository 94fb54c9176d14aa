"""rules/linting/allowance-without-effect.md."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from database_patterns.checks import Hit
from database_patterns.model import AllowanceInUse


def check(use: AllowanceInUse) -> Iterator[Hit]:
    if not use.allowance.rules:
        yield Hit(
            "This comment is not understood, and allows nothing.",
            "Write it so: database-patterns: allow[<rule>] because <reason>",
        )
    for name in use.allowance.rules:
        if name not in use.known:
            near = difflib.get_close_matches(name, use.known, n=1)
            yield Hit(
                f"The comment allows {name}, but no rule is called so: it allows nothing.",
                f"Did you mean {near[0]}?" if near else "The rules there are: database-patterns rules search",
            )
        elif name in use.applied and all(finding.rule != name for finding in use.allows):
            yield Hit(f"The comment allows {name}, of which nothing is found here.", "Delete the comment.")
