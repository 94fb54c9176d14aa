"""What a real server does with one statement: its locks, rewrites, rebuilt indexes, scans, WAL, and its error.

A statement runs in a transaction that is rolled back, and is looked at before the rollback. One that refuses a
transaction (SQLSTATE 25001) runs again by itself, is watched from outside meanwhile (``sampling.py``), and changes the
database.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from database_patterns.errors import UserError
from database_patterns.lab import contents, driver, observation, sampling
from database_patterns.locks import LockMode
from database_patterns.model import Measurement, ServerError

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection
    from database_patterns.lab.server import Database

_REFUSES_TRANSACTION: Final = "25001"
_CLUSTER_WIDE: Final = re.compile(
    r"\s*(ALTER\s+SYSTEM|(CREATE|ALTER|DROP)\s+(DATABASE|TABLESPACE|SUBSCRIPTION))\b", re.IGNORECASE
)
"""They refuse a transaction too, but change more than the lab's database: they are not run again."""
_WAL_POSITION: Final = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
_OTHER_SESSIONS: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SETTLED_SECONDS_MAX: Final = 5.0
_STATISTICS_SHARED_SINCE: Final = 15
_STATISTICS_FILE_SECONDS: Final = 0.51
"""PostgreSQL 14 answers from a file of statistics that may be half a second old."""


@dataclass(frozen=True, slots=True)
class _View:
    """What is compared before and after a statement."""

    relations: observation.Relations
    read: Mapping[int, int]
    wal: int


def measure(
    database: Database, statement_sql: str, *, before: Sequence[str] = (), held: contents.Contents | None = None
) -> Measurement:
    """Run ``statement_sql`` on ``database`` as its owner and say what happened.

    ``before`` holds statements that run first in the same transaction (SET LOCAL …); a lock that they take already is
    not counted as the statement's. Whoever else uses the server meanwhile adds to the WAL. ``held`` is what the tables
    hold (``contents.read_all``), for what is lost of it.

    Raises:
        UserError: a statement of ``before`` fails, or ``statement_sql`` needs data from the client (COPY FROM STDIN).
    """
    with driver.connect(database.owner) as connection:
        measurement = _in_transaction(database, connection, statement_sql, before, held or {})
    if measurement.in_transaction_ok or _CLUSTER_WIDE.match(statement_sql):
        return measurement
    return _sampled(database, statement_sql, before, held or {})


@contextmanager
def measuring(
    database: Database, *, settings: Sequence[str] = (), held: contents.Contents | None = None
) -> Generator[Callable[[str], Measurement]]:
    """A function that measures one statement after the other over one connection, in milliseconds each.

    ``settings`` are set before, as in SET; ``held`` is as for ``measure``. A statement that refuses a transaction is
    not run again: it comes back with that error.

    Raises:
        UserError: as ``measure``; a setting is refused.
    """
    with driver.connect(database.owner) as connection:
        _prepare(connection, [f"SET {setting}" for setting in settings])
        yield lambda statement_sql: _in_transaction(database, connection, statement_sql, (), held or {})


def _in_transaction(
    database: Database, connection: Connection, sql: str, before: Sequence[str], contained: contents.Contents
) -> Measurement:
    statistics = "pg_stat_xact_all_tables"
    connection.execute("BEGIN")
    try:
        _prepare(connection, before)
        held = observation.held_locks(connection)
        earlier = _look(connection, statistics)
        error, duration_ms = _run(connection, sql)
        if error:
            return _nothing_seen(database, error, duration_ms)
        later = _look(connection, statistics)
        locks = observation.held_locks(connection) - held
        lost = _lost(connection, contained, locks, earlier.relations)
    finally:
        driver.execute(connection, "ROLLBACK")
    found = _measurement(database, earlier, later, locks, "in transaction", duration_ms, None)
    return replace(found, kept=frozenset(found.locks), lost=lost)


def _lost(
    connection: Connection, held: contents.Contents, locks: Iterable[tuple[int, LockMode]], known: observation.Relations
) -> dict[str, frozenset[str]]:
    """What is gone of the content of those tables that the statement has locked to write to them."""
    written = {oid for oid, mode in locks if mode >= LockMode.RowExclusiveLock and oid in held}
    after = contents.read(connection, written)
    found = {known[oid].name: contents.lost(held[oid], after.get(oid)) for oid in written}
    return {name: columns for name, columns in sorted(found.items()) if columns}


def _sampled(database: Database, sql: str, before: Sequence[str], contained: contents.Contents) -> Measurement:
    statistics = "pg_stat_all_tables"
    with driver.connect(database.owner) as observer:
        _settle(database, observer)
        earlier = _look(observer, statistics)
        with driver.connect(database.owner) as session:
            _prepare(session, before)
            with sampling.watched(database, session) as locks:
                error, duration_ms = _run(session, sql)
            kept = observation.strongest(observation.held_locks(session), earlier.relations)
        _settle(database, observer)
        later = _look(observer, statistics)
        lost = _lost(observer, contained, locks, earlier.relations)
    found = _measurement(database, earlier, later, locks, "sampled", duration_ms, error)
    return replace(found, kept=frozenset(kept), lost=lost)


def _measurement(
    database: Database,
    earlier: _View,
    later: _View,
    locks: Iterable[tuple[int, LockMode]],
    observed: Literal["in transaction", "sampled"],
    duration_ms: float,
    error: ServerError | None,
) -> Measurement:
    known = earlier.relations
    return Measurement(
        postgres=database.postgres,
        locks=observation.strongest(locks, known),
        rewritten=observation.rewritten(known, later.relations),
        rebuilt_indexes=observation.rebuilt_indexes(known, later.relations),
        scanned=observation.scanned(earlier.read, later.read, known),
        in_transaction_ok=observed == "in transaction",
        observed=observed,
        wal_bytes=later.wal - earlier.wal,
        duration_ms=duration_ms,
        error=error,
    )


def _nothing_seen(database: Database, error: ServerError, duration_ms: float) -> Measurement:
    """An error in a transaction: PostgreSQL has given back the locks before anyone could look."""
    nothing = _View({}, {}, 0)
    found = _measurement(database, nothing, nothing, (), "in transaction", duration_ms, error)
    return replace(found, in_transaction_ok=error.sqlstate != _REFUSES_TRANSACTION)


def _prepare(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        error = driver.execute(connection, statement)
        if error:
            raise UserError(f"what is to run before the statement raises {error}", where=statement)


def _look(connection: Connection, statistics: str) -> _View:
    known = observation.relations(connection)
    read = observation.rows_read(connection, statistics)
    [(wal,)] = driver.rows(connection, _WAL_POSITION)
    return _View(known, read, int(wal))


def _run(connection: Connection, sql: str) -> tuple[ServerError | None, float]:
    started = time.perf_counter()
    error = driver.execute_one(connection, sql)
    return error, (time.perf_counter() - started) * 1000


def _settle(database: Database, observer: Connection) -> None:
    """Wait until the other sessions in the database have ended: only then are their statistics complete."""
    deadline = time.monotonic() + _SETTLED_SECONDS_MAX
    while driver.rows(observer, _OTHER_SESSIONS) != [(0,)] and time.monotonic() < deadline:
        time.sleep(0.005)
    if database.postgres < _STATISTICS_SHARED_SINCE:
        time.sleep(_STATISTICS_FILE_SECONDS)
