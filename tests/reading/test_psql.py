r"""What psql takes out of a script: its commands and COPY's rows are skipped, said, and move nothing."""

from __future__ import annotations

import pytest

from database_patterns.reading import read_text
from database_patterns.reading.psql import Skipped, without_commands

DUMP = r"""\restrict abc
\connect shop
CREATE TABLE t (a text);
COPY public.t (a) FROM stdin;
one; DROP TABLE t;
\N
\.
CREATE INDEX i ON t (a); \unrestrict abc
"""


def kept(text: str) -> list[str]:
    """The statements that are left, each in one line."""
    return [" ".join(each.sql.split()) for each in read_text(text, "a.sql").upgrade]


def gaps(text: str) -> list[tuple[int, str, str]]:
    return [(each.span.line, each.what, each.why) for each in read_text(text, "a.sql").upgrade_gaps]


def test_a_dump_is_read_without_commands_and_rows() -> None:
    assert kept(DUMP) == ["CREATE TABLE t (a text)", "COPY public.t (a) FROM stdin", "CREATE INDEX i ON t (a)"]
    assert gaps(DUMP) == [
        (2, r"\connect shop", "what follows runs in another database"),
        (5, "2 rows of COPY", "the rows of COPY are data, and are not read"),
    ]


def test_every_other_character_keeps_its_place() -> None:
    text, skipped = without_commands("SELECT 1; \\echo 'a;b'\nSELECT 2;\n")
    assert text == "SELECT 1;            \nSELECT 2;\n"
    assert skipped == (Skipped(10, 21, "\\echo 'a;b'", "a command of psql; the server does not get it"),)
    assert [each.span.line for each in read_text("\\set x 1\n\nSELECT 1;\n", "a.sql").upgrade] == [3]


@pytest.mark.parametrize(
    "text",
    [
        r"SELECT 'a\b'",
        r"SELECT E'a\'\connect b'",
        r'SELECT 1 AS "a\b"',
        "SELECT $$\n\\connect x\n$$",
        "SELECT $q$ $$ \\d $q$",
        "/* \\connect /* nested */ x */ SELECT 1",
        "-- \\connect x\nSELECT 1",
        "SELECT 1",
    ],
)
def test_a_backslash_in_a_string_or_comment_is_no_command(text: str) -> None:
    assert without_commands(text) == (text, ())


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (r"\i other.sql", "the file that psql includes is not read"),
        (r"\ir other.sql", "the file that psql includes is not read"),
        (r"\set version `date`", "what it sets the variable to is not known"),
        (r"\set AUTOCOMMIT off", "what follows shares a transaction up to a COMMIT, which is not followed"),
        (r"\gset", "what it sets variables to is not known"),
        (r"\if :{?x}", "whether psql runs what follows is not known"),
        (r"\c other", "what follows runs in another database"),
        (r"\timing on", "a command of psql; the server does not get it"),
        (r"\! rm -rf x", "a command of psql; the server does not get it"),
    ],
)
def test_each_command_says_what_is_lost_by_skipping_it(command: str, why: str) -> None:
    text = f"SELECT 1;\n{command}\nSELECT 2;\n"
    assert kept(text) == ["SELECT 1", "SELECT 2"]
    assert gaps(text) == [(2, command, why)]


@pytest.mark.parametrize("command", [r"\set ON_ERROR_STOP on", r"\set x 'a b'", r"\set AUTOCOMMIT on"])
def test_a_variable_that_is_set_loses_nothing(command: str) -> None:
    assert gaps(f"SELECT 1;\n{command}\nSELECT 2;\n") == []


def outline(text: str) -> list[tuple[str, str, str | None]]:
    return [(each.sql, each.confidence, each.guard) for each in read_text(text, "a.sql").upgrade]


