"""What a downgrade leaves behind: where it does, the upgrade fails when it is followed once more after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from database_patterns.actions import (
    Action,
    AddColumn,
    AddConstraint,
    CreateDomain,
    CreateEnum,
    CreateIndex,
    CreateTable,
    Delete,
    Insert,
    Name,
    Select,
    SetDefault,
    SetParameter,
    Update,
    ValidateConstraint,
)
from database_patterns.catalog import Catalog
from database_patterns.effects.context import MigrationInContext, StatementInContext, follow
from database_patterns.model import DoesNothing, Fails, Raises, Statement

_ALWAYS_AGAIN: Final = (Delete, Insert, Select, SetDefault, SetParameter, Update, ValidateConstraint)
"""What can be run again over its own work."""


def failing_again(downgrade: MigrationInContext) -> tuple[StatementInContext, ...]:
    """The statements of the upgrade that PostgreSQL refuses after this downgrade, and did not refuse the first time.

    None where either direction fails or refuses to run anyway, or could not be read as a whole.
    """
    upgrade = downgrade.undoes
    if upgrade is None or downgrade.migration.downgrade_gaps or _fails(upgrade) or _fails(downgrade):
        return ()
    if not any(_may_fail(statement, downgrade.at_end) for statement in downgrade.migration.upgrade):
        return ()
    certain = replace(downgrade.at_end, alternatives=())  # errors are looked for that come in any case
    again = follow(downgrade.migration, "upgrade", certain, downgrade.assumptions)
    return tuple(each for each in again.statements if each.prediction.error)


def _fails(migration: MigrationInContext) -> bool:
    notes = (note for note in migration.migration.notes if note.direction == migration.direction)
    return any(isinstance(note, Fails | Raises) for note in notes) or any(
        each.prediction.error for each in migration.statements
    )


def _may_fail(statement: Statement, after: Catalog) -> bool:
    """Whether it is worth while to look: what the statement makes is there already, or more is needed to tell."""
    return any(_may_be_refused(action, after) for action in statement.actions)


def _may_be_refused(action: Action, after: Catalog) -> bool:
    match action:
        case CreateTable(table=name):
            return after.exists(name)
        case CreateIndex(table=table, name=str(name)):
            return after.exists(Name(name, after.resolve(table).schema))
        case AddColumn(table=table, column=column):
            return after.column(table, column.name) is not None
        case AddConstraint(table=table, constraint=constraint):
            found = after.table(table)
            return found is not None and constraint.name in found.constraints
        case CreateEnum(name=name) | CreateDomain(name=name):
            return after.is_type(name)
    return not isinstance(action, _ALWAYS_AGAIN)


def error(again: StatementInContext) -> str:
    """What PostgreSQL says to a statement that fails again."""
    found = again.prediction.error
    return f"{found.message} ({found.sqlstate})" if found else ""


def is_incomplete(downgrade: MigrationInContext) -> bool:
    """Whether the downgrade takes back something, if not everything."""
    empty = (note for note in downgrade.migration.notes if isinstance(note, DoesNothing))
    return not any(note.direction == downgrade.direction for note in empty)
