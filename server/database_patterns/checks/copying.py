"""Alterations for which PostgreSQL copies the whole table: what the rules on them share."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import OtherAlteration
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering.operations import qualified

from . import Hit, new_tables, wording


def hit(command: str, action: OtherAlteration, at: StatementInContext) -> Iterator[Hit]:
    """The hit on a table that ``command`` copies, if it does."""
    table = action.table
    effect = family.effect_of(action, table, at)
    if effect is None or not effect.rewrite or at.created_here(table):
        return
    new = qualified(new_tables.new_table(table))
    yield Hit(
        f"{command} {wording.takes(effect, wording.named(table, at))} while the whole table is copied."
        f"{wording.depends_on(effect.rewrite, at)}",
        wording.help_text(at, *new_tables.parts(table, [f"ALTER TABLE {new} {command}"])),
        wording.certainty_of(effect, effect.rewrite),
        (effect,),
    )
