"""Standard streams that are closed or full: one line and status 2, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ENVIRONMENT

PROGRAM = f"{sys.executable} -m database_patterns"
FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture(autouse=True)
def dangerous(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.sql").write_text("CREATE INDEX i ON t (a);\n", encoding="utf-8")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f"{PROGRAM} {command}"], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )


def complaint(command: str) -> str:
    """What is said of a command that can do nothing."""
    finished = shell(command)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.count("\n") == 1
    return finished.stderr.removeprefix("database-patterns: ").rstrip()


@pytest.mark.parametrize(
    "command", ["lint a.sql", "explain a.sql", "rules search", "--version", "--help", "lint --help"]
)
def test_without_standard_output_nothing_can_be_said(command: str) -> None:
    assert complaint(f"{command} >&-") == "standard output: is closed; open it, or give --output FILE"


def test_without_standard_output_a_report_goes_to_the_file_of_output() -> None:
    finished = shell("lint a.sql --output report.txt >&-")
    assert (finished.returncode, finished.stderr) == (1, "")
    assert Path("report.txt").read_text(encoding="utf-8").startswith("a.sql:1:1 error index-without-concurrently")


@needs_full
@pytest.mark.parametrize(
    "command", ["lint a.sql", "doctor", "rules show drop-column", "--version", "--help", "lint -h"]
)
def test_what_does_not_fit_onto_standard_output_is_an_error(command: str) -> None:
    assert complaint(f"{command} >/dev/full") == "standard output: cannot be written (No space left on device)"


@needs_full
def test_what_does_not_fit_into_the_file_of_output_is_an_error() -> None:
    assert complaint("lint a.sql --output /dev/full") == "/dev/full: cannot be written (No space left on device)"


def test_without_standard_input_nothing_can_be_read() -> None:
    assert complaint("lint - <&-") == "standard input: is closed; pipe the migration in, or name a file"


@pytest.mark.parametrize("command", ["lint nowhere.sql", "lint --fail-on never a.sql", "lnit", "rules"])
@pytest.mark.parametrize("redirection", ["2>&-", pytest.param("2>/dev/full", marks=needs_full)])
def test_an_error_that_nobody_can_read_does_not_go_elsewhere(command: str, redirection: str) -> None:
    finished = shell(f"{command} {redirection}")
    assert (finished.returncode, finished.stdout) == (2, "")


def test_a_report_needs_no_standard_error() -> None:
    finished = shell("lint a.sql 2>&-")
    assert finished.returncode == 1
    assert finished.stdout.startswith("a.sql:1:1 error")
