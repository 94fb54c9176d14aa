"""rules/migration/primary-key-index-on-nullable-column.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddConstraint
from database_patterns.checks import Hit, recipes, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.prose import listed
from database_patterns.rendering.operations import execute


def check(action: AddConstraint, at: StatementInContext) -> Iterator[Hit]:
    table, key = action.table, action.constraint
    effect = family.effect_of(action, table, at)
    if key.kind != "primary key" or key.using_index is None or effect is None or not effect.scan:
        return
    if at.created_here(table):
        return
    columns = _nullable(action, at)
    which = f" to find a NULL in {listed(columns)}" if columns else " if a column of the index takes NULL"
    yield Hit(
        f"ADD PRIMARY KEY USING INDEX {key.using_index} {wording.takes(effect, str(table))} while every row is read"
        f"{which}.{wording.depends_on(effect.scan, at)}",
        _help(columns, action, at),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )


def _help(columns: list[str], action: AddConstraint, at: StatementInContext) -> str:
    adopt = execute(at.statement.sql)
    if not columns:
        return wording.help_text(at, "Make sure first that its columns are NOT NULL; then it reads nothing:", [adopt])
    constrain, prove = recipes.proof_of_not_null(action.table, *columns)
    return wording.help_text(
        at,
        f"Prove that no NULL is in {listed(columns)}:",
        constrain,
        wording.in_two_transactions(at),
        [*prove, adopt],
    )


def _nullable(action: AddConstraint, at: StatementInContext) -> list[str]:
    table = at.before.table(action.table)
    index = table.indexes.get(action.constraint.using_index or "") if table else None
    if table is None or index is None:
        return []
    return [name for name in index.columns if name is not None and not table.requires(name)]
