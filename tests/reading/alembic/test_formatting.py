"""Strings are built as Python builds them, unknown parts stay where they are, and no string grows beyond its bound."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_patterns.reading.alembic.formatting import (
    TEXT_MAX,
    brace_format,
    formatted,
    joined,
    percent_format,
    printable,
    text_of,
)
from database_patterns.reading.alembic.values import PartialText, Unknown, first_hole

HOLE = Unknown("a row of the database")
TOO_BIG = Unknown("a text longer than is read here")

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.dates(),
    st.uuids(),
    st.lists(st.one_of(st.integers(), st.text(max_size=3)), max_size=3),
)


class Plain(enum.Enum):
    A = "a"


class Text(enum.StrEnum):
    A = "a"


@given(VALUES, st.sampled_from([None, "r", "s", "a"]))
def test_a_known_value_looks_as_python_shows_it(value: object, conversion: str | None) -> None:
    shown = {"r": repr(value), "s": str(value), "a": ascii(value), None: value}[conversion]
    assert formatted(value, conversion, "") == format(shown)


@given(st.lists(VALUES, min_size=3, max_size=3))
def test_brace_fields_are_filled_as_python_fills_them(values: list[object]) -> None:
    for template in ("{}, {} and {{{}}}", "{2}{0!r}", "no field", "{0!s:>12}|{1!s:<4}"):
        assert brace_format(template, values, {}) == template.format(*values)


@given(st.text(max_size=5), st.integers())
def test_named_brace_fields_are_filled_as_python_fills_them(text: str, number: int) -> None:
    template = "{text} {number:+d} {text!r}"
    assert brace_format(template, [], {"text": text, "number": number}) == template.format(text=text, number=number)


@given(st.text(max_size=5), st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6))
def test_percent_fields_are_filled_as_python_fills_them(text: str, number: int, real: float) -> None:
    template = "%s is 100%% %05d and %.3f, %r %x"
    values = (text, number, real, text, number)
    assert percent_format(template, values) == template % values
    named = "%(a)s%(b)d%(a)r"
    assert percent_format(named, {"a": text, "b": number}) == named % {"a": text, "b": number}


@given(st.text(max_size=3), st.lists(st.text(max_size=3), max_size=5))
def test_joining_is_python_s(separator: str, items: list[str]) -> None:
    assert joined(separator, items) == separator.join(items)


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (brace_format("a {} b", [HOLE], {}), PartialText(("a ", HOLE, " b"))),
        (brace_format("{x}{y}", [], {"x": 1, "y": HOLE}), PartialText(("", "1", "", HOLE))),
        (percent_format("a %s b", (HOLE,)), PartialText(("a ", HOLE, " b"))),
        (percent_format("a %s b", HOLE), PartialText(("a ", HOLE, " b"))),
        (percent_format("%s %s", HOLE), HOLE),
        (percent_format("%5d", (HOLE,)), PartialText(("", HOLE, ""))),
        (joined(", ", ["a", HOLE]), PartialText(("a", ", ", HOLE))),
        (joined(", ", ["a", 1]), Unknown("join() of a int")),
        (text_of([PartialText(("a", HOLE)), "b"]), PartialText(("a", HOLE, "b"))),
        (formatted(PartialText(("a", HOLE)), None, ""), PartialText(("a", HOLE))),
        (formatted([1, HOLE], None, ""), HOLE),
    ],
)
def test_an_unknown_part_stays_where_it_is(built: object, expected: object) -> None:
    assert built == expected


@pytest.mark.parametrize(
    "built",
    [
        brace_format("{0.real}", [1], {}),
        brace_format("{0[0]}", ["a"], {}),
        brace_format("{x.__class__}", [], {"x": 1}),
        brace_format("{} {}", ["one"], {}),
        brace_format("{missing}", [], {}),
        brace_format("{", [], {}),
        percent_format("%s %s", ("one",)),
        percent_format("%(a)s", {"b": 1}),
        percent_format("100 %", ()),
        percent_format("%s", (1, 2)),
        percent_format("text", 1),
        percent_format("%00000", 1),
        percent_format("%d", ("text",)),
        formatted("text", None, "d"),
        formatted(Plain.A, None, ""),
        formatted(object(), None, ""),
    ],
)
def test_what_python_would_refuse_or_what_reaches_into_objects_is_unknown(built: object) -> None:
    assert first_hole(built) is not None


@pytest.mark.parametrize(
    "built",
    [
        formatted("x", None, ">100000"),
        brace_format("{:>100000}", ["x"], {}),
        brace_format("{:{}}", ["x", 100_000], {}),
        percent_format("%100000s", ("x",)),
        percent_format("%.99999f", (1.0,)),
        joined("x" * 1000, ["y"] * 1002),
        text_of(["x" * TEXT_MAX, "y"]),
        text_of([HOLE] * (TEXT_MAX // 50)),
        percent_format("%(a)9999d" * 200, {"a": 1}),
        brace_format("{0:9999}" * 200, [1], {}),
    ],
)
def test_a_string_beyond_the_bound_is_not_built(built: object) -> None:
    assert built in (TOO_BIG, PartialText(("", TOO_BIG)), PartialText(("", TOO_BIG, "")))


def endless() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, True),
        ("text", True),
        (10**100, True),
        (1 << 10_001, False),
        (decimal.Decimal("1.5"), True),
        (decimal.Decimal("1e999999"), False),
        (decimal.Decimal("nan"), False),
        (dt.date(2026, 1, 2), True),
        (dt.timedelta(1), True),
        (uuid.UUID(int=1), True),
        (Plain.A, False),
        (Text.A, True),
        ([1, "a", None], True),
        ([[1]], False),
        (endless(), False),
        ({1, 2}, False),
        (list(range(1001)), False),
        (object(), False),
    ],
)
def test_only_values_whose_text_is_their_own_and_bounded_are_printed(value: object, *, expected: bool) -> None:
    assert printable(value) is expected
