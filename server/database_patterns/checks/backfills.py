"""UPDATE and DELETE of many rows in one statement, alone or under a lock: what the rules on them share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from database_patterns.actions import Delete, Name, Update
from database_patterns.effects import batches
from database_patterns.effects.context import Held, StatementInContext
from database_patterns.locks import blocked_by
from database_patterns.model import Statement, Tristate
from database_patterns.rendering.operations import Operation, in_batches, qualified, quoted

_INTEGERS: Final = frozenset({"int2", "int4", "int8"})


def bounded(action: Update | Delete, at: StatementInContext) -> Tristate:
    """Whether the action changes few rows, as far as its condition tells."""
    return batches.is_bounded(action, at.statement, at.before.table(action.table))


def held_over(action: Update | Delete, at: StatementInContext) -> Held | None:
    """The strongest lock of an earlier statement that keeps others waiting while the action changes many rows.

    None where an earlier backfill of the transaction is under that lock already, which is found there.
    """
    if bounded(action, at) is not False or at.created_here(action.table):
        return None
    held = [each for each in at.held.values() if not each.earlier and _keeps_waiting(each, at)]
    strongest = max(held, key=lambda each: each.lock, default=None)
    return None if strongest is None or any(_is_one(each, at) for each in _since(strongest, at)) else strongest


def _keeps_waiting(held: Held, at: StatementInContext) -> bool:
    tables = {"table", "materialized view"}
    return held.effect.kind in tables and "writes" in blocked_by(held.lock) and not at.is_new(held.effect.relation)


def _since(held: Held, at: StatementInContext) -> Iterator[Statement]:
    """The statements between the one that took the lock and this one."""
    before = takewhile(lambda each: each is not at.statement, at.migration.statements(at.direction))
    found = False
    for each in before:
        if found:
            yield each
        found = found or each is held.since


def _is_one(statement: Statement, at: StatementInContext) -> bool:
    """Whether an earlier statement is a backfill."""
    changing = [each for each in statement.actions if isinstance(each, Update | Delete)]
    return any(
        batches.is_bounded(each, statement, at.before.table(each.table)) is False and not at.created_here(each.table)
        for each in changing
    )


def parts(action: Update | Delete, at: StatementInContext) -> Iterator[str | Sequence[Operation]]:
    """The parts of a help that changes the rows in batches."""
    key, sql = _key(action.table, at), _rewritten(action)
    if key is None or sql is None:
        yield (
            "Change the rows in batches of some thousand along the primary key, each in a transaction of its own, and"
            " remember the last key between them."
        )
        return
    where = "outside a transaction" if at.migration.kind == "sql" else "in a revision of its own"
    yield f"Change the rows in batches along the primary key, each in a transaction of its own, {where}:"
    yield [in_batches(action.table, key, sql)]


def _key(table: Name, at: StatementInContext) -> str | None:
    """The integer that is the primary key by itself."""
    known = at.before.table(table)
    if known is None or not known.complete:
        return batches.KEY
    key = known.primary_key
    columns = key.columns if key else ()
    kinds = [known.columns[name].type.name.name for name in columns if name in known.columns]
    return columns[0] if len(kinds) == 1 and kinds[0] in _INTEGERS else None


def _rewritten(action: Update | Delete) -> str | None:
    """The statement up to where the batch's condition follows; None where it reads other tables."""
    if action.reads:
        return None
    table = qualified(action.table)
    start = f"DELETE FROM {table}"  # noqa: S608 - a text to be read, by the author of that SQL
    if isinstance(action, Update):
        values = ", ".join(f"{quoted(column)} = {value.sql}" for column, value in action.assignments)
        start = f"UPDATE {table} SET {values}"  # noqa: S608 - as above
    return f"{start} WHERE {f'({action.where.sql}) AND ' if action.where else ''}"
