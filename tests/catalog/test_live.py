"""A history that is replayed gives the names and properties that a real server has after it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from tests.catalog.facts import live, replayed

from database_patterns.catalog import Catalog
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading import read_text

TESTS: Final = Path(__file__).parents[1]
HISTORIES: Final = {
    "history": TESTS / "catalog" / "history.sql",
    "shop": TESTS / "effects" / "witness_shop_schema.sql",
    "objects": TESTS / "effects" / "witness_objects_schema.sql",
    "references": TESTS / "effects" / "witness_references_schema.sql",
    "foreign": TESTS / "databases" / "foreign.sql",
    "records": TESTS / "effects" / "measured_statements_fixture.sql",
}
REFUSALS: Final = {"42P07", "2BP01"}  # a second table of that name, and a drop of what others need: both are meant


@pytest.mark.parametrize("history", HISTORIES)
def test_the_replayed_schema_is_the_servers(history: str, database: Database) -> None:
    catalog = Catalog.empty()
    with driver.connect(database.admin) as connection:
        for statement in read_text(HISTORIES[history].read_text()).upgrade:
            error = driver.execute(connection, statement.sql)
            assert error is None or error.sqlstate in REFUSALS, statement.sql
            catalog = catalog.advance(statement)
        found = live(connection)
    expected = replayed(catalog, postgres=database.postgres)
    for what, facts in found.items():
        assert expected[what] == facts, what
