"""The guide to PostgreSQL's locks is what servers do: the guide is the measurements, and they are measured again."""

from __future__ import annotations

import pytest
from tests.effects import lock_table
from tests.effects.given import predicted, schema
from tests.effects.lock_table import Fact, Row

from database_patterns.lab.server import Server
from database_patterns.locks import LockMode
from database_patterns.model import POSTGRES_VERSIONS

ROWS = lock_table.read()


def test_the_guide_is_written_from_the_measurements_of_all_versions() -> None:
    assert lock_table.guide(ROWS) == lock_table.GUIDE.read_text(encoding="utf-8")
    assert [(row.group, row.sql) for row in ROWS] == list(lock_table.statements())
    assert {tuple(sorted(row.facts)) for row in ROWS} == {POSTGRES_VERSIONS}


def test_no_statement_of_the_guide_fails_on_the_newest_version() -> None:
    assert [row.sql for row in ROWS if row.facts[POSTGRES_VERSIONS[-1]].error] == []


def test_versions_that_do_the_same_stand_together() -> None:
    refused, other = Fact(error="42601"), Fact(locks={"t": "ShareLock"})
    facts = {14: refused, 15: refused, 16: Fact(), 17: other, 18: Fact()}
    assert lock_table.versions_cell(Row("", "", facts)) == "14 to 15: error 42601<br>17: `ShareLock` t"


def test_a_statement_of_the_guide_does_what_the_guide_says(own_server: Server) -> None:
    with lock_table.bench(own_server) as (run, tables):
        for row in ROWS:
            recorded = row.facts[own_server.postgres]
            found = lock_table.fact(run, tables, row.sql, runs_of_sampled=1)
            if recorded.in_transaction_ok:
                assert (row.sql, found) == (row.sql, recorded)
            else:  # what is watched from outside may be missed
                assert found.locks.keys() <= recorded.locks.keys()
                assert all(LockMode[mode] <= LockMode[recorded.locks[name]] for name, mode in found.locks.items())
                assert (row.sql, found.error, found.rewritten) == (row.sql, recorded.error, recorded.rewritten)


@pytest.mark.parametrize("row", ROWS, ids=[row.sql for row in ROWS])
def test_what_the_guide_says_is_predicted(row: Row) -> None:
    catalog = schema(lock_table.SCHEMA)
    for postgres, fact in row.facts.items():
        found = predicted(row.sql, catalog, postgres=postgres)
        if fact.error is not None:
            assert (found.error and found.error.sqlstate) == fact.error
            continue
        kinds = {effect.relation: effect.kind for effect in found.effects}
        locked = {each.relation: each.lock.name for each in found.effects if each.lock and each.kind != "index"}
        assert locked == {name: mode for name, mode in fact.locks.items() if kinds.get(name) != "index"}
        assert [each.relation for each in found.effects if each.rewrite is True] == fact.rewritten
        assert (found.error, found.in_transaction_ok) == (None, fact.in_transaction_ok)
