"""What is measured on a real server is what the recorded measurements say, and reads as documented."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from tests.effects import record

from database_patterns.errors import UserError
from database_patterns.lab.measure import measure, measuring
from database_patterns.lab.server import Database, Server
from database_patterns.locks import LockMode
from database_patterns.model import Measurement, ServerError

RECORDS: Final = record.read()

LOCKED_SINCE_18_5: Final = {
    "add_fk_not_enforced": "parent_pkey",
    "add_fk_not_valid": "parent_pkey",
    "create_table_with_fk": "t_pkey",
}
"""Recorded on 18.4: later minor releases open the referenced index for a new foreign key (ACCESS SHARE)."""


@pytest.fixture(scope="module")
def recorded_schema(own_server: Server) -> Generator[Database]:
    with record.schema(own_server) as database:
        yield database


@pytest.mark.parametrize("recorded", RECORDS, ids=[each["id"] for each in RECORDS])
def test_a_recorded_statement_is_measured_as_recorded(
    recorded: dict[str, Any], own_server: Server, recorded_schema: Database
) -> None:
    expected = verdict_for(recorded, own_server)
    if expected.setup_fails:
        with pytest.raises(UserError, match="syntax error"):
            record.run(recorded, own_server, recorded_schema, alone=True)
        return
    measured = record.run(recorded, own_server, recorded_schema, alone=not expected.in_transaction_ok)
    if measured.observed == "sampled":
        assert measured.locks
        assert all(mode <= expected.locks[name] for name, mode in measured.locks.items())
        measured = replace(measured, locks=expected.locks)
    assert Verdict.of(measured) == expected


def test_a_new_version_joins_those_that_do_the_same() -> None:
    one, other = {"error": "42601: a"}, {"error": "42601: b"}
    before = {"id": "x", "measured": [{"postgres": [17, 18], "verdict": one}]}
    assert record.with_version(before, 19, one) == {"id": "x", "measured": [{"postgres": [17, 18, 19], "verdict": one}]}
    assert record.with_version(before, 18, other) == {
        "id": "x",
        "measured": [{"postgres": [17], "verdict": one}, {"postgres": [18], "verdict": other}],
    }
    assert record.missing(RECORDS) == []


@dataclass(frozen=True)
class Verdict:
    """A measurement without what differs from run to run."""

    locks: dict[str, LockMode]
    rewritten: frozenset[str]
    rebuilt_indexes: frozenset[str]
    scanned: frozenset[str]
    in_transaction_ok: bool
    error: str | None
    setup_fails: bool = False

    @classmethod
    def of(cls, measured: Measurement) -> Verdict:
        error = re.sub(r'"/[^"]*"', '"…"', str(measured.error)) if measured.error else None
        return cls(
            dict(measured.locks),
            measured.rewritten,
            measured.rebuilt_indexes,
            measured.scanned,
            measured.in_transaction_ok,
            error,
        )


def verdict_for(recorded: dict[str, Any], server: Server) -> Verdict:
    """The record's verdict for the version of ``server``, with the exceptions above."""
    [found] = [each["verdict"] for each in recorded["measured"] if server.postgres in each["postgres"]]
    locks = {name: LockMode[mode] for name, mode in found.get("strongest_lock_per_relation", {}).items()}
    error = found.get("error")
    if recorded["id"] in LOCKED_SINCE_18_5 and server.version not in {"18.0", "18.1", "18.2", "18.3", "18.4"}:
        locks |= {LOCKED_SINCE_18_5[recorded["id"]]: LockMode.AccessShareLock} if server.postgres >= 18 else {}
    return Verdict(
        locks,
        frozenset(found.get("rewritten", ())),
        frozenset(found.get("index_rebuilt", ())),
        frozenset(name for name in found.get("scanned", ()) if not name.endswith(" (via index)")),
        found.get("in_transaction_ok", not str(error).startswith("25001")),
        error,
        setup_fails=str(error).startswith("setup fails"),
    )


