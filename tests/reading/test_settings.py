"""Alembic's settings, read as Alembic reads them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from database_patterns.errors import UserError
from database_patterns.reading.settings import Settings, merged, read_ini, read_pyproject


def ini(folder: Path, text: str) -> list[Settings]:
    file = folder / "alembic.ini"
    file.write_text(text)
    return read_ini(file)


def pyproject(folder: Path, text: str) -> Settings | None:
    file = folder / "pyproject.toml"
    file.write_text(text)
    return read_pyproject(file)


def section(values: dict[str, str]) -> Settings:
    return Settings(Path("alembic.ini"), "alembic", values, {})


def test_the_main_section_and_those_with_a_script_location_are_alembics(tmp_path: Path) -> None:
    found = ini(
        tmp_path, "[DEFAULT]\na = 1\n[alembic]\n[loggers]\nkeys = root\n[other]\nscript_location = %(here)s/o\n"
    )
    here = str(tmp_path)
    common = {"here": here, "a": "1"}
    assert [(each.name, dict(each.values)) for each in found] == [
        ("alembic", common),
        ("other", {"script_location": f"{here}/o", **common}),
    ]
    assert (found[0].folder, sorted(found[0].sections)) == (tmp_path, ["alembic", "loggers", "other"])


def test_a_percent_sign_in_the_folders_name_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "100%s"
    folder.mkdir()
    (found,) = ini(folder, "[alembic]\nscript_location = %(here)s/db\n")
    assert found.values["script_location"] == f"{folder}/db"


def test_a_byte_order_mark_is_no_part_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_bytes(b"\xef\xbb\xbf[alembic]\nscript_location = db\n")
    (found,) = read_ini(tmp_path / "alembic.ini")
    assert found.values["script_location"] == "db"


def test_a_value_that_needs_another_is_left_out_unless_it_is_the_location(tmp_path: Path) -> None:
    (found,) = ini(tmp_path, "[alembic]\nscript_location = db\nsqlalchemy.url = %(user)s@h\n")
    assert "sqlalchemy.url" not in found.values
    with pytest.raises(UserError, match=r"alembic\.ini: cannot be read \(Bad value substitution"):
        ini(tmp_path, "[alembic]\nscript_location = %(user)s\n")


@pytest.mark.parametrize(
    ("separator", "value", "expected"),
    [
        ({}, "a b,c", ["a", "b", "c"]),
        ({"path_separator": "os"}, os.pathsep.join(["a", "b c"]), ["a", "b c"]),
        ({"path_separator": "space"}, "a  b", ["a", "b"]),
        ({"path_separator": "newline"}, "\na\n b c\n", ["a", "b c"]),
        ({"version_path_separator": ":"}, "a:b", ["a", "b"]),
        ({"path_separator": ";", "version_path_separator": ":"}, "a;b:c", ["a", "b:c"]),
        ({}, "", []),
    ],
)
def test_paths_are_split_as_alembic_splits_them(separator: dict[str, str], value: str, expected: list[str]) -> None:
    found = section({**separator, "version_locations": value})
    assert found.paths("version_locations", "path_separator", "version_path_separator") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("ON", True), ("1", True), ("yes", True), ("false", False), ("", False)]
)
def test_a_flag_is_one_of_some_words(value: str, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    assert section({"recursive_version_locations": value}).flag("recursive_version_locations") is expected


def test_words_stand_between_commas() -> None:
    assert section({"databases": "users, orders,"}).words("databases") == ("users", "orders")
    assert section({}).words("databases") == ()


def test_pyprojects_lists_become_lines(tmp_path: Path) -> None:
    found = pyproject(
        tmp_path, '[tool.alembic]\nscript_location = "%(here)s/db"\nversion_locations = ["a b", "c"]\nx = 1\n'
    )
    assert found is not None
    assert found.values == {
        "script_location": f"{tmp_path}/db",
        "version_locations": "a b\nc",
        "x": "1",
        "path_separator": "newline",
    }
    assert found.paths("version_locations", "path_separator") == ["a b", "c"]


@pytest.mark.parametrize("text", ["", "[project]\nname = 'a'\n", "[tool]\nalembic = 1\n"])
def test_a_pyproject_without_alembics_table_has_no_settings(tmp_path: Path, text: str) -> None:
    assert pyproject(tmp_path, text) is None


@pytest.mark.parametrize("text", ["[tool.alembic\n", "tool = 1\n"])
def test_a_pyproject_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"pyproject\.toml: cannot be read"):
        pyproject(tmp_path, text)


def test_of_both_files_alembic_ini_wins(tmp_path: Path) -> None:
    (own,) = ini(tmp_path, "[alembic]\nsqlalchemy.url = postgresql://ini\n")
    table = pyproject(tmp_path, '[tool.alembic]\nscript_location = "db"\n"sqlalchemy.url" = "postgresql://toml"\n')
    assert table is not None
    both = merged(own, table)
    assert (both.file.name, both.values["script_location"], both.values["sqlalchemy.url"]) == (
        "pyproject.toml",
        "db",
        "postgresql://ini",
    )
