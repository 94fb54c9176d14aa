"""rules/migration/statement-timeout-on-concurrent-build.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import CreateIndex, Other, SetParameter
from database_patterns.checks import Hit, wording
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute

_CONCURRENTLY: Final = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)
_NONE: Final = frozenset({None, "0", "0ms", "0s"})


def check(action: CreateIndex | Other, at: StatementInContext) -> Iterator[Hit]:
    timeout = at.before.setting("statement_timeout")
    builds = isinstance(action, CreateIndex) or action.kind == "REINDEX"
    if timeout in _NONE or not builds or not _CONCURRENTLY.search(at.statement.sql) or not _is_set_here(at):
        return
    yield Hit(
        f"statement_timeout is {timeout} here: a build that takes longer is cancelled, and leaves an invalid index"
        " behind that costs every write and serves no query.",
        wording.help_text(
            at,
            "Let it take the time that it needs; what it waits for holds nobody up:",
            [execute("SET statement_timeout = 0"), execute(at.statement.sql, in_transaction=False)],
        ),
        effects=at.prediction.effects,
    )


def _is_set_here(at: StatementInContext) -> bool:
    """Whether this migration sets it: what another one has set need not hold in this session."""
    actions = (action for statement in at.migration.statements(at.direction) for action in statement.actions)
    return any(isinstance(each, SetParameter) and each.name == "statement_timeout" for each in actions)
