"""SQL text to Migrations: what each statement is, where it stands, and which transaction it shares."""

from __future__ import annotations

import pytest

from database_patterns.model import ServerError, Span, Transaction
from database_patterns.reading import read_text


def spans(text: str) -> list[tuple[str, Span]]:
    return [(statement.sql, statement.span) for statement in read_text(text, "m.sql").upgrade]


def test_statements_stand_at_their_own_lines_and_columns_without_comments_around_them() -> None:
    text = "-- größe\nSELECT 'é;x'; /* two */\n  SELECT\n    2 -- end\n;\nSELECT 3 -- last\n"
    assert spans(text) == [
        ("SELECT 'é;x'", Span("m.sql", 2, 1, 2, 13)),
        ("SELECT\n    2 -- end", Span("m.sql", 3, 3, 4, 13)),
        ("SELECT 3", Span("m.sql", 6, 1, 6, 9)),
    ]


def test_a_statement_that_does_not_parse_hides_no_other() -> None:
    migration = read_text("SELECT 1;\nSELEC 2;\nDROP TABLE t", "m.sql")
    assert [(statement.sql, statement.error) for statement in migration.upgrade] == [
        ("SELECT 1", None),
        ("SELEC 2", ServerError("42601", 'syntax error at or near "SELEC"')),
        ("DROP TABLE t", None),
    ]


def test_a_syntax_error_is_reported_at_the_position_that_the_parser_names() -> None:
    (statement,) = read_text("ALTER TABLE t\n  ADD COLUMN", "m.sql").upgrade
    assert statement.error == ServerError("42601", "syntax error at end of input")
    assert statement.related == (Span("m.sql", 2, 13, 2, 13),)


def test_an_unterminated_quote_takes_the_rest_of_the_file_but_nothing_before_it() -> None:
    migration = read_text("SELECT 1; SELECT 'open\n; SELECT 2;\n", "m.sql")
    assert [(statement.sql, statement.error) for statement in migration.upgrade] == [
        ("SELECT 1", None),
        (
            "SELECT 'open\n; SELECT 2;\n",
            ServerError("42601", 'unterminated quoted string at or near "\'open ; SELECT 2; "'),
        ),
    ]


def test_semicolons_in_bodies_quotes_and_comments_end_no_statement_even_beside_a_syntax_error() -> None:
    text = """
        CREATE FUNCTION a() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
        CREATE FUNCTION b() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
        SELECT 'a;b' /* ; */ -- ;
        ;
        oops;
    """
    statements = read_text(text).upgrade
    assert [statement.sql.split()[0] for statement in statements] == ["CREATE", "CREATE", "SELECT", "oops"]
    assert [statement.error is None for statement in statements] == [True, True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "-".join(["1"] * 12_000),
        " UNION ".join(["SELECT 1, 2"] * 12_000),
        "SELECT 1 FROM " + " NATURAL JOIN ".join(["t"] * 12_000),
        "SELECT " + "(" * 12_000 + "1" + ")" * 12_000,
    ],
    ids=["operators", "unions", "joins", "parentheses"],
)
def test_nesting_that_would_overflow_the_parser_is_an_error_of_the_statement(text: str) -> None:
    (statement,) = read_text(text).upgrade
    assert statement.tree is None
    assert statement.error is not None
    assert "nested too deeply" in statement.error.message or "memory exhausted" in statement.error.message


def test_a_long_statement_that_is_wide_but_not_deep_is_read() -> None:
    rows = ", ".join(f"({number}, -1)" for number in range(6_000))
    branches = " ".join(f"WHEN id = {number} THEN 'x' || {number}" for number in range(6_000))
    migration = read_text(f"INSERT INTO t VALUES {rows}; UPDATE t SET a = CASE {branches} END")
    assert [statement.error for statement in migration.upgrade] == [None, None]


def test_outside_begin_each_statement_runs_on_its_own_and_inside_they_share_a_transaction() -> None:
    migration = read_text("SELECT 0;\nBEGIN;\nSELECT 1;\nSELECT 2;\nCOMMIT;\nSELECT 3;\nBEGIN; SELECT 4; ROLLBACK;")
    first = Transaction("<text>/begin/2:1", certain=True, reason="BEGIN on line 2 opened it")
    second = Transaction("<text>/begin/7:1", certain=True, reason="BEGIN on line 7 opened it")
    assert [(statement.sql, statement.transaction) for statement in migration.upgrade] == [
        ("SELECT 0", None),
        ("BEGIN", None),
        ("SELECT 1", first),
        ("SELECT 2", first),
        ("COMMIT", None),
        ("SELECT 3", None),
        ("BEGIN", None),
        ("SELECT 4", second),
        ("ROLLBACK", None),
    ]


def test_two_transactions_that_begin_on_one_line_are_two() -> None:
    migration = read_text("BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT")
    ids = [statement.transaction.id for statement in migration.upgrade if statement.transaction]
    assert ids == ["<text>/begin/1:1", "<text>/begin/1:26"]


def test_a_chained_commit_begins_the_next_transaction() -> None:
    migration = read_text("BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2; ROLLBACK; SELECT 3")
    assert [statement.transaction and statement.transaction.id for statement in migration.upgrade] == [
        None,
        "<text>/begin/1:1",
        None,
        "<text>/begin/1:18",
        None,
        None,
    ]


def test_windows_line_ends_count_as_one_line_each() -> None:
    assert [span.line for _, span in spans("SELECT 1;\r\nSELECT 2;\r\n\r\nSELECT 3;")] == [1, 2, 4]