SHOP: Final = """
    CREATE SCHEMA billing;
    CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, code varchar(10), total int);
    CREATE INDEX orders_code_idx ON orders (code);
    CREATE TABLE billing.invoices (id bigint PRIMARY KEY, note text);
    INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 100) i;
    INSERT INTO orders SELECT i, i, 'o' || i, i FROM generate_series(1, 100) i;
    INSERT INTO billing.invoices SELECT i, 'n' FROM generate_series(1, 100) i;
"""


@pytest.fixture
def shop(server: Server) -> Generator[Database]:
    with server.database(setup_sql=SHOP) as database:
        yield database


def test_a_measurement_in_a_transaction_is_whole(shop: Database, server: Server) -> None:
    measured = measure(shop, "ALTER TABLE orders ALTER COLUMN total TYPE bigint")
    assert measured == Measurement(
        postgres=server.postgres,
        locks=dict.fromkeys(("orders", "orders_code_idx", "orders_pkey"), LockMode.AccessExclusiveLock),
        rewritten=frozenset({"orders"}),
        rebuilt_indexes=frozenset({"orders_code_idx", "orders_pkey"}),
        scanned=frozenset({"orders"}),
        in_transaction_ok=True,
        observed="in transaction",
        wal_bytes=measured.wal_bytes,
        duration_ms=measured.duration_ms,
        kept=frozenset({"orders", "orders_code_idx", "orders_pkey"}),
    )
    assert measured.wal_bytes > 0
    assert measured.duration_ms > 0


def test_a_sampled_measurement_is_whole(shop: Database, server: Server) -> None:
    measured = measure(shop, "CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total)")
    assert measured == Measurement(
        postgres=server.postgres,
        locks={"orders": LockMode.ShareUpdateExclusiveLock},
        rewritten=frozenset(),
        rebuilt_indexes=frozenset(),
        scanned=frozenset({"orders"}),
        in_transaction_ok=False,
        observed="sampled",
        wal_bytes=measured.wal_bytes,
        duration_ms=measured.duration_ms,
    )


def test_nothing_measured_in_a_transaction_stays(shop: Database) -> None:
    measure(shop, "DROP TABLE orders")
    assert measure(shop, "DROP TABLE orders").error is None


def test_what_refuses_a_transaction_changes_the_database(shop: Database) -> None:
    measure(shop, "DROP INDEX CONCURRENTLY orders_code_idx")
    assert measure(shop, "DROP INDEX orders_code_idx").error == ServerError(
        "42704", 'index "orders_code_idx" does not exist'
    )


def test_a_dropped_table_is_still_named(shop: Database) -> None:
    measured = measure(shop, "DROP TABLE billing.invoices")
    assert measured.locks == dict.fromkeys(
        (
            "billing.invoices",
            "billing.invoices_pkey",
            "toast:pg_toast_billing.invoices",
            "toast:pg_toast_billing.invoices_index",
        ),
        LockMode.AccessExclusiveLock,
    )


def test_a_renamed_table_is_named_as_before(shop: Database) -> None:
    measured = measure(shop, "ALTER TABLE orders RENAME TO purchases")
    assert measured.locks == {"orders": LockMode.AccessExclusiveLock}
    assert measured.rewritten == frozenset()


def test_what_a_statement_creates_is_left_out(shop: Database) -> None:
    measured = measure(shop, "CREATE TABLE refunds (id bigint PRIMARY KEY)")
    assert measured.locks == {}


def test_an_index_that_keeps_its_file_is_not_rebuilt(shop: Database) -> None:
    measured = measure(shop, "ALTER TABLE orders ALTER COLUMN code TYPE varchar(20)")
    assert measured.rebuilt_indexes == frozenset()
    assert measured.rewritten == frozenset()


