"""A baseline: what was found on the day that it was recorded is not found again, and what comes new is."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_patterns.api.baseline import record
from database_patterns.api.history import Options
from database_patterns.api.lint import lint
from database_patterns.api.sources import from_text
from database_patterns.errors import UserError
from database_patterns.reports import LintReport
from database_patterns.settings import Settings

DROP = "ALTER TABLE orders DROP COLUMN note;\n"
BUILD = "CREATE INDEX ON orders (id);\n"


def linted(text: str, baseline: Path | None = None) -> LintReport:
    return lint(from_text(text, name="a.sql"), Options(settings=Settings(baseline=baseline)))


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """One with the two findings of DROP and BUILD."""
    record(linted(DROP + BUILD).findings, tmp_path / "known.json")
    return tmp_path / "known.json"


def rules(report: LintReport) -> tuple[list[str], list[str], tuple[str, ...]]:
    """The names of the findings, of the known ones, and the notes."""
    return [each.rule for each in report.findings], [each.rule for each in report.known], report.notes


def test_what_is_recorded_is_known_on_whatever_line_it_stands(baseline: Path) -> None:
    report = linted(f"-- moved\n\n{DROP}\n\nCREATE  INDEX\n  ON orders (id);\n", baseline)
    assert rules(report) == ([], ["drop-column", "index-without-concurrently"], ())


def test_the_same_once_more_is_new(baseline: Path) -> None:
    assert rules(linted(DROP + BUILD + BUILD, baseline))[:2] == (
        ["index-without-concurrently"],
        ["drop-column", "index-without-concurrently"],
    )


def test_another_statement_is_new_and_what_is_gone_is_said(baseline: Path) -> None:
    note = "findings of the baseline known.json that are gone: 1; record it again, so that none comes back unseen"
    assert rules(linted(BUILD.replace("id", "note") + DROP, baseline)) == (
        ["index-without-concurrently"],
        ["drop-column"],
        (note,),
    )


def test_a_baseline_says_nothing_of_files_that_were_not_looked_at(baseline: Path) -> None:
    report = lint(from_text(DROP, name="b.sql"), Options(settings=Settings(baseline=baseline)))
    assert rules(report) == (["drop-column"], [], ())


def test_a_recording_is_the_same_whatever_the_order(baseline: Path, tmp_path: Path) -> None:
    record(linted(BUILD + DROP).findings, tmp_path / "other.json")
    assert (tmp_path / "other.json").read_text() == baseline.read_text()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "no such baseline; record it with --record-baseline"),
        ("{", "is no baseline of ours; record it again with --record-baseline"),
        ("[]", "is no baseline of ours; record it again with --record-baseline"),
        ('{"findings": [{"rule": "a"}]}', "is no baseline of ours; record it again with --record-baseline"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_said_in_one_line(tmp_path: Path, text: str | None, complaint: str) -> None:
    file = tmp_path / "known.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UserError) as raised:
        linted(DROP, file)
    assert str(raised.value) == f"{file}: {complaint}"
