"""The steps that the helps of several rules share, as operations in the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from database_patterns.actions import Constraint, CreateIndex, Name
from database_patterns.catalog.schema import constrained_columns
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.rendering import operations
from database_patterns.rendering.operations import Operation

from . import wording

IDENTIFIER_BYTES_MAX = 63
"""PostgreSQL cuts longer names off (NAMEDATALEN - 1)."""
_ENDINGS: Final = {"check": "check", "foreign key": "fkey", "primary key": "pkey", "unique": "key", "exclusion": "excl"}
"""How the names end that PostgreSQL gives to constraints."""


def named(table: Name, constraint: Constraint) -> Constraint:
    """The constraint with a name: where the user gave none, about the one that PostgreSQL would choose."""
    if constraint.name is not None:
        return constraint
    columns = sorted(constrained_columns(constraint)) if constraint.kind == "check" else constraint.columns
    about = () if constraint.kind == "primary key" or (constraint.kind == "check" and len(columns) > 1) else columns
    return replace(constraint, name=generated_name(table.name, *about, _ENDINGS[constraint.kind]))


def without_looking(table: Name, constraint: Constraint) -> tuple[Sequence[Operation], Sequence[Operation]]:
    """The two steps to a CHECK or a foreign key, with a name, during which reads and writes go on."""
    name = constraint.name or ""
    if constraint.kind == "check":
        condition = constraint.expression.sql if constraint.expression else ""
        make = operations.add_check(table, name, condition, not_valid=True)
    else:
        make = operations.add_foreign_key(table, replace(constraint, not_valid=True))
    return [make], [operations.validate_constraint(table, name)]


def index_on_partitions(index: CreateIndex, at: StatementInContext) -> str:
    """The help that builds an index on each partition of a table, since none is built concurrently on all of them."""
    columns = [element.column or "expr" for element in index.elements]
    parent = index.name or generated_name(index.table.name, *columns, "idx")
    parts = [(part, generated_name(part.name, *columns, "idx")) for part in family.partitions(index.table, at)]
    above = operations.qualified(Name(parent, index.table.schema))
    below = [operations.qualified(Name(name, part.schema)) for part, name in parts]
    return wording.help_text(
        at,
        "PostgreSQL builds no index concurrently on a partitioned table. Make one on the parent alone:",
        [operations.create_index(replace(index, name=parent, only=True, concurrently=False))],
        f"Build it on each partition while writes go on, each {wording.by_itself(at)}:",
        [operations.create_index(replace(index, table=part, name=name, concurrently=True)) for part, name in parts],
        wording.in_two_transactions(at),
        [operations.execute(f"ALTER INDEX {above} ATTACH PARTITION {name}") for name in below],
    )


def proof_of_not_null(
    table: Name, *columns: str, constraint: str | None = None
) -> tuple[Sequence[Operation], Sequence[Operation]]:
    """The two steps to NOT NULL during which reads and writes go on; ``constraint`` is the proof's name.

    It is not the one that PostgreSQL gives to NOT NULL itself since 18 (…_not_null).
    """
    proofs = {column: constraint or generated_name(table.name, column, "present") for column in columns}
    constrain = [
        operations.add_check(table, proof, f"{operations.quoted(column)} IS NOT NULL", not_valid=True)
        for column, proof in proofs.items()
    ]
    return constrain, [step for column, proof in proofs.items() for step in _prove(table, column, proof)]


def _prove(table: Name, column: str, proof: str) -> Iterator[Operation]:
    yield operations.validate_constraint(table, proof)
    yield operations.set_not_null(table, column)
    yield operations.drop_constraint(table, proof)


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
