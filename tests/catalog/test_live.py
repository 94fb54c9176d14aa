"""A history that is replayed gives the names and properties that a real server has after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from database_patterns.catalog import Catalog, Sequence, Table
from database_patterns.lab import driver
from database_patterns.lab.server import Database
from database_patterns.reading import read_text

TESTS: Final = Path(__file__).parents[1]
HISTORIES: Final = {
    "history": TESTS / "catalog" / "history.sql",
    "witnesses": TESTS / "effects" / "witness_shop_schema.sql",
    "records": TESTS / "effects" / "measured_statements_fixture.sql",
}
KINDS: Final = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "S": "sequence"}
CONSTRAINTS: Final = {
    "c": "check", "n": "not null", "u": "unique", "p": "primary key", "f": "foreign key", "x": "exclusion",
}  # fmt: skip
NOT_NULL_HAS_A_NAME_SINCE: Final = 18
REFUSALS: Final = {"42P07", "2BP01"}  # a second table of that name, and a drop of what others need: both are meant
OWN: Final = "n.nspname IN (SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$')"
NOT_OF_EXTENSIONS: Final = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
Facts = dict[str, set[Any]]


def live(database: Database) -> Facts:
    with driver.connect(database.admin) as connection:
        relations = connection.execute(f"""
            SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {OWN} AND {NOT_OF_EXTENSIONS} AND c.relkind IN ('r', 'p', 'v', 'm', 'S')""").fetchall()
        columns = connection.execute(f"""
            SELECT n.nspname, c.relname, a.attname, a.attnotnull, a.atthasdef
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {OWN} AND {NOT_OF_EXTENSIONS} AND c.relkind IN ('r', 'p') AND a.attnum > 0
              AND NOT a.attisdropped""").fetchall()
        constraints = connection.execute(f"""
            SELECT n.nspname, c.relname, k.conname, k.contype, k.convalidated
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {OWN} AND {NOT_OF_EXTENSIONS} AND k.contype <> 't'""").fetchall()
        indexes = connection.execute(f"""
            SELECT n.nspname, c.relname, t.relname, i.indisunique, i.indisvalid,
                   (SELECT p.inhparent::regclass::text FROM pg_inherits p WHERE p.inhrelid = c.oid) IS NOT NULL,
                   i.indnatts - i.indnkeyatts
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN} AND {NOT_OF_EXTENSIONS}""").fetchall()
    named = database.postgres >= NOT_NULL_HAS_A_NAME_SINCE
    return {
        "relations": {(schema, name, KINDS[kind]) for schema, name, kind in relations},
        "columns": set(columns),
        "constraints": {
            (schema, table, name, CONSTRAINTS[kind], valid) for schema, table, name, kind, valid in constraints
        },
        "indexes": set(indexes),
        "not null has a name": {named},
    }


def replayed(sql: str, *, named_not_null: bool) -> Facts:
    catalog = Catalog.empty()
    for statement in read_text(sql).upgrade:
        catalog = catalog.advance(statement)
    tables = [each for each in catalog.relations.values() if isinstance(each, Table)]
    stored = [each for each in tables if each.kind == "table"]
    sequences = [each for each in catalog.relations.values() if isinstance(each, Sequence)]
    return {
        "relations": {
            *((each.name.schema, each.name.name, each.kind) for each in tables),
            *((each.name.schema, each.name.name, "sequence") for each in sequences),
        },
        "columns": {
            (table.name.schema, table.name.name, each.name, each.not_null, each.default is not None)
            for table in stored
            for each in table.columns.values()
        },
        "constraints": {
            (table.name.schema, table.name.name, name, each.kind, not each.not_valid)
            for table in stored
            for name, each in table.constraints.items()
            if named_not_null or each.kind != "not null"
        },
        "indexes": {
            (
                table.name.schema,
                name,
                table.name.name,
                each.unique,
                each.valid,
                each.parent is not None,
                len(each.include),
            )
            for table in tables
            for name, each in table.indexes.items()
        },
        "not null has a name": {named_not_null},
    }


@pytest.mark.parametrize("history", HISTORIES)
def test_the_replayed_schema_is_the_servers(history: str, database: Database) -> None:
    statements = read_text(HISTORIES[history].read_text()).upgrade
    with driver.connect(database.owner) as connection:
        for statement in statements:
            error = driver.execute(connection, statement.sql)
            assert error is None or error.sqlstate in REFUSALS, statement.sql
    found = live(database)
    expected = replayed(HISTORIES[history].read_text(), named_not_null=True in found["not null has a name"])
    for what, facts in found.items():
        assert expected[what] == facts, what
