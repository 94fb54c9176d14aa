"""Which versions a project is pinned to."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.reading.pins import Pin, normalised, pins

FILES = {
    "uv.lock": '[[package]]\nname = "SQLAlchemy"\nversion = "2.0.40"\n',
    "poetry.lock": '[[package]]\nname = "sqlalchemy"\nversion = "2.0.40"\n',
    "pylock.toml": '[[packages]]\nname = "sqlalchemy"\nversion = "2.0.40"\n',
    "Pipfile.lock": '{"default": {"sqlalchemy": {"version": "==2.0.40"}}}',
    "requirements.txt": "# pinned\nflask\nSQLAlchemy[asyncio] == 2.0.40 ; python_version > '3'  # why\n",
    "constraints.txt": "sqlalchemy===2.0.40 --hash=sha256:abc\n",
    "requirements/base.txt": "sqlalchemy==2.0.40\n",
    "requirements-dev.txt": "-r requirements.txt\nsqlalchemy==2.0.40\n",
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["sqlalchemy==2.0.40", "flask>=3"]\n',
}


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_read(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{name: FILES[name]})
    assert pins(tmp_path)["sqlalchemy"] == Pin("sqlalchemy", "2.0.40", tmp_path / name)
    assert pins(tmp_path)["sqlalchemy"].series == "2.0"


def test_a_lock_files_word_comes_before_that_of_requirements(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{"requirements.txt": "alembic==1.10.0\n", "uv.lock": '[[package]]\nname = "alembic"\nversion = "1.13.1"\n'},
    )
    assert pins(tmp_path)["alembic"].version == "1.13.1"


def test_a_version_comes_before_none(tmp_path: Path) -> None:
    write(tmp_path, **{"constraints.txt": "alembic==1.13.1\n", "requirements.txt": "alembic\n"})
    assert pins(tmp_path)["alembic"] == Pin("alembic", "1.13.1", tmp_path / "constraints.txt")


def test_a_library_without_an_exact_version_is_known_without_one(tmp_path: Path) -> None:
    write(tmp_path, **{"requirements.txt": "psycopg[binary]>=3.1\nasyncpg\n"})
    found = {name: (pin.version, pin.series) for name, pin in pins(tmp_path).items()}
    assert found == {"psycopg": (None, None), "asyncpg": (None, None)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "[[package"),
        ("uv.lock", 'package = "x"\n'),
        ("Pipfile.lock", "{"),
        ("Pipfile.lock", '{"default": []}'),
        ("pyproject.toml", "project = 1\n"),
        ("requirements.txt", "\n--index-url x\n# alembic==1\n"),
    ],
)
def test_files_that_make_no_sense_pin_nothing(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, **{name: text})
    assert pins(tmp_path) == {}


def test_a_link_out_of_the_folder_that_may_be_read_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, **{"outside.txt": "alembic==1.13.1\n", "project/pyproject.toml": FILES["pyproject.toml"]})
    (tmp_path / "project" / "requirements.txt").symlink_to(tmp_path / "outside.txt")
    assert set(pins(tmp_path / "project", tmp_path / "project")) == {"sqlalchemy", "flask"}
    assert "alembic" in pins(tmp_path / "project")


def test_names_are_compared_as_indexes_compare_them() -> None:
    assert normalised("Psycopg2_binary") == normalised("psycopg2.-binary") == "psycopg2-binary"
