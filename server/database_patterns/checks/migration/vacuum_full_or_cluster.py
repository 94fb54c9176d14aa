"""rules/migration/vacuum-full-or-cluster.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from database_patterns.actions import Other
from database_patterns.checks import Hit, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute

_COMMANDS: Final = {"VACUUM": "VACUUM FULL", "CLUSTER": "CLUSTER"}


def check(action: Other, at: StatementInContext) -> Iterator[Hit]:
    copied = [effect for effect in at.prediction.effects if effect.rewrite and action.kind in _COMMANDS]
    if not copied or family.all_created_here(action.relations, at):
        return
    tables = [effect.relation for effect in copied]
    yield Hit(
        f"{_COMMANDS[action.kind]} {wording.takes(copied[0], *wording.first_of(tables))} while the whole table and its"
        " indexes are written anew.",
        wording.help_text(
            at,
            "VACUUM makes the space of dead rows usable again while reads and writes go on:",
            [execute(f"VACUUM (ANALYZE) {tables[0]}", in_transaction=False)],
            "What must be given back to the system, pg_repack or pg_squeeze copies while the table is in use.",
        ),
        effects=tuple(copied),
    )
