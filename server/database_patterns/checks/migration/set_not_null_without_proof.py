"""rules/migration/set-not-null-without-proof.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddConstraint, SetNotNull, ValidateConstraint
from database_patterns.catalog import proven_not_null
from database_patterns.checks import Hit, recipes, validating, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext


def check(action: SetNotNull | AddConstraint | ValidateConstraint, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_of(action, action.table, at)
    if effect is None or not effect.scan or at.created_here(action.table):
        return
    if isinstance(action, ValidateConstraint):
        yield from _validated_too_early(action, at)
        return
    column = _column(action)
    if column is None:
        return
    constrain, prove = recipes.proof_of_not_null(action.table, column)
    takes = wording.takes(effect, wording.named(action.table, at))
    yield Hit(
        f"{'SET' if isinstance(action, SetNotNull) else 'ADD'} NOT NULL {takes} while every row is read to find a NULL"
        f" in {column}."
        f"{wording.depends_on(effect.scan, at)}",
        wording.help_text(
            at, "Let a CHECK constraint prove it first:", constrain, wording.in_two_transactions(at), prove
        ),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )


def _column(action: SetNotNull | AddConstraint) -> str | None:
    """The column that becomes NOT NULL, if one does."""
    if isinstance(action, SetNotNull):
        return action.column
    return action.constraint.columns[0] if action.constraint.kind == "not null" else None


def _validated_too_early(action: ValidateConstraint, at: StatementInContext) -> Iterator[Hit]:
    """The proof that reads the table under the lock of the statement that has added it, or of another one."""
    table = at.before_action(action).table(action.table)
    found = table.constraints.get(action.constraint) if table else None
    for column in proven_not_null(found)[:1] if found else ():
        steps = recipes.proof_of_not_null(action.table, column, constraint=action.constraint)
        yield from validating.too_early(action, at, [action.table], steps)
