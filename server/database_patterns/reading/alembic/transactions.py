"""Which transaction each statement of one direction runs in.

By default Alembic runs a whole upgrade in one transaction. What ends it: an ``autocommit_block()``, a COMMIT sent as
SQL, a ``commit()`` on the migration's connection. Env.py is not read here, and each reason says what rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from database_patterns.model import Direction, Transaction

DEFAULT = "Alembic runs this revision inside a transaction, unless env.py says otherwise (env.py was not read)"
"""Why a statement runs in the transaction that Alembic has opened, as long as nothing is known of env.py."""


def first(path: str, direction: Direction) -> str:
    """The identifier of the transaction that Alembic opens for this direction of the revision ``path``."""
    return f"{path}/{direction}/1"


def control(reason: str) -> str | None:
    """The statement sent as SQL, alone, that a transaction began after ("COMMIT"), as its reason says; else None."""
    return reason.split()[1] if _SENT_ALONE in reason else None


_SENT_ALONE: Final = "sent as SQL on line"

_CHANGING: Final = {"begin", "commit", "rollback", "prepare"}
"""The kinds of transaction statements that begin or end one."""


@dataclass(slots=True)
class Transactions:
    """The transaction at the current point; ``owner`` makes the ids of one revision's direction its own."""

    owner: str
    certain: bool = True
    reason: str = DEFAULT
    number: int = 1
    last: int = 1
    """The highest number so far."""
    opened: bool = True
    """Whether it is open before the next statement: SQLAlchemy begins another one only with that."""
    autocommit: int = 0
    messages: int = 0
    mixed: bool = False
    """Whether the latest message of several statements begins or ends transactions itself."""
    line: int = 0
    """The line of the call that sent it."""

    def is_open(self) -> bool:
        """Whether the next statement certainly runs in a transaction that is open already."""
        return self.certain and self.opened and not self.autocommit

    def saved(self) -> tuple[int, bool, str, bool]:
        """The transaction at this point, for ``restore``."""
        return self.number, self.certain, self.reason, self.opened

    def restore(self, saved: tuple[int, bool, str, bool]) -> None:
        """What ran since then never continues here: the transaction is the one that was ``saved``."""
        self.number, self.certain, self.reason, self.opened = saved

    def current(self) -> Transaction | None:
        """The transaction that the next statement runs in; None inside an autocommit block."""
        return None if self.autocommit else Transaction(f"{self.owner}/{self.number}", self.certain, self.reason)

    def send_together(self, controls: Iterable[str], line: int) -> None:
        """Several statements are sent as one text on ``line``; ``controls`` are its own transaction statements."""
        self.messages += 1
        self.mixed = not _CHANGING.isdisjoint(controls)
        self.line = line

    def message(self) -> Transaction:
        """The transaction that PostgreSQL opens for the next statement of that text, where no other is open."""
        reason = f"the statements of the text on line {self.line} are sent together in one message"
        rest = ", and it has transaction statements of its own" if self.mixed else ""
        name = f"{self.owner}/{self.number}/message/{self.messages}"
        return Transaction(name, not self.mixed, f"{reason}, which PostgreSQL runs in one transaction{rest}")

    def enter_autocommit(self) -> None:
        """An ``autocommit_block()`` begins: it commits what came before."""
        self.autocommit += 1

    def leave_autocommit(self) -> None:
        """The block ends, and Alembic begins another transaction."""
        self.autocommit -= 1
        self._next(certain=True, reason=f"{DEFAULT}; the autocommit block before it ended the one that it began with")

    def after_statement(self, kind: str, line: int, *, alone: bool) -> None:
        """A transaction statement (``kind`` as in ``actions.TransactionControl``) was sent as SQL on ``line``.

        Not ``alone`` when it is one of several statements that were sent together. Where one is open, PostgreSQL only
        warns of another BEGIN: "there is already a transaction in progress".
        """
        if kind == "begin" and self.is_open():
            return
        if kind in _CHANGING:
            sent = _SENT_ALONE if alone else "sent among others on line"
            reason = f"the {kind.upper()} {sent} {line} changed the transaction behind Alembic's back"
            self._next(certain=False, reason=f"{reason}; what holds after it depends on the driver")

    def after_call(self, call: str, line: int) -> None:
        """``commit()`` or ``rollback()`` was called on the migration's connection."""
        reason = f"begun by SQLAlchemy after {call} on line {line} ended Alembic's; nothing commits it"
        self._next(certain=True, reason=reason)
        self.opened = False

    def uncertain(self, why: str) -> None:
        """From here on it is not known which transaction statements run in."""
        self._next(certain=False, reason=why)

    def _next(self, *, certain: bool, reason: str) -> None:
        self.last += 1
        self.number = self.last
        self.opened = True
        self.certain = certain
        self.reason = reason
