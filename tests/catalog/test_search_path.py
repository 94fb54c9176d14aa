"""Where an unqualified name is looked for and created, by SET, RESET, DISCARD and set_config: as a server does it."""

from __future__ import annotations

import pytest

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading import read_text

SCHEMAS = 'CREATE SCHEMA app; CREATE SCHEMA "Big, One"; CREATE SCHEMA "select";'
PATHS = {
    "": "public",
    "SET search_path TO app": "app",
    "SET search_path TO app, public": "app",
    "SET search_path TO APP": "app",
    "SET search_path = 'app'": "app",
    'SET search_path TO "Big, One", public': "Big, One",
    "SET search_path TO 'Big, One'": "Big, One",
    'SET search_path TO "select"': "select",
    "SET search_path TO nowhere, app": "app",
    'SET search_path TO "$user", app': "app",
    "SET search_path TO app; RESET search_path": "public",
    "SET search_path TO app; SET search_path TO DEFAULT": "public",
    "SET search_path TO app; RESET ALL": "public",
    "SET search_path TO app; DISCARD ALL": "public",
    "SET search_path TO app; DISCARD PLANS": "app",
    "SET search_path TO app; SET work_mem TO '8MB'": "app",
    "SET SCHEMA 'app'": "app",
    "SELECT set_config('search_path', 'app, public', false)": "app",
    "SELECT pg_catalog.set_config('search_path', '\"Big, One\"', false)": "Big, One",
    "SELECT set_config('search_path', 'App', false)": "app",
    "SET search_path TO app, public; DROP SCHEMA app": "public",
    "SET search_path TO app; ALTER SCHEMA app RENAME TO old; CREATE SCHEMA app": "app",
}


@pytest.mark.parametrize("sql", PATHS)
def test_a_new_table_stands_where_the_search_path_says(sql: str) -> None:
    catalog = Catalog.empty()
    for statement in read_text(f"{SCHEMAS} {sql}; CREATE TABLE t (x int)", kind="sql").upgrade:
        catalog = catalog.advance(statement)
    assert [name for name in catalog.relations if name.name == "t"] == [Name("t", PATHS[sql])]
    assert catalog.resolve(Name("t")) == Name("t", PATHS[sql])


@pytest.mark.parametrize("sql", PATHS)
def test_the_server_says_the_same(sql: str, database: Database) -> None:
    with driver.connect(database.admin) as connection:
        for statement in read_text(f"{SCHEMAS} {sql}; CREATE TABLE t (x int)", kind="sql").upgrade:
            assert driver.execute(connection, statement.sql) is None
        assert driver.rows(connection, "SELECT schemaname FROM pg_tables WHERE tablename = 't'") == [(PATHS[sql],)]


def test_over_a_schema_that_is_not_known_the_first_name_of_the_path_counts() -> None:
    (statement,) = read_text("SET search_path TO nowhere, public", kind="sql").upgrade
    assert Catalog.unknown().advance(statement).resolve(Name("t")) == Name("t", "nowhere")


def test_a_temporary_table_comes_before_the_path() -> None:
    catalog = Catalog.empty()
    for statement in read_text("CREATE TABLE t (x int); CREATE TEMP TABLE t (y int)", kind="sql").upgrade:
        catalog = catalog.advance(statement)
    assert catalog.resolve(Name("t")) == Name("t", "pg_temp")
    found = catalog.table(Name("t"))
    assert found is not None
    assert (list(found.columns), found.persistence) == (["y"], "temporary")
