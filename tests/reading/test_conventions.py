"""What the project's modules mention, and the naming convention that they define."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from database_patterns.reading.conventions import mentioned, naming_convention

DEFINED = "from sqlalchemy import MetaData\nmetadata = MetaData(naming_convention={'pk': 'pk_%(table_name)s'})\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_modules_that_mention_a_word_are_found_without_those_of_tests(tmp_path: Path) -> None:
    names = ["app/a.py", "app/b.py", "tests/c.py", "app/test/d.py", ".venv/e.py", "node_modules/f.py", "app/g.txt"]
    write(tmp_path, **dict.fromkeys(names, "transaction_per_migration"), **{"app/h.py": "x = 1"})
    assert mentioned("transaction_per_migration", (tmp_path,)) == [tmp_path / "app/a.py", tmp_path / "app/b.py"]
    assert mentioned("transaction_per_migration", (tmp_path / "app", tmp_path)) == [
        tmp_path / "app/a.py",
        tmp_path / "app/b.py",
    ]
    assert mentioned("nothing", (tmp_path,)) == []


def test_a_link_out_of_the_folder_that_may_be_read_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, **{"secret.py": DEFINED, "project/a.py": "x = 1\n"})
    (tmp_path / "project" / "b.py").symlink_to(tmp_path / "secret.py")
    assert mentioned("naming_convention", (tmp_path / "project",), tmp_path / "project") == []
    assert naming_convention((tmp_path / "project",), tmp_path / "project") == {}


def test_a_module_that_is_too_large_to_be_parsed_makes_the_convention_unknown(tmp_path: Path) -> None:
    write(tmp_path, **{"app/db.py": DEFINED + "x = 1\n" * 100_000})
    assert naming_convention((tmp_path,)) is None
    assert mentioned("transaction_per_migration", (tmp_path,)) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app/db.py": DEFINED}, {"pk": "pk_%(table_name)s"}),
        ({"app/db.py": DEFINED, "app/other.py": DEFINED}, {"pk": "pk_%(table_name)s"}),
        ({"app/db.py": DEFINED, "app/other.py": DEFINED.replace("pk_", "primary_")}, None),
        ({"app/db.py": "x = 1\n"}, {}),
        ({"app/db.py": "# naming_convention is not ours\n"}, {}),
        ({"app/db.py": "m = MetaData(naming_convention=load())\n"}, None),
        ({"app/db.py": "naming_convention = (\n"}, None),
        (
            {
                "app/names.py": "NAMES = {'ix': 'ix_%(column_0_label)s'}\n",
                "app/db.py": "from app.names import NAMES\nmetadata = MetaData(naming_convention=NAMES)\n",
            },
            {"ix": "ix_%(column_0_label)s"},
        ),
        ({"app/db.py": "op = Operations(context, naming_convention={})\n"}, {}),
        ({"app/db.py": "Base.metadata.naming_convention = {'pk': 'p'}\n"}, {"pk": "p"}),
        ({"app/db.py": "Base.metadata.naming_convention = {'pk': 'p'} if FAST else {}\n"}, None),
        ({"app/db.py": "def t(c, t): ...\nMetaData(naming_convention={'pk': 'p_%(t)s', 't': t})\n"}, None),
    ],
    ids=[
        "one",
        "same",
        "two",
        "none",
        "comment",
        "unknown",
        "broken",
        "imported",
        "operations",
        "assigned",
        "assigned what is unknown",
        "a token of its own",
    ],
)
def test_the_one_convention_of_a_project_is_found(
    tmp_path: Path, files: dict[str, str], expected: Mapping[str, object] | None
) -> None:
    write(tmp_path, **files)
    assert naming_convention((tmp_path,)) == expected


def test_what_is_remembered_of_a_project_ends_with_a_change_of_any_of_its_modules(tmp_path: Path) -> None:
    uses = "from sqlalchemy import MetaData\nfrom names import N\nmetadata = MetaData(naming_convention=N)\n"
    write(tmp_path, **{"models.py": uses, "names.py": "N = {'pk': 'one'}\n"})
    assert naming_convention((tmp_path,)) == naming_convention((tmp_path,)) == {"pk": "one"}
    write(tmp_path, **{"names.py": "N = {'pk': 'another'}\n"})
    assert naming_convention((tmp_path,)) == {"pk": "another"}
    write(tmp_path, **{"more.py": DEFINED})
    assert naming_convention((tmp_path,)) is None
    (tmp_path / "models.py").unlink()
    assert naming_convention((tmp_path,)) == {"pk": "pk_%(table_name)s"}
