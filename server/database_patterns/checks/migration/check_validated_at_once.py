"""rules/migration/check-validated-at-once.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddConstraint, ValidateConstraint
from database_patterns.catalog import proven_not_null
from database_patterns.checks import Hit, recipes, validating, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: AddConstraint | ValidateConstraint, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_of(action, action.table, at)
    if effect is None or not effect.scan or at.created_here(action.table):
        return
    if isinstance(action, ValidateConstraint):
        yield from _validated_too_early(action, at)
        return
    if action.constraint.kind != "check":
        return
    make, prove = recipes.without_looking(action.table, recipes.named(action.table, action.constraint))
    yield Hit(
        f"ADD CHECK {wording.takes(effect, wording.named(action.table, at))} until it has been evaluated for every row"
        f" and the transaction ends.{wording.depends_on(effect.scan, at)}",
        wording.help_text(
            at, "Add it without looking at the existing rows:", make, wording.in_two_transactions(at), prove
        ),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )


def _validated_too_early(action: ValidateConstraint, at: StatementInContext) -> Iterator[Hit]:
    """A CHECK that is evaluated under the lock of the statement that has added it, or of another one.

    One that proves NOT NULL is the matter of set-not-null-without-proof.
    """
    table = at.before_action(action).table(action.table)
    found = table.constraints.get(action.constraint) if table else None
    if found is not None and found.kind == "check" and not proven_not_null(found):
        yield from validating.too_early(action, at, [action.table], recipes.without_looking(action.table, found))
