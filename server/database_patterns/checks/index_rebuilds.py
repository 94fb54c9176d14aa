"""Changes of a column that keep its rows and build its indexes anew: what the rules on them share."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AlterColumnType
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.prose import listed

from . import Hit, second_column, wording


def hit(changing: str, action: AlterColumnType, at: StatementInContext) -> Iterator[Hit]:
    """The hit on a change that builds indexes under its lock, if it does; ``changing`` is how the message calls it."""
    table = action.table
    effect = family.effect_of(action, table, at)
    if effect is None or effect.rewrite or not effect.rebuilds or at.created_here(table):
        return
    verb = "are" if len(effect.rebuilds) > 1 else "is"
    yield Hit(
        f"{changing} {wording.takes(effect, wording.named(table, at))} while {listed(effect.rebuilds)} {verb} built"
        " anew. The rows stay as they are.",
        wording.help_text(at, *second_column.parts(action, at)),
        effect.certainty,
        (effect,),
    )
