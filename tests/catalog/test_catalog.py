"""A catalog answers what the history says, and says nothing where the history is silent."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from database_patterns.actions import Name
from database_patterns.catalog import Catalog, Table
from database_patterns.reading import read_text

SCHEMA = """
    CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE book (id int PRIMARY KEY, author int REFERENCES author, title text CHECK (title <> ''));
    CREATE INDEX book_author ON book (author);
    CREATE VIEW titles AS SELECT title FROM book;
"""


def after(sql: str, catalog: Catalog | None = None) -> Catalog:
    catalog = catalog or Catalog.empty()
    for statement in read_text(sql).upgrade:
        catalog = catalog.advance(statement)
    return catalog


def table(catalog: Catalog, name: str) -> Table:
    found = catalog.table(Name(name))
    assert found is not None
    return found


def test_an_empty_catalog_knows_that_a_table_does_not_exist_and_an_unknown_one_does_not() -> None:
    assert (Catalog.empty().complete, Catalog.unknown().complete) == (True, False)
    assert Catalog.empty().table(Name("t")) is None
    assert Catalog.unknown().table(Name("t")) is None


def test_a_table_that_is_only_met_is_incomplete() -> None:
    met = table(after("ALTER TABLE t ADD COLUMN c int", Catalog.unknown()), "t")
    assert (list(met.columns), met.complete, met.columns_complete, met.oid) == (["c"], False, False, None)


def test_a_catalog_is_a_value() -> None:
    before = after(SCHEMA)
    with_column = after("ALTER TABLE book ADD COLUMN pages int", before)
    assert "pages" not in table(before, "book").columns
    assert "pages" in table(with_column, "book").columns


@pytest.mark.parametrize("name", [Name("book"), Name("book", "public")])
def test_an_unqualified_name_is_found_along_the_search_path(name: Name) -> None:
    catalog = after(SCHEMA)
    assert catalog.resolve(name) == Name("book", "public")
    moved = after("CREATE SCHEMA app; SET search_path TO app; CREATE TABLE book (x int)", catalog)
    assert moved.resolve(Name("book")) == Name("book", "app")
    assert list(table(moved, "book").columns) == ["x"]


def test_it_knows_who_refers_to_a_table_and_who_reads_it() -> None:
    catalog = after(SCHEMA)
    (reference,) = catalog.references_to(table(catalog, "author"))
    assert (reference[0].name.name, reference[1].name, reference[1].referenced_columns) == (
        "book", "book_author_fkey", ("id",),
    )  # fmt: skip
    assert [view.name.name for view in catalog.views_on(table(catalog, "book"), "title")] == ["titles"]
    assert list(catalog.views_on(table(catalog, "book"), "author")) == []


@pytest.mark.parametrize(
    ("check", "proves"),
    [
        ("c IS NOT NULL", True),
        ("c IS NOT NULL AND c > 0", True),
        ("c > 0 AND (d > 0 AND c IS NOT NULL)", True),
        ("NOT (c IS NULL)", True),
        ("NOT (c IS NULL OR d > 0)", True),
        ("(c IS NOT NULL AND d = 1) OR (c IS NOT NULL AND d = 2)", True),
        ("c IS NOT NULL OR d > 0", False),
        ("c > 0", False),
        ("d IS NOT NULL", False),
        ("NOT (c IS NULL AND d > 0)", False),
    ],
)
def test_a_validated_check_proves_not_null_by_what_it_says(check: str, proves: bool) -> None:  # noqa: FBT001 - a case
    catalog = after(f"CREATE TABLE t (c int, d int); ALTER TABLE t ADD CONSTRAINT k CHECK ({check})")
    assert catalog.proves_not_null(Name("t"), "c") is proves


def test_a_check_proves_nothing_before_it_is_validated() -> None:
    waiting = after("CREATE TABLE t (c int); ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID")
    assert not waiting.proves_not_null(Name("t"), "c")
    assert after("ALTER TABLE t VALIDATE CONSTRAINT k", waiting).proves_not_null(Name("t"), "c")


def test_a_check_follows_the_rename_of_its_column() -> None:
    catalog = after("CREATE TABLE t (c int CHECK (c IS NOT NULL)); ALTER TABLE t RENAME c TO d")
    assert catalog.proves_not_null(Name("t"), "d")
    assert not catalog.proves_not_null(Name("t"), "c")


def test_what_goes_with_a_column() -> None:
    catalog = after(f"{SCHEMA} ALTER TABLE book DROP COLUMN author; ALTER TABLE book DROP COLUMN title CASCADE")
    book = table(catalog, "book")
    assert (list(book.columns), list(book.indexes), "book_author_fkey" in book.constraints) == (
        ["id"],
        ["book_pkey"],
        False,
    )
    assert catalog.table(Name("titles")) is None


@pytest.mark.parametrize(
    "refused",
    ["DROP TABLE author", "DROP TABLE book", "ALTER TABLE book DROP COLUMN title",
     "ALTER TABLE author DROP CONSTRAINT author_pkey", "DROP INDEX author_pkey", "CREATE TABLE book (x int)",
     "CREATE INDEX book_author ON book (id)"],
)  # fmt: skip
def test_what_postgresql_refuses_changes_nothing(refused: str) -> None:
    catalog = after(SCHEMA)
    changed = after(refused, catalog)
    assert changed.relations == catalog.relations


def test_a_statement_that_may_not_run_leaves_only_what_is_certain() -> None:
    (statement,) = read_text("ALTER TABLE book ADD CONSTRAINT k CHECK (title IS NOT NULL), DROP COLUMN author").upgrade
    catalog = after(SCHEMA).advance(replace(statement, confidence="guarded", guard="if rows"))
    book = table(catalog, "book")
    assert not catalog.proves_not_null(Name("book"), "title")
    assert (list(book.columns), book.complete, catalog.complete) == (["id", "title"], False, False)


def test_a_table_that_a_guarded_statement_creates_is_not_counted_on() -> None:
    (statement,) = read_text("CREATE TABLE maybe (id int)").upgrade
    catalog = Catalog.empty().advance(replace(statement, confidence="guarded", guard="if missing"))
    assert catalog.table(Name("maybe")) is None
    assert not catalog.complete


def test_rows_are_unknown_from_the_first_write_on() -> None:
    catalog = after(
        "CREATE TABLE a (x int); CREATE TABLE b (x int); INSERT INTO a VALUES (1); CREATE TABLE c AS SELECT 1"
    )
    assert {name: table(catalog, name).rows for name in "abc"} == {"a": "unknown", "b": "none", "c": "unknown"}
    assert table(catalog.in_use(), "b").rows == "unknown"


def test_an_index_on_the_parent_alone_is_invalid_and_one_on_all_is_on_every_partition() -> None:
    catalog = after(
        """
        CREATE TABLE p (id int, d date) PARTITION BY RANGE (d);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE INDEX alone ON ONLY p (d);
        CREATE INDEX everywhere ON p (id);
        """
    )
    assert {key: index.valid for key, index in table(catalog, "p").indexes.items()} == {
        "alone": False,
        "everywhere": True,
    }
    (part,) = table(catalog, "p1").indexes.values()
    assert (part.name.name, part.parent) == ("p1_id_idx", Name("everywhere", "public"))


def test_domains_enums_and_functions_are_kept_as_defined_and_altered() -> None:
    catalog = after(
        """
        CREATE TYPE mood AS ENUM ('ok'); ALTER TYPE mood ADD VALUE 'great';
        CREATE DOMAIN positive AS int; ALTER DOMAIN positive ADD CHECK (VALUE > 0);
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';
        """
    )
    mood, positive = catalog.type(Name("mood")), catalog.domain(Name("positive"))
    assert mood is not None
    assert mood.values == ("ok", "great")  # type: ignore[union-attr]  # ty: ignore[missing-union-attribute]
    assert positive is not None
    assert len(positive.constraints) == 1
    assert [each.volatility for each in catalog.functions["f"]] == ["immutable"]


@pytest.mark.parametrize(
    "odd",
    ["DROP TABLE nothing CASCADE", "ALTER TABLE nothing RENAME TO x", "ALTER TABLE t RENAME a TO b",
     "DROP TYPE nothing", "ALTER TABLE nothing ATTACH PARTITION x DEFAULT", "ALTER TYPE nothing ADD VALUE 'x'",
     "DROP SCHEMA nothing CASCADE", "CREATE TABLE x PARTITION OF nothing DEFAULT", "CREATE TABLE x (LIKE nothing)",
     "CREATE VIEW x AS SELECT * FROM nothing",
     "ALTER INDEX nothing RENAME TO x", "ALTER TABLE nothing SET SCHEMA x", "DROP STATISTICS nothing", "VALUES (1)",
     "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX nothing", "CREATE TABLE x () INHERITS (nothing)", "BEGIN"],
)  # fmt: skip
@pytest.mark.parametrize("catalog", [Catalog.empty(), Catalog.unknown()], ids=["empty", "unknown"])
def test_odd_input_never_raises(odd: str, catalog: Catalog) -> None:
    after(odd, catalog)


def test_every_version_of_the_schema_stays_as_it_was() -> None:
    statements = read_text(f"{SCHEMA} ALTER TABLE author DROP COLUMN name; DROP TABLE book CASCADE").upgrade
    catalog, versions = Catalog.empty(), [Catalog.empty()]
    for statement in statements:
        catalog = catalog.advance(statement)
        versions.append(catalog)
    numbers = range(len(statements) + 1)
    again = [functools.reduce(Catalog.advance, statements[:number], Catalog.empty()) for number in numbers]
    assert versions == again
    assert len({tuple(version.relations) for version in versions}) > 2


def test_a_dropped_constraint_frees_its_name_for_the_next_one() -> None:
    checks = "ALTER TABLE {0} ADD CHECK (x > 0); " * 2
    catalog = after(f"CREATE TABLE a (x int); CREATE TABLE b (x int); {checks.format('a')}")
    assert list(table(catalog, "a").constraints) == ["a_x_check", "a_x_check1"]
    catalog = after(f"ALTER TABLE a DROP CONSTRAINT a_x_check; {checks.format('a')}", catalog)
    assert list(table(catalog, "a").constraints) == ["a_x_check1", "a_x_check", "a_x_check2"]


@pytest.mark.parametrize(
    "freed",
    ["DROP INDEX t_a_idx2", "ALTER INDEX t_a_idx2 RENAME TO other", "DROP TABLE t_a_idx2", "DROP VIEW t_a_idx2"],
)
def test_a_number_that_is_freed_is_given_to_the_next_index(freed: str) -> None:
    kind = freed.split()[1].lower()
    making = {"table": "CREATE TABLE t_a_idx2 ();", "view": "CREATE VIEW t_a_idx2 AS SELECT 1;", "index": ""}[kind]
    before = after(f"CREATE TABLE t (a int); {making} {'CREATE INDEX ON t (a);' * 5}")
    names = {"t_a_idx", "t_a_idx1", "t_a_idx2", "t_a_idx3", "t_a_idx4"} | ({"t_a_idx5"} if making else set())
    assert {name.name for name in before.index_tables} == (names - {"t_a_idx2"} if making else names)
    later = after(f"{freed}; CREATE INDEX ON t (a);", before)
    assert Name("t_a_idx2", "public") in later.index_tables
    last = max(int(name.removeprefix("t_a_idx") or 0) for name in names)
    assert Name(f"t_a_idx{last + 1}", "public") in after("CREATE INDEX ON t (a);", later).index_tables


def test_a_constraint_of_another_table_of_the_schema_takes_a_name_too() -> None:
    catalog = after("CREATE TABLE a (x int); CREATE TABLE b (x int CONSTRAINT a_x_check CHECK (x > 1))")
    catalog = after("ALTER TABLE a ADD CHECK (x > 0); DROP TABLE b; ALTER TABLE a ADD CHECK (x > 2)", catalog)
    assert list(table(catalog, "a").constraints) == ["a_x_check1", "a_x_check"]


def test_an_index_covers_a_foreign_key_when_it_begins_with_its_columns_in_any_order() -> None:
    base = (
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));"
        "CREATE TABLE c (a int, b int, d int, FOREIGN KEY (a, b) REFERENCES p);"
    )
    for index, covers in {
        "CREATE INDEX i ON c (b, a, d)": True,
        "CREATE INDEX i ON c (a, b) WHERE a IS NOT NULL": True,
        "CREATE INDEX i ON c (a, b) WHERE d IS NOT NULL": False,
        "CREATE INDEX i ON c (a, b) WHERE a > 1": False,
        "CREATE INDEX i ON c (a, d, b)": False,
        "CREATE INDEX i ON c (a) INCLUDE (b)": False,
        "CREATE INDEX i ON c ((a + 1), b)": False,
        "CREATE INDEX i ON c USING brin (a, b)": False,
        "ALTER TABLE c ADD CONSTRAINT i UNIQUE (a, b, d)": True,
    }.items():
        catalog = after(base + index)
        (key,) = table(catalog, "c").foreign_keys
        found = catalog.index_covering(Name("c"), key)
        assert (found is not None and found.name.name == "i") is covers, index


def test_an_index_that_is_not_valid_covers_nothing() -> None:
    catalog = after(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p) PARTITION BY LIST (p);"
        "CREATE TABLE c_1 PARTITION OF c FOR VALUES IN (1); CREATE INDEX above ON ONLY c (p)"
    )
    (key,) = table(catalog, "c").foreign_keys
    assert catalog.index_covering(Name("c"), key) is None
    attached = after("CREATE INDEX below ON c_1 (p); ALTER INDEX above ATTACH PARTITION below", catalog)
    assert attached.index_covering(Name("c"), key) == attached.index(Name("above"))


def test_functions_of_one_name_in_two_schemas_are_two() -> None:
    catalog = after(
        """
        CREATE SCHEMA s;
        CREATE FUNCTION s.twice(int) RETURNS int LANGUAGE sql AS '1';
        CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS '2';
        CREATE OR REPLACE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS '3';
        """
    )
    assert [(str(each.name), each.body) for each in catalog.functions["twice"]] == [("s.twice", "1"), ("twice", "3")]


def test_an_identity_has_the_sequence_that_it_names() -> None:
    catalog = after(
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME first), b int NOT NULL);"
        "ALTER TABLE t ALTER COLUMN b ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME public.second START 5)"
    )
    assert [str(each.name) for each in catalog.sequences_of(table(catalog, "t"))] == ["first", "second"]
    assert {key: each.identity for key, each in table(catalog, "t").columns.items()} == {
        "a": "always",
        "b": "by default",
    }


def test_a_default_of_null_is_none_but_where_a_domain_has_another() -> None:
    catalog = after(
        "CREATE DOMAIN d AS int DEFAULT 1; CREATE TABLE t (a int DEFAULT NULL, b d DEFAULT NULL, c int DEFAULT 1);"
        "ALTER TABLE t ALTER COLUMN c SET DEFAULT NULL"
    )
    assert {key: each.default is not None for key, each in table(catalog, "t").columns.items()} == {
        "a": False, "b": True, "c": False,
    }  # fmt: skip
