"""Which SQL files belong together, and in which order they are applied."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from database_patterns.model import DoesNothing, Migration, Span
from database_patterns.reading import read_text
from database_patterns.reading.sql_layouts import direction
from database_patterns.reading.sql_order import histories, in_order, is_like_a_migration, order, paired


def migrations(*paths: str) -> list[Migration]:
    return [read_text(f"SELECT '{path}';", path) for path in paths]


def outline(found: list[Migration]) -> list[tuple[str, list[str]]]:
    """Path and the files that the way back comes from."""
    return [(each.path, [statement.span.path for statement in each.downgrade]) for each in found]


def ordered(*paths: str) -> list[str]:
    return [each.path for each in in_order(migrations(*paths))]


def test_numbers_compare_as_numbers() -> None:
    assert ordered("10_a.sql", "9_b.sql", "100.sql", "a/2.sql", "a/1.sql") == [
        "9_b.sql",
        "10_a.sql",
        "100.sql",
        "a/1.sql",
        "a/2.sql",
    ]
    assert sorted(["m/10/migration.sql", "m/9/migration.sql"], key=order) == ["m/9/migration.sql", "m/10/migration.sql"]


def test_flyway_goes_by_version_whatever_the_folder_and_repeats_last() -> None:
    files = ["x/R__b.sql", "y/V1_10__d.sql", "x/V2__e.sql", "x/V1.2__c.sql", "a/V10__f.sql", "B1__base.sql", "R__a.sql"]
    assert ordered(*files) == [
        "B1__base.sql",
        "x/V1.2__c.sql",
        "y/V1_10__d.sql",
        "x/V2__e.sql",
        "a/V10__f.sql",
        "R__a.sql",
        "x/R__b.sql",
    ]


def test_flyways_callbacks_stand_around_all() -> None:
    files = ["afterMigrate__grants.sql", "R__a.sql", "V1__a.sql", "beforeMigrate.sql"]
    assert ordered(*files) == ["beforeMigrate.sql", "V1__a.sql", "R__a.sql", "afterMigrate__grants.sql"]


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("2026-a-up.sql", "2026-a-down.sql"),
        ("1_a_up.sql", "1_a_down.sql"),
        ("001.do.sql", "001.undo.sql"),
        ("0001.a.sql", "0001.a.rollback.sql"),
        ("1_a.sql", "1_a_rollback.sql"),
    ],
)
def test_a_file_goes_back_where_that_lies_beside_it_which_it_takes_back(tmp_path: Path, there: str, back: str) -> None:
    paths = [str(tmp_path / name) for name in (there, back)]
    assert [direction(PurePath(path)) for path in paths] == ["upgrade", "upgrade"]
    for path in paths:
        Path(path).write_text("SELECT 1")
    assert [direction(PurePath(path)) for path in paths] == ["upgrade", "downgrade"]
    assert outline(paired(migrations(*reversed(paths)))) == [(paths[0], [paths[1]])]


def test_sqitchs_scripts_keep_the_order_of_the_plan() -> None:
    assert ordered("deploy/z.sql", "deploy/a.sql") == ["deploy/z.sql", "deploy/a.sql"]


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("1_a.up.sql", "1_a.down.sql"),
        ("a/up.sql", "a/down.sql"),
        ("V1_1__a.sql", "U1.1__undo_a.sql"),
        ("deploy/db/a.sql", "revert/db/a.sql"),
    ],
)
def test_a_way_back_joins_its_way_there(there: str, back: str) -> None:
    assert outline(paired(migrations(there, back))) == [(there, [back])]
    assert outline(paired(migrations(back, there))) == [(there, [back])]


def test_a_way_back_without_its_way_there_stays_by_itself() -> None:
    assert outline(paired(migrations("2_b.down.sql", "1_a.up.sql"))) == [
        ("2_b.down.sql", ["2_b.down.sql"]),
        ("1_a.up.sql", []),
    ]


def test_two_files_of_one_version_that_go_the_same_way_are_both_kept() -> None:
    assert outline(paired(migrations("V1__a.sql", "V1__b.sql"))) == [("V1__a.sql", []), ("V1__b.sql", [])]


def test_a_way_back_without_statements_is_noted() -> None:
    there, back = read_text("SELECT 1;", "1_a.up.sql"), read_text("-- nothing\n", "1_a.down.sql")
    (joined,) = paired([there, back])
    assert joined.notes == (DoesNothing(Span("1_a.down.sql", 1, 1, 1, 1), "downgrade", defined=True),)


def folders(*paths: str) -> dict[str, str]:
    return {str(path): folder for path, folder in histories(Path(each) for each in paths).items()}


def test_each_folder_is_a_history() -> None:
    assert folders("a/1.sql", "a/2.sql", "b/1.sql") == {"a/1.sql": "a", "a/2.sql": "a", "b/1.sql": "b"}


def test_a_folder_for_each_migration_or_direction_belongs_to_the_one_above() -> None:
    assert folders("p/1_a/migration.sql", "d/1_a/up.sql", "d/1_a/down.sql", "s/deploy/a.sql", "s/revert/a.sql") == {
        "p/1_a/migration.sql": "p",
        "d/1_a/up.sql": "d",
        "d/1_a/down.sql": "d",
        "s/deploy/a.sql": "s",
        "s/revert/a.sql": "s",
    }


def test_flyway_reads_the_folders_inside_its_own() -> None:
    assert set(folders("db/migration/V1__a.sql", "db/migration/2026/V2__b.sql").values()) == {"db/migration"}
    assert set(folders("db/migration/2025/V1__a.sql", "db/migration/2026/V2__b.sql").values()) == {"db/migration"}
    assert set(folders("sql/V1__a.sql", "sql/x/V2__b.sql", "sql/x/R__c.sql").values()) == {"sql"}


def test_flyways_folders_for_several_databases_are_several_histories() -> None:
    assert folders("db/migration/h2/V1__a.sql", "db/migration/pg/V1__a.sql", "db/migration/pg/U1__a.sql") == {
        "db/migration/h2/V1__a.sql": "db/migration/h2",
        "db/migration/pg/V1__a.sql": "db/migration/pg",
        "db/migration/pg/U1__a.sql": "db/migration/pg",
    }


def test_flyways_baseline_stands_for_the_versions_before_it() -> None:
    assert folders("m/V1__a.sql", "m/B1__all.sql") == {"m/V1__a.sql": "m", "m/B1__all.sql": "m/B1__all.sql"}


def test_a_nested_script_of_sqitch_needs_a_plan(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "db" / "a.sql"
    assert histories([script]) == {script: str(script.parent)}
    (tmp_path / "sqitch.plan").write_text("%project=shop\n")
    assert histories([script]) == {script: str(tmp_path)}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("0001_a.sql", True),
        ("20260101-a.sql", True),
        ("V1__a.sql", True),
        ("R__a.sql", True),
        ("x/up.sql", True),
        ("x/migration.sql", True),
        ("deploy/users.sql", True),
        ("seed.sql", False),
        ("queries/V.sql", False),
    ],
)
def test_a_migration_is_told_by_its_name(path: str, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    assert is_like_a_migration(PurePath(path)) is expected
