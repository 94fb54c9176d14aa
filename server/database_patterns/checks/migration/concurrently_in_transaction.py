"""rules/migration/concurrently-in-transaction.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from database_patterns.actions import Action, CreateIndex, DetachPartition, Drop, Other
from database_patterns.checks import Hit, recipes, wording
from database_patterns.checks.alembic import commit_sent_as_sql
from database_patterns.effects.context import MigrationInContext, StatementInContext
from database_patterns.rendering.operations import Operation, create_index, drop_index, execute

_WORD: Final = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)


def check(at: StatementInContext, within: MigrationInContext) -> Iterator[Hit]:
    transaction = at.statement.transaction
    if transaction is None or not is_refused(at) or commit_sent_as_sql.ends_transaction_before(at, within):
        return
    action = at.statement.actions[0]
    yield Hit(
        f"{_command(action)} cannot run inside a transaction block: PostgreSQL refuses it (25001)."
        f" {wording.sentence(transaction.reason)}",
        _help(action, at),
        "proven" if transaction.certain else "unknown",
        at.prediction.effects,
    )


def is_refused(at: StatementInContext) -> bool:
    """Whether PostgreSQL refuses the statement for its CONCURRENTLY in the transaction that it runs in."""
    statement = at.statement
    if statement.transaction is None or not statement.actions or not _WORD.search(statement.sql):
        return False
    action = statement.actions[0]
    return not at.prediction.in_transaction_ok or (isinstance(action, Other) and action.kind == "REINDEX")


def _command(action: Action) -> str:
    match action:
        case CreateIndex():
            return "CREATE INDEX CONCURRENTLY"
        case Drop():
            return "DROP INDEX CONCURRENTLY"
        case DetachPartition():
            return "DETACH PARTITION … CONCURRENTLY"
        case Other():
            return f"{action.kind} CONCURRENTLY"
    return "A statement with CONCURRENTLY"


def _help(action: Action, at: StatementInContext) -> str:
    if isinstance(action, CreateIndex) and at.created_here(action.table):
        plain = create_index(replace(action, concurrently=False))
        return wording.help_text(
            at, f"Nobody waits for {action.table}, which is new here: leave the word out.", [plain]
        )
    if at.migration.kind == "sql":
        return wording.help_text(at, "Run it by itself, outside BEGIN and COMMIT:", [_operation(action, at)])
    own = "Give it a revision of its own, in an autocommit block, and set transaction_per_migration=True in env.py:"
    if at.statement.transaction == at.statement.message:
        own = "It runs outside of Alembic's transaction already. Send it in a call of its own:"
    return wording.help_text(at, own, [_operation(action, at)])


def _operation(action: Action, at: StatementInContext) -> Operation:
    """The statement as it stands."""
    sql = at.statement.sql
    match action:
        case CreateIndex():
            return recipes.as_written(create_index(action), sql)
        case Drop(kind="index", names=[name]):
            return recipes.as_written(drop_index(name, concurrently=True), sql)
    return execute(sql, in_transaction=False)
