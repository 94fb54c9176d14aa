"""Sentences and code that the messages and helps of several rules share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from textwrap import indent

from database_patterns.actions import Action, CreateIndex, Name
from database_patterns.effects.context import Held, StatementInContext
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import Certainty, Effect, Prediction, Tristate
from database_patterns.prose import listed
from database_patterns.rendering import operations
from database_patterns.rendering.operations import Operation, written

IDENTIFIER_BYTES_MAX = 63
"""PostgreSQL cuts longer names off (NAMEDATALEN - 1)."""


def effect_on(relation: Name, at: StatementInContext) -> Effect | None:
    """What the statement does to this table and to its partitions, as one effect; None when it does nothing."""
    return _of_family(relation, at, at.prediction)


def effect_of(action: Action, relation: Name, at: StatementInContext) -> Effect | None:
    """What one action of the statement does to this table, under the lock that the whole statement takes on it.

    None when it does nothing, also because the statement fails.
    """
    whole = effect_on(relation, at)
    own = _of_family(relation, at, at.by_itself(action))
    return None if whole is None or own is None or at.prediction.error else replace(own, lock=whole.lock)


def _of_family(relation: Name, at: StatementInContext, prediction: Prediction) -> Effect | None:
    names = _relations(relation, at)
    effects = {effect.relation: effect for effect in prediction.effects if effect.kind != "index"}
    own = effects.get(names[0])
    if own is None:
        return None
    family = [effects[name] for name in names if name in effects]
    scan, rewrite = _any(effect.scan for effect in family), _any(effect.rewrite for effect in family)
    return replace(own, scan=scan, rewrite=rewrite)


def _relations(relation: Name, at: StatementInContext) -> list[str]:
    """The table and those below it, as effects call them."""
    table = at.before.table(relation)
    return [str(each.name) for each in at.before.family(table)] if table else [str(at.before.resolve(relation))]


def held_over(relations: Iterable[Name], at: StatementInContext) -> Held | None:
    """The strongest lock on one of the tables under which this statement works, if it keeps writes waiting.

    An earlier statement of the transaction has taken it, or another subcommand of this one.
    """
    names = [name for relation in relations for name in _relations(relation, at)]
    own = [Held(each.lock, at.statement) for each in at.prediction.effects if each.lock and each.relation in names]
    locks = [*own, *(at.held[name] for name in names if name in at.held)]
    return max((each for each in locks if "writes" in blocked_by(each.lock)), key=lambda each: each.lock, default=None)


def validated_under(held: Held, constraint: str, tables: Iterable[Name], at: StatementInContext) -> str:
    """The message for a constraint that is validated while writes wait for the lock ``held``."""
    first, *_ = tables = tuple(tables)
    names = [str(each) for each in tables if any(each in at.held for each in _relations(each, at))]
    since = f"of line {held.since.span.line}" if held.since is not at.statement else "of this statement"
    return (
        f"VALIDATE CONSTRAINT {constraint} reads every row of {named(first, at)} under the {held.lock.name} {since} on"
        f" {listed(names or [str(first)])}, which is held until the transaction ends: {stopped(held.lock)} wait"
        " meanwhile, as if there were no NOT VALID."
    )


def certainty_of_held(held: Held, at: StatementInContext) -> Certainty:
    """How certain it is that the lock is still held."""
    transaction = at.statement.transaction
    sure = held.since is at.statement or (transaction is not None and transaction.certain)
    return "proven" if sure and held.since.confidence == "exact" else "unknown"


def one_step_later(at: StatementInContext, table: Name, constraint: str, *steps: Sequence[Operation]) -> str:
    """The help that puts what makes a constraint and what validates it into two transactions."""
    start = at.at_start.table(table)
    make, prove = steps
    if start is not None and constraint in start.constraints:
        return help_text(at, "Validate it in a transaction of its own, before anything takes a stronger lock:", prove)
    return help_text(at, "Add it, and commit:", make, in_two_transactions(at), prove)


def _any(facts: Iterable[Tristate]) -> Tristate:
    """True where one is, else "unknown" where one is."""
    return max(facts, key=[False, "unknown", True].index)


def partitions(relation: Name, at: StatementInContext) -> tuple[Name, ...]:
    """The tables below a partitioned table, as far as they are known; those in its schema are called as it is."""
    table = at.before.table(relation)
    if table is None:
        return ()
    names = [each.name for each in at.before.family(table)[1:]]
    return tuple(Name(name.name, relation.schema) if name.schema == table.name.schema else name for name in names)


def named(relation: Name, at: StatementInContext) -> str:
    """The table as the user calls it, "and its partitions" where it has any."""
    return f"{relation} and its partitions" if partitions(relation, at) else str(relation)


def called(relation: Name, at: StatementInContext) -> Name:
    """The name without its schema, where that is not needed to find it."""
    short = Name(relation.name)
    return short if at.before.resolve(short) == relation else relation


def takes(effect: Effect, *tables: str) -> str:
    """The lock, and what it stops: "takes ShareLock on orders: writes wait"."""
    lock = effect.lock or LockMode.AccessShareLock
    return f"takes {lock.name} on {listed(tables)}: {stopped(lock)} wait"


def stopped(lock: LockMode) -> str:
    """What waits behind the lock, of reads and writes; schema changes where it is neither."""
    traffic = blocked_by(lock)
    return listed([kind for kind in traffic if kind != "schema changes"] or traffic)


def certainty_of(effect: Effect, fact: Tristate) -> Certainty:
    """How certain a hit is that rests on ``fact``, the effect's ``scan`` or ``rewrite``."""
    return "unknown" if fact == "unknown" else effect.certainty


def depends_on(fact: Tristate, at: StatementInContext) -> str:
    """What the prediction could not know, as a sentence to put behind a message that rests on an unknown ``fact``."""
    return f" This is not certain: {'; '.join(at.prediction.unknown)}." if fact == "unknown" else ""


def sentence(text: str) -> str:
    """A text as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def help_text(at: StatementInContext, *parts: str | Sequence[Operation]) -> str:
    """Paragraphs: sentences as they are, operations as the code that this migration would hold, indented."""
    return "\n\n".join(
        part if isinstance(part, str) else indent(written(part, at.migration.kind), "    ") for part in parts
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


def in_two_transactions(at: StatementInContext) -> str:
    """How the steps of a fix are kept apart in this kind of migration."""
    if at.migration.kind == "sql":
        return "Then, in a transaction of its own:"
    return "Then, in the next revision (its own transaction: transaction_per_migration=True in env.py):"


def is_partitioned(relation: Name, at: StatementInContext) -> bool:
    """Whether the table is known to be partitioned."""
    table = at.before.table(relation)
    return table is not None and table.partitioned


def index_on_partitions(index: CreateIndex, at: StatementInContext) -> str:
    """The help that builds an index on each partition of a table, since none is built concurrently on all of them."""
    return help_text(
        at,
        "PostgreSQL builds no index concurrently on a partitioned table. Make one on the parent alone, build it on"
        " each partition while writes go on, and attach those:",
        list(_one_by_one(index, partitions(index.table, at))),
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


def may_be_required(table: Name, column: str, at: StatementInContext) -> bool:
    """Whether the column may be NOT NULL by itself, not as part of the primary key, so that it refuses a NULL."""
    known = at.before.table(table)
    found = known.columns.get(column) if known else None
    if known is None or found is None:
        return True
    key = known.primary_key
    return found.not_null and not (key and column in key.columns)


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
