"""A live database, its dump, and the SQL that has made it: three ways to the same schema, and the same predictions.

What belongs to an extension is not in a dump and not in SQL, only its tables are known from the live database.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from tests.catalog.facts import SCHEMAS, Facts, live, replayed
from tests.databases.dumps import as_named, differences, dump, followed
from tests.databases.outlines import outlines

from database_patterns.catalog import Catalog
from database_patterns.databases import snapshot
from database_patterns.effects import Assumptions, predict
from database_patterns.lab import driver
from database_patterns.lab.server import Database, Server
from database_patterns.model import Prediction, Statement
from database_patterns.reading import read_text

TESTS: Final = Path(__file__).parents[1]
NOT_REPEATED: Final = {("many", "index many_named")}
"""An operator class that the SQL names though it is the default."""


@dataclass(frozen=True)
class World:
    """One schema made on a real server, and read from there in two ways."""

    name: str
    postgres: int
    facts: Facts
    live: Catalog
    dumped: Catalog


@pytest.fixture(scope="module", params=SCHEMAS)
def world(request: pytest.FixtureRequest, server: Server) -> World:
    name: str = request.param
    with server.database() as database:
        make(database, SCHEMAS[name].read_text())
        with driver.connect(database.owner) as connection:
            facts = live(connection)
        return World(name, database.postgres, facts, snapshot.take(database.owner).catalog, followed(dump(database)))


def make(database: Database, sql: str) -> None:
    """Run ``sql`` statement by statement; a history has statements that are refused."""
    with driver.connect(database.admin) as connection:
        for statement in read_text(sql).upgrade:
            driver.execute(connection, statement.sql)


def test_the_live_schema_is_that_of_the_server(world: World) -> None:
    found = replayed(world.live, postgres=world.postgres)
    assert {what: found[what] for what in world.facts} == world.facts


def test_the_live_schema_is_that_of_its_dump_object_by_object(world: World) -> None:
    live, dumped = (as_named(each, world.postgres) for each in (world.live, world.dumped))
    assert differences(live, dumped) == []


def test_the_live_schema_is_that_of_the_sql_that_has_made_it_part_by_part(world: World) -> None:
    by_sql = followed(SCHEMAS[world.name].read_text())
    found, written = (outlines(as_named(each, world.postgres)) for each in (world.live, by_sql))
    different = {key for key in {*found, *written} if found.get(key) != written.get(key)}
    assert different == NOT_REPEATED & found.keys()


def plain(prediction: Prediction) -> Prediction:
    """Without what is not the same in the three: the order of indexes, which reason comes first, row counts."""
    effects = [
        replace(each, rebuilds=tuple(sorted(each.rebuilds)), reason="", source="", rows=None)
        for each in prediction.effects
    ]
    return replace(
        prediction,
        effects=tuple(sorted(effects, key=lambda each: each.relation)),
        may_fail=tuple(sorted(prediction.may_fail, key=str)),
        unknown=tuple(sorted(prediction.unknown)),
    )


def test_predictions_do_not_depend_on_where_the_schema_comes_from(world: World) -> None:
    assumptions = Assumptions(world.postgres, timezone="UTC")
    ways = [followed(SCHEMAS[world.name].read_text()), world.live, world.dumped]
    for statement in witnessed(world.name):
        by_sql, *others = [plain(predict(statement, catalog, assumptions)) for catalog in ways]
        assert others == [by_sql, by_sql], statement.sql


def witnessed(name: str) -> tuple[Statement, ...]:
    """The statements that are held against a real server over this schema."""
    sql = TESTS / "effects" / f"witness_{name}_statements.sql"
    return read_text(sql.read_text()).upgrade if sql.exists() else ()
