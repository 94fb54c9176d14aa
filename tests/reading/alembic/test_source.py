"""Places in a revision's source: nodes and offsets."""

from __future__ import annotations

import ast

import pytest

from database_patterns.errors import UserError
from database_patterns.model import Span
from database_patterns.reading.alembic.source import Source


def test_a_span_counts_characters_from_one_and_its_end_is_exclusive() -> None:
    source = Source("x = 'ä'; y(\n  'ö', 2)\n", "a.py")
    call = source.tree.body[1]
    assert isinstance(call, ast.Expr)
    assert source.span(call.value) == Span("a.py", 1, 10, 2, 10)
    assert source.code(call.value) == "y( 'ö', 2)"


def test_long_code_is_shortened() -> None:
    source = Source(f"f({'x' * 100})", "a.py")
    assert source.code(source.tree.body[0], 20) == "f(xxxxxxxxxxxxxxxxx…"


def test_a_node_has_its_offsets_and_offsets_have_their_place() -> None:
    source = Source("x = 'ä'; y(\r\n\t'ö', 2)\r\n", "a.py")
    call = source.tree.body[1]
    begin, end = source.range(call)
    assert source.text[begin:end] == "y(\n\t'ö', 2)"
    assert source.between(begin, end) == source.span(call) == Span("a.py", 1, 10, 2, 9)


def test_a_byte_order_mark_takes_no_column() -> None:
    source = Source("\ufefff(1)", "a.py")
    assert source.between(*source.range(source.tree.body[0])) == Span("a.py", 1, 1, 1, 5)


MANY = 200_000


@pytest.mark.parametrize(
    "text",
    [
        f"x = [{'1,' * MANY}]",
        "f()\n" * MANY,
        f"f''\nx = [{'1,' * MANY}]\nf''",
        f"# '''\nx = [{'1,' * MANY}]\n# '''",
        'x = rf"{a},{b}"\n' * MANY,
        f'"\nx = [{"1," * MANY}]"',
    ],
)
def test_python_whose_tree_would_be_too_large_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="has more than 100,000 signs of Python outside of strings"):
        Source(text, "a.py")


@pytest.mark.parametrize("quote", ["'''", '"""', "'", '"'])
def test_what_stands_in_strings_and_comments_makes_no_tree_large(quote: str) -> None:
    source = Source(f"x = {quote}{'1,' * MANY}{quote}  # {'1,' * MANY}", "a.py")
    (assignment,) = source.tree.body
    assert isinstance(assignment, ast.Assign)
    assert isinstance(assignment.value, ast.Constant)
    assert assignment.value.value == "1," * MANY


def test_the_text_of_a_long_node_is_cut_and_columns_count_characters() -> None:
    source = Source("f('''" + "line ä\n" * 10_000 + "''', 'ä', 1)", "a.py")
    (statement,) = source.tree.body
    assert isinstance(statement, ast.Expr)
    assert source.code(statement) == "f('''line ä " + "line ä " * 9 + "line…"
    assert source.span(statement) == Span("a.py", 1, 1, 10_001, 13)
