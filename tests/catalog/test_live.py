"""A history that is replayed gives the names and properties that a real server has after it."""

from __future__ import annotations

from typing import Final

import pytest
from tests.catalog.facts import SCHEMAS, live, replayed

from database_patterns.catalog import Catalog
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading import read_text

REFUSALS: Final = {"42P07", "2BP01"}  # a second table of that name, and a drop of what others need: both are meant


@pytest.mark.parametrize("history", SCHEMAS)
def test_the_replayed_schema_is_the_servers(history: str, database: Database) -> None:
    catalog = Catalog.empty()
    with driver.connect(database.admin) as connection:
        for statement in read_text(SCHEMAS[history].read_text()).upgrade:
            error = driver.execute(connection, statement.sql)
            assert error is None or error.sqlstate in REFUSALS, statement.sql
            catalog = catalog.advance(statement)
        found = live(connection)
    expected = replayed(catalog, postgres=database.postgres)
    for what, facts in found.items():
        assert expected[what] == facts, what
