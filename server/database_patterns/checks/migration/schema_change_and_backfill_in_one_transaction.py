"""rules/migration/schema-change-and-backfill-in-one-transaction.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import Delete, Update
from database_patterns.checks import Hit, backfills, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import execute


def check(action: Update | Delete, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(action.table, at)
    held = backfills.held_over(action, at)
    if effect is None or effect.locks_rows == "none" or held is None:
        return
    verb = "UPDATE" if isinstance(action, Update) else "DELETE"
    transaction = at.statement.transaction
    sure = transaction is not None and transaction.certain and held.since.confidence == "exact"
    yield Hit(
        f"{verb} of {action.table} runs under the {held.lock.name} of line {held.since.span.line} on"
        f" {held.effect.relation}, which is held until the transaction ends: {wording.stopped(held.lock)} wait until"
        " the last row is changed.",
        wording.help_text(
            at,
            "Change the schema, and commit:",
            [execute(held.since.sql)],
            wording.in_two_transactions(at),
            *backfills.parts(action, at),
        ),
        "proven" if sure else "unknown",
        (effect, held.effect),
        related=(held.since.span,),
    )
