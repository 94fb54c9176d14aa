"""Files to text, and folders to the migrations in them: each way of failing is one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from database_patterns.errors import UserError
from database_patterns.reading import Scanned, is_revision, read_file, read_source, recognise, scan
from database_patterns.reading.files import may_be_revision

REVISION = 'revision = "a1"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n'


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "is empty; write the migration or leave the file out"),
        (b" \r\n\t", "is empty; write the migration or leave the file out"),
        (b"SELECT 1\0;", "is binary or damaged (a NUL byte at offset 8); name a text file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is binary or damaged (a NUL byte at offset 8); name a text file"),
        (b"SELECT '\xe9'", "is not valid UTF-8 (byte 0xe9 at offset 8); save it as UTF-8"),
        ("SELECT 1".encode("utf-16"), "is UTF-16, not UTF-8; save it as UTF-8"),
        ("SELECT 1".encode("utf-32"), "is UTF-32, not UTF-8; save it as UTF-8"),
        (
            b"-- " + b"x" * 5_000_000,
            "is 5.0 MB, too large for a migration (up to 4.2 MB is read); split it, or leave bulk data to COPY",
        ),
    ],
    ids=["empty", "blank", "nul", "binary", "latin-1", "utf-16", "utf-32", "5 MB"],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, data: bytes, complaint: str) -> None:
    path = tmp_path / "m.sql"
    path.write_bytes(data)
    with pytest.raises(UserError) as error:
        read_file(path)
    assert str(error.value) == f"{path}: {complaint}"


def test_a_missing_path_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or folder; check the path"):
        read_source(tmp_path / "missing.sql")
    with pytest.raises(UserError, match="is a folder; name a file in it"):
        read_source(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_said(tmp_path: Path) -> None:
    path = tmp_path / "m.sql"
    path.write_text("SELECT 1")
    path.chmod(0)
    with pytest.raises(UserError, match=r"cannot be read \(permission denied\)"):
        read_source(path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "m.sql"
    path.write_bytes(b"\xef\xbb\xbfSELECT 1;\r\n")
    (statement,) = read_file(path).upgrade
    assert (statement.sql, statement.span.column) == ("SELECT 1", 1)


def test_python_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nrevision = 'é'\n".encode("latin-1"))
    assert "revision = 'é'" in read_source(path)


@pytest.mark.parametrize(
    ("text", "path", "kind"),
    [
        ("SELECT 1", "a.sql", "sql"),
        (REVISION, "a.py", "alembic"),
        (REVISION, "<text>", "alembic"),
        ("from alembic import op\n", "-", "alembic"),
        ("CREATE TABLE revision (id int)", "<text>", "sql"),
        ("-- revision = 3\nSELECT 1", "<text>", "sql"),
    ],
)
def test_sql_and_revisions_are_told_apart(text: str, path: str, kind: str) -> None:
    assert recognise(text, path) == kind


@pytest.mark.parametrize(
    "line",
    ['revision = "a"', 'revision: str = "a"', 'revision="a"', 'revision, down_revision = "a", None',
     'down_revision, revision = None, "a"', '(revision, down_revision) = ("a", None)'],
)  # fmt: skip
def test_a_revision_is_known_by_its_identifier(line: str) -> None:
    assert is_revision(f'"""doc"""\n{line}\n')
    assert not is_revision(f"def f():\n    {line}\n")


def test_a_folder_gives_its_revisions_and_sql_files_and_none_of_the_rest(tmp_path: Path) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for name, text in {
        "migrations/env.py": "from alembic import context\n",
        "migrations/versions/b.py": REVISION,
        "migrations/versions/__init__.py": "",
        "models.py": "class A: ...\n",
        "0001.sql": "SELECT 1",
        "notes.txt": "revision = 1",
        ".venv/x.sql": "SELECT 1",
        "node_modules/y.sql": "SELECT 1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (versions / "damaged.py").write_bytes(b"revision = '\0'")
    assert scan(tmp_path) == Scanned((tmp_path / "0001.sql", versions / "b.py", versions / "damaged.py"))


@pytest.mark.parametrize("line", ["revision", "revision == 1", "x = revision = 1", "revisions = 1", "rev, x = 1, 2"])
def test_other_lines_do_not_make_a_revision(line: str) -> None:
    assert not is_revision(line)


def test_a_pipe_or_a_device_is_named_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.sql")
    (tmp_path / "zero.sql").symlink_to("/dev/zero")
    assert scan(tmp_path).migrations == (tmp_path / "pipe.sql", tmp_path / "zero.sql")
    for path in (*scan(tmp_path).migrations, Path("/dev/null")):
        with pytest.raises(UserError, match="is a pipe or a device, which is not opened; save it as a file"):
            read_source(path)
    os.mkfifo(tmp_path / "pipe.py")
    assert tmp_path / "pipe.py" in scan(tmp_path).migrations


def test_the_suffix_of_sql_counts_in_any_case(tmp_path: Path) -> None:
    for name in ("A.SQL", "b.Sql", "c.PY"):
        (tmp_path / name).write_text("SELECT 1")
    assert [path.name for path in scan(tmp_path).migrations] == ["A.SQL", "b.Sql"]
    assert recognise("x", "A.SQL") == "sql"


def test_links_to_folders_are_followed_once_and_never_in_circles(tmp_path: Path) -> None:
    inside, outside = tmp_path / "top" / "inside", tmp_path / "outside"
    for folder in (inside, outside / "deeper"):
        folder.mkdir(parents=True)
    (inside / "a.sql").write_text("SELECT 1")
    (outside / "deeper" / "b.sql").write_text("SELECT 1")
    (tmp_path / "top" / "again").symlink_to(inside)
    (tmp_path / "top" / "round").symlink_to(tmp_path / "top")
    (tmp_path / "top" / "out").symlink_to(outside)
    (outside / "back").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path / "top")) for path in scan(tmp_path / "top").migrations]
    assert sorted(found) == ["inside/a.sql", "out/deeper/b.sql"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_cannot_be_looked_into_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir(mode=0)
    try:
        (refused,) = scan(tmp_path).unlisted
    finally:
        (tmp_path / "secret").chmod(0o700)
    assert str(refused) == f"{tmp_path / 'secret'}: cannot be looked into (permission denied)"


def test_migrations_in_another_language_are_found_beside_those_in_sql(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0002_b.go", "0002_b_test.go", "main.go", "V3__c.java", "Main.java", "4_d.mjs", "d.ts"):
        (tmp_path / name).write_text("x")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "0001_handler.go").write_text("x")
    assert [path.name for path in scan(tmp_path).foreign] == ["0002_b.go", "4_d.mjs", "V3__c.java"]


def test_whether_a_file_is_a_revision_is_told_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    assert (may_be_revision(file), may_be_revision(file)) == (False, False)
    file.write_text('revision = "a"\n')
    assert may_be_revision(file)
    file.unlink()
    assert may_be_revision(file)  # what cannot be read cannot be told
