"""What depends on a function, a column or a table goes by CASCADE, and only so: the catalog after it."""

from __future__ import annotations

import pytest

from database_patterns.actions import Name
from database_patterns.catalog import Catalog, Table
from database_patterns.reading import read_text

SCHEMA = """
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE FUNCTION g(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE TABLE numbers (id serial PRIMARY KEY, x int);
    CREATE TABLE t (a int DEFAULT g(1), b int CHECK (g(b) > 0), c int GENERATED ALWAYS AS (g(a)) STORED,
                    d int DEFAULT nextval('numbers_id_seq'), e int);
    CREATE INDEX i ON t (g(b)); CREATE VIEW v AS SELECT g(a) FROM t; CREATE POLICY p ON t USING (g(a) > 0);
    CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW WHEN (old.e IS DISTINCT FROM new.e) EXECUTE FUNCTION f();
    CREATE POLICY other ON t USING (EXISTS (SELECT 1 FROM numbers WHERE x = a));
    CREATE RULE writes AS ON DELETE TO t DO ALSO INSERT INTO numbers (x) VALUES (1);
"""


def after(sql: str) -> tuple[Table, Catalog]:
    catalog = Catalog.empty()
    for statement in read_text(f"{SCHEMA} {sql}").upgrade:
        catalog = catalog.advance(statement)
    table = catalog.table(Name("t"))
    assert table is not None
    return table, catalog


def held(table: Table) -> dict[str, set[str]]:
    """What the table has, by kind, beside its columns' types."""
    return {
        "columns": set(table.columns),
        "defaults": {name for name, each in table.columns.items() if each.default and not each.generated},
        "constraints": set(table.constraints),
        "indexes": set(table.indexes),
        "policies": set(table.policies),
        "triggers": set(table.triggers),
        "rules": set(table.rules),
    }


WHOLE = {
    "columns": {"a", "b", "c", "d", "e"},
    "defaults": {"a", "d"},
    "constraints": {"t_b_check"},
    "indexes": {"i"},
    "policies": {"p", "other"},
    "triggers": {"r"},
    "rules": {"writes"},
}


@pytest.mark.parametrize(
    ("sql", "gone"),
    [
        ("DROP FUNCTION g(int)", {}),
        ("DROP FUNCTION g(text) CASCADE", {}),
        (
            "DROP FUNCTION g CASCADE",
            {"columns": {"c"}, "defaults": {"a"}, "constraints": {"t_b_check"}, "indexes": {"i"}, "policies": {"p"}},
        ),
        ("DROP FUNCTION f() CASCADE", {"triggers": {"r"}}),
        ("DROP TABLE numbers", {}),
        ("DROP TABLE numbers CASCADE", {"defaults": {"d"}, "policies": {"other"}, "rules": {"writes"}}),
        ("ALTER TABLE numbers DROP COLUMN x", {}),
        ("ALTER TABLE numbers DROP COLUMN x CASCADE", {"policies": {"other"}, "rules": {"writes"}}),
        ("ALTER TABLE t DROP COLUMN e", {}),
        ("ALTER TABLE t DROP COLUMN e CASCADE", {"columns": {"e"}, "triggers": {"r"}}),
        ("DROP RULE writes ON t", {"rules": {"writes"}}),
    ],
)
def test_what_depends_on_something_goes_with_it_by_cascade_only(sql: str, gone: dict[str, set[str]]) -> None:
    table, _ = after(sql)
    assert held(table) == {kind: names - gone.get(kind, set()) for kind, names in WHOLE.items()}


def test_a_view_goes_with_the_function_that_it_calls() -> None:
    assert after("DROP FUNCTION g CASCADE")[1].table(Name("v")) is None
    assert after("DROP FUNCTION g")[1].table(Name("v")) is not None


def test_a_renamed_function_is_known_by_its_new_name() -> None:
    _, catalog = after("CREATE SCHEMA s; ALTER FUNCTION g(int) RENAME TO h; ALTER FUNCTION h(int) SET SCHEMA s")
    assert [str(each.name) for each in catalog.functions["h"]] == ["s.h"]
    assert "g" not in catalog.functions


def test_an_altered_function_is_as_volatile_as_it_was_said_to_be() -> None:
    _, catalog = after("ALTER FUNCTION g(int) VOLATILE")
    assert [each.volatility for each in catalog.functions["g"]] == ["volatile"]


def contents_after(sql: str) -> tuple[dict[str, list[str]], set[str], set[str]]:
    """The columns of each relation, the types and the functions, after a schema with users in and outside of it."""
    catalog = Catalog.empty()
    for statement in read_text(f"{KIT} {sql}").upgrade:
        catalog = catalog.advance(statement)
    relations = {str(name): list(each.columns) for name, each in catalog.relations.items() if isinstance(each, Table)}
    return relations, set(map(str, catalog.types)), set(catalog.functions)


KIT = """
    CREATE SCHEMA kit; CREATE EXTENSION citext SCHEMA kit; CREATE COLLATION kit.plain FROM "C";
    CREATE TYPE kit.mood AS ENUM ('ok'); CREATE DOMAIN label AS kit.mood; CREATE TYPE kit.pair AS (a int);
    CREATE FUNCTION says(kit.mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE kit.inside (id int); CREATE TABLE typed OF kit.pair;
    CREATE TABLE users (id int, m kit.mood, l label, s int GENERATED ALWAYS AS (says('ok')) STORED);
    CREATE VIEW of_mood AS SELECT 'ok'::kit.mood AS m;
"""


@pytest.mark.parametrize("sql", ["DROP SCHEMA kit CASCADE", "DROP TYPE kit.mood CASCADE; DROP SCHEMA kit CASCADE"])
def test_a_schema_goes_with_its_types_functions_and_all_that_depends_on_them(sql: str) -> None:
    assert contents_after(sql) == ({"users": ["id"]}, set(), set())


@pytest.mark.parametrize("sql", ["DROP SCHEMA kit", "DROP TYPE kit.mood", "DROP DOMAIN label", "DROP TYPE kit.pair"])
def test_a_schema_or_a_type_that_something_depends_on_stays_without_cascade(sql: str) -> None:
    assert contents_after(sql) == contents_after("")


def test_a_dropped_schema_takes_its_extensions_and_other_objects_along() -> None:
    catalog = Catalog.empty()
    for statement in read_text(f"{KIT} DROP SCHEMA kit CASCADE").upgrade:
        catalog = catalog.advance(statement)
    assert [*catalog.extensions, *catalog.objects, *catalog.schemas] == ["public"]
