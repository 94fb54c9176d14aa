"""UNIQUE and PRIMARY KEY whose index is built in the statement that adds them: what the rules on them share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from database_patterns.actions import AddColumn, Constraint, CreateIndex, IndexElement, Name
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.model import Effect
from database_patterns.prose import listed
from database_patterns.rendering.operations import Operation, add_column, create_index, execute, qualified, quoted

from . import Hit, recipes, wording

_TIMING: Final = re.compile(r"(?<!NOT )\bDEFERRABLE\b(\s+INITIALLY\s+\w+)?", re.IGNORECASE)


def built_at_once(
    added: str, table: Name, key: Constraint, effect: Effect | None, at: StatementInContext
) -> Iterator[Hit]:
    """The hit on a key that comes with its index: ``added`` is how the message calls that."""
    if effect is None or not effect.scan or key.using_index or key.temporal or at.created_here(table):
        return
    key = recipes.named(table, key)
    yield Hit(
        f"{added} {wording.takes(effect, wording.named(table, at))} until the whole table is read, the index {key.name}"
        f" is built and the transaction ends.{wording.depends_on(effect.scan, at)}",
        wording.help_text(at, *_alone(table, key, at), *parts(table, key, at)),
        wording.certainty_of(effect, effect.scan),
        (effect,),
    )


def parts(table: Name, key: Constraint, at: StatementInContext) -> Iterator[str | Sequence[Operation]]:
    """The parts of a help that adds a key while reads and writes go on."""
    if nullable := _nullable(table, key, at):
        constrain, prove = recipes.proof_of_not_null(table, *nullable)
        yield from (f"Prove that no NULL is in {listed(nullable)}:", constrain, wording.in_two_transactions(at), prove)
    pieces = family.partitions(table, at)
    own = [_piece(part, key) for part in pieces] or [(table, recipes.named(table, key))]
    yield f"Build the index while writes go on, {wording.by_itself(at)}:"
    yield [create_index(_index(part, piece)) for part, piece in own]
    yield wording.in_two_transactions(at)
    timing = _timing(at)
    adopted = [_add(part, piece, f"USING INDEX {quoted(piece.name or '')}{timing}") for part, piece in own]
    yield [*adopted, *(_above(table, recipes.named(table, key), own) if pieces else ())]


def _nullable(table: Name, key: Constraint, at: StatementInContext) -> list[str]:
    """The columns of a primary key that are known to take NULL until it is there."""
    known = at.before.table(table)
    columns = key.columns if key.kind == "primary key" and known and known.columns_complete else ()
    return [name for name in columns if known and not known.requires(name)]


def _alone(table: Name, key: Constraint, at: StatementInContext) -> Iterator[str | Sequence[Operation]]:
    """The columns of the key that this migration adds, by themselves."""
    actions = (action for statement in at.migration.statements(at.direction) for action in statement.actions)
    added = [each.column for each in actions if isinstance(each, AddColumn) and each.table == table]
    if new := [add_column(table, column) for column in added if column.name in key.columns]:
        yield from ("Add the column alone:", new)


def _piece(partition: Name, key: Constraint) -> tuple[Name, Constraint]:
    """A partition with its part of the key."""
    return partition, recipes.named(partition, replace(key, name=None))


def _index(table: Name, key: Constraint) -> CreateIndex:
    return CreateIndex(
        table,
        key.name,
        tuple(IndexElement(column) for column in key.columns),
        key.include,
        unique=True,
        concurrently=True,
        nulls_not_distinct=key.nulls_not_distinct,
    )


def _add(table: Name, key: Constraint, what: str) -> Operation:
    name = quoted(key.name or "")
    return execute(f"ALTER TABLE {qualified(table)} ADD CONSTRAINT {name} {key.kind.upper()} {what}")


def _above(table: Name, key: Constraint, own: Sequence[tuple[Name, Constraint]]) -> Iterator[Operation]:
    """The key of a partitioned table, to which those of its partitions are attached."""
    columns = ", ".join(quoted(column) for column in key.columns)
    name = quoted(key.name or "")
    yield execute(f"ALTER TABLE ONLY {qualified(table)} ADD CONSTRAINT {name} {key.kind.upper()} ({columns})")
    for part, piece in own:
        above, below = (qualified(Name(each.name or "", of.schema)) for each, of in ((key, table), (piece, part)))
        yield execute(f"ALTER INDEX {above} ATTACH PARTITION {below}")


def _timing(at: StatementInContext) -> str:
    """DEFERRABLE as the user wrote it, which the constraint takes and its index does not."""
    found = _TIMING.search(at.statement.sql) if len(at.statement.actions) == 1 else None
    return f" {found[0]}" if found else ""
