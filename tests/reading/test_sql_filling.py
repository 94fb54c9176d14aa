"""What tools put into a SQL text is put in, or named as a hole; every statement keeps its place in the file."""

from __future__ import annotations

import pytest

from database_patterns.reading import Running, read_text

FLYWAY = "CREATE TABLE ${Schema}.t (a text DEFAULT '${x}');\nINSERT INTO t VALUES ('${x}'); SELECT 1;\n"


def outline(text: str, path: str, running: Running | None = None) -> list[tuple[str, str, str | None]]:
    return [(each.sql, each.confidence, each.guard) for each in read_text(text, path, context=running).upgrade]


def test_placeholders_that_settings_tell_are_filled_in() -> None:
    told = Running(placeholders={"schema": "app", "x": "it"})
    assert outline(FLYWAY, "V1__a.sql", told) == [
        ("CREATE TABLE app.t (a text DEFAULT 'it')", "exact", None),
        ("INSERT INTO t VALUES ('it')", "exact", None),
        ("SELECT 1", "exact", None),
    ]


def test_placeholders_that_nothing_tells_are_holes_and_never_part_of_an_exact_text() -> None:
    said = "is the placeholder ${x}, whose value no setting tells"
    assert outline(FLYWAY, "V1__a.sql") == [
        (
            "CREATE TABLE $1.t (a text DEFAULT '$2')",
            "opaque",
            f"$1 is the placeholder ${{Schema}}, whose value no setting tells; $2 {said}",
        ),
        ("INSERT INTO t VALUES ('$3')", "partial", f"$3 {said}"),
        ("SELECT 1", "exact", None),
    ]


@pytest.mark.parametrize("placeholders", [{}, {"schema": "a_much_longer_name", "x": ""}])
def test_statements_stand_where_they_are_written(placeholders: dict[str, str]) -> None:
    found = read_text(FLYWAY, "V1__a.sql", context=Running(placeholders=placeholders)).upgrade
    lines = FLYWAY.split("\n")
    written = [lines[each.span.line - 1][each.span.column - 1 : each.span.end_column - 1] for each in found]
    assert written == [lines[0][:-1], "INSERT INTO t VALUES ('${x}')", "SELECT 1"]


@pytest.mark.parametrize("path", ["1_a.sql", "1_a.up.sql"])
def test_other_tools_know_no_placeholders(path: str) -> None:
    assert outline("SELECT '${x}';", path) == [("SELECT '${x}'", "exact", None)]


def test_settings_can_leave_placeholders_as_they_are() -> None:
    assert outline("SELECT '${x}';", "V1__a.sql", Running(placeholders=None)) == [("SELECT '${x}'", "exact", None)]


def test_goose_fills_in_variables_of_the_environment_where_it_is_told_to() -> None:
    text = (
        "-- +goose Up\nSELECT '$A';\n-- +goose ENVSUB ON\nSELECT '${A}', $$x$$;\n-- +goose ENVSUB OFF\nSELECT '$A';\n"
    )
    assert outline(text, "1_a.sql") == [
        ("SELECT '$A'", "exact", None),
        ("SELECT '$1', $$x$$", "partial", "$1 is the variable ${A} of the environment"),
        ("SELECT '$A'", "exact", None),
    ]


def test_play_writes_a_semicolon_twice_where_it_ends_no_statement() -> None:
    text = "-- !Ups\nCREATE FUNCTION f() RETURNS int AS $$BEGIN RETURN 1;; END;;$$ LANGUAGE plpgsql;\n"
    assert outline(text, "1.sql") == [
        ("CREATE FUNCTION f() RETURNS int AS $$BEGIN RETURN 1; END;$$ LANGUAGE plpgsql", "exact", None)
    ]


def test_terns_templates_are_holes() -> None:
    text = 'SELECT {{.n}};\n{{ template "x.sql" . }}\n---- create above / drop below ----\n'
    assert [(sql, confidence) for sql, confidence, _ in outline(text, "1.sql")] == [
        ("SELECT $1", "partial"),
        ("$2", "opaque"),
    ]
