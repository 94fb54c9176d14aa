"""From what a user gives to Migrations."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.api import sources
from database_patterns.api.sources import Given, Source
from database_patterns.errors import UserError

REVISION = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade() -> None:\n    pass\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "b.py").write_text(REVISION, encoding="utf-8")
    (tmp_path / "versions" / "a.sql").write_text("SELECT 1;\n", encoding="utf-8")
    (tmp_path / "versions" / "helper.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "versions" / "bad.sql").write_bytes(b"\xff")
    return tmp_path


def test_a_folder_gives_its_migrations_and_a_line_for_each_that_cannot_be_read(folder: Path) -> None:
    given = sources.from_paths([folder / "versions"])
    assert [Path(each.path).name for each in given.sources] == ["a.sql", "b.py"]
    assert given.unreadable == (
        f"{folder / 'versions' / 'bad.sql'}: is not valid UTF-8 (byte 0xff at offset 0); save it as UTF-8",
    )


def test_files_are_named_from_the_root_on(folder: Path) -> None:
    given = sources.from_paths([folder / "versions"], within=folder)
    assert given == Given(
        (Source("versions/a.sql", "SELECT 1;\n"), Source("versions/b.py", REVISION)),
        ("versions/bad.sql: is not valid UTF-8 (byte 0xff at offset 0); save it as UTF-8",),
    )


def test_a_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    given = sources.from_paths([folder / "versions" / "a.sql", folder / "versions"], within=folder)
    assert [each.path for each in given.sources] == ["versions/a.sql", "versions/b.py"]


def test_kind_speaks_of_the_files_named_not_of_those_in_a_folder(folder: Path) -> None:
    named = sources.from_paths([folder / "versions" / "a.sql"], kind="sql")
    found = sources.from_paths([folder / "versions"], kind="sql")
    assert [each.kind for each in named.sources + found.sources] == ["sql", None, None]


def test_a_link_out_of_the_root_is_not_read(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.sql"
    secret.write_text("SELECT 'secret';\n", encoding="utf-8")
    (folder / "versions" / "link.sql").symlink_to(secret)
    given = sources.from_paths([folder / "versions"], within=folder)
    assert "versions/link.sql: is a link out of the folder that may be read" in given.unreadable
    assert "secret" not in "".join(each.text for each in given.sources)


def test_statements_that_do_not_parse_are_named_and_the_others_kept() -> None:
    read = sources.read(Given((Source("a.sql", "SELECT 1;\nSELEC 2;\nSELECT 3;\n"),)))
    assert [each.sql for each in read.migrations[0].upgrade] == ["SELECT 1", "SELECT 3"]
    assert read.unreadable == ('a.sql:2:1: is not SQL that PostgreSQL parses: syntax error at or near "SELEC"',)
    assert read.partly == {"a.sql"}


def test_text_that_is_all_comments_is_a_migration_without_statements() -> None:
    read = sources.read(sources.from_text("-- nothing to do\n"))
    assert [each.upgrade for each in read.migrations] == [()]
    assert read.unreadable == ()


def test_text_is_recognised() -> None:
    read = sources.read(Given((*sources.from_text(REVISION).sources, *sources.from_text("SELECT 1").sources)))
    assert [each.kind for each in read.migrations] == ["sql", "alembic"]


def test_a_dump_may_be_larger_than_a_migration(tmp_path: Path) -> None:
    dump = tmp_path / "dump.sql"
    dump.write_text("SELECT 1;\n" * 500_000, encoding="utf-8")
    assert len(sources.schema(dump).sources[0].text) == 5_000_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alembic.ini", "[alembic]\nscript_location = db\n"),
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = driver://%40:p%2f@host\n"),
        ("pyproject.toml", '[tool.alembic]\nscript_location = "%(here)s/db"\n'),
    ],
)
def test_the_revisions_of_a_project_are_below_its_script_location(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "db" / "versions").mkdir(parents=True)
    (tmp_path / "db" / "versions" / "a.py").write_text(REVISION, encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert sources.from_project(tmp_path, within=tmp_path) == Given((Source("db/versions/a.py", REVISION),))


def test_a_project_without_revisions_is_named(tmp_path: Path) -> None:
    (tmp_path / "db" / "versions").mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = db\n", encoding="utf-8")
    with pytest.raises(UserError, match="db/versions: holds no revision"):
        sources.from_project(tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[alembic]\n", "does not say script_location"),
        ("[alembic]\nscript_location = nowhere\n", "which is not a folder"),
        ("no section\n", "cannot be read (File contains no section headers."),
        ("[alembic]\nscript_location = %(there)s\n", "cannot be read (Bad value substitution"),
    ],
)
def test_settings_that_lead_nowhere_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "alembic.ini").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"alembic\.ini: ") as raised:
        sources.from_project(tmp_path)
    assert complaint in str(raised.value)
