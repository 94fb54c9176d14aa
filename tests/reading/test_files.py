"""Files to text, and folders to the migrations in them: each way of failing is one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from database_patterns.errors import UserError
from database_patterns.reading import Scanned, is_revision, read_file, read_source, recognise, scan

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


@pytest.mark.parametrize("line", ['revision = "a"', 'revision: str = "a"', 'revision="a"'])
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


def test_migrations_in_another_language_are_found_beside_those_in_sql(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0002_b.go", "0002_b_test.go", "main.go", "V3__c.java", "Main.java", "4_d.mjs", "d.ts"):
        (tmp_path / name).write_text("x")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "0001_handler.go").write_text("x")
    assert [path.name for path in scan(tmp_path).foreign] == ["0002_b.go", "4_d.mjs", "V3__c.java"]
