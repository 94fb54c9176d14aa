"""Where the libraries of a project are installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.test_surroundings import ENV, INI

from database_patterns.model import Migration
from database_patterns.reading import read_text
from database_patterns.reading.installed import libraries
from database_patterns.reading.project import below
from database_patterns.reading.surroundings import Surroundings

SIZED = """
from alembic import op
import sqlalchemy as sa
from shared_library import SIZE

revision = "a"
down_revision = None


def upgrade():
    op.add_column("t", sa.Column("a", sa.String(SIZE)))
"""


@pytest.fixture(autouse=True)
def inactive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


def environment(folder: Path, modules: str = "lib/python3.12/site-packages") -> Path:
    site = folder / modules
    site.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    return site


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
@pytest.mark.parametrize("modules", ["lib/python3.12/site-packages", "Lib/site-packages"])
def test_an_environment_beside_the_project_or_above_it_is_found(name: str, modules: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    site = environment(tmp_path / name, modules)
    inner = tmp_path / "service"
    inner.mkdir()
    assert (libraries(tmp_path), libraries(inner)) == ((site,), (site,))


def test_the_nearest_environment_counts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    environment(tmp_path / ".venv")
    near = environment(tmp_path / "service/.venv")
    assert libraries(tmp_path / "service") == (near,)


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "env/lib/python3.12/site-packages").mkdir(parents=True)
    assert libraries(tmp_path) == ()


def test_the_active_environment_counts_where_the_project_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    active = environment(tmp_path / "elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "elsewhere"))
    assert libraries(folder) == (active,)
    own = environment(folder / ".venv")
    assert libraries(folder) == (own,)


def test_nothing_outside_of_what_may_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    environment(tmp_path / "elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "elsewhere"))
    (folder / ".venv").symlink_to(tmp_path / "elsewhere")
    assert libraries(folder, folder.resolve()) == ()


def test_a_revision_is_read_with_the_libraries_of_its_project(tmp_path: Path) -> None:
    site = environment(tmp_path / ".venv")
    assert _read(tmp_path).upgrade[0].confidence == "opaque"
    (site / "shared_library.py").write_text("SIZE = 40\n")
    assert [each.sql for each in _read(tmp_path).upgrade] == ["ALTER TABLE t ADD COLUMN a VARCHAR(40)"]


def _read(folder: Path) -> Migration:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "alembic.ini").write_text(INI)
    versions = folder / "migrations/versions"
    versions.mkdir(parents=True, exist_ok=True)
    (folder / "migrations/env.py").write_text(ENV)
    (versions / "a.py").write_text(SIZED)
    (project,) = below(folder).projects
    return read_text(SIZED, str(versions / "a.py"), context=Surroundings(project).context)
