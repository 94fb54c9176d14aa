"""rules/migration/drop-column.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from database_patterns.actions import AddColumn, CreateTable, DropColumn
from database_patterns.checks import Hit, wording
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.model import Statement
from database_patterns.prose import listed
from database_patterns.rendering.operations import drop_column, drop_not_null

_UNREAD: Final = " Whether the upgrade of this revision adds it is not known: a part of that could not be read."


def check(action: DropColumn, at: StatementInContext) -> Iterator[Hit]:
    effect = family.effect_on(action.table, at)
    if effect is None or at.prediction.error or _is_new(action, at):
        return
    unread = at.direction == "downgrade" and bool(at.migration.upgrade_gaps)
    yield Hit(
        f"DROP COLUMN takes AccessExclusiveLock on {action.table} for a moment, and the values of {action.column} are"
        f" gone for good; running code that still names the column fails (42703).{_takes_along(action, at)}"
        + _UNREAD
        * unread,
        _help(action, at),
        "unknown" if unread else "proven",
        (effect,),
    )


def _help(action: DropColumn, at: StatementInContext) -> str:
    remove = f"emove {action.column} from models and queries, and deploy that everywhere. Drop it in a later release:"
    drop = [drop_column(action.table, action.column)]
    if not _refuses_rows(action, at):
        return wording.help_text(at, f"First r{remove}", drop)
    dispense = [drop_not_null(action.table, action.column)]
    return wording.help_text(at, "First let code that no longer writes it insert rows:", dispense, f"R{remove}", drop)


def _refuses_rows(action: DropColumn, at: StatementInContext) -> bool:
    """Whether an INSERT that leaves the column out may fail: it is NOT NULL, and nothing else gives it a value."""
    column = at.before.column(action.table, action.column)
    valued = column is not None and (column.default or column.identity or column.generated)
    return not valued and family.may_be_required(action.table, action.column, at)


def _is_new(action: DropColumn, at: StatementInContext) -> bool:
    """Whether this migration has added the column itself, or its downgrade takes back what the upgrade added."""
    upgrade = at.migration.upgrade
    earlier = upgrade if at.direction == "downgrade" else takewhile(lambda each: each is not at.statement, upgrade)
    return at.created_here(action.table) or _adds(earlier, action)


def _adds(statements: Iterable[Statement], dropped: DropColumn) -> bool:
    """Whether one of the statements adds the column or creates its table."""
    actions = [action for statement in statements for action in statement.actions]
    added = {(action.table, action.column.name) for action in actions if isinstance(action, AddColumn)}
    created = {action.table for action in actions if isinstance(action, CreateTable)}
    return (dropped.table, dropped.column) in added or dropped.table in created


def _takes_along(action: DropColumn, at: StatementInContext) -> str:
    """A sentence that names the indexes and constraints that go with the column."""
    before, after = at.before.table(action.table), at.after.table(action.table)
    if before is None or after is None:
        return ""
    gone = [f"index {name}" for name in before.indexes if name not in after.indexes]
    gone += [f"constraint {name}" for name in before.constraints if name not in after.constraints]
    return f" {listed(gone)} {'go' if len(gone) > 1 else 'goes'} with it." if gone else ""
