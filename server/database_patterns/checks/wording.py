"""Sentences that the messages and helps of several rules share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import indent
from typing import Final

from database_patterns.actions import Name
from database_patterns.effects import family
from database_patterns.effects.context import StatementInContext
from database_patterns.locks import LockMode, blocked_by
from database_patterns.model import Certainty, Effect, Tristate
from database_patterns.prose import listed
from database_patterns.rendering.operations import Operation, written

_SHOWN: Final = 3
_CODE: Final = re.compile(r"\w+[._(\[]")


def named(relation: Name, at: StatementInContext) -> str:
    """The table as the user calls it, "and its partitions" where it has any."""
    return f"{relation} and its partitions" if family.partitions(relation, at) else str(relation)


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
    """A text as a sentence of its own; code that it begins with stays as it is."""
    if _CODE.match(text):
        return f"{text.rstrip('.')}."
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def help_text(at: StatementInContext, *parts: str | Sequence[Operation]) -> str:
    """Paragraphs: sentences as they are, operations as the code that this migration would hold, indented."""
    return "\n\n".join(
        part if isinstance(part, str) else indent(written(part, at.migration.kind), "    ") for part in parts
    )


def in_two_transactions(at: StatementInContext) -> str:
    """How the steps of a fix are kept apart in this kind of migration."""
    if at.migration.kind == "sql":
        return "Then, in a transaction of its own:"
    return "Then, in the next revision (its own transaction: transaction_per_migration=True in env.py):"


def by_itself(at: StatementInContext) -> str:
    """Where a statement goes that refuses a transaction, in this kind of migration."""
    return "outside a transaction" if at.migration.kind == "sql" else "in a revision of its own"


def first_of(tables: Sequence[str]) -> Sequence[str]:
    """The tables, or where they are many, the first of them and how many more there are."""
    return tables if len(tables) <= _SHOWN else [*tables[:_SHOWN], f"{len(tables) - _SHOWN} more"]
