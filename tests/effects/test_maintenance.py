"""VACUUM, REINDEX and DROP INDEX that no transaction may hold: their locks, seen from outside only as they pass."""

from __future__ import annotations

import pytest
from tests.effects.given import SHORT, errors, locks, predicted, schema

SHOP = schema(
    """
    CREATE TABLE t (id int PRIMARY KEY, v text);
    CREATE TABLE p (id int, d int) PARTITION BY RANGE (d);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9) PARTITION BY RANGE (id);
    CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (0) TO (9);
    CREATE INDEX p_id ON p (id);
    CREATE SEQUENCE s; CREATE TABLE drawing (n int DEFAULT nextval('s')); CREATE VIEW shown AS SELECT n FROM drawing;
    """
)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("VACUUM t", {"t": "SUX", "t_pkey": "RX"}),
        (
            "REINDEX INDEX p_id",
            {"p": "S", "p1": "S", "p11": "S", "p_id": "AX", "p1_id_idx": "S", "p11_id_idx": "AX"},
        ),
        (
            "REINDEX INDEX CONCURRENTLY p_id",
            {"p": "SUX", "p1": "SUX", "p11": "SUX", "p_id": "SUX", "p1_id_idx": "SUX", "p11_id_idx": "AX"},
        ),
        ("REINDEX TABLE CONCURRENTLY p", {"p": "SUX", "p1": "SUX", "p11": "SUX", "p11_id_idx": "AX"}),
        ("REINDEX INDEX CONCURRENTLY t_pkey", {"t": "SUX", "t_pkey": "AX"}),
        ("REINDEX TABLE CONCURRENTLY drawing", {"drawing": "SUX"}),
        ("DROP INDEX CONCURRENTLY p_id", {"p": "SUX", "p_id": "SUX"}),
        ("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", {"p": "SUX", "p1": "AX", "p11": "AX"}),
    ],
)
def test_what_runs_outside_of_a_transaction_locks(sql: str, expected: dict[str, str]) -> None:
    found = predicted(sql, SHOP)
    assert (locks(found), found.in_transaction_ok) == (expected, False)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("VACUUM t", ("SUX", "statement")),
        ("ANALYZE t", ("SUX", "transaction")),
        ("CREATE INDEX CONCURRENTLY ON t (v)", ("SUX", "statement")),
        ("CREATE INDEX ON t (v)", ("S", "transaction")),
        ("DROP INDEX CONCURRENTLY t_v", ("SUX", "statement")),
        ("DROP INDEX t_v", ("AX", "transaction")),
    ],
)
def test_what_runs_in_several_transactions_holds_its_lock_no_longer_than_itself(
    sql: str, expected: tuple[str, str]
) -> None:
    found = predicted(sql, schema("CREATE TABLE t (id int, v text); CREATE INDEX t_v ON t (v)"))
    (effect,) = (each for each in found.effects if each.relation == "t")
    assert effect.lock is not None
    assert (SHORT[effect.lock], effect.held) == expected


@pytest.mark.parametrize(
    ("sql", "relation", "error"),
    [
        ("DROP TABLE drawing", "drawing", "2BP01"),
        ("DROP SEQUENCE s", "s", "2BP01"),
    ],
)
def test_what_cannot_be_dropped_is_locked_before_that_is_seen(sql: str, relation: str, error: str) -> None:
    found = predicted(sql, SHOP)
    assert (locks(found), errors(found)) == ({relation: "AX"}, (error, []))


def test_a_partition_that_is_being_detached_is_detached_for_good_while_reads_and_writes_go_on() -> None:
    found = predicted("ALTER TABLE p DETACH PARTITION p1 FINALIZE", SHOP)
    assert (locks(found), errors(found)) == ({"p": "SUX"}, (None, ["55000"]))


@pytest.mark.parametrize(
    ("relation", "expected"), [("TABLE t", {"t": "SUX"}), ("COLUMN t.v", {"t": "SUX"}), ("INDEX p_id", {"p_id": "SUX"})]
)
def test_a_security_label_lets_reads_and_writes_go_on(relation: str, expected: dict[str, str]) -> None:
    found = predicted(f"SECURITY LABEL ON {relation} IS 'x'", SHOP)
    assert (locks(found), errors(found)) == (expected, (None, ["22023"]))
