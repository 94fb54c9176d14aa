"""Places in a revision's source: nodes and offsets."""

from __future__ import annotations

import ast

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
