"""The phrases that all forms share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from database_patterns.locks import LockMode
from database_patterns.model import Effect, Tristate
from database_patterns.reporting import words

from .samples import CLEAN, EXPLAIN, GAP, LINT

TABLE = Effect("t", "table", LockMode.AccessExclusiveLock)


@pytest.mark.parametrize(
    ("number", "noun", "phrase"),
    [(1, "error", "1 error"), (0, "error", "0 errors"), (2, "advice", "2 advice"), (3, "index", "3 indexes")],
)
def test_a_count_has_its_noun_in_the_right_number(number: int, noun: str, phrase: str) -> None:
    assert words.count(number, noun) == phrase


def test_severities_are_counted_from_the_worst_down() -> None:
    assert list(words.severities(LINT).items()) == [("error", 1), ("warning", 1), ("advice", 0)]


def test_a_report_with_anything_left_out_is_not_complete() -> None:
    assert words.is_complete(CLEAN)
    assert not words.is_complete(replace(CLEAN, not_analysed=(GAP,)))
    assert not words.is_complete(replace(CLEAN, unreadable=("a.sql: is empty",)))


@pytest.mark.parametrize(
    ("mode", "phrase"),
    [
        (None, "blocks nothing"),
        (LockMode.AccessShareLock, "blocks nothing"),
        (LockMode.ShareUpdateExclusiveLock, "blocks schema changes"),
        (LockMode.ShareLock, "blocks writes and schema changes"),
        (LockMode.AccessExclusiveLock, "blocks reads, writes and schema changes"),
    ],
)
def test_a_lock_is_said_by_what_waits_behind_it(mode: LockMode | None, phrase: str) -> None:
    assert words.blocks(mode) == phrase


@pytest.mark.parametrize(
    ("rewrite", "scan", "phrase"),
    [
        (False, False, ""),
        (False, True, "scans it"),
        (False, "unknown", "may scan it"),
        (True, True, "rewrites it"),
        ("unknown", True, "may rewrite it, scans it"),
    ],
)
def test_work_names_the_heavier_thing_and_never_hides_doubt(rewrite: Tristate, scan: Tristate, phrase: str) -> None:
    assert words.work(replace(TABLE, rewrite=rewrite, scan=scan)) == phrase


def test_two_indexes_are_named_and_more_are_counted() -> None:
    assert words.work(replace(TABLE, rebuilds=("a", "b"))) == "rebuilds a and b"
    assert words.work(replace(TABLE, rebuilds=("a", "b", "c"))) == "rebuilds 3 indexes"


def test_the_number_of_rows_stands_behind_work_and_alone_says_nothing() -> None:
    assert words.work(replace(TABLE, scan=True, rows=3000)) == "scans it: about 3,000 rows now (small)"
    assert words.work(replace(TABLE, rows=3000)) == ""


def test_what_breaks_is_said_of_running_code() -> None:
    assert words.broken(TABLE) == ""
    assert words.broken(replace(TABLE, breaks_running_code="it fails")) == "running code: it fails"


def test_a_reason_stands_with_its_source() -> None:
    assert words.explained(TABLE) == ""
    assert words.explained(replace(TABLE, reason="It reads.", source="https://x")) == "It reads. (https://x)"
    assert words.explained(replace(TABLE, source="https://x")) == "(https://x)"


def test_no_findings_is_said_with_the_number_of_rules_and_only_of_what_was_read_in_full() -> None:
    assert words.summary(CLEAN) == "No findings by 8 rules in 1 migration, 1 statement (PostgreSQL 14)"
    assert words.summary(replace(CLEAN, not_analysed=(GAP,))) == (
        "Incomplete: no findings by 8 rules in 1 migration, 1 statement (PostgreSQL 14), 1 not analysed"
    )
    assert words.summary(replace(CLEAN, unreadable=("a", "b"))).startswith("Incomplete: no findings by 8 rules in ")


def test_lost_data_is_part_of_the_work() -> None:
    assert words.work(replace(TABLE, data_loss="all values of a")) == "loses all values of a"


def test_a_statement_is_shown_in_one_line_of_bounded_length() -> None:
    assert words.one_line("SELECT\n  1,\n\t2") == "SELECT 1, 2"
    assert len(words.one_line("x" * 500, 80)) == 80


def test_a_revision_is_named_with_its_direction_and_a_sql_file_is_not() -> None:
    assert [words.revision(each) for each in EXPLAIN.migrations] == ["versions/b.py (upgrade of b)", "empty.sql"]
