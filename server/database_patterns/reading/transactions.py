"""Which transactions the revisions of one upgrade share: what each reads for itself, completed by what env.py says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from database_patterns.model import Direction, Migration, Statement, Transaction

from .alembic.transactions import DEFAULT, first
from .environment import Environment

Sharing = Literal["all", "each", "unknown"]
_DIRECTIONS: Final[tuple[Direction, ...]] = ("upgrade", "downgrade")


@dataclass(frozen=True, slots=True)
class Rule:
    """How env.py has Alembic run revisions: ``all`` in one transaction, or ``each`` in its own.

    With ``autocommit`` there is no transaction at all, up to the end of the first ``autocommit_block()``: Alembic then
    sets the connection back to the isolation level that the server names, and with it to transactions.
    """

    sharing: Sharing
    reason: str
    autocommit: bool = False


def rule(environment: Environment) -> Rule:
    """What holds for the revisions of a project with this env.py, as Alembic's MigrationContext decides it."""
    if environment.autocommit:
        each = environment.transaction_per_migration
        why = "an autocommit_block() before it took the connection out of the autocommit mode that env.py had set"
        return Rule("unknown" if each is None else "each" if each else "all", why, autocommit=True)
    if environment.already_in_transaction:
        begun = f"line {environment.before_configure[-1].line} of env.py has begun a transaction"
        why = f"{begun} before context.configure, so that Alembic begins none"
        return Rule("all", f"{why}: all revisions run in that one, and env.py must commit it")
    if unknown := _unknown(environment):
        return Rule("unknown", unknown)
    if not environment.transactional_ddl:
        return Rule(
            "each", "env.py turns transactional_ddl off, so that Alembic begins a transaction for each revision"
        )
    if environment.transaction_per_migration:
        return Rule("each", "env.py sets transaction_per_migration: Alembic runs each revision in its own transaction")
    why = "env.py does not set transaction_per_migration"
    return Rule("all", f"Alembic runs all revisions of one run in one transaction: {why}")


def _unknown(environment: Environment) -> str:
    """Why it is not known what holds; nothing where it is."""
    whether = "whether revisions share a transaction is not known"
    if environment.why_unknown:
        return f"{whether}: {environment.why_unknown}"
    if environment.already_in_transaction is None:
        return f"{whether}: env.py gets its connection from elsewhere, which may have begun one"
    for option in ("transactional_ddl", "transaction_per_migration"):
        if getattr(environment, option) is None:
            return f"{whether}: it depends on {option}, whose value in env.py could not be read"
    return ""


def shared(migrations: Sequence[Migration], environment: Environment) -> list[Migration]:
    """The migrations, given in the order of an upgrade, with the transactions that they really run in."""
    by_direction = {
        direction: list(
            _Run(direction, rule(environment)).through(migrations if direction == "upgrade" else migrations[::-1])
        )
        for direction in _DIRECTIONS
    }
    downgrades = by_direction["downgrade"][::-1]
    return [
        replace(migration, upgrade=upgrade, downgrade=downgrade)
        for migration, upgrade, downgrade in zip(migrations, by_direction["upgrade"], downgrades, strict=True)
    ]


class _Run:
    """One run over all revisions in one direction."""

    def __init__(self, direction: Direction, rule: Rule) -> None:
        self.direction: Direction = direction
        self.rule = rule
        self.open: Transaction | None = None
        self.doubt = ""
        self.autocommit = rule.autocommit

    def through(self, migrations: Iterable[Migration]) -> Iterator[tuple[Statement, ...]]:
        for migration in migrations:
            opened = first(migration.path, self.direction)
            given = migration.statements(self.direction)
            statements = tuple(replace(each, transaction=self._within(each.transaction, opened)) for each in given)
            if statements:
                self.open = statements[-1].transaction
            if migration.gaps(self.direction):
                self.open = None
                self.doubt = f"; {migration.path} before it was not read as a whole, and may have ended another"
            yield statements

    def _within(self, transaction: Transaction | None, opened: str) -> Transaction | None:
        """The transaction as this run has it."""
        if transaction is None:
            self.autocommit = False
        if transaction is None or (self.autocommit and DEFAULT in transaction.reason):
            return None
        certain = transaction.certain and self.rule.sharing != "unknown"
        own = replace(transaction, certain=certain, reason=transaction.reason.replace(DEFAULT, self.rule.reason))
        if self.rule.sharing != "all" or transaction.id != opened:
            return own
        if self.open is None:
            return replace(own, reason=own.reason + self.doubt)
        doubtful = not self.open.certain
        return Transaction(self.open.id, own.certain and not doubtful, self.open.reason if doubtful else own.reason)
