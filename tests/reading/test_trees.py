"""Trees that are made without pglast's checks are the same as those made with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pglast import ast, parser

from database_patterns.reading import read_text
from database_patterns.reading.trees import parse_sql

FILES = sorted((Path(__file__).parents[1] / "effects").glob("*.sql"))


def parts(value: object) -> object:
    """A tree as plain values, with their types and with what pglast's own comparison leaves out."""
    if isinstance(value, ast.Node):
        return type(value), [(name, parts(getattr(value, name))) for name in value]
    return [parts(each) for each in value] if isinstance(value, tuple) else (type(value), value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_tree_is_the_one_that_the_checks_leave_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = [each.sql for each in read_text(file.read_text(encoding="utf-8"), kind="sql").upgrade if each.tree]
    assert statements
    unchecked = parts(tuple(map(parse_sql, statements)))
    monkeypatch.setattr(parser, "ast", ast)
    assert unchecked == parts(tuple(map(parse_sql, statements)))


def test_a_value_that_is_set_by_hand_is_checked_as_before() -> None:
    (statement,) = parse_sql("SELECT 1")
    with pytest.raises(ValueError, match="Bad value for attribute"):
        statement.stmt.targetList = 1


def test_what_the_grammar_rejects_is_an_error_with_its_position() -> None:
    with pytest.raises(parser.ParseError) as raised:
        parse_sql("SELECT 1 FORM orders x")
    assert raised.value.args == ('syntax error at or near "orders"', 14)
