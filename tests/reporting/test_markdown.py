"""Reports as Markdown."""

from __future__ import annotations

from dataclasses import replace

from database_patterns import documents
from database_patterns.model import Prediction
from database_patterns.reporting import document, markdown, render, rules

from .samples import CREATE_INDEX, EXPLAIN, INDEX, INDEX_EFFECT, LINT


def test_a_finding_is_a_section_with_its_help_as_code() -> None:
    assert markdown.finding(INDEX) == (
        "### index-without-concurrently (error)\n\n"
        "`versions/b.py:2:5`: CREATE INDEX takes ShareLock on orders: writes wait until ix\\_orders\\_customer"
        " is built.\n\n"
        "Instead:\n\n"
        "Build it by itself:\n\n"
        "```python\n"
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("ix_orders_customer", "orders")\n'
        "```"
    )


def test_a_report_begins_with_its_summary_and_ends_with_what_was_left_out() -> None:
    lines = render(LINT, "markdown").splitlines()
    assert lines[0].startswith("**1 error, 1 warning in 2 migrations")
    assert lines[-2:] == [
        "- not analysed: versions/b.py:9: a loop over a query: its rows are not known here",
        "- not read: broken.sql: is empty; write the migration or leave the file out",
    ]


def test_an_explanation_is_a_table_with_a_row_for_each_relation_and_error() -> None:
    assert render(EXPLAIN, "markdown").splitlines()[:11] == [
        "### versions/b.py (upgrade of b)",
        "",
        "blocks writes on orders while it is read in full",
        "",
        "| line | statement | relation | lock | blocks | work, and what else |",
        "|---|---|---|---|---|---|",
        (
            "| 2 | `CREATE INDEX ix_orders_customer ON orders (customer_id)` | orders | ShareLock |"
            " blocks writes and schema changes | scans it |"
        ),
        "|  |  | orders\\_pkey (index) | AccessShareLock | blocks nothing |  |",
        "|  |  |  |  |  | may fail with 53100: the disk is full |",
        "| 4 | `VACUUM orders` |  |  |  | fails: 25001: VACUUM cannot run here |",
        "|  |  |  |  |  | not known: its settings |",
    ]


def test_a_bar_in_a_statement_does_not_end_its_cell() -> None:
    piped = replace(CREATE_INDEX, statement=replace(CREATE_INDEX.statement, sql="SELECT a || b"))
    assert "| `SELECT a \\|\\| b` |" in markdown.statement(piped)[0]


def test_a_message_cannot_bring_markup_along() -> None:
    assert "\\<img src=x\\>" in markdown.finding(replace(INDEX, message="<img src=x>"))


def test_backquotes_in_the_help_do_not_end_its_block() -> None:
    assert "````python\n```\n````" in markdown.finding(replace(INDEX, help="    ```"))


def test_only_code_stands_in_blocks_of_code() -> None:
    help_text = "First *this*:\n\n    SELECT 1;\n\n    SELECT 2;\n\nThen, in another transaction:\n\n    SELECT 3;\n"
    shown = markdown.finding(replace(INDEX, revision=None, help=help_text)).split("Instead:\n\n")[1]
    assert shown == (
        "First \\*this\\*:\n\n```sql\nSELECT 1;\n\nSELECT 2;\n```\n\n"
        "Then, in another transaction:\n\n```sql\nSELECT 3;\n```"
    )


def test_what_breaks_stands_beside_the_work() -> None:
    breaking = replace(INDEX_EFFECT, breaks_running_code="statements that name a fail (42703)")
    (row,) = markdown.statement(replace(CREATE_INDEX, prediction=Prediction((breaking,))))
    assert row.endswith("| scans it; running code: statements that name a fail (42703) |")


def test_reasons_come_when_they_are_asked_for() -> None:
    reason = "It reads every row. (https://example.org/index)"
    assert reason in render(EXPLAIN, "markdown", detailed=True)
    assert reason not in render(EXPLAIN, "markdown")


def test_rules_are_a_table_and_one_rule_is_its_document() -> None:
    drop = documents.rules()["drop-column"]
    assert rules([drop], "markdown").splitlines()[2].startswith(f"| `drop-column` | {drop.severity} | ")
    assert document(drop, "markdown") == drop.text
