"""Lock modes exclude each other as they do on a real server, mode by mode, and traffic waits where it is said to."""

from __future__ import annotations

from tests.lock_facts import MODES, measured, said

from database_patterns import locks
from database_patterns.lab.server import Database
from database_patterns.locks import LockMode


def test_modes_exclude_each_other_and_stop_traffic_as_on_the_server(database: Database) -> None:
    assert said(locks) == measured(database)


def test_a_mode_is_named_in_sql_as_lock_table_wants_it() -> None:
    assert {mode.name: mode.sql_name for mode in LockMode} == MODES
