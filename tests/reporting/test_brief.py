"""What a language model reads."""

from __future__ import annotations

from dataclasses import replace

from database_patterns import documents
from database_patterns.model import Finding
from database_patterns.reporting import brief
from database_patterns.reports import LintReport

from .samples import CLEAN, EXPLAIN, GAP, INDEX, LINT


def many(number: int) -> LintReport:
    findings = tuple(replace(INDEX, span=replace(INDEX.span, line=line)) for line in range(1, number + 1))
    return replace(LINT, findings=findings, not_analysed=(), unreadable=())


def shown(page: brief.Page) -> list[int]:
    return [int(line.split(":")[1]) for line in page.text.splitlines() if line.startswith("versions/b.py:")]


def test_a_finding_is_one_line_with_its_help_below() -> None:
    assert brief.lint(LINT).text == (
        "1 error, 1 warning in 2 migrations, 3 statements (PostgreSQL 18), 1 not analysed, 1 unreadable\n"
        "versions/b.py:2:5 error index-without-concurrently: CREATE INDEX takes ShareLock on orders: writes wait until"
        " ix_orders_customer is built.\n"
        "  instead:\n"
        "    Build it by itself:\n"
        "\n"
        "        with op.get_context().autocommit_block():\n"
        '            op.create_index("ix_orders_customer", "orders")\n'
        "versions/b.py:3:5 warning, size-dependent type-change-rewrites: ALTER TYPE rewrites orders.\n"
        "  instead: Add a column.\n"
        "not analysed: versions/b.py:9: a loop over a query: its rows are not known here\n"
        "not read: broken.sql: is empty; write the migration or leave the file out"
    )


def test_an_answer_says_how_to_get_the_rest() -> None:
    first = brief.lint(many(50), limit=8)
    assert (first.start, first.end, first.total, first.next_offset) == (0, 8, 50, 8)
    assert first.text.endswith("42 more: offset=8")


def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    report, lines = many(50), list[int]()
    offset: int | None = 0
    while offset is not None:
        page = brief.lint(report, offset=offset)
        lines += shown(page)
        offset = page.next_offset
    assert lines == list(range(1, 51))


def test_an_answer_keeps_to_its_budget() -> None:
    assert len(brief.lint(many(100), limit=100).text) <= brief.BUDGET + 100


def test_one_finding_is_shown_however_long_it_is() -> None:
    page = brief.lint(replace(CLEAN, findings=(replace(INDEX, help="x" * 9_000), INDEX)))
    assert (page.start, page.end) == (0, 1)
    assert "1 more: offset=1" in page.text


def test_an_offset_beyond_the_end_shows_nothing_and_no_next_page() -> None:
    page = brief.lint(many(3), offset=99)
    assert (page.start, page.end, page.next_offset) == (3, 3, None)
    assert page.text.splitlines()[1:] == ["nothing at offset=99: 3 entries in all"]
    assert brief.lint(many(3), offset=3).text.splitlines()[1:] == ["nothing at offset=3: 3 entries in all"]
    assert len(brief.lint(CLEAN).text.splitlines()) == 1


def test_more_than_ten_gaps_are_counted() -> None:
    report = replace(CLEAN, not_analysed=(GAP,) * 12)
    assert brief.lint(report).text.endswith("not analysed: 2 more places")


def test_a_statement_is_one_line_with_its_effects_below_the_migrations_verdict() -> None:
    assert brief.explain(EXPLAIN).text == (
        "2 migrations (PostgreSQL 17)\n"
        "versions/b.py (upgrade of b): blocks writes on orders while it is read in full\n"
        "  strongest locks: ShareLock on orders\n"
        "  assumed: nothing is known of the schema before\n"
        "  line 2: CREATE INDEX ix_orders_customer ON orders (customer_id) -> ShareLock on orders, blocks writes and"
        " schema changes, scans it; AccessShareLock on orders_pkey (index), blocks nothing; may fail with 53100"
        " (the disk is full)\n"
        "  line 4 [autocommit]: VACUUM orders -> fails: 25001: VACUUM cannot run here; not known: its settings"
        "; assumed: orders is there\n"
        "empty.sql: nothing\n"
        "not analysed: versions/b.py:9: a loop over a query: its rows are not known here"
    )


def test_reasons_stand_with_their_effects_when_they_are_asked_for() -> None:
    concise, detailed = brief.explain(EXPLAIN).text, brief.explain(EXPLAIN, detailed=True).text
    assert detailed.replace(", It reads every row. (https://example.org/index)", "") == concise
    assert len(detailed) > len(concise)


def test_a_page_of_an_explanation_and_its_data_hold_the_same_statements() -> None:
    page = brief.explain(EXPLAIN, offset=1, limit=1)
    assert page.text.splitlines()[1].startswith("  line 4 ")
    report = brief.shown(EXPLAIN, page)
    assert [(each.path, len(each.statements)) for each in report.migrations] == [("versions/b.py", 1)]
    everything = brief.explain(EXPLAIN)
    assert brief.shown(EXPLAIN, everything) == EXPLAIN


def test_rules_are_one_line_each() -> None:
    rule = documents.rules()["drop-column"]
    assert brief.rules([rule]).text == f"1 rule, best match first\ndrop-column ({rule.severity}): {rule.title}"
    guide = documents.guides()["postgres-lock-table"]
    head, *lines = brief.rules([rule, guide]).text.splitlines()
    assert (head, lines[1]) == ("1 rule, 1 guide, best match first", f"{guide.name} (guide): {guide.title}")


def test_control_characters_are_shown_as_such() -> None:
    finding: Finding = replace(INDEX, message="\x1b[31m")
    assert "\x1b" not in brief.finding(finding)
