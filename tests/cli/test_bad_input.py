"""Whatever is given, the answer is one line that says what and where, and never a traceback."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from .conftest import Run

DANGEROUS = "CREATE INDEX i ON t (a);\n"

BAD_FILES = {
    "not-sql.sql": (b"hello world, this is prose\n", "1:1: is not SQL that PostgreSQL parses: syntax error at or near"),
    "not-python.py": (b"revision = 'a'\ndef upgrade(:\n", "not-python.py"),
    "empty.sql": (b"", "empty.sql: is empty"),
    "blank.sql": (b" \n\t\n", "blank.sql: is empty"),
    "large.sql": (b"SELECT 1;\n" * 500_000, "large.sql: is 5.0 MB, too large for a migration"),
    "nul.sql": (b"SELECT 1;\0", "nul.sql: is binary or damaged (a NUL byte at offset 9)"),
    "latin.sql": ("SELECT 'é';".encode("latin-1"), "latin.sql: is not valid UTF-8 (byte 0xe9 at offset 8)"),
    "wide.sql": ("SELECT 1;".encode("utf-16"), "wide.sql: is UTF-16, not UTF-8"),
    "image.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image.png: is binary or damaged"),
    "no-revision.py": (b"import os\n", "no-revision.py"),
    "deep.sql": (b"SELECT " + b"(" * 100_000, "deep.sql"),
    "deep.py": (b"revision = 'a'\nx = " + b"(" * 10_000 + b"\n", "deep.py"),
    "deeper.py": (b"revision = 'a'\nx = " + b"-" * 100_000 + b"1\n", "deeper.py"),
}


@pytest.mark.parametrize("verb", ["lint", "explain"])
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_named_in_one_line(verb: str, name: str, run: Run) -> None:
    content, complaint = BAD_FILES[name]
    Path(name).write_bytes(content)
    outcome = run(verb, name)
    assert outcome.status == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert complaint in outcome.err
    assert "Traceback" not in outcome.err


def test_one_unreadable_file_does_not_hide_the_findings_of_the_others(run: Run) -> None:
    Path("bad.sql").write_bytes(b"\xff\xfe\xff")
    Path("good.sql").write_text(DANGEROUS, encoding="utf-8")
    outcome = run("lint", "bad.sql", "missing.sql", "good.sql")
    assert outcome.status == 2
    assert "good.sql:1:1 error index-without-concurrently" in outcome.out
    assert outcome.out.splitlines()[-1].endswith(", 2 unreadable")
    assert [line.split(": ")[1] for line in outcome.err.splitlines()] == ["bad.sql", "missing.sql"]


def test_a_statement_that_does_not_parse_does_not_hide_the_findings_of_the_others(run: Run) -> None:
    Path("half.sql").write_text(f"ALTER TABEL t;\n{DANGEROUS}SELECT 1 1;\n", encoding="utf-8")
    outcome = run("lint", "half.sql")
    assert outcome.status == 2
    assert "half.sql:2:1 error index-without-concurrently" in outcome.out
    assert outcome.err == (
        'database-patterns: half.sql:1:7: is not SQL that PostgreSQL parses: syntax error at or near "TABEL"\n'
        'database-patterns: half.sql:3:10: is not SQL that PostgreSQL parses: syntax error at or near "1"\n'
    )


def test_a_byte_order_mark_and_windows_line_ends_are_read(run: Run) -> None:
    Path("windows.sql").write_bytes(b"\xef\xbb\xbfSELECT 1;\r\nCREATE INDEX i ON t (a);\r\n")
    outcome = run("lint", "windows.sql")
    assert (outcome.status, outcome.err) == (1, "")
    assert "windows.sql:2:1 error index-without-concurrently" in outcome.out
    assert "\r" not in outcome.out


def test_a_missing_path_is_named(run: Run) -> None:
    outcome = run("lint", "nowhere.sql")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "database-patterns: nowhere.sql: no such file or folder; check the path\n"


def test_a_folder_without_migrations_is_named(run: Run) -> None:
    Path("empty").mkdir()
    outcome = run("lint", "empty")
    assert outcome.status == 2
    assert outcome.err.startswith("database-patterns: empty: holds no migration")
    assert outcome.err.count("\n") == 1


def test_a_pipe_without_a_writer_and_a_device_without_an_end_stop_nothing(run: Run) -> None:
    for name in ("0001_a.sql", "alembic.ini", "pyproject.toml", "env.py", "sqitch.plan"):
        os.mkfifo(name)
    Path("0002_b.sql").write_text(DANGEROUS, encoding="utf-8")
    outcome = run("lint", ".")
    assert outcome.status == 2
    assert "0002_b.sql:1:1 error index-without-concurrently" in outcome.out
    assert "not read 0001_a.sql: is a pipe or a device, which is not opened; save it as a file" in outcome.out
    assert "not read alembic.ini: cannot be read (a pipe or a device is not opened)" in outcome.out
    for arguments in (("lint", "/dev/zero"), ("lint", "0002_b.sql", "--schema", "/dev/zero")):
        outcome = run(*arguments)
        assert (outcome.status, outcome.out) == (2, "")
        assert (
            outcome.err
            == "database-patterns: /dev/zero: is a pipe or a device, which is not opened; save it as a file\n"
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_without_permission_is_named_and_never_safe(run: Run) -> None:
    Path("good.sql").write_text("SELECT 1;\n", encoding="utf-8")
    Path("secret").mkdir(mode=0)
    outcome = run("lint", ".")
    assert outcome.status == 2
    assert outcome.err == "database-patterns: secret: cannot be looked into (permission denied)\n"
    assert outcome.out.splitlines()[-1].startswith("Incomplete: no findings")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(run: Run) -> None:
    Path("secret.sql").write_text(DANGEROUS, encoding="utf-8")
    Path("secret.sql").chmod(0)
    assert run("lint", "secret.sql").err == "database-patterns: secret.sql: cannot be read (permission denied)\n"


def test_without_a_path_and_without_a_project_the_remedy_is_said(run: Run) -> None:
    outcome = run("lint")
    assert outcome.status == 2
    assert outcome.err == (
        "database-patterns: there is no Alembic project here (no alembic.ini, no [tool.alembic]); "
        "name a file or a folder, or run this where alembic.ini is\n"
    )


@pytest.mark.parametrize("option", ["--schema", "--history"])
def test_a_context_that_cannot_be_read_is_an_error(option: str, run: Run) -> None:
    Path("good.sql").write_text("SELECT 1;\n", encoding="utf-8")
    outcome = run("lint", "good.sql", option, "nowhere")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "database-patterns: nowhere: no such file or folder; check the path\n"


def test_a_history_without_migrations_is_an_error(run: Run) -> None:
    Path("good.sql").write_text("SELECT 1;\n", encoding="utf-8")
    Path("empty").mkdir()
    outcome = run("lint", "good.sql", "--history", "empty")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("database-patterns: empty: holds no migration")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("lint", "a.sql", "--format", "sarif"), "(choose from 'text', 'json', 'markdown')"),
        (("lint", "a.sql", "--postgres", "9"), "(choose from 14, 15, 16, 17, 18)"),
        (("lint", "a.sql", "--fail-on", "never"), "(choose from 'error', 'warning', 'advice')"),
        (("lint", "a.sql", "--dialekt", "x"), "unrecognized arguments: --dialekt x; see database-patterns lint --help"),
        (("rules", "search", "--dialekt"), "arguments: --dialekt; see database-patterns rules search --help"),
        (("--dialekt",), "unrecognized arguments: --dialekt; see database-patterns --help"),
        (("rules",), "rules: say what to do with the rules; database-patterns rules search, or rules show NAME"),
        (("lint", "a.sql", "--timezone", "Foo/Bar"), "Foo/Bar: there is no such time zone; name one such as UTC"),
        (("lint", "a.sql", "--timezone", "Europe/Berln"), "there is no such time zone; did you mean Europe/Berlin"),
        (("lnit",), "invalid choice: 'lnit'"),
        ((), "say what to do; one of lint, explain, rules, demo, doctor, serve, or --help"),
        (("lint", "-", "a.sql"), "-: stands alone"),
        (("rules", "show", "index-without-concurently"), "did you mean index-without-concurrently"),
        (("serve", "--root", "nowhere"), "nowhere: is not a folder; give an existing folder as --root"),
        (("lint", "a.sql", "--output", "no/such/folder/report"), "no/such/folder/report: cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: tuple[str, ...], complaint: str, run: Run) -> None:
    Path("a.sql").write_text("SELECT 1;\n", encoding="utf-8")
    outcome = run(*arguments)
    assert outcome.status == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert complaint in outcome.err


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff", b"prose, not SQL"])
def test_standard_input_that_cannot_be_read_is_named(content: bytes, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    outcome = run("lint", "-")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("database-patterns: <stdin>")
    assert outcome.err.count("\n") == 1


def test_a_name_cannot_move_the_cursor(run: Run) -> None:
    assert "\x1b" not in run("lint", "\x1b[2J.sql").err
