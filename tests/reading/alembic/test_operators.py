"""Python's operators give what Python gives, in bounded size, and never a guess about what is unknown."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from database_patterns.reading.alembic.operators import TOO_BIG, combined, compared, negated, too_big, truth_of
from database_patterns.reading.alembic.values import Bound, Either, Namespace, PartialText, Symbol, Unknown

Revise = Callable[..., Any]
HOLE = Unknown("a row of the database")
PARTIAL = PartialText(("a", HOLE))
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Mult: operator.mul,
    ast.Sub: operator.sub,
}
ORDER: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.NotEq: operator.ne,
}


@given(st.sampled_from(list(BINARY)), st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_arithmetic_is_python_s(kind: type[ast.operator], left: int, right: int) -> None:
    assert combined(kind(), left, right) == BINARY[kind](left, right)


@given(st.text(max_size=9), st.text(max_size=9), st.integers(0, 9))
def test_texts_and_lists_are_added_and_repeated_as_python_does(left: str, right: str, times: int) -> None:
    assert combined(ast.Add(), left, right) == left + right
    assert combined(ast.Mult(), left, times) == left * times
    assert combined(ast.Mult(), times, [left]) == times * [left]
    assert combined(ast.Add(), [left], [right]) == [left, right]


@given(st.sampled_from(list(ORDER)), st.integers(), st.integers())
def test_comparison_is_python_s(kind: type[ast.cmpop], left: int, right: int) -> None:
    assert compared(kind(), left, right) is ORDER[kind](left, right)


@pytest.mark.parametrize(
    ("operation", "left", "right", "expected"),
    [
        (ast.Add(), "a", HOLE, PartialText(("a", HOLE))),
        (ast.Add(), HOLE, "a", PartialText((HOLE, "a"))),
        (ast.Add(), PARTIAL, PARTIAL, PartialText(("a", HOLE, "a", HOLE))),
        (ast.Add(), 1, HOLE, HOLE),
        (ast.Sub(), HOLE, 1, HOLE),
        (ast.Mult(), PARTIAL, 2, HOLE),
        (ast.Mod(), "%s", HOLE, PartialText(("", HOLE, ""))),
        (ast.Add(), [HOLE], [1], [HOLE, 1]),
        (ast.Mult(), "x", 10**9, TOO_BIG),
        (ast.Mult(), 10**9, [0], TOO_BIG),
        (ast.Pow(), 2, 10, 1024),
        (ast.Pow(), 9, 9**9, TOO_BIG),
        (ast.Pow(), "a", 2, TOO_BIG),
        (ast.LShift(), 1, 2, Unknown("a value combined by LShift")),
        (ast.Add(), Symbol("connection"), 1, Unknown("a value combined by Add")),
    ],
)
def test_what_is_unknown_or_too_big_stays_unknown(
    operation: ast.operator, left: object, right: object, expected: object
) -> None:
    assert combined(operation, left, right) == expected


def test_operators_on_sql_expressions_build_sql_expressions() -> None:
    column: sa.Column[int] = sa.Column("a", sa.Integer)
    assert str(combined(ast.Add(), column, 1)) == "a + :a_1"
    assert str(compared(ast.GtE(), column, 1)) == "a >= :a_1"
    assert str(compared(ast.Eq(), column, None)) == "a IS NULL"
    assert str(negated(ast.Invert(), compared(ast.Eq(), column, 1))) == "a != :a_1"
    assert str(combined(ast.BitAnd(), compared(ast.Lt(), column, 1), sa.true())) == "a < :a_1"


@pytest.mark.parametrize(
    ("operation", "left", "right", "expected"),
    [
        (ast.In(), 1, [1, 2], True),
        (ast.NotIn(), "a", "bc", True),
        (ast.Is(), None, None, True),
        (ast.IsNot(), Symbol("connection"), None, True),
        (ast.Eq(), HOLE, 1, HOLE),
        (ast.In(), 1, [HOLE], HOLE),
        (ast.Is(), HOLE, None, HOLE),
    ],
)
def test_comparing_with_something_unknown_is_unknown(
    operation: ast.cmpop, left: object, right: object, expected: object
) -> None:
    assert compared(operation, left, right) == expected


def test_what_exists_only_in_a_running_migration_compares_with_nothing() -> None:
    running = Unknown("something that exists only in a running migration", inert=True)
    assert compared(ast.Eq(), Symbol("dialect"), "x") == running
    assert compared(ast.Is(), Bound(Symbol("context"), "opts"), None) == running


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, False),
        ("a", True),
        ([], False),
        (HOLE, HOLE),
        (Either("a setting", truth=False), False),
        (PARTIAL, True),
        (PartialText((HOLE,)), Unknown("an unknown text")),
        (Bound(Symbol("context"), "opts"), Unknown("the attribute .opts", inert=True)),
        (Symbol("connection"), True),
        (sa.column("a") == sa.column("b"), False),
    ],
)
def test_truth_is_python_s_or_unknown(value: object, expected: object) -> None:
    assert truth_of(value) == expected


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        ('os.getenv("SCHEMA") or "public"', "SELECT '$1'"),
        ('setting and ""', "SELECT '$1'"),
        ('"mine" or os.getenv("SCHEMA")', "SELECT 'mine'"),
        ("1 if setting or True else 2", "SELECT '1'"),
        ("not (setting and None)", "SELECT 'True'"),
    ],
)
def test_what_or_and_and_settle_is_a_truth_and_no_value(expression: str, sql: str, revise: Revise) -> None:
    top = "import os\nfrom app import setting"
    confidence = "partial" if "$1" in sql else "exact"
    revision = revise(f"value = {expression}\nop.execute(f\"SELECT '{{value}}'\")", top=top)
    assert [(text, how) for text, how, _ in revision.outline()] == [(sql, confidence)]


def test_the_truth_of_an_sql_expression_is_unknown() -> None:
    assert truth_of(sa.column("a") > 1) == Unknown("the truth of a BinaryExpression")


@pytest.mark.parametrize(
    ("operation", "value", "expected"),
    [
        (ast.USub(), 3, -3),
        (ast.UAdd(), 3, 3),
        (ast.Invert(), 3, -4),
        (ast.USub(), HOLE, HOLE),
        (ast.USub(), Namespace("os"), Unknown("an unknown value")),
    ],
)
def test_unary_operators_are_python_s_or_unknown(operation: ast.unaryop, value: object, expected: object) -> None:
    assert negated(operation, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(10**1000, False), (10**2000, True), ("x" * 10**6, False), ("x" * (10**6 + 1), True), (range(10**9), True)],
)
def test_values_have_a_bound(value: object, *, expected: bool) -> None:
    assert too_big(value) is expected