def test_variables_are_filled_in_as_they_were_set_before() -> None:
    text = (
        "\\set t people\n\\set name 'it''s'\nSELECT * FROM :t WHERE a[1:2] = :\"t\" AND b::text = ':t' -- :t\n;\n"
        "\\set t orders\nSELECT :'t', $$:t$$, x FROM :t;\n"
    )
    assert outline(text) == [
        ("SELECT * FROM people WHERE a[1:2] = \"people\" AND b::text = ':t' -- :t", "exact", None),
        ("SELECT 'orders', $$:t$$, x FROM orders", "exact", None),
    ]
    span = read_text(text, "a.sql").upgrade[1].span
    assert (span.line, span.column, span.end_column) == (6, 1, 31)


def test_a_variable_that_the_script_does_not_set_is_a_hole() -> None:
    said = "whose value is not known here"
    assert outline("SELECT :id, a[x:y], :'who';\nCREATE TABLE :\"t\" (a int);\nSELECT 1;\n") == [
        (
            "SELECT $1, a[x:y], $2",
            "partial",
            f"$1 is psql's variable :id, {said}; $2 is psql's variable :'who', {said}",
        ),
        ("CREATE TABLE $3 (a int)", "opaque", f'$3 is psql\'s variable :"t", {said}'),
        ("SELECT 1", "exact", None),
    ]


def test_what_if_decides_on_is_guarded() -> None:
    text = "SELECT 1;\n\\if :x\nSELECT 2;\n\\if :y\nSELECT 3;\n\\endif\n\\else\n\\q\n\\endif\nSELECT 4;\n"
    assert outline(text) == [
        ("SELECT 1", "exact", None),
        ("SELECT 2", "guarded", r"as the \if on line 2 decides"),
        ("SELECT 3", "guarded", r"as the \if on line 2 decides"),
        ("SELECT 4", "guarded", r"unless \q ended psql on line 8"),
    ]


def test_nothing_is_sent_after_the_end() -> None:
    text = "SELECT 1;\n\\q\nSELECT 2;\nCOPY t FROM stdin;\n"
    assert kept(text) == ["SELECT 1"]
    assert gaps(text) == [(2, r"\q", "psql ends here, and sends nothing of what follows")]
    assert gaps("SELECT 1;\n\\quit\n") == []


def test_a_command_that_sends_the_query_ends_it() -> None:
    text = "SELECT 'CREATE INDEX i ON ' || t \\gexec\nSELECT 1 \\g\nSELECT 2;\n"
    assert kept(text) == ["SELECT 'CREATE INDEX i ON ' || t", "SELECT 1", "SELECT 2"]
    assert gaps(text) == [
        (1, r"\gexec", "the statements that the query returns are not known"),
        (2, r"\g", "a command of psql; the server does not get it"),
    ]


def test_statements_that_psql_sends_together_are_all_read() -> None:
    text = "SELECT 1\\; SELECT 2;\n"
    assert kept(text) == ["SELECT 1", "SELECT 2"]
    assert gaps(text) == []


def test_rows_that_psql_copies_itself_are_skipped_too() -> None:
    text = "\\copy t from stdin\n1\n2\n\\.\nSELECT 1;\n"
    assert kept(text) == ["SELECT 1"]
    assert gaps(text) == [
        (1, r"\copy t from stdin", "the rows that psql copies are not read"),
        (2, "2 rows of COPY", "the rows of COPY are data, and are not read"),
    ]


def test_a_copy_without_rows_loses_nothing() -> None:
    assert gaps("COPY t FROM stdin;\n\\.\nSELECT 1;\n") == []
    assert gaps("INSERT INTO t SELECT 'from stdin';\nSELECT 1;\n") == []


def test_rows_without_an_end_reach_to_the_end_of_the_file() -> None:
    assert kept("COPY t FROM STDIN;\n1\n2") == ["COPY t FROM STDIN"]
    assert gaps("COPY t FROM STDIN;\n1\n2") == [(2, "1 rows of COPY", "the rows of COPY are data, and are not read")]
