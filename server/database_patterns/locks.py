"""PostgreSQL's table-level lock modes and which of them exclude each other, as data.

Source: PostgreSQL documentation, "Explicit Locking", table 13.2 (Conflicting Lock Modes), the same in 14 to 18. The
names are those that ``pg_locks.mode`` shows.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class LockMode(IntEnum):
    """A table-level lock mode; a greater value is a stronger lock."""

    AccessShareLock = 1
    RowShareLock = 2
    RowExclusiveLock = 3
    ShareUpdateExclusiveLock = 4
    ShareLock = 5
    ShareRowExclusiveLock = 6
    ExclusiveLock = 7
    AccessExclusiveLock = 8

    @property
    def sql_name(self) -> str:
        """The name that ``LOCK TABLE … IN … MODE`` takes, such as ``SHARE ROW EXCLUSIVE``."""
        words = "".join(f" {letter}" if letter.isupper() else letter for letter in self.name.removesuffix("Lock"))
        return words.strip().upper()


CONFLICTS: Final[dict[LockMode, frozenset[LockMode]]] = {
    LockMode.AccessShareLock: frozenset({LockMode.AccessExclusiveLock}),
    LockMode.RowShareLock: frozenset({LockMode.ExclusiveLock, LockMode.AccessExclusiveLock}),
    LockMode.RowExclusiveLock: frozenset(
        {
            LockMode.ShareLock,
            LockMode.ShareRowExclusiveLock,
            LockMode.ExclusiveLock,
            LockMode.AccessExclusiveLock,
        }
    ),
    LockMode.ShareUpdateExclusiveLock: frozenset(
        {
            LockMode.ShareUpdateExclusiveLock,
            LockMode.ShareLock,
            LockMode.ShareRowExclusiveLock,
            LockMode.ExclusiveLock,
            LockMode.AccessExclusiveLock,
        }
    ),
    LockMode.ShareLock: frozenset(
        {
            LockMode.RowExclusiveLock,
            LockMode.ShareUpdateExclusiveLock,
            LockMode.ShareRowExclusiveLock,
            LockMode.ExclusiveLock,
            LockMode.AccessExclusiveLock,
        }
    ),
    LockMode.ShareRowExclusiveLock: frozenset(
        {
            LockMode.RowExclusiveLock,
            LockMode.ShareUpdateExclusiveLock,
            LockMode.ShareLock,
            LockMode.ShareRowExclusiveLock,
            LockMode.ExclusiveLock,
            LockMode.AccessExclusiveLock,
        }
    ),
    LockMode.ExclusiveLock: frozenset(set(LockMode) - {LockMode.AccessShareLock}),
    LockMode.AccessExclusiveLock: frozenset(LockMode),
}

_TRAFFIC: Final[dict[str, LockMode]] = {
    "reads": LockMode.AccessShareLock,
    "writes": LockMode.RowExclusiveLock,
    "schema changes": LockMode.ShareUpdateExclusiveLock,
}


def conflicts(held: LockMode, wanted: LockMode) -> bool:
    """Whether a session that wants ``wanted`` on a relation waits while another session holds ``held`` on it."""
    return wanted in CONFLICTS[held]


def blocked_by(held: LockMode) -> tuple[str, ...]:
    """What waits behind ``held``, of ``reads`` (SELECT), ``writes`` (INSERT, UPDATE, DELETE) and ``schema changes``.

    ``schema changes`` stands for the weakest lock that a schema change or VACUUM takes, SHARE UPDATE EXCLUSIVE.
    """
    return tuple(traffic for traffic, wanted in _TRAFFIC.items() if conflicts(held, wanted))
