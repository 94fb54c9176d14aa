"""What ``locks`` says of PostgreSQL's lock modes, and what two sessions of a real server show, in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from pglast import parser

from database_patterns.lab import driver

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection
    from database_patterns.lab.server import Database

MODES: Final = {
    "AccessShareLock": "ACCESS SHARE",
    "RowShareLock": "ROW SHARE",
    "RowExclusiveLock": "ROW EXCLUSIVE",
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE",
    "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}
TRAFFIC: Final = {
    "reads": ("SELECT * FROM t",),
    "writes": ("INSERT INTO t VALUES (1)", "UPDATE t SET a = 2", "DELETE FROM t"),
    "schema changes": ("ALTER TABLE t ALTER a SET STATISTICS 5", "VACUUM t"),
}
_NOT_AVAILABLE: Final = "55P03"


@dataclass(frozen=True, slots=True)
class LockFacts:
    """The pairs (held, wanted) that exclude each other, what waits behind each mode, and the modes' own numbers."""

    conflicts: frozenset[tuple[str, str]]
    waiting: dict[str, tuple[str, ...]]
    numbers: dict[str, int]


def said(locks: Any) -> LockFacts:
    """What the module says."""
    modes = locks.LockMode.__members__
    pairs = product(modes, repeat=2)
    return LockFacts(
        conflicts=frozenset((held, wanted) for held, wanted in pairs if locks.conflicts(modes[held], modes[wanted])),
        waiting={name: locks.blocked_by(mode) for name, mode in modes.items()},
        numbers={name: int(mode) for name, mode in modes.items()},
    )


def measured(database: Database) -> LockFacts:
    """What the server does; the numbers are those that its parser gives to LOCK TABLE."""
    database.execute("CREATE TABLE t (a int)")
    conflicts, waiting = set(), {}
    with driver.connect(database.owner) as holder, driver.connect(database.owner) as other:
        driver.execute(other, "SET lock_timeout = '1ms'")
        for held, words in MODES.items():
            driver.execute(holder, f"BEGIN; LOCK TABLE t IN {words} MODE")
            wanted = {name: f"BEGIN; LOCK TABLE t IN {each} MODE NOWAIT" for name, each in MODES.items()}
            conflicts |= {(held, name) for name, lock in wanted.items() if _waits(other, lock)}
            waiting[held] = tuple(who for who, what in TRAFFIC.items() if all(_waits(other, each) for each in what))
            driver.execute(holder, "ROLLBACK")
    return LockFacts(frozenset(conflicts), waiting, {name: _number(words) for name, words in MODES.items()})


def _waits(session: Connection, sql: str) -> bool:
    error = driver.execute(session, sql)
    driver.execute(session, "ROLLBACK")
    assert error is None or error.sqlstate == _NOT_AVAILABLE
    return error is not None


def _number(words: str) -> int:
    statement: Any = parser.parse_sql(f"LOCK TABLE t IN {words} MODE")[0].stmt
    return int(statement.mode)
