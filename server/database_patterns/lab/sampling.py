"""Watching a statement that refuses a transaction, from outside while it runs.

Its locks come and go within it, some for less than a millisecond. So a server-side loop samples the locks without a
pause, from another database (a snapshot in the same one would make CREATE INDEX CONCURRENTLY wait for it), while other
sessions hold locks on the tables, each for a moment, so that the statement has to wait for its own long enough to be
seen. What is seen was there; what is not seen may have been there all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from database_patterns.lab import driver
from database_patterns.locks import LockMode

if TYPE_CHECKING:
    from database_patterns.databases.driver import Connection
    from database_patterns.lab.server import Database

Locks = set[tuple[int, LockMode]]

_HELD_SECONDS: Final = 0.025
_PAUSE_SECONDS: Final = 0.005
_PATIENCE_MS: Final = 100
_TABLES_MAX: Final = 200
_SETTINGS: Final = (
    "client_min_messages = notice",
    # Should we be killed, then the loop must not go on for ever on a server that is not ours.
    "statement_timeout = '10min'",
    "client_connection_check_interval = '1s'",  # where the server's system can
)
_STARTED: Final = "started"
_SAMPLE: Final = """
    DO $sampler$
    DECLARE
        seen text[] := '{{}}';
        held text[];
        lock text;
        here oid;
    BEGIN
        RAISE NOTICE '{started}';
        SELECT oid INTO STRICT here FROM pg_database WHERE datname = '{database}';
        LOOP
            SELECT array_agg(relation || ' ' || mode) INTO held FROM pg_lock_status()
            WHERE pid = {pid} AND locktype = 'relation' AND database = here;
            CONTINUE WHEN held IS NULL OR held <@ seen;
            FOREACH lock IN ARRAY held LOOP
                RAISE NOTICE '%', lock;
            END LOOP;
            seen := seen || held;
        END LOOP;
    END $sampler$
"""
_TABLES: Final = """
    SELECT oid::regclass::text, relkind <> 'm' FROM pg_class
    WHERE relkind IN ('r', 'm', 'p') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
      AND pg_has_role(relowner, 'USAGE') ORDER BY oid LIMIT %s
"""


@contextmanager
def watched(database: Database, session: Connection) -> Generator[Locks]:
    """The locks on relations, as OID and mode, that ``session`` holds or waits for while the context lasts."""
    tables = driver.rows(session, _TABLES, _TABLES_MAX)
    # EXPLAIN takes ACCESS SHARE on a table and its indexes, without reading a row.
    reading = "; ".join(f"EXPLAIN SELECT FROM ONLY {table}" for table, _ in tables)
    locking = "; ".join(
        f"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE NOWAIT" for table, lockable in tables if lockable
    )
    with ExitStack() as stack:
        locks = stack.enter_context(_sampler(database, session.info.backend_pid))
        for blocker in (reading, reading, locking):
            stack.enter_context(_blocker(database, blocker))
        yield locks


@contextmanager
def _sampler(database: Database, pid: int) -> Generator[Locks]:
    """Sample until the context ends; each lock arrives as a notice, the first time that it is seen."""
    locks: Locks = set()
    started = threading.Event()

    def notice(message: str | None) -> None:
        if message and message != _STARTED:
            oid, mode = message.split()
            locks.add((int(oid), LockMode[mode]))
        started.set()

    with driver.connect(database.elsewhere) as connection:
        for setting in _SETTINGS:
            driver.execute(connection, f"SET {setting}")
        connection.add_notice_handler(lambda diagnostic: notice(diagnostic.message_primary))
        sample = _SAMPLE.format(started=_STARTED, pid=pid, database=database.name)

        def run() -> None:
            driver.execute(connection, sample)
            started.set()  # should it have failed at once

        thread = threading.Thread(target=run)
        thread.start()
        try:
            started.wait()
            yield locks
        finally:
            connection.cancel_safe()
            thread.join()


@contextmanager
def _blocker(database: Database, take: str) -> Generator[None]:
    """Hold the locks that ``take`` takes again and again, each time for a moment; they are held at the beginning.

    One that would have to wait gives up soon, before it becomes a deadlock.
    """
    over, holding = threading.Event(), threading.Event()
    with driver.connect(database.owner) as connection:
        connection.execute(f"SET lock_timeout = {_PATIENCE_MS}")

        def hold() -> None:
            while not over.is_set():
                refused = driver.execute(connection, f"BEGIN; {take}")
                holding.set()
                driver.execute(connection, f"SELECT pg_sleep({_PAUSE_SECONDS if refused else _HELD_SECONDS})")
                driver.execute(connection, "ROLLBACK")

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            holding.wait()
            yield
        finally:
            over.set()
            thread.join()
