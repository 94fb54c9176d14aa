"""What people see at a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from database_patterns.locks import LockMode
from database_patterns.model import Effect, Span
from database_patterns.reporting import PLAIN, Style, capabilities, render, terminal
from database_patterns.reporting.excerpt import excerpt
from database_patterns.reports import Capability, ExplainedMigration, Report

from .samples import CLEAN, EXPLAIN, GAP, INDEX, LINT, REVISION

COLOUR = Style(colour=True)


def test_a_finding_shows_place_message_source_help_and_where_to_read_on() -> None:
    assert terminal.finding(INDEX, REVISION, PLAIN) == (
        "versions/b.py:2:5 error index-without-concurrently\n"
        "  CREATE INDEX takes ShareLock on orders: writes wait until ix_orders_customer is built.\n"
        '  2 │ op.create_index("ix_orders_customer", "orders", ["customer_id"])\n'
        "    │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  instead:\n"
        "    Build it by itself:\n"
        "\n"
        "        with op.get_context().autocommit_block():\n"
        '            op.create_index("ix_orders_customer", "orders")\n'
        "  more: database-patterns rules show index-without-concurrently"
    )


def test_a_report_ends_with_what_was_left_out_and_one_line_that_sums_up() -> None:
    assert render(LINT).splitlines()[-5:] == [
        "not analysed versions/b.py:9: a loop over a query: its rows are not known here",
        "",
        "not read broken.sql: is empty; write the migration or leave the file out",
        "",
        "1 error, 1 warning in 2 migrations, 3 statements (PostgreSQL 18), 1 not analysed, 1 unreadable",
    ]


def test_a_call_over_several_lines_is_marked_in_the_margin_and_cut_after_four() -> None:
    assert excerpt(REVISION, Span("b.py", 3, 5, 8, 6), PLAIN, "error") == [
        "3 ┃ op.alter_column(",
        '4 ┃     "orders",',
        '5 ┃     "total",',
        "6 ┃     type_=sa.BigInteger(),",
        "  ┃ …",
    ]


def test_an_explanation_is_a_table_for_each_statement_with_a_verdict() -> None:
    assert render(EXPLAIN) == (
        "versions/b.py (upgrade of b)\n"
        "    2  CREATE INDEX ix_orders_customer ON orders (customer_id)\n"
        "       orders               ShareLock        blocks writes and schema changes  scans it\n"
        "       orders_pkey (index)  AccessShareLock  blocks nothing\n"
        "       may fail with 53100: the disk is full\n"
        "    4  VACUUM orders  [guarded: if big, autocommit]\n"
        "       fails: 25001: VACUUM cannot run here\n"
        "       not known: its settings\n"
        "       assumed: orders is there\n"
        "  Verdict: blocks writes on orders while it is read in full\n"
        "  Strongest locks: ShareLock on orders\n"
        "  Assumed: nothing is known of the schema before\n"
        "\n"
        "empty.sql\n"
        "  no statements\n"
        "  Verdict: nothing\n"
        "\n"
        "not analysed versions/b.py:9: a loop over a query: its rows are not known here\n"
    )


def test_where_a_direction_ends_with_an_error_of_its_own_is_a_line_before_the_verdict() -> None:
    stops = ("cannot be run: raise NotImplementedError() (line 9)",)
    item = ExplainedMigration("a.py", "downgrade", True, (), {}, stops[0], stops=stops)  # noqa: FBT003 - complete
    assert terminal.migration(item, PLAIN).splitlines()[1:] == [
        "  no statements",
        f"       {stops[0]}",
        f"  Verdict: {stops[0]}",
    ]


def test_indexes_that_are_treated_alike_share_a_line_below_the_tables() -> None:
    key, other = (Effect(name, "index", LockMode.AccessExclusiveLock) for name in ("t_pkey", "t_a_idx"))
    table = Effect("t", "table", LockMode.AccessExclusiveLock, rewrite=True, rebuilds=("t_pkey", "t_a_idx", "t_b_idx"))
    read = Effect("u_pkey", "index", LockMode.AccessShareLock)
    assert terminal.effects([key, table, other, read], PLAIN) == [
        "t               AccessExclusiveLock  blocks reads, writes and schema changes  rewrites it, rebuilds 3 indexes",
        "2 indexes       AccessExclusiveLock  blocks reads, writes and schema changes",
        "u_pkey (index)  AccessShareLock      blocks nothing",
    ]


def test_what_breaks_stands_below_what_breaks_it() -> None:
    renamed = Effect("t", "table", LockMode.AccessExclusiveLock, breaks_running_code="statements that name a fail")
    assert terminal.effects([renamed], PLAIN) == [
        "t  AccessExclusiveLock  blocks reads, writes and schema changes",
        "   running code: statements that name a fail",
    ]


def test_reasons_stand_below_their_effects_when_they_are_asked_for() -> None:
    shown = render(EXPLAIN, detailed=True).splitlines()
    reason = f"{' ' * 28}It reads every row. (https://example.org/index)"
    assert shown[3] == reason
    assert [line for line in shown if line != reason] == render(EXPLAIN).splitlines()


def test_a_helps_sentences_are_wrapped_and_its_code_is_not() -> None:
    code = "    op.execute(" + "x" * 120 + ")"
    shown = terminal.finding(replace(INDEX, help=f"{'word ' * 30}:\n\n{code}"), "", PLAIN)
    assert f"    {code}" in shown.splitlines()
    assert max(len(line) for line in shown.splitlines() if "word" in line) <= 104


def test_a_report_without_findings_and_gaps_is_one_line() -> None:
    assert render(CLEAN) == "No findings by 8 rules in 1 migration, 1 statement (PostgreSQL 14)\n"


def test_a_clean_report_is_green_and_an_incomplete_one_is_not() -> None:
    incomplete = replace(CLEAN, not_analysed=(GAP,))
    assert terminal.lint(CLEAN, COLOUR).startswith("\x1b[32m")
    assert "\x1b[32m" not in terminal.lint(incomplete, COLOUR)


@pytest.mark.parametrize("report", [LINT, EXPLAIN, CLEAN])
def test_colour_only_adds_to_the_plain_text(report: Report) -> None:
    coloured = render(report, "text", COLOUR)
    assert "\x1b[" in coloured
    without = "".join(part.partition("m")[2] if index else part for index, part in enumerate(coloured.split("\x1b[")))
    assert without == render(report)


def test_control_characters_of_a_file_never_reach_the_terminal() -> None:
    source = "SELECT '\x1b[2J\u202e'\n"
    shown = terminal.finding(replace(INDEX, span=Span("a\x1b.sql", 1, 1, 1, 15), message="\x07"), source, PLAIN)
    assert not set(shown) & set("\x1b\x07\u202e")
    assert "SELECT '�[2J�'" in shown


def test_tabs_and_wide_characters_keep_the_marks_below_what_they_mark() -> None:
    line, marks = excerpt("\tSELECT '日本', x", Span("a.sql", 1, 15, 1, 16), PLAIN, "error")
    assert line == "1 │ SELECT '日本', x"
    assert marks == "  │ " + " " * 15 + "^"


def test_a_very_long_line_is_cut_around_the_place_that_is_meant() -> None:
    source = "SELECT " + "a, " * 500 + "bad" + ", z" * 500
    line, marks = excerpt(source, Span("a.sql", 1, 1508, 1, 1511), PLAIN, "error")
    start = marks.index("^")
    assert line[start : start + 3] == "bad"
    assert len(line) < 130


def test_a_line_that_is_no_longer_there_is_left_out() -> None:
    assert excerpt("one line\n", Span("a.sql", 7, 1, 7, 2), PLAIN, "error") == []


def test_capabilities_say_yes_or_no_in_front() -> None:
    parts = (Capability("mcp", available=True, detail="2.3"), Capability("a server", available=False, detail="none"))
    assert capabilities(parts) == "yes  mcp       2.3\nno   a server  none\n"
