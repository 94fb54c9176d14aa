"""The project's own configuration of the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.errors import UserError
from database_patterns.reading.configuration import assumed

TABLE = 'app.settings.debug = false\n"app.tenants()" = ["x", "y"]\n'
VALUES = {"app.settings.debug": False, "app.tenants()": ["x", "y"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder deep in a repository."""
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "services" / "shop"
    inner.mkdir(parents=True)
    return inner


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("database-patterns.toml", f"[assume]\n{TABLE}"),
        ("pyproject.toml", f"[tool.database-patterns.assume]\n{TABLE}"),
    ],
)
def test_values_are_found_in_the_folder_and_above(tmp_path: Path, folder: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert assumed(folder) == assumed(tmp_path) == VALUES


def test_the_nearest_configuration_counts(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "database-patterns.toml").write_text(f"[assume]\n{TABLE}")
    (folder / "pyproject.toml").write_text("[tool.database-patterns]\n")
    assert assumed(folder) == {}
    (folder / "pyproject.toml").write_text("[project]\nname = 'database-patterns-user'\n")
    assert assumed(folder) == VALUES


def test_without_a_configuration_nothing_is_assumed(folder: Path) -> None:
    assert assumed(folder) == {}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("asume = 1\n", "has an unknown key 'asume'; did you mean assume?"),
        ("assume = 1\n", "assume is no table"),
        ("[assume\n", "cannot be read (Expected ']'"),
    ],
)
def test_what_is_wrong_with_it_is_said_in_one_line(folder: Path, text: str, complaint: str) -> None:
    path = folder / "database-patterns.toml"
    path.write_text(text)
    with pytest.raises(UserError) as raised:
        assumed(folder)
    assert str(raised.value).startswith(f"{path}: {complaint}")
    assert "\n" not in str(raised.value)


def test_a_link_out_of_the_folder_that_may_be_read_is_not_followed(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "outside.toml").write_text(f"[assume]\n{TABLE}")
    (folder / "database-patterns.toml").symlink_to(tmp_path / "outside.toml")
    assert assumed(folder, folder) == {}
    assert assumed(folder) == VALUES
