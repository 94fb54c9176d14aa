"""Where ``target_metadata`` comes from, followed through the project's modules by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from database_patterns.reading.metadata_origin import is_made_by_library, origin_of_metadata

ENV = (
    "from app.models import Base\ntarget_metadata = Base.metadata\ncontext.configure(target_metadata=target_metadata)\n"
)


@pytest.mark.parametrize(
    ("files", "origin"),
    [
        ({}, "app.models"),
        ({"app/models.py": "from library import Base\n"}, "library"),
        ({"app/models.py": "from library import Model as Base\n"}, "library"),
        ({"app/models/__init__.py": "from app.db import Root as Base\n", "app/db.py": "Root = make()\n"}, "app.db"),
        (
            {"app/models.py": "from library import Base as Other\nfrom sqlalchemy.orm import DeclarativeBase\n"
             "class Base(DeclarativeBase): ...\n"},
            "sqlalchemy.orm",
        ),
        ({"app/models.py": "import library\ndef make():\n    return library.base()\nBase = make()\n"}, "library"),
        ({"app/models.py": "from app.models import Base\n"}, "app.models"),
        ({"app/models.py": "this is no Python (\n"}, "app.models"),
    ],
    ids=["not there", "a library's", "renamed", "of another module", "a class", "made", "a circle", "broken"],
)  # fmt: skip
def test_an_import_is_followed_as_far_as_the_projects_modules_go(
    tmp_path: Path, files: dict[str, str], origin: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert origin_of_metadata(ast.parse(ENV), (tmp_path,)) == origin


@pytest.mark.parametrize(
    ("call", "origin"),
    [
        ("context.configure(**extension.args)", "flask"),
        ("context.configure(target_metadata=m, **extension.args)", "shop"),
        ("context.configure()", None),
        ("other(**extension.args)", None),
    ],
)
def test_what_env_py_gives_is_the_metadata_or_all_options_at_once(call: str, origin: str | None) -> None:
    assert origin_of_metadata(ast.parse(f"from flask import extension\nfrom shop import m\n{call}\n"), ()) == origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): ...\n", True),
        ("from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n", True),
        ("from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): metadata = m\n", False),
        ("from sqlalchemy.orm import declarative_base\nBase = declarative_base(metadata=m)\n", False),
        ("from sqlalchemy import MetaData\nBase = MetaData(naming_convention={})\n", False),
    ],
)
def test_a_module_that_speaks_of_no_metadata_takes_what_the_library_makes(
    tmp_path: Path, text: str, *, expected: bool
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "models.py").write_text(text)
    assert is_made_by_library(ast.parse(ENV), (tmp_path,)) is expected


@pytest.mark.parametrize("call", ["context.configure(target_metadata=m.metadata)", "context.configure()"])
def test_env_py_itself_takes_nothing_for_granted(call: str) -> None:
    assert not is_made_by_library(ast.parse(f"from library import m\n{call}\n"), ())
