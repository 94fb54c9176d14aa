"""A migration is followed statement by statement: what it created itself, what SET holds, what ROLLBACK takes back."""

from __future__ import annotations

from database_patterns.actions import Name
from database_patterns.catalog import Catalog
from database_patterns.effects.context import Assumptions, MigrationInContext, follow
from database_patterns.reading import read_text


def followed(sql: str, catalog: Catalog | None = None) -> MigrationInContext:
    return follow(read_text(sql), "upgrade", catalog or Catalog.unknown(), Assumptions())


def created_here(context: MigrationInContext, table: str) -> list[bool]:
    return [statement.created_here(Name(table)) for statement in context.statements]


def test_a_table_is_created_here_after_its_statement() -> None:
    context = followed("CREATE TABLE t (id int); CREATE INDEX ON t (id); ALTER TABLE t RENAME TO u; SELECT 1")
    assert created_here(context, "t") == [False, True, True, False]
    assert created_here(context, "u") == [False, False, False, True]


def test_a_table_that_is_only_met_is_not_created_here() -> None:
    assert created_here(followed("ALTER TABLE t ADD COLUMN c int; CREATE INDEX ON t (c)"), "t") == [False, False]


def test_a_table_that_may_have_existed_is_not_created_here() -> None:
    assert created_here(followed("CREATE TABLE IF NOT EXISTS t (id int); CREATE INDEX ON t (id)"), "t") == [
        False,
        False,
    ]
    context = followed("CREATE TABLE IF NOT EXISTS t (id int); CREATE INDEX ON t (id)", Catalog.empty())
    assert created_here(context, "t") == [False, True]


def test_a_table_that_is_dropped_and_made_again_is_created_here() -> None:
    before = Catalog.empty().advance(read_text("CREATE TABLE t (id int)").upgrade[0])
    assert created_here(followed("DROP TABLE t; CREATE TABLE t (id int); SELECT 1", before), "t") == [
        False,
        False,
        True,
    ]


def test_what_an_earlier_migration_created_may_have_rows() -> None:
    first = followed("CREATE TABLE t (id int)", Catalog.empty())
    second = followed("ALTER TABLE t ADD COLUMN c int NOT NULL", first.at_end)
    assert [each.sqlstate for each in second.statements[0].prediction.may_fail] == ["23502"]


def test_a_table_that_this_migration_created_is_empty_until_it_writes() -> None:
    context = followed(
        "CREATE TABLE t (id int); ALTER TABLE t ADD a int NOT NULL; INSERT INTO t VALUES (1, 1);"
        "ALTER TABLE t ADD b int NOT NULL"
    )
    assert [bool(each.prediction.may_fail) for each in context.statements] == [False, False, False, True]


def test_the_time_zone_that_the_migration_sets_decides_a_change_of_timestamps() -> None:
    change = "ALTER TABLE t ALTER c TYPE timestamptz"
    table = "CREATE TABLE t (c timestamp)"
    rewrites = [
        followed(f"{table}; {setting} {change}").statements[-1].prediction.effects[0].rewrite
        for setting in ("", "SET TimeZone = 'UTC';", "SET timezone TO 'Europe/Oslo';")
    ]
    assert rewrites == ["unknown", False, True]


def test_set_local_ends_with_its_transaction() -> None:
    context = followed("BEGIN; SET LOCAL timezone = 'UTC'; COMMIT; SELECT 1")
    assert [each.before.setting("timezone") for each in context.statements] == [None, None, "UTC", None]


def test_a_rollback_takes_the_schema_back_to_its_begin() -> None:
    context = followed("CREATE TABLE a (id int); BEGIN; CREATE TABLE b (id int); ROLLBACK; SELECT 1", Catalog.empty())
    assert context.at_end.table(Name("a")) is not None
    assert context.at_end.table(Name("b")) is None
