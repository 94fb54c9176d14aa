"""Places in a revision's source: nodes, and offsets inside string literals."""

from __future__ import annotations

import ast

import pytest

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


@pytest.mark.parametrize("prefix", ["", "r", "R", "u"])
@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''"])
def test_offsets_in_a_plain_literal_are_offsets_in_the_file(prefix: str, quote: str) -> None:
    source = Source(f"f(\n  {prefix}{quote}SELECT ä, b{quote})", "a.py")
    locate = source.inside_literal(source.tree, "SELECT ä, b")
    assert locate is not None
    start = 3 + len(prefix) + len(quote)
    assert locate(7, 8) == Span("a.py", 2, start + 7, 2, start + 8)


def test_offsets_in_a_literal_of_several_lines_find_their_line() -> None:
    source = Source('f("""\n  one\n  two""")', "a.py")
    locate = source.inside_literal(source.tree, "\n  one\n  two")
    assert locate is not None
    assert locate(3, 6) == Span("a.py", 2, 3, 2, 6)
    assert locate(9, 12) == Span("a.py", 3, 3, 3, 6)


@pytest.mark.parametrize("code", ["f('a' 'b')", "f('a\\x62')", "f(x)", "f('other')", "f(b'ab')"])
def test_a_literal_that_is_written_otherwise_has_no_offsets(code: str) -> None:
    source = Source(code, "a.py")
    assert source.inside_literal(source.tree, "ab") is None


def test_the_first_literal_with_the_value_counts() -> None:
    source = Source("f('ab')\ng('ab')", "a.py")
    second = source.tree.body[1]
    locate = source.inside_literal(second, "ab")
    assert locate is not None
    assert locate(0, 2) == Span("a.py", 2, 4, 2, 6)
