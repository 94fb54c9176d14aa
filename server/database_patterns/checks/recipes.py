"""The steps that the helps of several rules share, as operations in the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from database_patterns.actions import CreateIndex, Name
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering import operations
from database_patterns.rendering.operations import Operation

from . import wording

IDENTIFIER_BYTES_MAX = 63
"""PostgreSQL cuts longer names off (NAMEDATALEN - 1)."""


def one_step_later(at: StatementInContext, table: Name, constraint: str, *steps: Sequence[Operation]) -> str:
    """The help that puts what makes a constraint and what validates it into two transactions."""
    start = at.at_start.table(table)
    make, prove = steps
    if start is not None and constraint in start.constraints:
        return wording.help_text(
            at, "Validate it in a transaction of its own, before anything takes a stronger lock:", prove
        )
    return wording.help_text(at, "Add it, and commit:", make, wording.in_two_transactions(at), prove)


def index_on_partitions(index: CreateIndex, at: StatementInContext) -> str:
    """The help that builds an index on each partition of a table, since none is built concurrently on all of them."""
    return wording.help_text(
        at,
        "PostgreSQL builds no index concurrently on a partitioned table. Make one on the parent alone, build it on"
        " each partition while writes go on, and attach those:",
        list(_one_by_one(index, family.partitions(index.table, at))),
    )


def _one_by_one(index: CreateIndex, parts: Iterable[Name]) -> Iterator[Operation]:
    columns = [element.column or "expr" for element in index.elements]
    parent = index.name or generated_name(index.table.name, *columns, "idx")
    yield operations.create_index(replace(index, name=parent, only=True, concurrently=False))
    for part in parts:
        name = generated_name(part.name, *columns, "idx")
        yield operations.create_index(replace(index, table=part, name=name, concurrently=True))
        above = operations.qualified(Name(parent, index.table.schema))
        attached = operations.qualified(Name(name, part.schema))
        yield operations.execute(f"ALTER INDEX {above} ATTACH PARTITION {attached}")


def proof_of_not_null(
    table: Name, column: str, constraint: str | None = None
) -> tuple[Sequence[Operation], Sequence[Operation]]:
    """The two steps to NOT NULL during which reads and writes go on.

    The constraint's name is not the one that PostgreSQL gives to NOT NULL itself since 18 (…_not_null).
    """
    constraint = constraint or generated_name(table.name, column, "present")
    condition = f"{operations.quoted(column)} IS NOT NULL"
    return (
        [operations.add_check(table, constraint, condition, not_valid=True)],
        [
            operations.validate_constraint(table, constraint),
            operations.set_not_null(table, column),
            operations.drop_constraint(table, constraint),
        ],
    )


def as_written(operation: Operation, sql: str) -> Operation:
    """``operation``, or where it does not say all that the user's ``sql`` says (DESC, WITH, TABLESPACE), that SQL."""
    return (
        operation if same_sql(operation.sql, sql) else operations.execute(sql, in_transaction=operation.in_transaction)
    )


def same_sql(one: str, other: str) -> bool:
    """Whether two statements differ in white space and case only."""
    first, second = (re.sub(r"\s*([(),])\s*", r"\1", " ".join(sql.split())).casefold() for sql in (one, other))
    return first == second


def generated_name(*parts: str) -> str:
    """A name for an object of a fix, from the user's own names and within PostgreSQL's limit."""
    name = "_".join(parts)
    return name.encode()[:IDENTIFIER_BYTES_MAX].decode(errors="ignore")
