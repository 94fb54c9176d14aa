"""Which transactions the revisions of one upgrade share: what each reads for itself, completed by what env.py says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from database_patterns.model import Direction, Migration, Statement, Transaction

from .alembic.transactions import DEFAULT, control, first
from .environment import Environment

Sharing = Literal["all", "each", "unknown"]


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


def shared(migrations: Sequence[Migration], environment: Environment, driver: str | None = None) -> list[Migration]:
    """The migrations, given in the order of an upgrade, with the transactions that they really run in.

    ``driver`` is the one that they are run with, None where it is not known.
    """
    found = rule(environment)
    upgrades = list(_Run("upgrade", found, driver).through(migrations))
    downgrades = list(_Run("downgrade", found, driver).through(migrations[::-1]))[::-1]
    return [
        replace(migration, upgrade=upgrade, downgrade=downgrade)
        for migration, upgrade, downgrade in zip(migrations, upgrades, downgrades, strict=True)
    ]


class _Run:
    """One run over all revisions in one direction.

    Measured with Alembic 1.20 and SQLAlchemy 2.1: psycopg2 and asyncpg do not notice a COMMIT or ROLLBACK that is sent
    as SQL, so that each statement after it runs by itself, in the following revisions too, up to a BEGIN sent as SQL
    or the end of Alembic's transaction. psycopg 3 begins another transaction with the next statement.
    """

    def __init__(self, direction: Direction, rule: Rule, driver: str | None) -> None:
        self.direction: Direction = direction
        self.rule = rule
        self.driver = driver
        self.open: Transaction | None = None
        self.doubt = ""
        self.autocommit = rule.autocommit
        self.unnoticed = ""

    def through(self, migrations: Iterable[Migration]) -> Iterator[tuple[Statement, ...]]:
        """The statements of each revision; between two of them ``open`` is the transaction that the last one left."""
        for migration in migrations:
            opened = first(migration.path, self.direction)
            if self.rule.sharing != "all":
                self.open, self.unnoticed = None, ""
            given = migration.statements(self.direction)
            statements = tuple(self._placed(each, opened) for each in given)
            if migration.gaps(self.direction):
                unread = f"{migration.path} before it was not read as a whole"
                self.open, self.doubt = None, f"; {unread}, and may have ended another"
                self.unnoticed = self.unnoticed and f"{unread}, and a COMMIT in it went unnoticed by the driver"
            yield statements

    def _placed(self, statement: Statement, opened: str) -> Statement:
        self.open = self._within(statement, opened)
        return replace(statement, transaction=self.open or statement.message)

    def _within(self, statement: Statement, opened: str) -> Transaction | None:
        """The transaction of the statement as this run has it; ``opened`` is the one that its revision begins with."""
        transaction = statement.transaction
        if transaction is None or transaction == statement.message:
            self.autocommit, self.unnoticed = False, ""
            return None
        if self.autocommit and DEFAULT in transaction.reason:
            return None
        sent = control(transaction.reason)
        if sent and self.driver in _DRIVERS and self.rule.sharing != "unknown":
            return self._after(sent, statement, transaction)
        if transaction.id == opened and self.rule.sharing == "all":
            return self._continued(self._own(transaction))
        self.unnoticed = self.unnoticed if transaction.id == opened else ""
        return self._own(transaction)

    def _own(self, transaction: Transaction) -> Transaction:
        certain = transaction.certain and self.rule.sharing != "unknown"
        return replace(transaction, certain=certain, reason=transaction.reason.replace(DEFAULT, self.rule.reason))

    def _continued(self, own: Transaction) -> Transaction | None:
        """The transaction that the revisions before have left open, else ``own``."""
        if self.unnoticed:
            return None if self.unnoticed == _CERTAIN else replace(own, certain=False, reason=self.unnoticed)
        if self.open is None:
            return replace(own, reason=own.reason + self.doubt)
        doubtful = not self.open.certain
        return Transaction(self.open.id, own.certain and not doubtful, self.open.reason if doubtful else own.reason)

    def _after(self, sent: str, statement: Statement, transaction: Transaction) -> Transaction | None:
        """Where the statement runs after ``sent``, by what the driver makes of it."""
        reason = transaction.reason.partition(";")[0]
        if self.driver == _BEGINS_AGAIN:
            if sent == "BEGIN" and self.open:
                return self.open
            return replace(transaction, certain=True, reason=f"{reason}; psycopg 3 then began another")
        if sent != "BEGIN":
            guarded = statement.confidence != "exact"
            self.unnoticed = f"{reason}, but whether it runs is not known" if guarded else _CERTAIN
            return None
        inside = self.open if not self.unnoticed else None
        self.unnoticed = ""
        return inside or replace(transaction, certain=True, reason=f"{reason}, and opened it")


_BEGINS_AGAIN: Final = "psycopg"
_DRIVERS: Final = {_BEGINS_AGAIN, "psycopg2", "asyncpg"}
_CERTAIN: Final = "certain"
