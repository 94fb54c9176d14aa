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
    "setup.cfg": "[metadata]\nname = shop\n[options]\ninstall_requires =\n    flask\n    sqlalchemy==2.0.40\n",
    "setup.py": 'import setuptools\nx = ["flask", "sqlalchemy==2.0.40"]\nsetuptools.setup(install_requires=x)\n',
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


def test_what_setup_py_lists_in_the_call_is_read(tmp_path: Path) -> None:
    write(tmp_path, **{"setup.py": "setup(install_requires=('SQLAlchemy>=1.4,<2', extra, 'flask'))"})
    found = pins(tmp_path)
    assert (set(found), found["sqlalchemy"].is_older_than(2)) == ({"sqlalchemy", "flask"}, True)


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
        ("setup.cfg", "install_requires = alembic"),
        ("setup.py", "setup(install_requires=[f'alembic=={version}', *more], name='x'"),
        ("setup.py", "setup(install_requires=read('requirements.txt'))"),
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


OLDER = {
    "sqlalchemy==1.3.24": True,
    "sqlalchemy==1.*": True,
    "sqlalchemy>=1.4,<2": True,
    "sqlalchemy[asyncio]<2.0.0,>=1.4": True,
    "sqlalchemy~=1.4.3": True,
    "sqlalchemy<=1.4.49 ; python_version > '3.1'": True,
    "sqlalchemy==2.0.40": False,
    "sqlalchemy>=2.0.0,<3.0.0": False,
    "sqlalchemy == 2.*": False,
    "sqlalchemy>=1.4": None,
    "sqlalchemy>=1.4,<2.1": None,
    "sqlalchemy!=1.4.9": None,
    "sqlalchemy": None,
    "sqlalchemy @ https://files.test/1.2": None,
}


@pytest.mark.parametrize("line", OLDER)
def test_a_range_says_whether_a_library_is_older(tmp_path: Path, line: str) -> None:
    write(tmp_path, **{"requirements.txt": f"{line}\n"})
    assert pins(tmp_path)["sqlalchemy"].is_older_than(2) is OLDER[line]


POETRY: dict[str, tuple[str | None, bool | None]] = {
    '"^1.4"': (None, True),
    '"2.0.1"': ("2.0.1", False),
    '{version = "~2.0", extras = ["asyncio"]}': (None, False),
    '"^1.4 || ^2"': (None, None),
    '"*"': (None, None),
}


@pytest.mark.parametrize("written", POETRY)
def test_what_poetry_depends_on_is_read(tmp_path: Path, written: str) -> None:
    write(tmp_path, **{"pyproject.toml": f"[tool.poetry.dependencies]\npython = '^3.12'\nSQLAlchemy = {written}\n"})
    found = pins(tmp_path)["sqlalchemy"]
    assert (found.version, found.is_older_than(2)) == POETRY[written]


def test_names_are_compared_as_indexes_compare_them() -> None:
    assert normalised("Psycopg2_binary") == normalised("psycopg2.-binary") == "psycopg2-binary"
