"""rules/alembic/downgrade-incomplete.md."""

from __future__ import annotations

from collections.abc import Iterator

from database_patterns.actions import AddColumn, AddConstraint, CreateEnum, CreateIndex, Name
from database_patterns.checks import Hit, headers, ways_back, wording
from database_patterns.effects.context import MigrationInContext, StatementInContext
from database_patterns.rendering.operations import Operation, drop_column, drop_constraint, drop_index


def check(downgrade: MigrationInContext) -> Iterator[Hit]:
    if downgrade.direction != "downgrade" or not ways_back.is_incomplete(downgrade):
        return
    failing = [each for each in ways_back.failing_again(downgrade) if not _creates_enum(each)]
    for each in failing[:1]:
        yield Hit(
            "downgrade() does not take back all that upgrade() did. After it, the next upgrade fails at line"
            f" {each.statement.span.line}: {wording.sentence(ways_back.error(each))}",
            _help(each),
            span=headers.place(downgrade.migration, "downgrade"),
            related=(each.statement.span,),
        )


def _creates_enum(at: StatementInContext) -> bool:
    return any(isinstance(action, CreateEnum) for action in at.statement.actions)


def _help(at: StatementInContext) -> str:
    undone = [operation for action in at.statement.actions for operation in _undone(action)]
    return wording.help_text(
        at, "Take it back in downgrade(), which goes in the opposite order.", *[undone] * bool(undone)
    )


def _undone(action: object) -> Iterator[Operation]:
    match action:
        case AddColumn(table=table, column=column):
            yield drop_column(table, column.name)
        case AddConstraint(table=table, constraint=constraint) if constraint.name:
            yield drop_constraint(table, constraint.name)
        case CreateIndex(table=table, name=str(name), concurrently=concurrently):
            yield drop_index(Name(name, table.schema), concurrently=concurrently)