def test_locks_of_the_statements_before_are_not_the_statements_own(shop: Database) -> None:
    measured = measure(shop, "SELECT count(*) FROM orders", before=["LOCK TABLE customers IN SHARE MODE"])
    assert measured.locks == dict.fromkeys(("orders", "orders_code_idx", "orders_pkey"), LockMode.AccessShareLock)


def test_a_setting_before_a_statement_counts_for_it(shop: Database) -> None:
    shop.execute("CREATE TABLE visits (at timestamptz); INSERT INTO visits VALUES (now())")
    retype = "ALTER TABLE visits ALTER COLUMN at TYPE timestamp"
    rewrites = {
        zone: measure(shop, retype, before=[f"SET LOCAL timezone = '{zone}'"]).rewritten
        for zone in ("UTC", "Europe/Oslo")
    }
    assert rewrites == {"UTC": frozenset(), "Europe/Oslo": frozenset({"visits"})}


def test_a_failing_statement_before_is_the_users_error(shop: Database) -> None:
    with pytest.raises(UserError, match="42P01"):
        measure(shop, "SELECT 1", before=["SELECT * FROM no_such_table"])


def test_an_error_is_measured(shop: Database) -> None:
    measured = measure(shop, "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total < 0)")
    assert measured.error == ServerError(
        "23514", 'check constraint "positive" of relation "orders" is violated by some row'
    )
    assert measured.locks == {}


def test_several_statements_at_once_are_refused(shop: Database) -> None:
    measured = measure(shop, "COMMIT; DROP TABLE orders")
    assert measured.error == ServerError("42601", "cannot insert multiple commands into a prepared statement")


def test_statements_on_the_whole_server_are_not_run_outside_a_transaction(shop: Database) -> None:
    measured = measure(shop, "CREATE DATABASE one_more")
    assert measured.error == ServerError("25001", "CREATE DATABASE cannot run inside a transaction block")
    assert not measured.in_transaction_ok


def test_a_failing_concurrent_build_is_sampled_with_its_error(shop: Database) -> None:
    measured = measure(shop, "CREATE UNIQUE INDEX CONCURRENTLY same ON orders ((total / 1000))")
    assert measured.observed == "sampled"
    assert measured.error == ServerError("23505", 'could not create unique index "same"')
    assert measured.locks == {"orders": LockMode.ShareUpdateExclusiveLock}


def test_a_statement_that_ends_its_own_session_is_measured(shop: Database) -> None:
    measured = measure(shop, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert measured.error == ServerError("57P01", "terminating connection due to administrator command")


def test_a_statement_that_wants_data_from_the_client_is_refused(shop: Database) -> None:
    with pytest.raises(UserError) as refused:
        measure(shop, "COPY orders FROM STDIN")
    assert str(refused.value) == "COPY orders FROM STDIN: exchanges data with the client, which the lab cannot do"


def test_a_statement_that_ends_the_transaction_itself_has_nothing_to_show(shop: Database) -> None:
    assert measure(shop, "COMMIT").locks == {}


def test_statements_measured_one_after_the_other_over_one_connection_are_measured_as_each_by_itself(
    database: Database,
) -> None:
    database.execute("CREATE TABLE t (a int)", "INSERT INTO t SELECT generate_series(1, 100)")
    statements = ["ALTER TABLE t ALTER a TYPE bigint", "ALTER TABLE t ADD CHECK (a > 5)", "ALTER TABLE t ADD b int"]
    with measuring(database, settings=["TimeZone = 'UTC'"]) as measure_one:
        found = [measure_one(statement) for statement in statements]
        refused = measure_one("CREATE INDEX CONCURRENTLY ON t (a)")
    assert [replace(each, duration_ms=0, wal_bytes=0) for each in found] == [
        replace(measure(database, statement), duration_ms=0, wal_bytes=0) for statement in statements
    ]
    assert refused.error is not None
    assert (refused.error.sqlstate, refused.observed) == ("25001", "in transaction")
