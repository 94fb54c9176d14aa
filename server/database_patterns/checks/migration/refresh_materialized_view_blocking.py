"""rules/migration/refresh-materialized-view-blocking.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from database_patterns.actions import Name, Other
from database_patterns.checks import Hit, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute

_VIEW: Final = re.compile(r"\bVIEW\b", re.IGNORECASE)
_EMPTIED: Final = re.compile(r"\bWITH\s+NO\s+DATA\b", re.IGNORECASE)


def check(action: Other, at: StatementInContext) -> Iterator[Hit]:
    if action.kind != "REFRESH MATERIALIZED" or _EMPTIED.search(at.statement.sql):
        return
    (view,) = action.relations
    effect = family.effect_on(view, at)
    if effect is None or not effect.rewrite or at.created_here(view):
        return
    refresh = execute(_VIEW.sub(r"\g<0> CONCURRENTLY", at.statement.sql, count=1))
    needs = "" if _is_keyed(view, at) else " after giving it a unique index over columns of it"
    yield Hit(
        f"REFRESH MATERIALIZED VIEW {wording.takes(effect, str(view))} until its query has run and the transaction"
        " ends.",
        wording.help_text(at, f"Compare it with its new content while reads go on{needs}:", [refresh]),
        effects=(effect,),
    )


def _is_keyed(view: Name, at: StatementInContext) -> bool:
    """Whether the view has the unique index that CONCURRENTLY needs."""
    table = at.before.table(view)
    indexes = table.indexes.values() if table else ()
    return any(each.unique and each.predicate is None and not each.has_expressions for each in indexes)
